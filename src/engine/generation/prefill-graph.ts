/** Prefill: the same layer as training's over a prompt's tokens but the last, for their keys and values. */
import { type Value, add, Graph, matMul, reshape, softmax, transpose } from '../onnx/index.ts';
import { decoderLayer, kindOf, type LayerContext } from '../models/decoder-layer.ts';
import { embedded } from '../models/outer.ts';
import type { RotaryTables } from '../models/rotary.ts';
import type { Rows } from '../models/rows.ts';
import { declare, type GenerationShape, type Memory, rowsOf, slides } from './shape.ts';

/**
 * Inputs: ids int32 [B, length]; positions int64 [B, length]; mask [length, length], causal; near_mask,
 * the same for layers with a window; adapters.
 * Prompts are padded on the right, where nothing before sees them, so one mask serves all rows.
 * Outputs: key0, value0, key1, ...
 */
export function prefillGraph(shape: GenerationShape): Graph {
  const { config } = shape.model;
  const g = new Graph('prefill');
  const rows = rowsOf(shape);
  const longest = shape.positions;
  const ids = g.input('ids', 'int32', [rows, longest], { 1: 'prompt' });
  const positions = g.input('positions', 'int64', [rows, longest], { 1: 'prompt' });
  const mask = g.input('mask', 'float32', [longest, longest], { 0: 'prompt', 1: 'prompt' });
  const near = slides(shape) ? g.input('near_mask', 'float32', [longest, longest], { 0: 'prompt', 1: 'prompt' }) : mask;
  const fixed = declare(g, shape);
  const context = { config, rows: { adapters: shape.adapters, batch: shape.batch, length: longest } satisfies Rows, positions };

  let x = embedded(fixed.outer, reshape(ids, [-1]), config);
  fixed.layers.forEach((weights, layer) => {
    const attend: LayerContext['attend'] = (q, k, v) => {
      const keys = transpose(k);
      g.output(`key${layer}`, keys);
      g.output(`value${layer}`, v);
      return groupedAttention(q, { keys, values: v }, (scores) => add(scores, slides(shape, layer) ? near : mask));
    };
    x = decoderLayer(x, weights, { ...context, tables: fixed.tables[kindOf(config, layer)] as RotaryTables, attend, lora: fixed.loras[layer] });
  });
  // The last layer's own output is not asked for, so only its keys and values are computed.
  return g;
}

/** Query heads h * n .. h * n + n - 1 share key-value head h; a product a head, so that lengths may be open. */
function groupedAttention(q: Value, { keys, values }: Memory, masked: (scores: Value) => Value): Value {
  const [rows, heads, , width] = q.shape as [number, number, number, number];
  const groups = keys.shape[1] as number;
  const apart = reshape(q, [rows, groups, heads / groups, -1, width]);
  const scores = masked(matMul(apart, reshape(keys, [rows, groups, 1, width, -1])));
  return reshape(matMul(softmax(scores), reshape(values, [rows, groups, 1, -1, width])), [rows, heads, -1, width]);
}
