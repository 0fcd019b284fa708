/** PEFT's configurations and names: applied exactly, or refused by the field's name. */
import { expect, test } from '@playwright/test';
import { assert as holds, jsonValue, property, stringMatching } from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { checkAdapter, completed, initialAdapter, loraScale, PEFT_PREFIX } from '../../src/engine/adapters/adapter.ts';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, readAdapter, unzipAdapter, writeAdapter } from '../../src/engine/adapters/peft.ts';
import { LabError } from '../../src/core/errors.ts';
import { Rng } from '../../src/core/rng.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import { writeSafetensors } from '../../src/files/safetensors.ts';
import { runCampaign } from '../fuzz/campaign.ts';
import { BYTE_MUTATIONS, type Bytes, JSON_MUTATIONS } from '../fuzz/mutate.ts';
import { goldenJson } from '../golden/files.ts';
import type { Adapter, AdapterTensor } from '../../src/records/adapter.ts';

type Matrix = number[][];
interface PatternCase {
  config: Record<string, unknown>;
  tensors: Record<string, Matrix>;
  deltas: Record<string, Matrix>;
}

const MODULES = ['q_proj', 'v_proj'] as const;
const LORA = { r: 4, lora_alpha: 8, lora_dropout: 0, target_modules: [...MODULES] };
const model = async () => parseConfig(await goldenJson('untied/config.json'));
const adapterOf = async (): Promise<Adapter> => {
  const adapter = initialAdapter(LORA, await model(), new Rng(1));
  const rng = new Rng(2);
  for (const { data } of adapter.tensors.values()) for (let i = 0; i < data.length; i++) data[i] = rng.normal();
  return adapter;
};
const files = (tensors: Iterable<readonly [string, { shape: number[]; data: Float32Array }]>, fields: object = {}): ReturnType<typeof writeAdapter> => ({
  [ADAPTER_CONFIG]: strToU8(JSON.stringify({ peft_type: 'LORA', r: 4, lora_alpha: 8, target_modules: MODULES, ...fields })),
  [ADAPTER_WEIGHTS]: writeSafetensors([...tensors]),
});

function refusal(call: () => unknown): LabError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    return error as LabError;
  }
  throw new Error('nothing was thrown');
}

/** What an adapter adds to one module's weight. */
function delta({ config, tensors }: Adapter, path: string): Matrix {
  const [a, b] = ['A', 'B'].map((letter) => tensors.get(`${PEFT_PREFIX}${path}.lora_${letter}.weight`)) as [{ shape: number[]; data: Float32Array }, { shape: number[]; data: Float32Array }];
  const [rank, columns] = a.shape as [number, number];
  return Array.from({ length: b.shape[0] as number }, (_, i) => Array.from({ length: columns }, (_unused, j) => {
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += (b.data[i * rank + k] as number) * (a.data[k * columns + j] as number);
    return loraScale(config) * sum;
  }));
}

test('ranks and alphas of single modules give the changes that PyTorch computes after PEFT’s rules', async () => {
  const cases = await goldenJson<Record<string, PatternCase>>('peft-patterns.json');
  expect(Object.keys(cases).length).toBe(7);
  for (const [name, { config, tensors, deltas }] of Object.entries(cases)) {
    const rows = Object.entries(tensors).map(([key, matrix]): [string, AdapterTensor] => [key, { shape: [matrix.length, (matrix[0] as number[]).length], data: Float32Array.from(matrix.flat()) }]);
    const adapter = readAdapter(files(rows, config));
    expect(new Set([...adapter.tensors].map(([key, { shape }]) => shape[key.includes('lora_A') ? 0 : 1])), `${name}: one rank`).toEqual(new Set([adapter.config.r]));
    for (const [path, known] of Object.entries(deltas)) {
      const found = delta(adapter, path).flat();
      known.flat().forEach((value, i) => expect(Math.abs((found[i] as number) - value), `${name}, ${path}`).toBeLessThan(1e-5));
    }
  }
});

test('names with the adapter’s own, without PEFT’s prefix and under a multimodal model’s are the same adapter', async () => {
  const adapter = await adapterOf();
  const renamed = (change: (name: string) => string) => readAdapter(files([...adapter.tensors].map(([name, tensor]) => [change(name), tensor] as const)));
  const plain = readAdapter(files(adapter.tensors));
  expect(plain.tensors).toEqual(adapter.tensors);
  expect(renamed((name) => name.replace('.weight', '.default.weight'))).toEqual(plain);
  expect(renamed((name) => name.slice(PEFT_PREFIX.length))).toEqual(plain);
  expect(renamed((name) => name.replace('.model.layers', '.model.language_model.layers'))).toEqual(plain);
  expect(renamed((name) => name.replace('model.layers', 'language_model.model.layers'))).toEqual(plain);
  // A pattern may name a multimodal model's own path.
  const nested = readAdapter(files([...adapter.tensors].map(([name, tensor]) => [name.replace('.model.layers', '.model.language_model.layers'), tensor] as const), { alpha_pattern: { 'model.language_model.layers.0.self_attn.q_proj': 16 } }));
  expect(delta(nested, 'model.layers.0.self_attn.q_proj')[0]?.[0]).toBeCloseTo(2 * (delta(plain, 'model.layers.0.self_attn.q_proj')[0]?.[0] as number), 5);
  // Twice under two names is no adapter.
  const twice = [...adapter.tensors, ...[...adapter.tensors].slice(0, 1).map(([name, tensor]) => [name.replace('.weight', '.default.weight'), tensor] as const)];
  expect(refusal(() => readAdapter(files(twice))).message).toContain('twice');
});

test('half of a pair, a rank that is not the configuration’s, and a magnitude without DoRA are refused by name', async () => {
  const adapter = await adapterOf();
  const path = 'model.layers.1.self_attn.v_proj';
  const without = (letter: string) => [...adapter.tensors].filter(([name]) => name !== `${PEFT_PREFIX}${path}.lora_${letter}.weight`);
  expect(refusal(() => readAdapter(files(without('B'))))).toMatchObject({ code: 'adapters.tensors', message: expect.stringContaining(`${path} has lora_A and no lora_B`) });
  expect(refusal(() => readAdapter(files(without('A')))).message).toContain(`${path} has lora_B and no lora_A`);
  expect(refusal(() => readAdapter(files(adapter.tensors, { r: 8 }))).message).toContain('its rank is 8');
  expect(refusal(() => readAdapter(files(adapter.tensors, { rank_pattern: { v_proj: 2 } }))).message).toContain(`${path} has A [4, 32] and B [16, 4], and its rank is 2`);
  const magnitude: [string, AdapterTensor] = [`${PEFT_PREFIX}${path}.lora_magnitude_vector`, { shape: [16], data: new Float32Array(16) }];
  expect(refusal(() => readAdapter(files([...adapter.tensors, magnitude]))).message).toContain('use_dora is false');
  expect(refusal(() => readAdapter(files(adapter.tensors, { use_dora: true }))).message).toContain('use_dora is true');
});

test('an adapter of some layers changes nothing in the others, and one that lost a layer is refused', async () => {
  const adapter = await adapterOf();
  const config = await model();
  const first = [...adapter.tensors].filter(([name]) => name.includes('.layers.0.'));
  for (const fields of [{ layers_to_transform: [0] }, { layers_to_transform: 0 }, { target_modules: '.*layers\\.0\\..*(q|v)_proj' }, { target_modules: ['layers.0.self_attn.q_proj', 'layers.0.self_attn.v_proj'] }]) {
    const part = readAdapter(files(first, fields));
    checkAdapter(part, config);
    const whole = completed(part, config);
    checkAdapter(whole, config);
    expect(whole.tensors.size).toBe(adapter.tensors.size);
    expect(delta(whole, 'model.layers.0.self_attn.q_proj')).toEqual(delta(adapter, 'model.layers.0.self_attn.q_proj'));
    expect(delta(whole, 'model.layers.1.self_attn.q_proj').flat().every((value) => value === 0)).toBe(true);
  }
  expect(refusal(() => checkAdapter(readAdapter(files(first)), config)).message).toContain('layers.1.self_attn.q_proj.lora_A.weight [4, 32] is missing');
});

const CHANGES_THE_MODEL: Record<string, readonly unknown[]> = {
  bias: ['all', 'lora_only'],
  lora_bias: [true],
  fan_in_fan_out: [true],
  trainable_token_indices: [[1, 2], { embed_tokens: [1] }],
  modules_to_save: [['lm_head']],
  init_lora_weights: ['pissa', 'pissa_niter_16', 'olora', 'corda', 'loftq', 'lora_ga', 'something new'],
  alora_invocation_tokens: [[1, 2]],
  layer_replication: [[[0, 2], [1, 2]]],
  megatron_config: [{ tensor_model_parallel_size: 2 }],
  use_qalora: [true],
  target_parameters: [['experts.w1']],
  arrow_config: [{ top_k: 2 }],
  task_type: ['SEQ_CLS'],
  a_field_of_tomorrow: [1, 'on', true, { on: true }, [0]],
};

test('every field that would give another model is refused by its name', async () => {
  const { tensors } = await adapterOf();
  for (const [field, values] of Object.entries(CHANGES_THE_MODEL)) {
    for (const value of values) expect(refusal(() => readAdapter(files(tensors, { [field]: value })))).toMatchObject({ code: 'adapters.unsupported', message: expect.stringContaining(field) });
  }
});

test('what PEFT writes where a feature is off, and how an adapter was begun, say nothing', async () => {
  const { tensors } = await adapterOf();
  const plain = readAdapter(files(tensors));
  const off = { bias: 'none', lora_bias: false, fan_in_fan_out: false, trainable_token_indices: null, modules_to_save: null, alora_invocation_tokens: null, layer_replication: null, megatron_config: null, megatron_core: 'megatron.core', use_qalora: false, qalora_group_size: 16, target_parameters: null, loftq_config: {}, eva_config: null, corda_config: null, rank_pattern: {}, alpha_pattern: null, layers_to_transform: null, layers_pattern: null, use_dora: null, use_rslora: null, lora_dropout: null, task_type: 'CAUSAL_LM', peft_version: '0.18.0', base_model_name_or_path: 'org/base', inference_mode: true, auto_mapping: null, exclude_modules: null, a_field_of_tomorrow: null };
  expect(readAdapter(files(tensors, off))).toEqual(plain);
  for (const beginning of [true, false, 'gaussian', 'orthogonal', 'eva', null]) expect(readAdapter(files(tensors, { init_lora_weights: beginning }))).toEqual(plain);
});

test('no field that nobody here knows passes without a word', async () => {
  const { tensors } = await adapterOf();
  const plain = readAdapter(files(tensors));
  holds(property(stringMatching(/^[a-z]{4,12}_x$/), jsonValue(), (field, value) => {
    try {
      expect(readAdapter(files(tensors, { [field]: value }))).toEqual(plain);
      // Read: then the value says that something is off.
      return value === null || value === false || value === '' || (typeof value === 'object' && Object.keys(value as object).length === 0);
    } catch (thrown) {
      return thrown instanceof LabError && thrown.message.includes(field);
    }
  }), { seed: 7, numRuns: 200 });
});

test('archives that lie are refused: names outside, two adapters, damaged contents, no end of bytes', async () => {
  const adapter = files((await adapterOf()).tensors) as unknown as Record<string, Uint8Array>;
  const zip = zipSync(adapter);
  expect(unzipAdapter(zip).config.r).toBe(4);
  const inFolder = Object.fromEntries(Object.entries(adapter).map(([name, bytes]) => [`mine/${name}`, bytes]));
  expect(unzipAdapter(zipSync(inFolder)).config.r).toBe(4);
  expect(refusal(() => unzipAdapter(zipSync({ ...adapter, ...inFolder }))).message).toContain('2 adapters');
  for (const name of ['../evil', '/etc/evil', 'C:evil', 'a/../../evil', 'a\\evil']) expect(refusal(() => unzipAdapter(zipSync({ ...adapter, [name]: new Uint8Array(1) }))).message).toContain('outside its folder');
  const damaged = zipSync(adapter, { level: 0 });
  damaged[damaged.length >> 1]! ^= 1;
  expect(refusal(() => unzipAdapter(damaged))).toMatchObject({ code: 'adapters.zip', message: expect.stringContaining('damaged') });
  // Its directory says that it unpacks to four gigabytes.
  const bomb = zipSync(adapter);
  const view = new DataView(bomb.buffer, bomb.byteOffset, bomb.byteLength);
  view.setUint32(view.getUint32(bomb.length - 6, true) + 24, 0xffffffff, true);
  expect(refusal(() => unzipAdapter(bomb)).message).toContain('would unpack to');
});

test('malformed adapters end clearly: configurations, weights and archives', async () => {
  const { tensors } = await adapterOf();
  const good = files(tensors);
  const config = JSON.parse(new TextDecoder().decode(good[ADAPTER_CONFIG])) as Record<string, unknown>;
  const sound = (adapter: Adapter): string | null => ([...adapter.tensors.values()].every(({ shape, data }) => shape.reduce((n, m) => n * m, 1) === data.length) && adapter.config.r >= 1 ? null : 'shapes and numbers do not agree');
  await runCampaign<unknown>({ reader: 'adapter_config.json', seeds: [config, { ...config, rank_pattern: { v_proj: 4 }, alpha_pattern: {} }], mutations: JSON_MUTATIONS, files: 300, read: (json) => sound(readAdapter({ ...good, [ADAPTER_CONFIG]: strToU8(JSON.stringify(json) ?? '') })) });
  await runCampaign<Bytes>({ reader: 'adapter_model.safetensors', seeds: [good[ADAPTER_WEIGHTS] as Bytes], mutations: BYTE_MUTATIONS, files: 300, read: (bytes) => sound(readAdapter({ ...good, [ADAPTER_WEIGHTS]: bytes })) });
  await runCampaign<Bytes>({ reader: 'adapter zip', seeds: [zipSync(good as unknown as Record<string, Uint8Array>) as Bytes], mutations: BYTE_MUTATIONS, files: 300, read: (bytes) => sound(unzipAdapter(bytes)) });
});
