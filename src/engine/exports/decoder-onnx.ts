/**
 * A checkpoint as one ONNX file in the layout of Optimum's exports, which transformers.js loads: input_ids,
 * attention_mask and position_ids with the keys and values so far, to logits and the keys and values after. Batch,
 * length and past are open, so it is built of ops that write none of them into the graph; the sizes below stand for
 * them where a shape has to be named.
 */
import { LabError } from '../../core/errors.ts';
import type { AttentionKind, ExpertsConfig, ModelConfig } from '../models/model-config.ts';
import type { WeightPlan } from '../models/layer-plan.ts';
import { familyOf } from '../models/families/index.ts';
import { type Layer, type LayerValues } from '../models/layer.ts';
import { HIDDEN } from '../models/masks.ts';
import { type OuterValues, embedded, normalised } from '../models/outer.ts';
import { type RotaryTables, rotaryTables, applyRotary } from '../models/rotary.ts';
import { stacked, stackedShape } from '../models/stacking.ts';
import { type Bits, type Quantized, blockLength, quantize } from '../models/quantize.ts';
import { type Stored, decoded, packedTable } from '../models/stored.ts';
import { type DType, Graph, type Shape, type Value, add, concat, elements, matMul, matMulNBits, modelProto, softmax, transpose } from '../onnx/index.ts';
import { type Attributes, int } from '../onnx/graph.ts';
import { kindOf, kindsOf } from '../models/decoder-layer.ts';

const BATCH = 2;
const LENGTH = 3;
const PAST = 4;
const TOTAL = PAST + LENGTH;

/** A protobuf message ends at 2 GB. */
const LARGEST = 1.9e9;
/** Of float32's bytes, at most: eight bits a number, and a block's scale and zero point. */
const ROUNDED_PART = (1 + 5 / 32) / 4;

/** Where the weights come from, under their Hugging Face names: each is asked for when it is written, so that no two have to be in memory. */
export interface ExportWeights {
  shapes: ReadonlyMap<string, readonly number[]>;
  weight(name: string): Promise<{ shape: readonly number[]; data: Float32Array }>;
}

/**
 * As what transformers.js 4 loads each of the lab's families. It takes from `model_type` that a model is a decoder and which
 * shape its keys and values have; what the model computes is in the graph. It has no Mixtral, whose cache is Mistral's.
 */
const LOADED_AS: Readonly<Record<string, string>> = {
  llama: 'llama', mistral: 'mistral', qwen2: 'qwen2', qwen3: 'qwen3', gemma3_text: 'gemma3_text', mixtral: 'mistral', qwen3_moe: 'qwen3_moe', gpt_neox: 'gpt_neox',
};

/**
 * What config.json beside the graph says the model is, so that transformers.js loads it.
 * @throws LabError `exports.family` for an architecture that transformers.js has nothing like
 */
export function loadedAs({ model_type }: Pick<ModelConfig, 'model_type'>): { model_type: string; architectures: string[] } {
  const known = LOADED_AS[model_type];
  if (known === undefined) throw new LabError('exports.family', `transformers.js loads no ${model_type} model, so there is no ONNX export of one.`, 'Export it in Hugging Face layout (safetensors), or export the adapter.', { model_type, loadable: Object.keys(LOADED_AS) });
  return { model_type: known, architectures: [familyOf({ model_type: known }).architecture] };
}

/**
 * @param rounded as the lab keeps weights as int4 (engine/models/stored.ts): the layers' matrices in four bits, the vocabulary's table in eight
 * @returns the bytes of model.onnx in pieces, made one after the other as they are asked for
 * @throws LabError `exports.too-large` when the weights pass 1.9 GB, `exports.weights` for one that is missing
 */
export function decoderOnnx(config: ModelConfig, weights: ExportWeights, rounded = false): AsyncIterable<Uint8Array> {
  const bytes = [...weights.shapes.values()].reduce((sum, shape) => sum + 4 * elements(shape), 0) * (rounded ? ROUNDED_PART : 1);
  if (bytes > LARGEST) throw new LabError('exports.too-large', `The weights take ${(bytes / 1e9).toFixed(1)} GB, and one ONNX file holds 2 GB at most.`, `Export the model ${rounded ? '' : 'rounded to four bits, or '}in Hugging Face layout (safetensors), or the adapter alone.`, { bytes });

  const g = new Graph('model');
  const family = familyOf(config);
  const weight = (plan: WeightPlan, prefix = ''): Stored => {
    const matrix = matrixOf(weights, plan, prefix);
    return (rounded ? inFourBits(g, matrix) : null) ?? asIs(g, matrix);
  };
  const all = (plans: Readonly<Record<string, WeightPlan>>, prefix?: string): LayerValues => Object.fromEntries(Object.entries(plans).map(([name, plan]) => [name, weight(plan, prefix)]));
  const table = (tensor: string): Stored => {
    const matrix = matrixOf(weights, { parts: [[tensor, [config.vocab_size, config.hidden_size]]] }, '');
    return (rounded ? inEightBits(g, matrix) : null) ?? asIs(g, matrix);
  };

  const ids = g.input('input_ids', 'int64', [BATCH, LENGTH], { 0: 'batch_size', 1: 'sequence_length' });
  const mask = g.input('attention_mask', 'int64', [BATCH, TOTAL], { 0: 'batch_size', 1: 'total_sequence_length' });
  const positions = g.input('position_ids', 'int64', [BATCH, LENGTH], { 0: 'batch_size', 1: 'sequence_length' });
  const kinds = Object.fromEntries(kindsOf(config).map((kind) => [kind, {
    bias: attentionBias(g, ids, mask, kind === 'sliding_attention' ? config.sliding_window : null),
    tables: rotaryTables(g, config, config.max_position_embeddings, kind),
  }])) as Record<AttentionKind, KindValues>;

  const embedding = table(family.paths.embedding);
  const outer = { ...all(family.outer(config)), embedding, head: config.tie_word_embeddings ? embedding : table(family.paths.head) } as unknown as OuterValues;
  const plan = family.layer(config);
  let x = embedded(outer, ids, config);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    x = family.block(x, openLayer({ g, config, positions, layer, weights: all(plan.weights, `${family.paths.layers}.${layer}.`), ...kinds[kindOf(config, layer)] }));
  }
  g.output('logits', times(normalised(x, outer.norm, outer.norm_bias, config), packedTable(outer.head)));
  return modelProto(g, 'external').proto.pieces();
}

/** x W^T for x [batch, length, in]. */
function times(x: Value, weight: Stored): Value {
  return weight.packed ? matMulNBits(x, weight.packed.codes, weight.packed.scale, weight.packed.zero) : matMul(x, transpose(decoded(weight)));
}

/** A weight of the plan before it is read. */
interface Matrix {
  shape: readonly number[];
  read(): Promise<Float32Array>;
}

function matrixOf({ shapes, weight }: ExportWeights, plan: WeightPlan, prefix: string): Matrix {
  const names = plan.parts.map(([tensor]) => prefix + tensor);
  for (const name of names) {
    if (!shapes.has(name)) throw new LabError('exports.weights', `The checkpoint has no ${name}.`, 'This is a fault of the lab; please report it with the model you loaded.', { tensor: name });
  }
  const read = async (): Promise<Float32Array> => {
    const parts = await Promise.all(names.map(async (name) => {
      const { shape, data } = await weight(name);
      return { shape: [...shape], dtype: 'float32' as const, data };
    }));
    return stacked(parts, plan).data as Float32Array;
  };
  return { shape: stackedShape(plan), read };
}

function asIs(g: Graph, { shape, read }: Matrix): Stored {
  return { value: g.laterConstant(read, 'float32', shape) };
}

/** Rounds when the first of the three is asked for, and lets go with the last. */
function roundedLater({ shape, read }: Matrix, bits: Bits): { codes: () => Promise<Uint8Array>; scales: () => Promise<Float32Array>; zeros: () => Promise<Uint8Array> } {
  let held: Promise<Quantized> | null = null;
  let asked = 0;
  const quantized = (): Promise<Quantized> => {
    const now = (held ??= read().then((data) => quantize(data, shape as [number, number], bits)));
    if (++asked % 3 === 0) held = null;
    return now;
  };
  return { codes: async () => (await quantized()).codes, scales: async () => (await quantized()).scales, zeros: async () => (await quantized()).zeros };
}

/** A matrix as MatMulNBits takes it; null for vectors, and where its rows cannot be cut into blocks. */
function inFourBits(g: Graph, matrix: Matrix): Stored | null {
  const [rows, columns = 0] = matrix.shape as [number, number?];
  const block = blockLength(columns);
  if (matrix.shape.length < 2 || block === null) return null;
  const blocks = columns / block;
  const { codes, scales, zeros } = roundedLater(matrix, 4);
  const value = g.laterConstant(codes, 'uint8', [rows, blocks, block / 2]);
  const scale = g.laterConstant(scales, 'float32', [rows * blocks]);
  const zero = g.laterConstant(async () => fromByteStarts(await zeros(), rows, blocks), 'uint8', [rows * Math.ceil(blocks / 2)]);
  return { value, packed: { codes: value, scale, zero } };
}

/** Four-bit zero points two to a byte, rearranged so that every row begins with a byte. */
function fromByteStarts(zeros: Uint8Array, rows: number, blocks: number): Uint8Array {
  if (blocks % 2 === 0) return zeros;
  const bytes = (blocks + 1) / 2;
  const out = new Uint8Array(rows * bytes);
  for (let i = 0; i < rows * blocks; i++) {
    const [row, column] = [Math.floor(i / blocks), i % blocks];
    const zero = ((zeros[i >> 1] as number) >> (4 * (i & 1))) & 15;
    out[row * bytes + (column >> 1)] = (out[row * bytes + (column >> 1)] as number) | (zero << (4 * (column & 1)));
  }
  return out;
}

/** A table that rows are looked up in as well. */
function inEightBits(g: Graph, matrix: Matrix): Stored | null {
  const [rows, columns] = matrix.shape as [number, number];
  const block = blockLength(columns);
  if (block === null) return null;
  const { codes, scales, zeros } = roundedLater(matrix, 8);
  const blocks = [rows, columns / block];
  return { value: g.laterConstant(codes, 'uint8', [rows, columns]), scale: g.laterConstant(scales, 'float32', blocks), zero: g.laterConstant(zeros, 'uint8', blocks) };
}

/** What layers of one kind share. */
interface KindValues {
  /** [batch, 1, 1, length, total] */
  bias: Value;
  tables: RotaryTables;
}

/** One node whose shape is named here, not inferred. */
function op(g: Graph, name: string, inputs: readonly Value[], dtype: DType, shape: Shape, attributes: Attributes = {}): Value {
  return g.append(name, inputs, [{ dtype, shape }], attributes)[0] as Value;
}

/** Reshape whose zeros keep the axis of the same place, whatever its size. */
function keepAxes(x: Value, target: readonly number[], shape: Shape): Value {
  return op(x.graph, 'Reshape', [x, x.graph.constant(target, 'int64')], x.dtype, shape);
}

function unsqueeze(x: Value, axes: readonly number[], shape: Shape): Value {
  return op(x.graph, 'Unsqueeze', [x, x.graph.constant(axes, 'int64')], x.dtype, shape);
}

/** A token sees the tokens up to itself that the attention mask keeps, and of those with a window only the last. */
function attentionBias(g: Graph, ids: Value, mask: Value, window: number | null): Value {
  const number = (value: number): Value => g.constant([value], 'int64', []);
  const size = (x: Value, axis: number): Value => op(g, 'Gather', [op(g, 'Shape', [x], 'int64', [2]), number(axis)], 'int64', [], { axis: int(0) });
  const total = size(mask, 1);
  const columns = op(g, 'Range', [number(0), total, number(1)], 'int64', [TOTAL]);
  const rows = unsqueeze(op(g, 'Range', [op(g, 'Sub', [total, size(ids, 1)], 'int64', []), total, number(1)], 'int64', [LENGTH]), [1], [LENGTH, 1]);
  const causal = op(g, 'GreaterOrEqual', [rows, columns], 'bool', [LENGTH, TOTAL]);
  const near = window === null ? causal : op(g, 'And', [causal, op(g, 'Less', [op(g, 'Sub', [rows, columns], 'int64', [LENGTH, TOTAL]), number(window)], 'bool', [LENGTH, TOTAL])], 'bool', [LENGTH, TOTAL]);
  const kept = unsqueeze(op(g, 'Cast', [mask], 'bool', [BATCH, TOTAL], { to: int(9) }), [1, 2, 3], [BATCH, 1, 1, 1, TOTAL]);
  const seen = op(g, 'And', [kept, near], 'bool', [BATCH, 1, 1, LENGTH, TOTAL]);
  return op(g, 'Where', [seen, g.constant([0], 'float32', []), g.constant([HIDDEN], 'float32', [])], 'float32', [BATCH, 1, 1, LENGTH, TOTAL]);
}

interface OpenContext extends KindValues {
  g: Graph;
  config: ModelConfig;
  positions: Value;
  layer: number;
  weights: LayerValues;
}

/** A layer over x [batch, length, d] whose batch, length and past are open. */
function openLayer({ g, config, positions, layer, weights, bias, tables }: OpenContext): Layer {
  const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: width } = config;
  const { inputs } = familyOf(config).layer(config);
  const product = (x: Value, name: string): Value => {
    const y = times(x, weights[name] as Stored);
    return `${name}_bias` in weights ? add(y, decoded(weights[`${name}_bias`] as Stored)) : y;
  };
  const remembered = (part: 'key' | 'value', now: Value): Value => {
    const past = g.input(`past_key_values.${layer}.${part}`, 'float32', [BATCH, groups, PAST, width], { 0: 'batch_size', 2: 'past_sequence_length' });
    const all = concat([past, now], 2);
    g.output(`present.${layer}.${part}`, all);
    return unsqueeze(all, [2], [BATCH, groups, 1, TOTAL, width]);
  };
  return {
    config,
    weights,
    experts: config.experts as ExpertsConfig,
    project: (input, x) => (inputs[input] ?? []).map((name) => product(x, name)),
    norm: (x, name) => normalised(x, weights[name] as Stored, weights[`${name}_bias`], config),
    heads(x, count, inner = 1) {
      if (inner === 1) return transpose(keepAxes(x, [0, 0, count, width], [BATCH, LENGTH, count, width]), [0, 2, 1, 3]);
      const apart = transpose(keepAxes(x, [0, 0, count, inner, width], [BATCH, LENGTH, count, inner, width]), [0, 3, 2, 1, 4]);
      return keepAxes(apart, [0, inner * count, -1, width], [BATCH, inner * count, LENGTH, width]);
    },
    joined: (x) => keepAxes(transpose(x, [0, 2, 1, 3]), [0, 0, heads * width], [BATCH, LENGTH, heads * width]),
    grouped: (x, count) => keepAxes(x, [0, 0, count, (x.shape[2] as number) / count], [BATCH, LENGTH, count, (x.shape[2] as number) / count]),
    ungrouped: (x) => keepAxes(x, [0, 0, (x.shape[2] as number) * (x.shape[3] as number)], [BATCH, LENGTH, (x.shape[2] as number) * (x.shape[3] as number)]),
    rotate: (x) => applyRotary(x, positions, tables, config),
    attend(q, k, v) {
      const apart = keepAxes(q, [0, groups, heads / groups, -1, width], [BATCH, groups, heads / groups, LENGTH, width]);
      const mixed = matMul(softmax(add(matMul(apart, transpose(remembered('key', k))), bias)), remembered('value', v));
      return keepAxes(mixed, [0, heads, -1, width], [BATCH, heads, LENGTH, width]);
    },
  };
}
