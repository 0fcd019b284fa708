/** Every family exported for transformers.js with an adapter folded in: it gives PyTorch's greedy answers there. */
import type { Page } from '@playwright/test';
import { loadedAs } from '../../src/engine/exports/decoder-onnx.ts';
import { type FileParts, type ModelFormat, modelFiles } from '../../src/engine/exports/index.ts';
import { FAMILIES } from '../../src/engine/models/families/index.ts';
import { blockLength, dequantize, quantize } from '../../src/engine/models/quantize.ts';
import { readSafetensors, tensorToFloat32, writeSafetensors } from '../../src/files/safetensors.ts';
import { inBrowser } from '../in-browser.ts';
import { expect, test } from '../kept-page.ts';
import { goldenBytes, goldenFiles, goldenJson } from './files.ts';
import { GoldenSet } from './golden-set.ts';

const EOS = 2;

async function joined(parts: FileParts): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

/** An export under /exported/model/, as transformers-page.ts asks for it. */
async function serve(page: Page, files: ReadonlyMap<string, FileParts>): Promise<void> {
  await page.route('**/exported/**', async (route) => {
    const parts = files.get(new URL(route.request().url()).pathname.split('/exported/model/')[1] as string);
    return parts ? route.fulfill({ body: await joined(parts), contentType: 'application/octet-stream' }) : route.fulfill({ status: 404 });
  });
}

const EXPORTED = ['qwen2-dora', 'llama3', 'mistral', 'qwen2', 'qwen3', 'gemma3_text', 'mixtral', 'qwen3_moe', 'gpt_neox', 'gpt_neox-serial'];

for (const name of EXPORTED) {
  test(`${name}: transformers.js answers as PyTorch does, one by one and in a padded batch`, async ({ page }) => {
    const folder = `families/${name}`;
    const set = await GoldenSet.open(folder, goldenBytes);
    const files = await modelFiles({ base: await goldenFiles(folder), adapter: set.adapter(0), format: 'onnx', chatTemplate: '', card: '' });
    await serve(page, files);
    const { generations } = await goldenJson<{ generations: { adapter: number; prompt: number[]; tokens: number[] }[] }>(`${folder}/goldens.json`);
    const asked = generations.filter(({ adapter }) => adapter === 0);
    const { alone, together } = await inBrowser<{ alone: number[][]; together: number[][] }>(page, 'tests/golden/transformers-page.ts', 'answer', asked.map(({ prompt }) => prompt), 24);
    const cut = (tokens: number[]): number[] => tokens.slice(0, tokens.includes(EOS) ? tokens.indexOf(EOS) : tokens.length);
    const known = asked.map(({ tokens }) => cut(tokens));
    expect(alone.map(cut)).toEqual(known);
    expect(together.map(cut)).toEqual(known);
  });
}

test('rounded to four bits, transformers.js answers as PyTorch does with the same rounded weights', async ({ page }) => {
  const folder = 'families/llama-int4';
  const { config, tensors } = (await GoldenSet.open(folder, goldenBytes)).adapter(0);
  // An adapter that changes nothing: what is exported is the base.
  const nothing = { config, tensors: new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: data.map(() => 0) }])) };
  const files = await modelFiles({ base: await goldenFiles(folder), adapter: nothing, format: 'onnx-q4', chatTemplate: '', card: '' });
  const whole = await modelFiles({ base: await goldenFiles(folder), adapter: nothing, format: 'onnx', chatTemplate: '', card: '' });
  expect(files.has('onnx/model.onnx')).toBe(false);
  const [small, large] = await Promise.all([joined(files.get('onnx/model_q4.onnx') as FileParts), joined(whole.get('onnx/model.onnx') as FileParts)]);
  expect(small.length).toBeLessThan(0.6 * large.length);
  await serve(page, new Map([...files, ['onnx/model_q4.onnx', [small]]]));
  const { generations } = await goldenJson<{ generations: { adapter: number; prompt: number[]; tokens: number[] }[] }>(`${folder}/goldens.json`);
  const asked = generations.filter(({ adapter }) => adapter < 0);
  const { alone } = await inBrowser<{ alone: number[][] }>(page, 'tests/golden/transformers-page.ts', 'answer', asked.map(({ prompt }) => prompt), 24);
  const cut = (tokens: number[]): number[] => tokens.slice(0, tokens.includes(EOS) ? tokens.indexOf(EOS) : tokens.length);
  expect(alone.map(cut)).toEqual(asked.map(({ tokens }) => cut(tokens)));
});

/** The same weights as the four-bit export rounds them, matrix by matrix, in a float32 checkpoint; and how many were rounded. */
function rounded(bytes: Uint8Array): { bytes: Uint8Array; matrices: number } {
  let matrices = 0;
  const tensors = [...readSafetensors(bytes, 'merged').tensors].map(([name, tensor]) => {
    const [rows, columns = 0] = tensor.shape as [number, number?];
    const data = tensorToFloat32(tensor, 'merged');
    if (tensor.shape.length < 2 || blockLength(columns) === null) return [name, { shape: tensor.shape, data }] as const;
    matrices++;
    return [name, { shape: tensor.shape, data: dequantize(quantize(data, [rows, columns], /embed|lm_head/.test(name) ? 8 : 4)) }] as const;
  });
  return { bytes: writeSafetensors(tensors), matrices };
}

for (const name of ['qwen3', 'gemma3_text', 'gpt_neox']) {
  test(`${name}: rounded to four bits with an adapter folded in, it answers as the float32 export of the same rounded weights does`, async ({ page }) => {
    const folder = `families/${name}`;
    const base = await goldenFiles(folder);
    const adapter = (await GoldenSet.open(folder, goldenBytes)).adapter(0);
    const nothing = { ...adapter, tensors: new Map([...adapter.tensors].map(([key, { shape, data }]) => [key, { shape, data: data.map(() => 0) }])) };
    const { generations } = await goldenJson<{ generations: { adapter: number; prompt: number[]; tokens: number[] }[] }>(`${folder}/goldens.json`);
    const asked = generations.filter(({ adapter: own }) => own === 0);
    const answers = async (files: ReadonlyMap<string, FileParts>): Promise<number[][]> => {
      await page.unrouteAll();
      await serve(page, files);
      return (await inBrowser<{ alone: number[][] }>(page, 'tests/golden/transformers-page.ts', 'answer', asked.map(({ prompt }) => prompt), 24)).alone;
    };
    const four = await modelFiles({ base, adapter, format: 'onnx-q4', chatTemplate: '', card: '' });
    const merged = await modelFiles({ base, adapter, format: 'safetensors', chatTemplate: '', card: '' });
    const { bytes, matrices } = rounded(await joined(merged.get('model.safetensors') as FileParts));
    expect(matrices).toBeGreaterThanOrEqual(8);
    const reference = await modelFiles({ base: { ...base, bytes: async (file) => (file === 'model.safetensors' ? bytes : base.bytes(file)) }, adapter: nothing, format: 'onnx', chatTemplate: '', card: '' });
    const [theirs, known] = [await answers(four), await answers(reference)];
    expect(theirs).toEqual(known);
    expect(known, 'rounding is seen in the answers').not.toEqual(asked.map(({ tokens }) => tokens));
  });
}

test('what transformers.js has no name for goes by the name of one with the same cache, beside the graph alone', async () => {
  const base = await goldenFiles('families/mixtral');
  const adapter = (await GoldenSet.open('families/mixtral', goldenBytes)).adapter(0);
  const named = async (format: ModelFormat): Promise<unknown> => {
    const files = await modelFiles({ base, adapter, format, chatTemplate: '', card: '' });
    return JSON.parse((await joined(files.get('config.json') as FileParts)).toString());
  };
  const own = { model_type: 'mixtral', architectures: ['MixtralForCausalLM'], num_local_experts: 4 };
  expect(await named('safetensors')).toMatchObject(own);
  expect(await named('onnx')).toMatchObject({ ...own, model_type: 'mistral', architectures: ['MistralForCausalLM'] });
  expect(() => loadedAs({ model_type: 'mamba' })).toThrow(expect.objectContaining({ code: 'exports.family', message: expect.stringContaining('mamba') }));
});

test('every family has a name that transformers.js loads', () => {
  for (const model_type of Object.keys(FAMILIES)) expect(Object.keys(FAMILIES)).toContain(loadedAs({ model_type }).model_type);
});
