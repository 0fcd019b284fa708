/** A checkpoint's folder, dropped on the page or chosen: the real page and lab, and drops as the browser makes them. */
import { expect, type Page, test } from '@playwright/test';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openLab, tinyCheckpoint } from './lab-page.ts';

test.use({ actionTimeout: 15_000 });

/** Writes files into a new folder of this name. @returns its path */
function folder(name: string, files: Record<string, Buffer | string>): string {
  const root = join(mkdtempSync(join(tmpdir(), 'pinch-folder-')), name);
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  return root;
}

/** As repositories are: other forms of the weights further down, and more files than a directory's reader gives at once. */
function checkpointFolder(name: string): string {
  const other = Object.fromEntries(['onnx/config.json', 'onnx/model.safetensors', 'original/tokenizer.json', 'original/params/config.json', '.cache/config.json', '.DS_Store'].map((path) => [path, 'not this one']));
  const many = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`a-note-${i}.txt`, 'x']));
  return folder(name, { ...other, ...many, ...tinyCheckpoint() });
}

async function openModels(page: Page): Promise<void> {
  await openLab(page, '/?device=wasm#/data');
  await expect(page.getByRole('heading', { name: 'World (dense)' }), 'what the lab holds has come, and nothing moves any more').toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Model', exact: true }).click();
}

/** A drag from the desktop, of files and folders, as the browser itself hands it to the page. */
async function drop(page: Page, files: string[]): Promise<void> {
  const target = page.locator('pinch-import-panel .drop');
  await target.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await target.boundingBox()) as { x: number; y: number; width: number; height: number };
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data: { items: [], files, dragOperationsMask: 1 } });
}

const listed = (page: Page, name: string) => page.locator('pinch-data article').filter({ has: page.getByRole('heading', { name, exact: true }) });

test('a dropped folder becomes a model of its name: its own files, whatever lies in folders below', async ({ page }) => {
  await openModels(page);
  await drop(page, [checkpointFolder('tiny-llama')]);
  await expect(listed(page, 'tiny-llama')).toContainText('LlamaForCausalLM', { timeout: 60_000 });
  await expect(page.getByRole('region', { name: 'Import report' })).toContainText('Imported tiny-llama');
  await expect(page.locator('.notice')).toHaveText([]);
});

test('a chosen folder does as well, and one further down is found', async ({ page }) => {
  await openModels(page);
  const field = page.locator('pinch-import-panel input[webkitdirectory]');
  await field.setInputFiles(checkpointFolder('tiny-chosen'));
  await expect(listed(page, 'tiny-chosen')).toContainText('LlamaForCausalLM', { timeout: 60_000 });
  const nested = Object.fromEntries(Object.entries(tinyCheckpoint()).map(([name, bytes]) => [`snapshots/c0ffee/${name}`, bytes]));
  await field.setInputFiles(folder('models--org--tiny', { ...nested, 'refs/main': 'c0ffee', '.no_exist/config.json': 'hidden, and further up' }));
  await expect(listed(page, 'c0ffee')).toContainText('LlamaForCausalLM', { timeout: 60_000 });
});

test('a folder of several checkpoints, and one of none, are refused in words', async ({ page }) => {
  await openModels(page);
  await drop(page, [folder('models', { 'one/config.json': '{}', 'two/config.json': '{}' })]);
  const notice = page.getByRole('group', { name: 'The files were not imported' });
  await expect(notice).toContainText('There are several folders with config.json: models/one, models/two.');
  await expect(notice).toContainText('Choose one of them at a time');
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await drop(page, [folder('weights', { 'pytorch_model.bin': 'x' })]);
  await expect(notice).toContainText('The checkpoint has no config.json (it has pytorch_model.bin)');
});

test('of a folder of conversations every readable file is read, in folders below too, and its folder may say its language', async ({ page }) => {
  await openModels(page);
  await page.getByRole('button', { name: 'Conversations', exact: true }).click();
  const rows = (language: string): string => Array.from({ length: 5 }, (_, i) => JSON.stringify({ id: `r${i}`, instruction: `${language} ask ${i}`, input: '', output: `${language} say ${i}` })).join('\n');
  await drop(page, [folder('my-data', { 'en.jsonl': rows('en'), 'german_de/train.jsonl': rows('de'), '.git/fr.jsonl': 'hidden', 'README.md': '# data' })]);
  await expect(page.getByRole('region', { name: 'Import report' })).toContainText('my-data: 10 records kept, 0 lines left out', { timeout: 60_000 });
  await expect(listed(page, 'my-data')).toContainText('5 ids in every language');
});
