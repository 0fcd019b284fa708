/** RMS normalisation (Zhang and Sennrich 2019), as one fused op with a rule of its own. */
import { float, int } from '../graph.ts';
import { type Value, describe, dim, sameShape, shapeError } from '../value.ts';

/** x / sqrt(mean(x^2) + epsilon) * weight over the last axis. */
export function rmsNorm(x: Value, weight: Value, epsilon: number): Value {
  if (x.dtype !== 'float32' || weight.dtype !== 'float32' || !sameShape(weight.shape, [dim(x, -1)])) {
    throw shapeError('SimplifiedLayerNormalization', `a weight ${describe(weight)} does not scale ${describe(x)}`);
  }
  const attributes = { axis: int(-1), epsilon: float(epsilon), stash_type: int(1) };
  return x.graph.append('SimplifiedLayerNormalization', [x, weight], [{ dtype: x.dtype, shape: x.shape }], attributes)[0] as Value;
}
