/** Gated activations. */
import { float } from '../graph.ts';
import { type Value, describe, dim, shapeError } from '../value.ts';
import { mul } from './elementwise.ts';
import { split } from './layout.ts';

/** x * sigmoid(x), as the fused op that both of ONNX Runtime's devices have. */
export function silu(x: Value): Value {
  if (x.dtype !== 'float32') throw shapeError('QuickGelu', `${describe(x)} is not float32`);
  return x.graph.append('QuickGelu', [x], [{ dtype: x.dtype, shape: x.shape }], { alpha: float(1) }, { domain: 'com.microsoft' })[0] as Value;
}

/** SwiGLU (Shazeer 2020): silu(gate) * up, where x [..., 2f] holds gate and up side by side. */
export function swiGlu(x: Value): Value {
  if (dim(x, -1) % 2 !== 0) throw shapeError('SwiGlu', `the last axis of ${describe(x)} is not gate and up side by side`);
  const width = dim(x, -1) / 2;
  return x.graph.composite('SwiGlu', [x], () => {
    const [gate, up] = split(x, [width, width], -1) as [Value, Value];
    return mul(silu(gate), up);
  })[0] as Value;
}
