import { expect, test } from '@playwright/test';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { adapterShapes, applicable, checkAdapter, initialAdapter, loraNames, loraScale, MODULE_NAMES, PEFT_PREFIX } from '../../src/engine/adapters/adapter.ts';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, readAdapter, unzipAdapter, writeAdapter, zipAdapter } from '../../src/engine/adapters/peft.ts';
import { LabError } from '../../src/core/errors.ts';
import { Rng } from '../../src/core/rng.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import { LoraLayout } from '../../src/engine/models/lora.ts';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors.ts';
import { goldenBytes, goldenJson } from '../golden/files.ts';
import type { ModelConfig } from '../../src/engine/models/model-config.ts';
import type { Adapter, BaseReference, LoraConfig } from '../../src/records/adapter.ts';

const LORA: LoraConfig = { r: 4, lora_alpha: 8, lora_dropout: 0.05, target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] };
const BASE: BaseReference = { name: 'org/tiny', revision: 'c0ffee' };
const CARD = '---\nlibrary_name: peft\n---\n';
const base = async (): Promise<ModelConfig> => parseConfig(await goldenJson('untied/config.json'));

function refusal(call: () => unknown): LabError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    return error as LabError;
  }
  throw new Error('nothing was thrown');
}

const configFile = (fields: object): Uint8Array => strToU8(JSON.stringify({ peft_type: 'LORA', r: 4, lora_alpha: 8, ...fields }));
const withConfig = (adapter: Adapter, fields: object): ReturnType<typeof writeAdapter> => ({ ...writeAdapter(adapter, BASE), [ADAPTER_CONFIG]: configFile(fields) });

test("the tensors have PEFT's names and shapes", async () => {
  const shapes = adapterShapes(LORA, await base());
  expect(shapes.size).toBe(2 * 7 * 2);
  expect(shapes.get('base_model.model.model.layers.1.self_attn.k_proj.lora_A.weight')).toEqual([4, 32]);
  expect(shapes.get('base_model.model.model.layers.1.self_attn.k_proj.lora_B.weight')).toEqual([16, 4]);
  expect(shapes.get('base_model.model.model.layers.0.mlp.down_proj.lora_A.weight')).toEqual([4, 48]);
  expect(adapterShapes({ ...LORA, target_modules: ['v_proj', 'q_proj'] }, await base()).size).toBe(2 * 2 * 2);
});

test('the shapes agree with the adapters PyTorch trained', async () => {
  const { tensors } = readSafetensors(await goldenBytes('untied/goldens.safetensors'), 'goldens');
  for (const [name, shape] of adapterShapes(LORA, await base())) expect(tensors.get(`adapter0.${name.slice(PEFT_PREFIX.length)}`)?.shape, name).toEqual(shape);
});

test('experts are adapted one by one, under PEFT’s names, and come back from its files', async () => {
  for (const [name, modules, path] of [['mixtral', ['gate', 'w1', 'w2', 'w3'], 'block_sparse_moe.experts.3.w2'], ['qwen3_moe', ['gate_proj', 'up_proj', 'down_proj'], 'mlp.experts.5.down_proj']] as const) {
    const config = parseConfig(await goldenJson(`families/${name}/config.json`));
    const adapter = initialAdapter({ ...LORA, lora_dropout: 0, target_modules: MODULE_NAMES.filter((module) => (modules as readonly string[]).includes(module)) }, config, new Rng(1));
    expect(adapter.tensors.get(`base_model.model.model.layers.1.${path}.lora_A.weight`)?.shape).toEqual([4, config.intermediate_size]);
    expect(adapter.tensors.get(`base_model.model.model.layers.1.${path}.lora_B.weight`)?.shape).toEqual([config.hidden_size, 4]);
    expect(readAdapter(writeAdapter(adapter, BASE))).toEqual(adapter);
    checkAdapter(adapter, config);
    // Their down projections are one product, whose rows DoRA could not set apart.
    const dora = { ...adapter.config, use_dora: true };
    expect(refusal(() => applicable(dora, config)).code).toBe('adapters.unsupported');
    expect(refusal(() => checkAdapter({ ...adapter, config: dora }, config)).code).toBe('adapters.unsupported');
    // Beside a DoRA adapter of other modules they are answered with all the same, without magnitudes.
    const slots = new LoraLayout({ ...dora, target_modules: ['q_proj', ...adapter.config.target_modules] }, config).slots;
    expect(new Set(slots.filter(({ matrix }) => matrix === 'magnitude').map(({ target }) => target.beside))).toEqual(new Set([false]));
    expect(slots.some(({ target }) => target.beside)).toBe(true);
  }
});

test('a fresh adapter changes nothing yet: B is zero, A uniform within 1 / sqrt(in), and the seed decides it', async () => {
  const config = await base();
  const adapter = initialAdapter({ ...LORA, r: 64 }, config, new Rng(3));
  const { a, b } = loraNames(config, 0, 'mlp.down_proj');
  const values = adapter.tensors.get(a)!.data;
  const bound = 1 / Math.sqrt(48);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
  const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 1);
  expect(adapter.tensors.get(b)!.data.every((x) => x === 0)).toBe(true);
  expect(initialAdapter({ ...LORA, r: 64 }, config, new Rng(3)).tensors).toEqual(adapter.tensors);
  expect(initialAdapter({ ...LORA, r: 64 }, config, new Rng(4)).tensors).not.toEqual(adapter.tensors);
  checkAdapter(adapter, config);
});

test('an adapter that is written and read again is equal, as files and as a zip', async () => {
  const adapter = initialAdapter(LORA, await base(), new Rng(1));
  expect(readAdapter(writeAdapter(adapter, BASE))).toEqual(adapter);
  expect(unzipAdapter(zipAdapter(adapter, BASE, CARD))).toEqual(adapter);
  const turned = { ...adapter, tensors: new Map([...adapter.tensors].toReversed()) };
  expect(writeAdapter(turned, BASE)).toEqual(writeAdapter(adapter, BASE));
  // The date of an entry, in DOS's form: not today's, so that equal adapters are equal files whenever they are written.
  const [low, high] = zipAdapter(adapter, BASE, CARD).slice(12, 14) as unknown as [number, number];
  expect(low + 256 * high).toBe(0b0000000_0001_00001);
  const inFolder = zipSync(Object.fromEntries(Object.entries(writeAdapter(adapter, BASE)).map(([name, bytes]) => [`my-adapter/${name}`, bytes])));
  expect(unzipAdapter(inFolder)).toEqual(adapter);
});

test('the zip has a model card, and its configuration says what PeftModel and AutoPeftModel need', async () => {
  const files = unzipSync(zipAdapter(initialAdapter(LORA, await base(), new Rng(1)), BASE, CARD));
  expect(Object.keys(files).sort()).toEqual(['README.md', ADAPTER_CONFIG, ADAPTER_WEIGHTS]);
  expect(strFromU8(files['README.md'] as Uint8Array)).toBe(CARD);
  expect(JSON.parse(new TextDecoder().decode(files[ADAPTER_CONFIG]))).toMatchObject({ peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: 'org/tiny', revision: 'c0ffee', r: 4, lora_alpha: 8, lora_dropout: 0.05, bias: 'none', target_modules: LORA.target_modules });
});

test('a rank-stabilised adapter is read and written as one', async () => {
  const adapter = initialAdapter({ ...LORA, use_rslora: true }, await base(), new Rng(1));
  expect(JSON.parse(new TextDecoder().decode(writeAdapter(adapter, BASE)[ADAPTER_CONFIG]))).toMatchObject({ use_rslora: true, use_dora: false });
  expect(unzipAdapter(zipAdapter(adapter, BASE, CARD))).toEqual(adapter);
  // r 4, alpha 8: 8 / 4 without, 8 / 2 with.
  expect([loraScale(LORA), loraScale(adapter.config)]).toEqual([2, 4]);
});

test('target_modules given as a pattern are worked out from the tensors', async () => {
  const adapter = initialAdapter({ ...LORA, target_modules: ['q_proj', 'v_proj'] }, await base(), new Rng(1));
  expect(readAdapter(withConfig(adapter, { target_modules: '.*(q|v)_proj' })).config.target_modules).toEqual(['q_proj', 'v_proj']);
});

test("DoRA's magnitudes are read and written under PEFT's name, and asked for where the configuration names them", async () => {
  const config = await base();
  const adapter = initialAdapter({ ...LORA, use_dora: true }, config, new Rng(1));
  const { magnitude } = loraNames(config, 1, 'mlp.down_proj');
  expect(magnitude).toBe('base_model.model.model.layers.1.mlp.down_proj.lora_magnitude_vector');
  expect(adapter.tensors.get(magnitude)?.shape).toEqual([32]);
  expect(readAdapter(writeAdapter(adapter, BASE))).toEqual(adapter);
  adapter.tensors.delete(magnitude);
  expect(refusal(() => checkAdapter(adapter, config)).message).toContain(`${magnitude} [32] is missing`);
});

test('kinds of adapters the lab cannot apply are refused by name', async () => {
  const adapter = initialAdapter(LORA, await base(), new Rng(1));
  expect(refusal(() => readAdapter(withConfig(adapter, { peft_type: 'IA3' })))).toMatchObject({ code: 'adapters.unsupported', message: expect.stringContaining('"IA3"') });
  const error = refusal(() => readAdapter(withConfig(adapter, { use_rslora: true, bias: 'all', modules_to_save: ['lm_head'] })));
  expect(error.code).toBe('adapters.unsupported');
  expect(error.data['problems']).toEqual(['bias "all"', 'modules_to_save ["lm_head"]']);
});

test('a configuration with wrong fields, or none, is refused', async () => {
  const adapter = initialAdapter(LORA, await base(), new Rng(1));
  expect(refusal(() => readAdapter(withConfig(adapter, { r: 0, lora_alpha: '8' }))).message).toMatch(/r: .*lora_alpha: /);
  expect(refusal(() => readAdapter({ ...writeAdapter(adapter, BASE), [ADAPTER_CONFIG]: strToU8('not json') })).code).toBe('adapters.config');
});

test('tensors that are no LoRA matrices are named', async () => {
  const weights = writeSafetensors([['base_model.model.lm_head.lora_A.weight', { shape: [1], data: new Float32Array(1) }]]);
  const error = refusal(() => readAdapter({ [ADAPTER_CONFIG]: configFile({}), [ADAPTER_WEIGHTS]: weights }));
  expect(error.code).toBe('adapters.tensors');
  expect(error.message).toContain('base_model.model.lm_head.lora_A.weight');
  expect(refusal(() => readAdapter({ [ADAPTER_CONFIG]: configFile({}), [ADAPTER_WEIGHTS]: writeSafetensors([]) })).code).toBe('adapters.tensors');
});

test('a zip without the files, or no zip at all, is refused', () => {
  expect(refusal(() => unzipAdapter(zipSync({ 'readme.txt': strToU8('x') }))).message).toContain('adapter_config.json');
  expect(refusal(() => unzipAdapter(new Uint8Array(100))).code).toBe('adapters.zip');
});

test('an adapter of another base is refused with every tensor that does not fit', async () => {
  const adapter = initialAdapter(LORA, await base(), new Rng(1));
  const tied = parseConfig(await goldenJson('tied/config.json'));
  const error = refusal(() => checkAdapter(adapter, tied));
  expect(error.code).toBe('adapters.mismatch');
  const problems = error.data['problems'] as string[];
  expect(problems).toContain('base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight is [32, 4] but should be [64, 4]');
  expect(problems).toContain('base_model.model.model.layers.2.mlp.up_proj.lora_A.weight [4, 32] is missing');
  const broken = initialAdapter(LORA, await base(), new Rng(1));
  const config = await base();
  broken.tensors.get(loraNames(config, 1, 'self_attn.o_proj').b)!.data[3] = NaN;
  expect(refusal(() => checkAdapter(broken, config)).message).toContain('layers.1.self_attn.o_proj.lora_B.weight holds values that are not finite');
});
