/** Gated activations. */
import { type Value, describe, sameShape, shapeError } from '../value.ts';
import { mul, sigmoid } from './elementwise.ts';

/**
 * SwiGLU (Shazeer 2020): silu(gate) * up, with silu(x) = x sigmoid(x). Written with Sigmoid, which the gradient shares,
 * and not with a fused activation, which it could not.
 */
export function swiGlu(gate: Value, up: Value): Value {
  if (!sameShape(gate.shape, up.shape) || gate.dtype !== 'float32') throw shapeError('SwiGlu', `gate ${describe(gate)} and up ${describe(up)} do not fit each other`);
  return gate.graph.composite('SwiGlu', [gate, up], () => {
    const opened = sigmoid(gate);
    const activated = mul(gate, opened);
    return [mul(activated, up), opened, activated];
  })[0] as Value;
}
