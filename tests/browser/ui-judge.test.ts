import { expect, test } from '@playwright/test';
import { openUi, settled } from '../fixtures/ui-open.ts';

test.use({ actionTimeout: 15_000 });

const KEY = 'sk-test-4711-never-shown';

test('a key goes to the lab and nowhere else: not into text, address, draft or link', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openUi(page, { at: 'judge' });
  await page.getByRole('radio', { name: /behind an API/ }).check();
  await page.getByLabel('Base URL').fill('https://judge.example/v1');
  await page.getByRole('textbox', { name: 'Model', exact: true }).fill('judge-large');
  await page.keyboard.press('Tab');
  const field = page.getByLabel('Key', { exact: true });
  expect(await field.getAttribute('type')).toBe('password');
  await expect(page.getByRole('checkbox', { name: 'Keep on this device' })).not.toBeChecked();
  await field.fill(KEY);
  await page.getByRole('button', { name: 'Use this key' }).click();
  await expect(page.getByText('A key is held in memory')).toBeVisible();
  await expect(field).toHaveValue('');
  await page.getByRole('button', { name: 'Try the judge' }).click();
  await expect(page.getByText('its rating, 7, could be read')).toBeVisible();

  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Train' }).click();
  await settled(page);
  await expect(page.locator('main')).toContainText('judge-large');
  await page.getByRole('button', { name: 'Copy study link' }).first().click();
  await expect(page.getByText('Link copied')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const everywhere = await page.evaluate(() => [document.documentElement.outerHTML, location.href, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })].join('\n'));
  const linked = Buffer.from(new URL(link).hash.replace('#study=', ''), 'base64url').toString();
  expect(linked).toContain('judge-large');
  for (const place of [everywhere, link, linked]) expect(place).not.toContain(KEY);
});

test('an endpoint that cannot work is named field by field and does not become the study’s judge', async ({ page }) => {
  await openUi(page, { at: 'judge' });
  await page.getByRole('radio', { name: /behind an API/ }).check();
  await page.getByLabel('Base URL').fill('nonsense');
  await page.keyboard.press('Tab');
  await expect(page.locator('.problems li')).toHaveText([/^base_url: /, /^model: /]);
  await expect(page.getByRole('button', { name: 'Try the judge' })).toBeDisabled();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Train' }).click();
  await settled(page);
  await expect(page.locator('main').getByText('Rules', { exact: true })).toBeVisible();
});

test('the cost is told before: calls, tokens, dollars where prices are known', async ({ page }) => {
  await openUi(page, { at: 'judge' });
  await page.getByRole('radio', { name: /behind an API/ }).check();
  await page.getByLabel('Base URL').fill('https://judge.example/v1');
  await page.getByRole('textbox', { name: 'Model', exact: true }).fill('judge-large');
  await page.keyboard.press('Tab');
  const cost = page.locator('.cost');
  await expect(cost).toContainText('no price given');
  await page.getByLabel('Price in').fill('2');
  await page.keyboard.press('Tab');
  await page.getByLabel('Price out').fill('10');
  await page.keyboard.press('Tab');
  // 9 mixes x 5 languages x 16 questions x 2 turns = 1,440 calls of 900 tokens in and 220 out.
  await expect(cost.getByRole('definition')).toHaveText(['1,440', '1,296,000', '316,800', '$5.76']);
});

test('failed judgments are listed with their reasons and are never a score', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'judge/study-2' });
  const failed = await page.evaluate(async () => (await (window as unknown as { lab: import('../../src/app/facade.ts').Lab }).lab.studies.get('study-2')).cells.reduce((sum, { judged }) => sum + judged.failed, 0));
  expect(failed).toBeGreaterThan(0);
  const table = page.getByRole('region', { name: 'Failed judgments' });
  await expect(table.getByRole('row').nth(1)).toContainText('The judge answered without a rating');
  await expect(page.getByRole('button', { name: 'Try them again' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Results' }).click();
  await settled(page);
  await page.goto(`${page.url().split('#')[0]}#/results/study-2`);
  await expect(page.locator('figcaption').first()).toContainText(`* ${failed} judgments failed and are in no mean.`);
});

test('the rubric and the prompts are there to read', async ({ page }) => {
  await openUi(page, { at: 'judge' });
  await expect(page.locator('.rubric')).toContainText('Right language: an answer in another language');
  await page.getByRole('radio', { name: /behind an API/ }).check();
  await page.getByLabel('Language of the answer').selectOption('de');
  await page.getByText('single-v1-multi-turn', { exact: true }).click();
  await expect(page.locator('.prompt-words').filter({ hasText: 'impartial judge' }).filter({ visible: true })).toContainText('(de)');
});
