/**
 * A Llama checkpoint as one ONNX file in the layout of Optimum's exports, which transformers.js loads: input_ids,
 * attention_mask and position_ids with the keys and values so far, to logits and the keys and values after. Batch,
 * length and past are open, so it is built of ops that write none of them into the graph; the sizes below stand for
 * them where a shape has to be named.
 */
import { LabError } from '../core/errors.ts';
import type { ModelConfig } from '../models/config.ts';
import { rotaryTables } from '../models/layers.ts';
import { type DType, Graph, type Shape, type Value, add, concat, matMul, rmsNorm, rotary, softmax, swiGlu, transpose, writeModel } from '../onnx/index.ts';
import { type Attributes, int } from '../onnx/graph.ts';

const BATCH = 2;
const LENGTH = 3;
const PAST = 4;
const TOTAL = PAST + LENGTH;

/** Far below any score, yet finite: a row of padding must not become NaN. */
const HIDDEN = -1e9;
/** A protobuf message ends at 2 GB. */
const LARGEST = 1.9e9;

export type ExportWeights = ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>;

/**
 * @param weights float32, under their Hugging Face names
 * @returns the bytes of model.onnx
 * @throws LabError `exports.family` for another architecture than llama, `exports.too-large` when the weights pass 1.9 GB
 */
export function decoderOnnx(config: ModelConfig, weights: ExportWeights): Uint8Array {
  if (config.model_type !== 'llama') throw new LabError('exports.family', `A ${config.model_type} model cannot be exported to ONNX yet, only llama ones.`, 'Export it in Hugging Face layout (safetensors), or export the adapter.', { model_type: config.model_type });
  const bytes = [...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > LARGEST) throw new LabError('exports.too-large', `The weights take ${(bytes / 1e9).toFixed(1)} GB, and one ONNX file holds 2 GB at most.`, 'Export the model in Hugging Face layout (safetensors), or the adapter alone.', { bytes });

  const g = new Graph('model');
  const weight = (name: string): Value => {
    const found = weights.get(name);
    if (!found) throw new LabError('exports.weights', `The checkpoint has no ${name}.`, 'This is a fault of the lab; please report it with the model you loaded.', { tensor: name });
    return g.constant(found.data, 'float32', found.shape);
  };
  const ids = g.input('input_ids', 'int64', [BATCH, LENGTH], { 0: 'batch_size', 1: 'sequence_length' });
  const mask = g.input('attention_mask', 'int64', [BATCH, TOTAL], { 0: 'batch_size', 1: 'total_sequence_length' });
  const positions = g.input('position_ids', 'int64', [BATCH, LENGTH], { 0: 'batch_size', 1: 'sequence_length' });
  const shared: Shared = { g, config, weight, positions, bias: attentionBias(g, ids, mask), tables: rotaryTables(g, config, config.max_position_embeddings) };

  const embedding = weight('model.embed_tokens.weight');
  let x = op(g, 'Gather', [embedding, ids], 'float32', [BATCH, LENGTH, config.hidden_size], { axis: int(0) });
  for (let layer = 0; layer < config.num_hidden_layers; layer++) x = decoderLayer(x, layer, shared);
  const head = config.tie_word_embeddings ? embedding : weight('lm_head.weight');
  g.output('logits', matMul(rmsNorm(x, weight('model.norm.weight'), config.rms_norm_eps), transpose(head)));
  return writeModel(g, 'external').bytes;
}

interface Shared {
  g: Graph;
  config: ModelConfig;
  weight(name: string): Value;
  positions: Value;
  /** [batch, 1, 1, length, total] */
  bias: Value;
  tables: { cos: Value; sin: Value };
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

/** A token sees the tokens up to itself that the attention mask keeps. */
function attentionBias(g: Graph, ids: Value, mask: Value): Value {
  const number = (value: number): Value => g.constant([value], 'int64', []);
  const size = (x: Value, axis: number): Value => op(g, 'Gather', [op(g, 'Shape', [x], 'int64', [2]), number(axis)], 'int64', [], { axis: int(0) });
  const total = size(mask, 1);
  const columns = op(g, 'Range', [number(0), total, number(1)], 'int64', [TOTAL]);
  const rows = op(g, 'Range', [op(g, 'Sub', [total, size(ids, 1)], 'int64', []), total, number(1)], 'int64', [LENGTH]);
  const causal = op(g, 'GreaterOrEqual', [unsqueeze(rows, [1], [LENGTH, 1]), columns], 'bool', [LENGTH, TOTAL]);
  const kept = unsqueeze(op(g, 'Cast', [mask], 'bool', [BATCH, TOTAL], { to: int(9) }), [1, 2, 3], [BATCH, 1, 1, 1, TOTAL]);
  const seen = op(g, 'And', [kept, causal], 'bool', [BATCH, 1, 1, LENGTH, TOTAL]);
  return op(g, 'Where', [seen, g.constant([0], 'float32', []), g.constant([HIDDEN], 'float32', [])], 'float32', [BATCH, 1, 1, LENGTH, TOTAL]);
}

function decoderLayer(x: Value, layer: number, { g, config, weight, positions, bias, tables }: Shared): Value {
  const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: width, rms_norm_eps: epsilon } = config;
  const prefix = `model.layers.${layer}`;
  const project = (input: Value, name: string): Value => matMul(input, transpose(weight(`${prefix}.${name}.weight`)));
  const byHead = (input: Value, count: number): Value => transpose(keepAxes(input, [0, 0, count, width], [BATCH, LENGTH, count, width]), [0, 2, 1, 3]);
  const turned = (input: Value): Value => rotary(input, positions, tables.cos, tables.sin);
  const remembered = (part: 'key' | 'value', now: Value): Value => {
    const past = g.input(`past_key_values.${layer}.${part}`, 'float32', [BATCH, groups, PAST, width], { 0: 'batch_size', 2: 'past_sequence_length' });
    const all = concat([past, now], 2);
    g.output(`present.${layer}.${part}`, all);
    return unsqueeze(all, [2], [BATCH, groups, 1, TOTAL, width]);
  };

  const h = rmsNorm(x, weight(`${prefix}.input_layernorm.weight`), epsilon);
  const q = keepAxes(turned(byHead(project(h, 'self_attn.q_proj'), heads)), [0, groups, heads / groups, -1, width], [BATCH, groups, heads / groups, LENGTH, width]);
  const k = remembered('key', turned(byHead(project(h, 'self_attn.k_proj'), groups)));
  const v = remembered('value', byHead(project(h, 'self_attn.v_proj'), groups));
  // 1 / sqrt(width) is in the rotary tables.
  const mixed = matMul(softmax(add(matMul(q, transpose(k)), bias)), v);
  const joined = keepAxes(transpose(keepAxes(mixed, [0, heads, -1, width], [BATCH, heads, LENGTH, width]), [0, 2, 1, 3]), [0, 0, heads * width], [BATCH, LENGTH, heads * width]);
  const middle = add(x, project(joined, 'self_attn.o_proj'));

  const z = rmsNorm(middle, weight(`${prefix}.post_attention_layernorm.weight`), epsilon);
  return add(middle, project(swiGlu(project(z, 'mlp.gate_proj'), project(z, 'mlp.up_proj')), 'mlp.down_proj'));
}
