/**
 * A Llama decoder layer (Touvron et al. 2023, as transformers' LlamaDecoderLayer computes it): RMSNorm, grouped-query
 * attention with rotary positions, RMSNorm, SwiGLU. One function serves training, prefill and decoding: they differ in
 * the rows they bring and in `attend`.
 */
import { type DType, type Graph, type Shape, type Value, add, attention, reshape, rmsNorm, rotary, split, swiGlu, transpose } from '../onnx/index.ts';
import type { ModelConfig } from './config.ts';
import { type RotaryTables, type Rows, frozen, projections } from './layers.ts';
import type { LayerLora } from './lora.ts';

/** The frozen weights of a layer as graphs take them, and the checkpoint's tensors each is stacked from. */
export const LLAMA_LAYER = {
  input_norm: ['input_layernorm'],
  qkv: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  o: ['self_attn.o_proj'],
  post_norm: ['post_attention_layernorm'],
  gate: ['mlp.gate_proj'],
  up: ['mlp.up_proj'],
  down: ['mlp.down_proj'],
} as const satisfies Record<string, readonly string[]>;

export type LayerWeightName = keyof typeof LLAMA_LAYER;
export const LAYER_WEIGHTS = Object.keys(LLAMA_LAYER) as LayerWeightName[];
export type LayerValues = Record<LayerWeightName, Value>;

/** Declares the parameters of one layer; `prefix` tells the layers of a graph apart. */
export function layerParameters(graph: Graph, weights: Readonly<Record<LayerWeightName, { dtype: DType; shape: Shape }>>, prefix = ''): LayerValues {
  return Object.fromEntries(LAYER_WEIGHTS.map((name) => [name, frozen(graph, `${prefix}${name}`, weights[name])])) as LayerValues;
}

export interface BlockContext {
  config: ModelConfig;
  rows: Rows;
  /** int64 [K * B, T] */
  positions: Value;
  tables: RotaryTables;
  /**
   * Mixes values: q [K * B, heads, T, head_dim], k and v [K * B, kv heads, T, head_dim], already rotated, and scaled so
   * that q k^T needs no further factor. Returns [K * B, heads, T, head_dim].
   */
  attend(q: Value, k: Value, v: Value): Value;
  lora?: LayerLora;
}

/** One decoder layer: x [K * B * T, hidden] to the same shape. */
export function llamaBlock(x: Value, weights: LayerValues, context: BlockContext): Value {
  const { config, rows, lora } = context;
  const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: width, rms_norm_eps } = config;
  const sequences = rows.adapters * rows.batch;

  const [stacked] = projections(rmsNorm(x, weights.input_norm, rms_norm_eps), [weights.qkv], rows, lora?.attention) as [Value];
  const byHead = transpose(reshape(stacked, [sequences, -1, heads + 2 * groups, width]), [0, 2, 1, 3]);
  const [q, k, v] = split(byHead, [heads, groups, groups], 1) as [Value, Value, Value];
  const turn = (part: Value): Value => rotary(part, context.positions, context.tables.cos, context.tables.sin);
  const mixed = reshape(transpose(context.attend(turn(q), turn(k), v), [0, 2, 1, 3]), [-1, heads * width]);
  const [attended] = projections(mixed, [weights.o], rows, lora?.output) as [Value];
  const middle = add(x, attended);

  const [gate, up] = projections(rmsNorm(middle, weights.post_norm, rms_norm_eps), [weights.gate, weights.up], rows, lora?.mlp) as [Value, Value];
  const [down] = projections(swiGlu(gate, up), [weights.down], rows, lora?.down) as [Value];
  return add(middle, down);
}

/** `attend` for whole sequences under an additive mask, as training and prefill have it. */
export function maskedAttention(mask: Value): BlockContext['attend'] {
  return (q, k, v) => attention(q, k, v, mask);
}
