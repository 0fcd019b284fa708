import { expect, test } from '@playwright/test';
import { parseManifest } from '../../src/records/manifest.ts';
import { openUi, settled } from '../fixtures/ui-open.ts';

test.use({ actionTimeout: 15_000 });

test('the manifest is edited as JSON, told what is wrong by field, and only taken when it is right', async ({ page }) => {
  await openUi(page, { at: 'train' });
  await page.getByText('Whole manifest').click();
  const json = page.getByRole('textbox', { name: 'Manifest' });
  const draft = JSON.parse(await json.inputValue()) as { lora: { r: number } };
  await json.fill(JSON.stringify({ ...draft, lora: { ...draft.lora, r: 0 }, wrong: 1 }));
  await expect(page.locator('pinch-manifest-json .problems li')).toHaveText([/lora\.r/, /wrong/]);
  await expect(page.getByRole('button', { name: 'Use this manifest' })).toBeDisabled();
  await json.fill('{ "schema": ');
  await expect(page.locator('pinch-manifest-json .problems li')).toHaveCount(1);
  await json.fill(JSON.stringify({ ...draft, lora: { ...draft.lora, r: 4 } }));
  await page.getByRole('button', { name: 'Use this manifest' }).click();
  await page.getByText('PEFT LoraConfig').click();
  await expect(page.getByRole('spinbutton', { name: 'r', exact: true })).toHaveValue('4');
});

test('a field changed in the form is in the manifest that is started, and its live view opens', async ({ page }) => {
  await openUi(page, { at: 'train', tick: 30 });
  await page.getByText('TRL SFTConfig').click();
  await page.getByRole('spinbutton', { name: 'learning_rate' }).fill('0.01');
  await page.keyboard.press('Tab');
  await page.getByLabel('Name').fill('Mine');
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Start the study' }).click();
  await expect(page).toHaveURL(/#\/train\/study-1/);
  await expect(page.getByRole('heading', { level: 1, name: 'Mine' })).toBeVisible();
  const started = await page.evaluate(async () => (await (window as unknown as { lab: import('../../src/app/facade.ts').Lab }).lab.studies.get('study-1')).manifest);
  expect(started).toEqual(parseManifest({ ...started, name: 'Mine', training: { ...started.training, learning_rate: 0.01 } }));
  await expect(page.locator('.cells tbody tr')).toHaveCount(9);
  await expect(page.locator('.curves-plot canvas')).toBeVisible();
});

test('the system message is chosen behind the essentials: a sentence in each language, nothing, or a text of one’s own', async ({ page }) => {
  await openUi(page, { at: 'train' });
  const draft = async (): Promise<unknown> => (JSON.parse((await page.evaluate(() => localStorage.getItem('pinch-draft'))) as string) as { system_prompt: unknown }).system_prompt;
  await page.getByText('the system message · 1 field').click();
  const select = page.getByRole('combobox', { name: 'system_prompt' });
  await expect(select).toHaveValue('true');
  await select.selectOption('nothing');
  expect(await draft()).toBe(false);
  await select.selectOption('this text');
  const text = page.getByLabel('system_prompt, the text');
  await text.fill('Be brief.');
  await page.keyboard.press('Tab');
  expect(await draft()).toBe('Be brief.');
  await text.fill('');
  await page.keyboard.press('Tab');
  await expect(page.locator('.problems li')).toHaveText([/system_prompt/]);
  await expect(page.getByRole('button', { name: 'Start the study' })).toBeDisabled();
  await select.selectOption('a sentence in its language');
  expect(await draft()).toBe(true);
  await expect(text).toHaveCount(0);
});

test('a draft survives a reload', async ({ page }) => {
  await openUi(page, { at: 'train' });
  await page.getByLabel('Name').fill('Kept across reloads');
  await page.keyboard.press('Tab');
  await expect.poll(() => page.evaluate(() => localStorage.getItem('pinch-draft') ?? '')).toContain('Kept across reloads');
  await page.reload();
  await settled(page);
  await expect(page.getByLabel('Name')).toHaveValue('Kept across reloads');
});

test('a study link fills the form, and a damaged one says so and changes nothing', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openUi(page, { at: 'train' });
  await page.getByLabel('Name').fill('From a link');
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Copy study link' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  const { hash } = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  await page.getByLabel('Name').fill('Something else');
  await page.keyboard.press('Tab');
  await page.evaluate((to) => (location.hash = to), hash);
  await expect(page.getByLabel('Name')).toHaveValue('From a link');
  await expect(page).toHaveURL(/#\/train$/);
  await page.evaluate((to) => (location.hash = to.slice(0, 200)), hash);
  await expect(page.getByRole('group', { name: 'The study link could not be read' })).toContainText('Copy the whole link again');
  await expect(page.getByLabel('Name')).toHaveValue('From a link');
});

test('a running study is paused, continued and cancelled from its live view', async ({ page }) => {
  await openUi(page, { scenario: 'running', at: 'train/study-1', tick: 200 });
  const stands = page.getByRole('region', { name: 'Where the study stands' });
  await stands.getByRole('button', { name: /Pause/ }).click();
  await expect(stands).toContainText('paused');
  const steps = page.locator('.cells tbody tr').first().locator('.amount .num').first();
  const before = await steps.textContent();
  await page.waitForTimeout(700);
  expect(await steps.textContent(), 'nothing moves while it is paused').toBe(before);
  await stands.getByRole('button', { name: /Continue/ }).click();
  await expect(steps).not.toHaveText(before ?? '');
  await stands.getByRole('button', { name: /Cancel/ }).click();
  await expect(stands).toContainText('cancelled');
});

test('curves keep every step, on a log scale and for other metrics too', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'train/study-1' });
  await expect(page.locator('.curves-plot canvas')).toBeVisible();
  const plot = page.getByRole('img', { name: /by training step/ });
  await expect(plot).toHaveAccessibleName(/^Loss/);
  await page.getByRole('button', { name: 'Log scale' }).click();
  await expect(page.getByRole('button', { name: 'Log scale' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Gradient norm' }).click();
  await expect(plot).toHaveAccessibleName(/^Gradient norm/);
  await page.getByText('The latest values as a table').click();
  await expect(page.getByRole('region', { name: 'Latest training values' }).getByRole('row').nth(1)).toContainText('EN60');
});

test('a preset sets what its source states, names it, and is left by changing a value of it', async ({ page }) => {
  await openUi(page, { at: 'train' });
  const preset = page.getByRole('group', { name: 'Settings as in' }).getByRole('button', { name: 'Bactrian-X' });
  await preset.click();
  await expect(preset).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('link', { name: /Li et al. 2023/ })).toHaveAttribute('href', 'https://github.com/mbzuai-nlp/bactrian-x#training');
  const draft = async () => JSON.parse((await page.evaluate(() => localStorage.getItem('pinch-draft'))) as string) as { lora: object; training: object; mixes: string[] };
  const { lora, training, mixes } = await draft();
  expect(lora).toMatchObject({ r: 64, lora_alpha: 16, lora_dropout: 0.05, target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj'] });
  expect(training).toMatchObject({ learning_rate: 3e-4, num_train_epochs: 10, warmup_steps: 200, max_steps: -1, max_length: 768, per_device_train_batch_size: 4, gradient_accumulation_steps: 32 });
  expect(mixes).toHaveLength(9);
  await page.getByText('Adapter', { exact: true }).click();
  await page.getByRole('spinbutton', { name: 'r', exact: true }).fill('16');
  await page.keyboard.press('Tab');
  await expect(preset).toHaveAttribute('aria-pressed', 'false');
  expect((await draft()).lora).toMatchObject({ r: 16, lora_dropout: 0.05 });
});

test('tuning all weights hides what belongs to adapters, and is what the preset that does so sets', async ({ page }) => {
  await openUi(page, { at: 'train' });
  const draft = async () => JSON.parse((await page.evaluate(() => localStorage.getItem('pinch-draft'))) as string) as { tuning: string; storage: string };
  const tune = page.getByRole('combobox', { name: 'Tune', exact: true });
  await page.getByLabel('Weights kept as').selectOption('int4');
  await tune.selectOption('full');
  expect(await draft()).toMatchObject({ tuning: 'full', storage: 'auto' });
  await expect(page.getByText('PEFT LoraConfig')).toHaveCount(0);
  await expect(page.getByLabel('Weights kept as').locator('option')).toHaveText(['the checkpoint has them', 'float32', 'float16: half the memory']);
  const presets = page.getByRole('group', { name: 'Settings as in' });
  await presets.getByRole('button', { name: 'Bactrian-X' }).click();
  await expect(tune).toHaveValue('lora');
  await expect(page.getByText('PEFT LoraConfig')).toHaveCount(1);
  await presets.getByRole('button', { name: 'FastChat', exact: true }).click();
  await expect(tune).toHaveValue('full');
  expect((await draft()).tuning).toBe('full');
});
