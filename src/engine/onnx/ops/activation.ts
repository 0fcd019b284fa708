/** Gated activations. */
import { describe, sameShape, shapeError } from '../value.ts';
import { add, erf, mul, sigmoid, tanh } from './elementwise.ts';
import type { Value } from '../graph.ts';

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

/** GELU (Hendrycks and Gimpel 2016): x Phi(x), by the error function. */
export function gelu(x: Value): Value {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}

/** The approximation of GELU by tanh that transformers calls `gelu_pytorch_tanh` and `gelu_new`. */
export function geluTanh(x: Value): Value {
  const inner = mul(mul(x, Math.sqrt(2 / Math.PI)), add(mul(mul(x, x), 0.044715), 1));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}

/** GeGLU (Shazeer 2020): gelu(gate) * up, with the tanh form of gelu as Gemma has it. */
export function geGlu(gate: Value, up: Value): Value {
  return mul(geluTanh(gate), up);
}
