/** Which matrix products of a training step have quantised weights (engine/models/stored.ts, engine/kernels/quantized.ts). */
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { BaseModel } from '../../src/engine/models/base-model.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import { familyOf } from '../../src/engine/models/families/index.ts';
import { LoraLayout } from '../../src/engine/models/lora.ts';
import { blockLength } from '../../src/engine/models/quantize.ts';
import { decoded, fedRows, product, type Storage } from '../../src/engine/models/stored.ts';
import { byteLength, type DType, Graph, gradients, hasTransposedNBits, matMulNBits, matMulTransposedNBits } from '../../src/engine/onnx/index.ts';
import type { Device, DeviceTensor } from '../../src/engine/runtime/index.ts';
import { blockBackward, blockForward, fedLayer, wholeGraph } from '../../src/engine/training/graphs.ts';
import type { ModelConfig } from '../../src/engine/models/model-config.ts';
import type { StepShape } from '../../src/engine/training/hidden.ts';
import type { LoraConfig } from '../../src/records/adapter.ts';

const ROWS = { adapters: 2, batch: 1, length: 8 } as const;
const LORA: LoraConfig = { r: 4, lora_alpha: 8, lora_dropout: 0, target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] };
const CONFIG = parseConfig({ model_type: 'llama', vocab_size: 256, hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, rms_norm_eps: 1e-5, rope_theta: 10000, max_position_embeddings: 512, tie_word_embeddings: true, bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 });

type Shaped = { dtype: DType; shape: number[] };
const tensor = (shaped: Shaped): DeviceTensor => ({ ...shaped, bytes: byteLength(shaped) }) as unknown as DeviceTensor;

/** A device of shapes alone. */
function device(multipliesQuantized: boolean): Device {
  const decodedWeight: Device['decodedWeight'] = ({ values }, _place, [from, to] = [0, values.shape[0] as number]) => tensor({ dtype: 'float32', shape: [to - from, ...values.shape.slice(1)] });
  return { kind: 'wasm', decodesWeights: true, multipliesQuantized, decodedWeight, part: (of: DeviceTensor, _from: number, shape: readonly number[]) => tensor({ dtype: of.dtype, shape: [...shape] }) } as unknown as Device;
}

/** A model of shapes alone, with quantised matrices. */
function hollow(config: ModelConfig, storage: Storage, on: Device): BaseModel {
  const kept = (name: string, shape: readonly number[], bits: 4 | 8): Record<string, DeviceTensor> => {
    const block = shape.length < 2 ? null : blockLength(shape[1] as number);
    if (block === null) return { [name]: tensor({ dtype: 'float32', shape: [...shape] }) };
    const [dtype, cut] = [bits === 4 ? 'uint4' : 'uint8', [shape[0] as number, (shape[1] as number) / block]] as const;
    return { [name]: tensor({ dtype, shape: [...shape] }), [`${name}.scale`]: tensor({ dtype: 'float32', shape: [...cut] }), [`${name}.zero`]: tensor({ dtype, shape: [...cut] }) };
  };
  const all = (plans: ReturnType<ReturnType<typeof familyOf>['outer']>): Record<string, DeviceTensor> => Object.assign({}, ...Object.entries(plans).map(([name, { parts }]) => {
    const shapes = parts.map(([, shape]) => shape);
    return kept(name, [shapes.reduce((sum, [rows]) => sum + (rows as number), 0), ...(shapes[0] as number[]).slice(1)], storage === 'int4' ? 4 : 8);
  }));
  const family = familyOf(config);
  return { config, storage, device: on, outer: { ...kept('embedding', [config.vocab_size, config.hidden_size], 8), ...all(family.outer(config)) }, layers: Array.from({ length: config.num_hidden_layers }, () => all(family.layer(config).weights)) } as unknown as BaseModel;
}

const shapeOf = (model: BaseModel, lora = LORA): StepShape => ({ model, layout: new LoraLayout(lora, model.config), rows: ROWS, dropout: 0 });
const count = (g: Graph, wanted: string): number => g.nodes.filter(({ op }) => op === wanted).length;
const counts = (g: Graph): { codes: number; floats: number; decoded: number; transposed: boolean } => ({ codes: count(g, 'MatMulNBits'), floats: count(g, 'Gemm'), decoded: count(g, 'DequantizeLinear'), transposed: hasTransposedNBits(g) });

for (const storage of ['int4', 'int8'] as const) {
  test(`${storage}: layer by layer every frozen product is quantised, forward and backward, and with DoRA none`, () => {
    const shape = shapeOf(hollow(CONFIG, storage, device(true)));
    const weights = fedLayer(shape, shape.model.layers[0] as Record<string, DeviceTensor>);
    // q, k, v as one; o; gate; up; down.
    expect(counts(blockForward(shape, weights, 'full_attention', true))).toEqual({ codes: 5, floats: 0, decoded: 0, transposed: false });
    expect(counts(blockBackward(shape, weights, 'full_attention', true))).toMatchObject({ codes: 10, floats: 0, decoded: 0, transposed: true });
    const dora = shapeOf(shape.model, { ...LORA, use_dora: true });
    const whole = fedLayer(dora, shape.model.layers[0] as Record<string, DeviceTensor>);
    expect(counts(blockForward(dora, whole, 'full_attention', true))).toMatchObject({ codes: 0, decoded: 0 });
  });

  test(`${storage}: so it is in the whole step, head and all, of which only looked-up rows are decoded`, () => {
    const shape = shapeOf(hollow(CONFIG, storage, device(true)));
    const losses = { count: 4, open: false };
    // Five products a layer there and back, less the first layer's three that lead to no adapter; the head's two.
    const trained = counts(wholeGraph(shape, true, losses));
    expect(trained).toMatchObject({ floats: 0, decoded: 2, transposed: true });
    expect(trained.codes).toBe(2 * 10 - 1 + 2);
    expect(counts(wholeGraph(shapeOf(shape.model, { ...LORA, use_dora: true }), true, losses))).toMatchObject({ codes: 2 });
  });

  test(`${storage}: a device that does not multiply quantised weights decodes them, before the run or in the graph`, () => {
    const shape = shapeOf(hollow(CONFIG, storage, device(false)));
    const weights = fedLayer(shape, shape.model.layers[0] as Record<string, DeviceTensor>);
    expect(counts(blockForward(shape, weights, 'full_attention', true))).toEqual({ codes: 0, floats: 5, decoded: 0, transposed: false });
    expect(counts(wholeGraph(shape, true, { count: 4, open: false }))).toMatchObject({ codes: 0, transposed: false });
  });
}

test('matrices whose blocks do not fit the kernels are decoded, each by itself', () => {
  // Of 80 rows the blocks along a column are no whole number; of 96 columns three blocks a row are no whole bytes of zero points.
  const shape = shapeOf(hollow({ ...CONFIG, hidden_size: 96, intermediate_size: 128, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 16 }, 'int4', device(true)));
  const weights = fedLayer(shape, shape.model.layers[0] as Record<string, DeviceTensor>);
  const kinds = Object.fromEntries(Object.entries(weights).map(([name, { dtype }]) => [name, dtype]));
  expect(kinds).toMatchObject({ qkv: 'float32', gate: 'float32', up: 'float32', o: 'float32', down: 'float32' });
  expect(Object.keys(weights).filter((name) => name.includes('.'))).toEqual([]);
  const eight = fedLayer(shape, (shapeOf(hollow({ ...CONFIG, hidden_size: 96 }, 'int8', device(true))).model.layers[0]) as Record<string, DeviceTensor>);
  expect(eight['qkv']?.dtype).toBe('uint8');
});

test('a chunk of the head is fed quantised where its rows are whole blocks', () => {
  const { outer, device: on } = hollow(CONFIG, 'int4', device(true));
  const rows = fedRows(on, outer, 'embedding', 64, 128);
  expect(Object.entries(rows).map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([['table', 'uint8', [64, 64]], ['table.scale', 'float32', [64, 2]], ['table.zero', 'uint8', [64, 2]]]);
  expect(Object.values(fedRows(on, outer, 'embedding', 64, 100)).map(({ dtype, shape }) => [dtype, shape])).toEqual([['float32', [36, 64]]]);
});

test('of the quantised golden checkpoints one is multiplied quantised throughout, and one in part', () => {
  const isQuantized = (name: string, storage: Storage): boolean[] => {
    const shape = shapeOf(hollow(parseConfig(JSON.parse(readFileSync(`tests/golden/data/families/${name}/config.json`, 'utf8'))), storage, device(true)));
    const weights = fedLayer(shape, shape.model.layers[0] as Record<string, DeviceTensor>);
    return ['qkv', 'o', 'gate', 'up', 'down'].map((matrix) => `${matrix}.scale` in weights);
  };
  expect(isQuantized('llama-int4', 'int4')).toEqual([true, true, true, true, true]);
  expect(isQuantized('llama-int8', 'int8')).toEqual([true, true, false, false, true]);
});

test('the gradient of a product with codes is the product the other way round, and shapes that do not divide are told', () => {
  const g = new Graph('product');
  const x = g.input('x', 'float32', [3, 64]);
  const [codes, scale, zero] = [g.parameter('codes', 'uint8', [96, 2, 16]), g.parameter('scale', 'float32', [192]), g.parameter('zero', 'uint8', [96])];
  const y = matMulNBits(x, codes, scale, zero);
  expect(y.shape).toEqual([3, 96]);
  expect(() => gradients([y], [g.input('dy', 'float32', [3, 96])], [x])).toThrow(/whole blocks/);
  const eight = [g.parameter('codes8', 'uint8', [96, 2, 32]), g.parameter('scale8', 'float32', [192]), g.parameter('zero8', 'uint8', [192])] as const;
  const [dx] = gradients([matMulNBits(x, ...eight)], [g.input('dy8', 'float32', [3, 96])], [x]);
  expect(dx?.shape).toEqual([3, 64]);
  expect(matMulTransposedNBits(g.input('z', 'float32', [5, 96]), ...eight).shape).toEqual([5, 64]);
  expect(() => decoded({ value: codes, packed: { codes, scale, zero } })).toThrow(expect.objectContaining({ code: 'models.packed' }));
  expect(product(x, { value: codes, packed: { codes, scale, zero } }).shape).toEqual([3, 96]);
});
