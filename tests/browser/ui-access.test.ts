import { expect, test, type Page } from '@playwright/test';
import { openUi, settled, type UiOptions } from '../fixtures/ui-open.ts';

test.use({ actionTimeout: 15_000 });

const AXE = 'node_modules/axe-core/axe.min.js';

interface Violation {
  id: string;
  help: string;
  nodes: { target: unknown; failureSummary?: string }[];
}

/** Every rule axe knows, on everything the page shows; each violation as one line. */
async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const found = await page.evaluate(async () => (await (window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe.run()).violations);
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${JSON.stringify(target)} ${failureSummary?.split('\n')[1]?.trim() ?? ''}`));
}

/** The pages in the states people meet, and what is done there before looking. */
const STATES: readonly { name: string; open: UiOptions; act?: (page: Page) => Promise<void> }[] = [
  { name: 'Home before anything has run', open: {} },
  { name: 'Home with a study interrupted', open: { scenario: 'paused' } },
  { name: 'Home with a study failed', open: { scenario: 'failed' } },
  { name: 'Home with a study done', open: { scenario: 'done' } },
  { name: 'Data', open: { scenario: 'done', at: 'data' } },
  { name: 'Data after an import', open: { scenario: 'done', at: 'data' }, act: async (page) => {
    await page.locator('pinch-import-panel .drop input').setInputFiles({ name: 'train_limax_de.jsonl', mimeType: 'application/json', buffer: Buffer.from('{}') });
    await expect(page.locator('.bad-lines tbody tr')).toHaveCount(2);
  } },
  { name: 'Data with the token inspector open', open: { at: 'data' }, act: async (page) => {
    await page.getByRole('button', { name: /Tokens of record/ }).first().click();
    await expect(page.locator('.token[data-loss]').nth(1)).toBeVisible();
  } },
  { name: 'Data with a model looked at', open: { at: 'data' }, act: async (page) => {
    await page.getByRole('button', { name: 'Model', exact: true }).click();
    await page.getByLabel('Hub name, or the address of a folder').fill('HuggingFaceTB/SmolLM2-135M');
    await page.getByRole('button', { name: 'Look at it' }).click();
    await expect(page.getByRole('group', { name: 'What SmolLM2-135M is' })).toBeVisible();
  } },
  { name: 'Data with a model that does not fit, and one with a note', open: { at: 'data' }, act: async (page) => {
    await page.getByRole('button', { name: 'Model', exact: true }).click();
    await page.locator('pinch-import-panel .drop input').setInputFiles({ name: 'model.safetensors', mimeType: 'application/octet-stream', buffer: Buffer.from('x') });
    await expect(page.locator('pinch-data article').filter({ hasText: 'The lab goes by the tokenizer' })).toBeVisible();
    await page.getByRole('button', { name: 'Go on with Large-8B' }).click();
    await expect(page.getByRole('group', { name: 'What Large-8B is' })).toBeFocused();
  } },
  { name: 'Mixes', open: { at: 'mixes' } },
  { name: 'Train with all fields open', open: { scenario: 'done', at: 'train' }, act: async (page) => {
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
    await expect(page.getByText('lora_dropout')).toBeVisible();
  } },
  { name: 'Train, one study', open: { scenario: 'paused', at: 'train/study-1' } },
  { name: 'Judge by rules', open: { scenario: 'done', at: 'judge' } },
  { name: 'Judge over an API, with failed judgments', open: { scenario: 'done', at: 'judge/study-2' }, act: async (page) => {
    await page.getByRole('radio', { name: /behind an API/ }).check();
    await expect(page.getByLabel('Base URL')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Failed judgments' })).toBeVisible();
  } },
  { name: 'Results with all tables open', open: { scenario: 'done', at: 'results' }, act: async (page) => {
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
    await expect(page.getByRole('region', { name: 'Score by category, as a table' })).toBeVisible();
  } },
  { name: 'Results with conversations side by side', open: { scenario: 'done', at: 'results' }, act: async (page) => {
    await page.getByRole('button', { name: /side by side/ }).click();
    await expect(page.locator('.conversation').first()).toBeVisible();
  } },
  { name: 'a failure shown', open: { at: 'data' }, act: async (page) => {
    await page.getByRole('button', { name: 'Model', exact: true }).click();
    await page.locator('pinch-import-panel .drop input').setInputFiles({ name: 'config.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
    await expect(page.locator('.notice')).toContainText('GPT2LMHeadModel');
  } },
];

for (const theme of ['light', 'dark'] as const) {
  for (const [width, height] of [[1280, 800], [390, 844]] as const) {
    test(`no page breaks a rule of axe or overflows in ${theme} at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      const wrong: string[] = [];
      for (const { name, open, act } of STATES) {
        await openUi(page, { ...open, theme });
        await act?.(page);
        // Overlays fade in; a colour measured halfway is nobody's colour.
        await page.waitForTimeout(300);
        wrong.push(...(await violations(page)).map((line) => `${name}: ${line}`));
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (over > 0) wrong.push(`${name}: ${over} px wider than the window`);
      }
      expect(wrong).toEqual([]);
    });
  }
}

test('a change of page moves the focus to its heading, renames the document and scrolls up', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'results' });
  await page.mouse.wheel(0, 2000);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Mixes' }).click();
  await settled(page);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(page).toHaveTitle('Mixes · Pinch Lab');
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await page.goBack();
  await settled(page);
  await expect(page).toHaveTitle('Results · Pinch Lab');
});

test('light and dark follow the system until a person chooses, and the choice is kept', async ({ page }) => {
  await openUi(page, { theme: 'dark' });
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground();
  await page.getByRole('button', { name: 'Switch to light colours' }).click();
  const light = await ground();
  expect(light).not.toBe(dark);
  await page.reload();
  await settled(page);
  expect(await ground()).toBe(light);
  await expect(page.getByRole('button', { name: 'Switch to dark colours' })).toBeVisible();
});

test('the skip link leads a keyboard past the bar into the content', async ({ page }) => {
  await openUi(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
});

test('the device badge says on a click where the engine runs and why', async ({ page }) => {
  await openUi(page);
  await page.getByRole('button', { name: /Compute device: WASM × 2/ }).click();
  await expect(page.getByText('This browser offers no WebGPU adapter')).toBeVisible();
  await expect(page.getByText('passed, largest relative error')).toBeVisible();
});

test('nothing is fetched from another host, icons included', async ({ page }) => {
  const hosts = new Set<string>();
  page.on('request', (request) => request.url().startsWith('http') && hosts.add(new URL(request.url()).host));
  for (const at of ['', 'data', 'mixes', 'train', 'judge', 'results']) await openUi(page, { scenario: 'done', at });
  expect(hosts.size).toBe(1);
});
