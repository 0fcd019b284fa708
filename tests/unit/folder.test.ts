/** Which files of a folder are meant. */
import { expect, test } from '@playwright/test';
import { filesMeant } from '../../src/app/folder.ts';

const placed = (...paths: string[]) => paths.map((path) => ({ file: new File([path], path.split('/').at(-1) as string), path }));
const meant = async (paths: string[], wanted: Parameters<typeof filesMeant>[1]) => {
  const { files, folder } = filesMeant(placed(...paths), wanted);
  return { folder, files: await Promise.all(files.map((file) => file.text())) };
};
const CHECKPOINT = { marker: 'config.json' };

test('a checkpoint is what lies beside the uppermost config.json', async () => {
  expect(await meant(['m/onnx/config.json', 'm/config.json', 'm/tokenizer.json', 'm/onnx/tokenizer.json'], CHECKPOINT)).toEqual({ folder: 'm', files: ['m/config.json', 'm/tokenizer.json'] });
  expect(await meant(['m/README.md', 'm/a/b/config.json', 'm/a/b/model.safetensors', 'm/c/model.safetensors'], CHECKPOINT)).toEqual({ folder: 'b', files: ['m/a/b/config.json', 'm/a/b/model.safetensors'] });
  expect(await meant(['config.json', 'model.safetensors', 'other/config.json'], CHECKPOINT), 'files dropped beside a folder').toEqual({ folder: null, files: ['config.json', 'model.safetensors'] });
});

test('without a config.json the uppermost files are given on, for the refusal to name them', async () => {
  expect(await meant(['m/pytorch_model.bin', 'm/onnx/model.onnx'], CHECKPOINT)).toEqual({ folder: 'm', files: ['m/pytorch_model.bin'] });
});

test('several checkpoints side by side, and nothing at all, are refused', async () => {
  await expect(meant(['m/a/config.json', 'm/b/config.json'], CHECKPOINT)).rejects.toThrow('There are several folders with config.json: m/a, m/b.');
  await expect(meant([], CHECKPOINT)).rejects.toThrow('The folder holds no files.');
  await expect(meant(['d/README.md'], { accept: ['.json', '.jsonl'] })).rejects.toThrow('The folder holds no file that ends with .json, .jsonl.');
});

test('of a folder of data every file that can be read is meant, named with where it lies, and whatever was chosen by itself', async () => {
  const accept = ['.json', '.jsonl'];
  expect(await meant(['d/en.JSONL', 'd/more/de.json', 'd/README.md'], { accept })).toEqual({ folder: 'd', files: ['d/en.JSONL', 'd/more/de.json'] });
  expect(await meant(['d/en.json', 'notes.txt'], { accept })).toEqual({ folder: null, files: ['d/en.json', 'notes.txt'] });
  expect(filesMeant(placed('d/en/train.json', 'd/de/train.json', 'notes.txt'), { accept }).files.map(({ name }) => name)).toEqual(['d/en/train.json', 'd/de/train.json', 'notes.txt']);
});
