import { expect, test } from '@playwright/test';
import { inBrowser } from '../in-browser.ts';

const MODULE = 'tests/browser/storage-cases.ts';

test('records come back by pages in the order of the import, and go with their dataset', async ({ page }) => {
  expect(await inBrowser(page, MODULE, 'pages')).toEqual({ page: ['r10', 'r11', 'r12', 'r13', 'r14'], count: 25, left: ['a'], rest: 0 });
});

test('a dataset that fails half way leaves nothing behind', async ({ page }) => {
  expect(await inBrowser(page, MODULE, 'halfway')).toEqual({ thrown: 'storage.not-clonable', datasets: 0, records: 0 });
});

test('a cancelled import leaves nothing behind and what was there alone', async ({ page }) => {
  expect(await inBrowser(page, MODULE, 'cancelled')).toEqual({ thrown: 'AbortError', datasets: ['kept'], records: 0 });
});

test('a full disk is said in words with numbers, and nothing stored before is lost', async ({ page }) => {
  await page.goto('/tests/blank.html');
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize: 4_000_000 });
  const result = await inBrowser<{ code: string; message: string; data: { usage: number; quota: number; needed: number }; datasets: string[]; big: number; kept: { id: string }[] }>(page, MODULE, 'full', 24_000_000);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin });
  expect(result.code).toBe('storage.quota');
  expect(result.message).toContain('24 MB more were needed');
  expect(result.data.needed).toBe(24_000_000);
  expect(result.data.usage).toBeGreaterThan(0);
  expect(result.datasets).toEqual(['kept']);
  expect(result.big).toBe(0);
  expect(result.kept.map((row) => row.id)).toEqual(['r0']);
});

test('losses are kept by step, and a step that is trained again replaces its point', async ({ page }) => {
  expect(await inBrowser(page, MODULE, 'losses')).toEqual([['A', 1, 1], ['A', 2, 2.5], ['A', 10, 10], ['B', 1, 5]]);
});

test('an older tab makes way for a newer version and says so when it is used again', async ({ page }) => {
  expect(await inBrowser(page, MODULE, 'superseded')).toEqual({ inOldTab: 'storage.superseded', reopened: 'storage.newer' });
});

test('a tab that does not make way is named as the reason', async ({ page }) => {
  expect(await inBrowser(page, MODULE, 'blocked')).toBe('storage.blocked');
});

test('a migration changes data in place, and one that fails changes nothing', async ({ page }) => {
  expect(await inBrowser(page, MODULE, 'migrated')).toEqual({ value: 'hello again', failed: 'storage.failed', kept: 'hello again' });
});

test('cells keep the manifest\'s order and are written one by one', async ({ page }) => {
  expect(await inBrowser(page, MODULE, 'cells')).toEqual({ status: 'running', cells: [['Z', 'waiting'], ['A', 'done']], gone: true, twice: 'storage.failed' });
});
