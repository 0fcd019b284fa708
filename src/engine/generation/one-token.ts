/**
 * The same layer as training's over one token a row. What a row remembers lies in parts, each with a mask of its own: what prefill
 * gave, which stays as it is, and what decoding added. Keys lie transposed, [rows, groups, head_dim, length], as scores need them.
 */
import { type Value, add, concat, matMul, reshape, softmax } from '../onnx/index.ts';
import { decoderLayer, kindOf, type LayerContext } from '../models/decoder-layer.ts';
import { embedded, logits } from '../models/outer.ts';
import type { RotaryTables } from '../models/rotary.ts';
import { type Frozen, type GenerationShape, type Memory, rowsOf } from './shape.ts';

/** A stretch of what rows remember, and what hides of it what is not theirs: added to the scores. */
export interface Part extends Memory {
  mask?: Value | undefined;
}

/** What a layer attends to when a token's own key [B, groups, head_dim, 1] and value [B, groups, 1, head_dim] are known. */
export interface Sight {
  parts(layer: number, key: Value, value: Value): Part[];
  /** The probabilities over all parts [B, groups, heads a group, all], by part. */
  divide(probabilities: Value, parts: readonly Part[]): Value[];
}

/** One token a row: token int32 [B] at position int64 [B, 1] to logits [B, V]. */
export function step(shape: GenerationShape, fixed: Frozen, token: Value, position: Value, sight: Sight): Value {
  const { config } = shape.model;
  const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: width } = config;
  const rows = rowsOf(shape);
  let x = embedded(fixed.outer, token, config);
  fixed.layers.forEach((weights, layer) => {
    const attend: LayerContext['attend'] = (q, k, v) => {
      const parts = sight.parts(layer, reshape(k, [rows, groups, width, 1]), v);
      // The queries of a group are the rows of one product.
      const queries = reshape(q, [rows, groups, heads / groups, width]);
      const scores = parts.map(({ keys, mask }) => (mask ? add(matMul(queries, keys), mask) : matMul(queries, keys)));
      const probabilities = sight.divide(softmax(concat(scores, 3)), parts);
      const mixed = parts.map(({ values }, i) => matMul(probabilities[i] as Value, values));
      return reshape(mixed.reduce((sum, part) => add(sum, part)), [rows, heads, 1, width]);
    };
    const tables = fixed.tables[kindOf(config, layer)] as RotaryTables;
    x = decoderLayer(x, weights, { config, rows: { adapters: shape.adapters, batch: shape.batch, length: 1 }, positions: position, tables, attend, lora: fixed.loras[layer] });
  });
  return logits(x, fixed.outer, config);
}
