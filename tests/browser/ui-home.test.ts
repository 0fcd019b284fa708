import { expect, test, type Page } from '@playwright/test';
import { focused, openUi, settled, tabTo } from '../fixtures/ui-open.ts';

test.use({ actionTimeout: 15_000 });

const now = (page: Page) => page.getByRole('group', { name: 'The nine-mix study' });

test('the nine-mix study is run, paused, continued and read with the keyboard alone', async ({ page }) => {
  await openUi(page, { tick: 40 });
  await tabTo(page, /^Run the nine-mix study$/);
  await page.keyboard.press('Enter');
  await expect(now(page).getByText('Tuning')).toBeVisible();
  await expect.poll(() => focused(page), 'the focus stays in the panel when the button goes').toContain('The nine-mix study');
  await tabTo(page, /^Pause/, 3);
  await page.keyboard.press('Enter');
  await expect(now(page)).toContainText('Your study waits at');
  await tabTo(page, /^Continue/, 3);
  await page.keyboard.press('Space');
  await expect(now(page).getByRole('link', { name: 'See all results' })).toBeVisible({ timeout: 30_000 });
  await tabTo(page, /^See all results/, 3);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'What came out' })).toBeFocused();
});

test('before anything has run, the nine mixes are drawn from the lab’s own records', async ({ page }) => {
  await openUi(page);
  const pictures = page.getByRole('img', { name: /conversations\. Of the first 20 records/ });
  await expect(pictures).toHaveCount(9);
  await expect(page.getByRole('img', { name: 'EN: 240 conversations. Of the first 20 records it holds English 20, German 0, French 0, Italian 0, Spanish 0.' })).toBeVisible();
  // Sampled: each of the twenty in one language exactly.
  const name = (await page.getByRole('img', { name: /^ENDEFRITES-sampled/ }).getAttribute('aria-label')) ?? '';
  const by = [...name.matchAll(/(?:English|German|French|Italian|Spanish) (\d+)/g)].map(([, n]) => Number(n));
  expect(by.reduce((a, b) => a + b, 0)).toBe(20);
  expect(Math.max(...by)).toBeLessThan(20);
});

test('the page says that this is a miniature, judged by rules, on a part of the benchmark', async ({ page }) => {
  await openUi(page);
  await expect(page.getByRole('complementary', { name: 'What this is and is not' })).toContainText(/miniature.*set of rules, not a language model.*2 questions of 10 in each category/);
});

test('while it runs each stage is explained, counted and marked, and every page shows that it runs', async ({ page }) => {
  await openUi(page, { scenario: 'running', tick: 60 });
  const step = page.locator('.step[aria-current=step]');
  await expect(step).toContainText('Tune');
  await expect(step.locator('.step-count')).toContainText(/\d+ of 540 steps/);
  await expect(page.locator('.curves-plot canvas')).toBeVisible();
  await expect(step).toContainText('Answer', { timeout: 20_000 });
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Data' }).click();
  await settled(page);
  await expect(page.getByRole('link', { name: /Study running: Answering \d+%/ })).toBeVisible();
});

test('an interrupted study is offered again and a failed one says what to do', async ({ page }) => {
  await openUi(page, { scenario: 'paused' });
  await expect(now(page)).toContainText('Your study waits at 21%');
  await expect(now(page).getByRole('button', { name: /Continue/ })).toBeVisible();
  await openUi(page, { scenario: 'failed' });
  await expect(now(page)).toContainText(/The GPU device was lost while training step 38\.\s*What to do: Retry: the study goes on from its last checkpoint/);
  await now(page).getByRole('button', { name: /Try again/ }).click();
  await expect(now(page).getByText('Tuning')).toBeVisible();
});

test('at the end the reading agrees with the numbers of the results', async ({ page }) => {
  await openUi(page, { scenario: 'done' });
  const points = await page.evaluate(async () => {
    const { lab } = window as unknown as { lab: import('../../src/app/facade.ts').Lab };
    const { heatmap, improvements } = await lab.studies.results('study-1');
    const best = heatmap.filter(({ language, mix }) => language === 'all' && /^[A-Z]{2}$/.test(mix)).sort((a, b) => b.raw.mean - a.raw.mean)[0]?.mix;
    return improvements.find(({ multilingual, monolingual }) => multilingual === 'ENDEFRITES' && monolingual === best)?.points ?? null;
  });
  expect(points).not.toBeNull();
  await expect(page.locator('.found')).toContainText(`by ${((points?.mean ?? 0) / 10).toFixed(2)} points`);
  await expect(page.locator('.heatmap [data-cell="ENDEFRITES/all"]')).toBeVisible();
});

for (const [width, height] of [[1280, 800], [390, 844]] as const) {
  test(`nothing jumps on Home at ${width} px from opening it to the end of a run`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.addInitScript(() => {
      const shifts: { value: number; what: string }[] = [];
      (window as unknown as { shifts: typeof shifts }).shifts = shifts;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node?: Node }[] })[]) {
          if (!entry.hadRecentInput) shifts.push({ value: entry.value, what: entry.sources.map(({ node }) => (node instanceof Element ? `${node.tagName}.${node.className}` : String(node?.nodeName))).join(' ') });
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await openUi(page, { scenario: 'running', tick: 40 });
    await expect(now(page).getByRole('link', { name: 'See all results' })).toBeVisible({ timeout: 40_000 });
    await page.waitForTimeout(500);
    const shifts = await page.evaluate(() => (window as unknown as { shifts: { value: number; what: string }[] }).shifts);
    const total = shifts.reduce((sum, { value }) => sum + value, 0);
    expect(total, JSON.stringify(shifts)).toBeLessThanOrEqual(0.05);
  });
}
