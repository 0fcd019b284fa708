/** The gated feed-forward. */
import type { Value } from '../../onnx/index.ts';
import type { Layer } from '../layer.ts';

/** down(activation(gate(x), up(x))) of normed x [rows, hidden]. */
export function gatedMlp(x: Value, layer: Layer, activation: (gate: Value, up: Value) => Value): Value {
  const [gate, up] = layer.project('mlp', x) as [Value, Value];
  const [down] = layer.project('down', activation(gate, up));
  return down as Value;
}
