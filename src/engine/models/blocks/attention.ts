/** Self-attention between its projections: the parts that families put together. */
import { type Value, split } from '../../onnx/index.ts';
import type { Layer } from '../layer.ts';

/** Queries [sequences, heads, length, head_dim], keys and values [sequences, key-value heads, length, head_dim]. */
export interface Heads {
  q: Value;
  k: Value;
  v: Value;
}

/** Grouped-query attention of normed x [rows, hidden], before it is added to the stream. */
export function selfAttention(x: Value, layer: Layer): Value {
  return attended(stackedHeads(x, layer), layer);
}

/** Queries, keys and values from one product, with norms of the heads where the family has them (`q_norm`, `k_norm`). */
function stackedHeads(x: Value, layer: Layer): Heads {
  const { num_attention_heads: heads, num_key_value_heads: groups } = layer.config;
  const [stacked] = layer.project('attention', x) as [Value];
  const byHead = layer.heads(stacked, heads + 2 * groups);
  const [q, k, v] = split(byHead, [heads, groups, groups], 1) as [Value, Value, Value];
  return 'q_norm' in layer.weights ? { q: layer.norm(q, 'q_norm'), k: layer.norm(k, 'k_norm'), v } : { q, k, v };
}

/** GPT-NeoX's layout of the same product: for each head its query, its key and its value. */
export function fusedHeads(x: Value, layer: Layer): Heads {
  const heads = layer.config.num_attention_heads;
  const [stacked] = layer.project('attention', x) as [Value];
  const [q, k, v] = split(layer.heads(stacked, heads, 3), [heads, heads, heads], 1) as [Value, Value, Value];
  return { q, k, v };
}

/** Turns queries and keys by their positions, mixes the values, and projects them to the stream's width. */
export function attended({ q, k, v }: Heads, layer: Layer): Value {
  const [out] = layer.project('output', layer.joined(layer.attend(layer.rotate(q), layer.rotate(k), v)));
  return out as Value;
}
