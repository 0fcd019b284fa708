/**
 * A mixture of experts (Shazeer et al. 2017; Mixtral's and Qwen3's form of it): a router gives each token a few experts and
 * says how much each counts.
 *
 * Graphs of fixed shape cannot send tokens to experts, so every expert computes every token, and those that a token was not
 * sent to count nothing. Side by side the experts are then one wide gated feed-forward, with each token's shares between its
 * two halves: three products in place of three for every expert. That costs count / per_token of a sparse layer's arithmetic.
 */
import { type Value, div, greaterOrEqual, kthLargest, mul, reduceSum, softmax, swiGlu, where } from '../../onnx/index.ts';
import type { Layer } from '../layer.ts';

export function mixtureOfExperts(x: Value, layer: Layer): Value {
  const { count } = layer.experts;
  const [scores, gate, up] = layer.project('mlp', x) as [Value, Value, Value];
  const shares = routed(scores, layer);
  const inner = swiGlu(gate, up);
  // [rows, experts, width] times [rows, experts, 1]
  const weighed = mul(layer.grouped(inner, count), layer.grouped(shares, count));
  // With LoRA on the experts, each one's own part of `down` is weighed as its frozen part is.
  return layer.project('down', layer.ungrouped(weighed))[0] as Value;
}

/** Each token's share of each expert, [rows, experts]: the softmax where the expert is among its best, else zero. */
function routed(scores: Value, layer: Layer): Value {
  const { per_token, normalise } = layer.experts;
  // Which experts are chosen has no gradient; how much they count has.
  const chosen = where(greaterOrEqual(scores, kthLargest(scores, per_token)), softmax(scores), 0);
  return normalise ? div(chosen, reduceSum(chosen, [-1], true)) : chosen;
}
