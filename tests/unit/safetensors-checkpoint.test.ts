import { expect, test } from '@playwright/test';
import { LabError } from '../../src/core/errors.ts';
import { readCheckpoint, verifyCheckpoint } from '../../src/engine/models/checkpoint.ts';
import { float32ToFloat16 } from '../../src/files/float16.ts';
import { readSafetensors, tensorToFloat32, type WritableTensor, writeSafetensors } from '../../src/files/safetensors.ts';
import { goldenBytes, goldenFiles, goldenJson } from '../golden/files.ts';
import type { CheckpointFiles } from '../../src/records/checkpoint-files.ts';

type Tensors = Map<string, WritableTensor>;

/** The golden checkpoint, changed before it is written again. */
async function changed(change: (tensors: Tensors, config: Record<string, unknown>) => void): Promise<CheckpointFiles> {
  const config = await goldenJson<Record<string, unknown>>('untied/config.json');
  const tensors: Tensors = new Map();
  for (const [name, tensor] of readSafetensors(await goldenBytes('untied/model.safetensors'), 'x').tensors) tensors.set(name, { shape: tensor.shape, data: tensorToFloat32(tensor, 'x').slice() });
  change(tensors, config);
  return folder({ 'config.json': config, 'model.safetensors': writeSafetensors(tensors) });
}

function folder(contents: Record<string, unknown>): CheckpointFiles {
  return { names: Object.keys(contents), json: async (name) => contents[name], bytes: async (name) => contents[name] as Uint8Array };
}

async function refusal(files: CheckpointFiles): Promise<LabError> {
  const error = await readCheckpoint(files).then(verifyCheckpoint).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LabError);
  return error as LabError;
}

test('checkpoints in float32, float16 and bfloat16, tied and untied, are read', async () => {
  const untied = await readCheckpoint(await goldenFiles('untied'));
  expect(untied.parameters).toBe(21664);
  expect(await untied.weight('lm_head.weight')).toMatchObject({ dtype: 'float32', shape: [96, 32] });
  const half = await readCheckpoint(await goldenFiles('untied-f16'));
  expect((await half.weight('lm_head.weight')).dtype).toBe('float16');
  const tied = await readCheckpoint(await goldenFiles('tied'));
  expect(tied.parameters).toBe(32480);
  expect(tied.shapes.has('lm_head.weight')).toBe(false);
  expect(await tied.weight('model.layers.2.self_attn.q_proj.weight')).toMatchObject({ dtype: 'float32', shape: [64, 32] });
});

test('checking runs up to the last of the weights', async () => {
  const seen: number[] = [];
  await verifyCheckpoint(await readCheckpoint(await goldenFiles('untied')), ({ done, total }) => seen.push(done / total));
  expect(seen.length).toBe(1 + 2 * 9 + 2);
  expect(seen.at(-1)).toBe(1);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test('missing, misshapen and unexpected tensors are all named at once with their shapes', async () => {
  const error = await refusal(
    await changed((tensors) => {
      tensors.delete('model.norm.weight');
      tensors.set('model.layers.0.self_attn.k_proj.weight', { shape: [32, 16], data: new Float32Array(512) });
      tensors.set('model.layers.1.self_attn.q_proj.bias', { shape: [32], data: new Float32Array(32) });
    }),
  );
  expect(error.code).toBe('models.weights');
  expect(error.data['problems']).toEqual([
    'model.layers.0.self_attn.k_proj.weight is [32, 16] but should be [16, 32]',
    'model.norm.weight [32] is missing',
    'model.layers.1.self_attn.q_proj.bias [32] belongs to no part of a llama model',
  ]);
});

test('a message stays readable when everything is missing', async () => {
  const error = await refusal(await changed((tensors) => tensors.clear()));
  expect(error.message).toContain('and 9 more');
  expect(error.data['problems']).toHaveLength(21);
});

test('what old checkpoints carry and no model reads is passed over', async () => {
  const { parameters } = await readCheckpoint(await changed((tensors) => tensors.set('model.layers.0.self_attn.rotary_emb.inv_freq', { shape: [4], data: new Float32Array(4) })));
  expect(parameters).toBe(21664);
});

test('values that are not finite are found in float32 and in float16', async () => {
  const name = 'model.layers.1.mlp.up_proj.weight';
  const full = await refusal(await changed((tensors) => ((tensors.get(name)!.data as Float32Array)[77] = NaN)));
  expect(full).toMatchObject({ code: 'models.not-finite', data: { tensor: name, index: 77 } });
  const half = await refusal(
    await changed((tensors) => {
      for (const [key, tensor] of tensors) tensors.set(key, { shape: tensor.shape, dtype: 'F16', data: float32ToFloat16((tensor.data as Float32Array).map((x, i) => (key === name && i === 5 ? 1e6 : x))) });
    }),
  );
  expect(half).toMatchObject({ code: 'models.not-finite', data: { tensor: name, index: 5 } });
});

test('a checkpoint in several files is read through its index', async () => {
  const tensors = [...readSafetensors(await goldenBytes('untied/model.safetensors'), 'x').tensors.values()].map((tensor) => [tensor.name, { shape: tensor.shape, data: tensorToFloat32(tensor, 'x') }] as const);
  const parts = { 'model-00001-of-00002.safetensors': tensors.slice(0, 9), 'model-00002-of-00002.safetensors': tensors.slice(9) };
  const weight_map = Object.fromEntries(Object.entries(parts).flatMap(([file, part]) => part.map(([name]) => [name, file])));
  const contents: Record<string, unknown> = { 'config.json': await goldenJson('untied/config.json'), 'model.safetensors.index.json': { metadata: {}, weight_map }, ...Object.fromEntries(Object.entries(parts).map(([file, part]) => [file, writeSafetensors(part)])) };
  expect((await readCheckpoint(folder(contents))).parameters).toBe(21664);

  const { 'model-00002-of-00002.safetensors': _, ...incomplete } = contents;
  const error = await refusal(folder(incomplete));
  expect(error.code).toBe('models.missing-file');
  expect(error.message).toContain('model-00002-of-00002.safetensors');
});

test('missing files are named, with what to do about formats that cannot be read', async () => {
  expect((await refusal(folder({}))).message).toContain('config.json');
  const error = await refusal(folder({ 'config.json': await goldenJson('untied/config.json'), 'pytorch_model.bin': new Uint8Array() }));
  expect(error.code).toBe('models.missing-file');
  expect(error.hint).toContain('pytorch_model.bin cannot be read');
});

test('some rows of a weight are those rows of it, in every type', async () => {
  for (const [folder, name] of [['untied', 'lm_head.weight'], ['untied-f16', 'lm_head.weight'], ['tied', 'model.embed_tokens.weight']] as const) {
    const checkpoint = await readCheckpoint(await goldenFiles(folder));
    const [whole, part] = [await checkpoint.weight(name), await checkpoint.weight(name, [3, 10])];
    expect(part).toMatchObject({ dtype: whole.dtype, shape: [7, whole.shape[1]] });
    expect(part.data).toEqual(whole.data.slice(3 * (whole.shape[1] as number), 10 * (whole.shape[1] as number)));
  }
});

test('a file that can be read in parts is never read as a whole', async () => {
  const bytes = await goldenBytes('tied/model.safetensors');
  const read: number[] = [];
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const slice = blob.slice.bind(blob);
  blob.slice = (from = 0, to = blob.size) => {
    read.push(to - from);
    return slice(from, to);
  };
  const files: CheckpointFiles = { names: ['config.json', 'model.safetensors'], json: () => goldenJson('tied/config.json'), bytes: () => Promise.reject(new Error('read as a whole')), blob: async () => blob };
  const [parts, whole] = [await readCheckpoint(files), await readCheckpoint(await goldenFiles('tied'))];
  expect(read.length).toBe(2);
  for (const name of whole.shapes.keys()) expect(await parts.weight(name)).toEqual(await whole.weight(name));
  expect(Math.max(...read)).toBeLessThan(bytes.length / 3);
});
