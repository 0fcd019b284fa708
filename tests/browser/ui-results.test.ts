import { expect, test } from '@playwright/test';
import { focused, openUi, settled, tabTo } from '../fixtures/ui-open.ts';

test.use({ actionTimeout: 15_000 });

test('a heat map cell opens, by keyboard, the conversations and the judge’s words behind it', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'results' });
  await tabTo(page, /^ENDEFRITES in German: \d\.\d\d \(95 % interval/, 90);
  await expect(page.locator('.readout')).toContainText('ENDEFRITES in German');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'ENDEFRITES in German: conversations' })).toBeVisible();
  const drawer = page.locator('wa-drawer');
  const first = drawer.getByRole('article').nth(1);
  await expect(first).toContainText('82_DE');
  await expect(first).toContainText('Wo wohnt Clara?');
  await expect(first).toContainText('Clara wohnt in');
  await first.locator('.side summary').first().click();
  await expect(first.locator('.judge-words').first()).toContainText(/Rating: \[\[\d+\]\]/);
  await expect(first.locator('.prompt-words').first()).toContainText('[The Start of Assistant\'s Answer]');
  await page.keyboard.press('Escape');
  await expect(drawer).toHaveCount(0);
  expect(await focused(page)).toMatch(/^ENDEFRITES in German/);
});

test('another page closes the drawer', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'results' });
  await page.locator('[data-cell="EN/en"]').click();
  await expect(page.locator('wa-drawer .conversation').first()).toBeVisible();
  await page.goto(`${page.url().split('#')[0]}#/mixes`);
  await expect(page.locator('wa-drawer')).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.mouse.move(600, 400);
  await page.mouse.wheel(0, 300);
  await expect.poll(() => page.evaluate(() => scrollY), 'the page scrolls again').toBeGreaterThan(0);
});

test('markup in an answer stays text in the drawer', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'results' });
  await page.locator('[data-cell="EN/en"]').click();
  const words = page.locator('.conversation .model-words').first();
  await expect(words).toContainText('<b>Ben lives in');
  await expect(words).toContainText('<img src="x" onerror=');
  expect(await words.evaluate((node) => node.children.length)).toBe(0);
  await expect(page).toHaveTitle('Results · Pinch Lab');
});

test('every score in the heat map is the mean of the grades its conversations show', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'results' });
  const shown = Number(await page.locator('[data-cell="DE/fr"]').textContent());
  const grades = await page.evaluate(async () => {
    const { lab } = window as unknown as { lab: import('../../src/app/facade.ts').Lab };
    return (await lab.studies.judgments('study-1', { cell: 'world-dense/lima-x-world/DE/0', language: 'fr' })).flatMap((j) => (j.state === 'graded' ? [j.score] : []));
  });
  expect(grades).toHaveLength(32);
  expect(shown).toBeCloseTo(grades.reduce((a, b) => a + b, 0) / grades.length, 2);
});

test('gated scores count wrong-language answers as 1 and so are never higher', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'results' });
  const cell = page.locator('[data-cell="EN/de"]');
  const raw = Number(await cell.textContent());
  await page.getByRole('button', { name: 'Gated' }).click();
  expect(Number(await cell.textContent())).toBeLessThan(raw);
  await expect(page.locator('figcaption').first()).toContainText('Gated: an answer in the wrong language counts as 1.');
});

test('two mixes are read side by side, the largest difference first', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'results' });
  const compare = page.locator('pinch-compare-mixes');
  await compare.getByLabel('This mix').selectOption('DEFRITES');
  await compare.getByLabel('Beside').selectOption('EN');
  await compare.getByLabel('Asked in').selectOption('de');
  await compare.getByRole('button', { name: /side by side/ }).click();
  await expect(page.getByRole('dialog', { name: 'DEFRITES and EN in German: conversations' })).toBeVisible();
  const drawer = page.locator('wa-drawer');
  await expect(drawer.getByRole('status')).toContainText(/16 questions graded for both: DEFRITES higher in \d+, EN higher in \d+, equal in \d+\./);
  const gaps = await drawer.getByRole('article').evaluateAll((articles) => articles.map((article) => {
    const grades = [...article.querySelectorAll('.grade strong')].map((node) => Number(node.textContent));
    return Math.abs((grades[0] ?? 0) + (grades[2] ?? 0) - (grades[1] ?? 0) - (grades[3] ?? 0));
  }));
  expect(gaps.length).toBe(5);
  expect(gaps).toEqual(gaps.toSorted((a, b) => b - a));
});

test('each figure has a caption with judge and n, and the same numbers as a table', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'results' });
  for (const title of ['Score of each mix in each language', 'Gain of multilingual over one-language mixes', 'Score by category', 'First turn and second turn']) {
    const figure = page.locator('figure').filter({ has: page.getByRole('heading', { name: title }) });
    await expect(figure.locator('figcaption'), title).toContainText(/judged by Rules of the embedded world/i);
    await figure.locator('summary').click();
    await expect(figure.getByRole('region', { name: `${title}, as a table` }).getByRole('row').nth(1), title).toContainText(/\d/);
  }
});

test('a study is exported and opened again to the same heat map', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'results/study-1' });
  const map = await page.locator('.heatmap tbody').innerText();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Whole study' }).click()]);
  expect(download.suggestedFilename()).toBe('nine-mixes-in-miniature.pinch.zip');
  await page.locator('pinch-drop-zone input[type=file]').setInputFiles(await download.path());
  await expect(page).toHaveURL(/#\/results\/study-3/);
  await settled(page);
  await expect(page.locator('.facts-wide')).toContainText('(opened)');
  expect(await page.locator('.heatmap tbody').innerText()).toBe(map);
});

test('answers, judgments and adapters are downloaded under telling names', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'results/study-1' });
  for (const [button, name] of [['Answers (JSONL)', 'nine-mixes-in-miniature-answers.jsonl'], ['Judgments (JSONL)', 'nine-mixes-in-miniature-judgments.jsonl'], ['Adapter (PEFT)', 'nine-mixes-in-miniature-world-dense-lima-x-world-EN-0.zip']] as const) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
    expect(download.suggestedFilename()).toBe(name);
  }
});

test('a browser without studies is led to the first one', async ({ page }) => {
  await openUi(page, { at: 'results' });
  await expect(page.getByText('No study has been run in this browser yet.')).toBeVisible();
  await page.getByRole('link', { name: 'Run the nine-mix study' }).click();
  await expect(page.getByRole('button', { name: 'Run the nine-mix study' })).toBeVisible();
});
