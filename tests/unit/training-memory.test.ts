import { expect, test } from '@playwright/test';
import type { BaseModel } from '../../src/engine/models/base-model.ts';
import { weightShapes } from '../../src/engine/models/plan.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import { familyOf } from '../../src/engine/models/families/index.ts';
import { rowCount } from '../../src/engine/models/rows.ts';
import { LoraLayout } from '../../src/engine/models/lora.ts';
import type { Value } from '../../src/engine/onnx/index.ts';
import { byteLength, writeModel } from '../../src/engine/onnx/index.ts';
import { blockBackward, blockForward, savedProducts, wholeGraph } from '../../src/engine/training/graphs.ts';
import { estimateMemory } from '../../src/engine/training/index.ts';
import { savedBytes } from '../../src/engine/training/saved-activations.ts';
import { chooseEngine } from '../../src/engine/training/memory.ts';
import type { ModelConfig } from '../../src/engine/models/model-config.ts';
import type { LoraConfig } from '../../src/records/adapter.ts';

const CONFIG = parseConfig({ model_type: 'llama', vocab_size: 4096, hidden_size: 192, intermediate_size: 512, num_hidden_layers: 6, num_attention_heads: 6, num_key_value_heads: 3, rms_norm_eps: 1e-5, rope_theta: 10000, max_position_embeddings: 512, tie_word_embeddings: true, bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 });
const LORA: LoraConfig = { r: 8, lora_alpha: 16, lora_dropout: 0, target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] };
const STORED = [...weightShapes(CONFIG).values()].reduce((sum, shape) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);

/** A model of shapes alone: enough to build graphs from. */
function hollow(config: ModelConfig): BaseModel {
  const stacked = (parts: readonly (readonly [string, readonly number[]])[]) => {
    const shapes = parts.map(([, shape]) => shape);
    const shape = [shapes.reduce((sum, [rows]) => sum + (rows as number), 0), ...(shapes[0] as number[]).slice(1)];
    return { dtype: 'float32', shape, bytes: byteLength({ dtype: 'float16', shape }) };
  };
  const all = (plans: ReturnType<ReturnType<typeof familyOf>['outer']>) => Object.fromEntries(Object.entries(plans).map(([name, { parts }]) => [name, stacked(parts)]));
  const family = familyOf(config);
  const embedding = stacked([['', [config.vocab_size, config.hidden_size]]]);
  return { config, device: { kind: 'wasm', multipliesQuantized: false }, outer: { embedding, ...all(family.outer(config)) }, layers: Array.from({ length: config.num_hidden_layers }, () => all(family.layer(config).weights)) } as unknown as BaseModel;
}

/** Bytes of what the forward pass of the whole graph makes and the backward pass reads. */
function kept(rows: { adapters: number; batch: number; length: number }): number {
  const model = hollow(CONFIG);
  const g = wholeGraph({ model, layout: new LoraLayout(LORA, CONFIG), rows, dropout: 0 }, true, { count: rowCount(rows), open: false });
  // Everything up to the loss is forward.
  const end = g.nodes.findIndex((node) => node.outputs.includes(g.outputs.get('loss') as Value));
  const forward = new Set(g.nodes.slice(0, end + 1).flatMap(({ outputs }) => outputs));
  const read = new Set(g.nodes.slice(end + 1).flatMap(({ inputs }) => inputs.filter((input) => input !== null && forward.has(input)))) as Set<Value>;
  return [...read].reduce((sum, value) => sum + byteLength(value), 0);
}

test('the estimate of activations is what the graph really keeps', () => {
  for (const rows of [{ adapters: 9, batch: 1, length: 128 }, { adapters: 1, batch: 4, length: 256 }, { adapters: 3, batch: 2, length: 64 }]) {
    const estimated = estimateMemory({ config: CONFIG, lora: LORA, rows, kind: 'wasm', engine: 'whole', stored: STORED, storage: 'auto' });
    const ratio = (estimated.activations + estimated.head) / kept(rows);
    expect(ratio).toBeGreaterThan(0.95);
    expect(ratio).toBeLessThan(1.5);
  }
});

test('the parts add up, adapters count four times over, and going layer by layer takes less', () => {
  const rows = { adapters: 9, batch: 1, length: 128 };
  const whole = estimateMemory({ config: CONFIG, lora: LORA, rows, kind: 'webgpu', engine: 'whole', stored: STORED, storage: 'auto' });
  const [blockwise, onWasm] = (['webgpu', 'wasm'] as const).map((kind) => estimateMemory({ config: CONFIG, lora: LORA, rows, kind, engine: 'blockwise', stored: STORED, storage: 'auto' })) as [typeof whole, typeof whole];
  expect(whole.total).toBe(whole.weights + whole.adapters + whole.activations + whole.head);
  expect(whole.weights).toBe(STORED);
  // Parameters, both averages and the gradient of 27,648 numbers a layer.
  expect(whole.adapters).toBe(4 * 4 * 6 * 9 * 27648);
  // Of the layers' activations only the products of frozen weights are kept: queries, keys, values, output, gate and up.
  expect(onWasm.activations).toBeLessThan(whole.activations);
  const products = 4 * 9 * 128 * 6 * (192 + 2 * 96 + 192 + 2 * 512);
  expect(onWasm.activations - products).toBeLessThan(whole.activations / 2);
  // Three captured graphs keep buffers of their own, a layer's weights among them.
  expect(blockwise.activations).toBeLessThan(whole.activations);
  expect(blockwise.weights).toBeGreaterThan(STORED);
  expect(blockwise.weights).toBeLessThan(STORED + (3 * STORED) / 6);
});

test('what a layer keeps for its backward pass is what the estimate says, and nothing frozen is multiplied again', () => {
  const rows = { adapters: 2, batch: 1, length: 64 };
  const shape = { model: hollow(CONFIG), layout: new LoraLayout(LORA, CONFIG), rows, dropout: 0 };
  const weights = shape.model.layers[0] as (typeof shape.model.layers)[number];
  const products = savedProducts(shape, weights, 'full_attention');
  const [estimated, without] = (['wasm', 'webgpu'] as const).map((kind) => estimateMemory({ config: CONFIG, lora: LORA, rows, kind, engine: 'blockwise', stored: STORED, storage: 'auto' }).activations) as [number, number];
  // On WebGPU three captured graphs have a layer's activations each, and one more; on WASM there are two.
  const stream = 4 * rowCount(rows) * CONFIG.hidden_size * CONFIG.num_hidden_layers;
  expect(estimated - stream - (without - stream) / 2).toBe(CONFIG.num_hidden_layers * savedBytes(products));
  expect(products).toHaveLength(4);
  // The op of a node is its fourth field: a tag, the length of its name, and the name.
  const productsIn = (kept: boolean): number => new TextDecoder('latin1').decode(writeModel(blockBackward(shape, weights, 'full_attention', true, kept), 'inputs').bytes).split('\u0022\u0004Gemm').length - 1;
  expect(productsIn(false) - productsIn(true)).toBe(4);
  const forward = blockForward(shape, weights, 'full_attention', true, products);
  expect([...forward.outputs.keys()]).toEqual(['y', ...products.map(({ name }) => name)]);
  for (const { name } of products) expect(forward.producers.get(forward.outputs.get(name) as Value)?.op).toBe('Gemm');
});

test('a browser that tells of much memory lets a larger step be one graph', () => {
  const config = parseConfig({ model_type: 'llama', vocab_size: 49152, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, rms_norm_eps: 1e-5, rope_theta: 10000, max_position_embeddings: 2048, tie_word_embeddings: true, bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 });
  const chosen = (memory: number | undefined, length: number) => chooseEngine({ ...hollow(config), storage: 'float16', device: { kind: 'wasm', report: { memory } } } as unknown as BaseModel, LORA, { adapters: 1, batch: 1, length });
  // The most that is resident was measured: 1.99 GB whole at 128 tokens, 2.66 at 512 (tools/bench-large.mjs).
  expect([chosen(8, 128), chosen(8, 512), chosen(4, 128), chosen(undefined, 128)]).toEqual(['whole', 'blockwise', 'blockwise', 'blockwise']);
});

test('weights that are multiplied quantised count as quantised, and let a larger step be one graph', () => {
  const rows = { adapters: 1, batch: 1, length: 128 };
  const stored = 0.2 * STORED;
  const weights = (engine: 'whole' | 'blockwise', kind: 'wasm' | 'webgpu', storage: 'int4' | 'auto', codes: boolean): number => estimateMemory({ config: CONFIG, lora: LORA, rows, kind, engine, stored, storage, codes }).weights;
  // The lab's own and the session's; layer by layer the lab's own and what a run reads.
  expect(weights('whole', 'wasm', 'int4', true)).toBe(2 * stored);
  expect(weights('blockwise', 'wasm', 'int4', true)).toBe(1.5 * stored);
  expect(weights('whole', 'wasm', 'int4', false)).toBeGreaterThan(STORED);
  for (const [kind, storage] of [['webgpu', 'int4'], ['wasm', 'auto']] as const) expect(weights('whole', kind, storage, true)).toBe(weights('whole', kind, storage, false));
  // Qwen3-0.6B as int4, whose peak at 128 tokens was measured: 1.79 GB whole.
  const config = parseConfig({ model_type: 'qwen3', vocab_size: 151936, hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, rms_norm_eps: 1e-6, rope_theta: 1e6, max_position_embeddings: 2048, tie_word_embeddings: true, bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 });
  const model = hollow(config);
  // As int4 takes them: 0.64 bytes a number in place of two.
  const tensors = [...Object.values(model.outer), ...model.layers.flatMap((layer) => Object.values(layer))] as unknown as { bytes: number }[];
  for (const tensor of tensors) tensor.bytes *= 0.32;
  const chosen = (multipliesQuantized: boolean, length: number, lora: LoraConfig = LORA) => chooseEngine({ ...model, storage: 'int4', device: { kind: 'wasm', multipliesQuantized, report: { memory: 8 } } } as unknown as BaseModel, lora, { adapters: 1, batch: 1, length });
  expect([chosen(true, 128), chosen(false, 128), chosen(true, 512), chosen(true, 128, { ...LORA, use_dora: true })]).toEqual(['whole', 'blockwise', 'blockwise', 'blockwise']);
});
