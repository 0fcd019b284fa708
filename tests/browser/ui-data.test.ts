import { expect, test } from '@playwright/test';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openUi, settled } from '../fixtures/ui-open.ts';

test.use({ actionTimeout: 15_000 });

test('lines of an import that could not be used stand in a table with file, line and reason', async ({ page }) => {
  await openUi(page, { at: 'data' });
  await page.locator('pinch-import-panel .drop input').setInputFiles({ name: 'train_limax_de.jsonl', mimeType: 'application/json', buffer: Buffer.from('{}') });
  const rows = page.getByRole('region', { name: 'Lines left out' }).getByRole('row');
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(1).getByRole('cell')).toHaveText(['train_limax_de.jsonl', '3', 'not JSON: Unexpected end of input after {"conversations": [']);
  await expect(page.getByText('40 records kept, 2 lines left out')).toBeVisible();
  const reasons = page.getByRole('region', { name: 'Reasons' }).getByRole('row');
  await expect(reasons.nth(1).getByRole('cell')).toHaveText(['not JSON', '1']);
  await expect(reasons).toHaveCount(3);
  await expect(page.getByRole('heading', { name: 'train_limax_de.jsonl' }), 'the list of datasets shows it').toBeVisible();
});

test('a refused import shows its message and hint, can be put away with Escape, and loses nothing', async ({ page }) => {
  await openUi(page, { at: 'data' });
  await page.getByRole('button', { name: 'Model', exact: true }).click();
  await page.locator('pinch-import-panel .drop input').setInputFiles({ name: 'config.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
  const notice = page.getByRole('group', { name: 'The files were not imported' });
  await expect(notice).toContainText('GPT2LMHeadModel');
  await expect(notice).toContainText('What to do: Use a Llama-architecture checkpoint');
  await notice.focus();
  await page.keyboard.press('Escape');
  await expect(notice).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'World (dense)' })).toBeVisible();
});

test('files are dropped as well as picked', async ({ page }) => {
  await openUi(page, { at: 'data' });
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['{}'], 'dropped.jsonl'));
    return data;
  });
  await page.locator('pinch-import-panel .drop').dispatchEvent('drop', { dataTransfer: transfer });
  await expect(page.getByRole('heading', { name: 'dropped.jsonl' })).toBeVisible();
});

test('records lie side by side in the chosen languages, a page at a time', async ({ page }) => {
  await openUi(page, { at: 'data' });
  const record = page.getByRole('article', { name: 'Record w0000' });
  await expect(record).toContainText('Where does Anna live?');
  await expect(record).toContainText('Wo wohnt Anna?');
  await page.getByRole('group', { name: 'Languages shown' }).getByText('Italian').click();
  await expect(record).toContainText('Dove abita Anna?');
  await page.getByRole('navigation', { name: 'Pages of records' }).getByRole('button', { name: 'Next' }).click();
  await expect(page.getByRole('article', { name: 'Record w0003' })).toBeVisible();
  await expect(record).toHaveCount(0);
});

test('the token inspector marks exactly the tokens that carry loss', async ({ page }) => {
  await openUi(page, { at: 'data' });
  await page.getByRole('button', { name: 'Tokens of record w0000 in English' }).click();
  await expect(page.getByRole('dialog', { name: 'Tokens of w0000 in English' })).toBeVisible();
  const dialog = page.locator('wa-dialog');
  await expect(dialog.locator('.tokens .token[data-loss]')).toHaveText(['Anna', ' lives', ' in', ' Paris.', '</s>', 'Paris.', '</s>'], { useInnerText: false });
  await expect(dialog.getByRole('paragraph').first()).toContainText('22 tokens, 7 of them');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Tokens of record w0000 in English' }), 'the focus returns to where it was').toBeFocused();
});

test('a model’s answer is shown as text, whatever it contains', async ({ page }) => {
  await openUi(page, { at: 'data' });
  await page.getByLabel('Your message').fill('<img src=x onerror="document.title=1">');
  await page.getByRole('button', { name: 'Ask' }).click();
  await expect(page.locator('.answer-words')).toHaveText('You said: <img src=x onerror="document.title=1"> <b>(a fake answer)</b>');
  expect(await page.locator('.answer-words').evaluate((node) => node.children.length)).toBe(0);
});

test('removing asks first', async ({ page }) => {
  await openUi(page, { scenario: 'done', at: 'data' });
  await page.getByRole('button', { name: 'Remove MT-Bench-X' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await expect(page.getByRole('heading', { name: 'MT-Bench-X', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Remove MT-Bench-X' }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await expect(page.getByRole('heading', { name: 'MT-Bench-X', exact: true })).toHaveCount(0);
});

test('each mix shows its counts and its exact records, and what is picked goes on to Train', async ({ page }) => {
  await openUi(page, { at: 'mixes' });
  const card = page.locator('.mix-card').filter({ hasText: 'DEFRITES-sampled' }).last();
  await expect(card.locator('.counts dd .num')).toHaveText(['0', '60', '60', '60', '60']);
  await card.getByRole('button', { name: 'See its records (DEFRITES-sampled)' }).click();
  await expect(page.getByRole('navigation', { name: 'Pages of records' })).toContainText('1 to 12 of 240');
  await page.locator('wa-checkbox').filter({ hasText: 'Train EN: Train' }).click();
  await expect(page.getByText('8 mixes picked')).toBeVisible();
  await page.getByRole('link', { name: 'Go on to Train' }).click();
  await settled(page);
  await expect(page.locator('.chips .chip')).toHaveText(['DE', 'FR', 'IT', 'ES', 'ENDEFRITES', 'DEFRITES', 'ENDEFRITES-sampled', 'DEFRITES-sampled']);
});

test('a model is looked at before it is fetched, and what has stopped on its way is there to go on with', async ({ page }) => {
  await openUi(page, { at: 'data' });
  await page.getByRole('button', { name: 'Model', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Go on with Qwen3-0.6B' })).toBeVisible();
  await expect(page.getByLabel('Access token (gated models only)')).toHaveAttribute('type', 'password');
  await page.getByLabel('Hub name, or the address of a folder').fill('HuggingFaceTB/SmolLM2-135M');
  await page.keyboard.press('Enter');
  const card = page.getByRole('group', { name: 'What SmolLM2-135M is' });
  await expect(card).toContainText('Fits this device. It takes about 2.2 GB of the 3.5 GB');
  await expect(card).toContainText('0123456789ab');
  await card.getByRole('button', { name: 'Fetch it' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'download' })).toContainText('left');
  await expect(page.getByRole('heading', { name: 'SmolLM2-135M' }), 'the list of models shows it').toBeVisible();
  await expect(card).toHaveCount(0);
});

test('going on with a download that does not fit shows its verdict, and fetches it only when that is wanted anyway', async ({ page }) => {
  await openUi(page, { at: 'data' });
  await page.getByRole('button', { name: 'Model', exact: true }).click();
  await page.getByRole('button', { name: 'Go on with Large-8B' }).click();
  const card = page.getByRole('group', { name: 'What Large-8B is' });
  await expect(card).toContainText('Does not fit this device. Even rounded to int4 it takes about 17.4 GB');
  await expect(card).toContainText('The tokenizer ends a text with </s>');
  await expect(card, 'a keyboard goes on from there').toBeFocused();
  await expect(page.getByRole('heading', { name: 'Large-8B' })).toHaveCount(0);
  await card.getByRole('button', { name: 'Fetch it anyway' }).click();
  await expect(page.getByRole('heading', { name: 'Large-8B' })).toBeVisible();
});

/** A checkpoint's folder with other forms of it further down, and a hidden folder as the Hub's command line leaves one. */
function folder(name: string): string {
  const root = join(mkdtempSync(join(tmpdir(), 'pinch-folder-')), name);
  for (const path of ['config.json', 'model.safetensors', 'tokenizer.json', 'chat_template.jinja', 'onnx/config.json', 'onnx/model.safetensors', 'original/consolidated.pth', '.cache/config.json']) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  return root;
}

test('a folder is chosen with a button, and a model in it that does not fit is brought in only when that is wanted anyway', async ({ page }) => {
  // Listened for from the start: only from then on does the browser leave its dialogs to the test, and it takes a moment to.
  const chooser = page.waitForEvent('filechooser', { timeout: 60_000 });
  await openUi(page, { at: 'data' });
  await page.getByRole('button', { name: 'Model', exact: true }).click();
  await expect(page.locator('pinch-import-panel .drop input')).toHaveAttribute('accept', '.json,.safetensors,.jinja');
  await page.locator('pinch-import-panel .drop input').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await (await chooser).setFiles(folder('Large-8B'));
  const refusal = page.getByRole('group', { name: 'It does not fit' });
  await expect(refusal).toContainText('Large-8B does not fit this device. Even rounded to int4');
  await expect(refusal).toContainText('What to do: Choose a smaller checkpoint');
  await expect(refusal).toBeFocused();
  await expect(page.locator('.notice')).toHaveCount(0);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Large-8B' })).toBeVisible();
  await expect(refusal).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Import report' }), 'what is to be known of it is said').toContainText('The tokenizer ends a text with </s>');
  await expect(page.locator('article').filter({ hasText: 'Large-8B' }), 'and stays with the model').toContainText('The lab goes by the tokenizer');
});

test('an adapter that was brought in is listed, and a study can start from it', async ({ page }) => {
  await openUi(page, { at: 'data' });
  await page.getByRole('button', { name: 'Adapter', exact: true }).click();
  await page.locator('pinch-import-panel .drop input').setInputFiles({ name: 'mine.zip', mimeType: 'application/zip', buffer: Buffer.from('x') });
  await expect(page.getByText('Rank 8 on q_proj, v_proj')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'mine' })).toBeVisible();
  await page.getByRole('navigation').getByRole('link', { name: 'Train' }).first().click();
  await page.getByLabel('Start from').selectOption('mine');
  expect(JSON.parse((await page.evaluate(() => localStorage.getItem('pinch-draft'))) as string)).toMatchObject({ init_adapter: 'mine' });
});
