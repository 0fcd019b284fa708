/** Normalisations over the last axis, as fused ops with rules of their own. */
import { float, int } from '../graph.ts';
import { describe, dim, sameShape, shapeError } from '../value.ts';
import type { Value } from '../graph.ts';

/** RMS normalisation (Zhang and Sennrich 2019): x / sqrt(mean(x^2) + epsilon) * weight. */
export function rmsNorm(x: Value, weight: Value, epsilon: number): Value {
  if (x.dtype !== 'float32' || weight.dtype !== 'float32' || !sameShape(weight.shape, [dim(x, -1)])) {
    throw shapeError('SimplifiedLayerNormalization', `a weight ${describe(weight)} does not scale ${describe(x)}`);
  }
  const attributes = { axis: int(-1), epsilon: float(epsilon), stash_type: int(1) };
  return x.graph.append('SimplifiedLayerNormalization', [x, weight], [{ dtype: x.dtype, shape: x.shape }], attributes)[0] as Value;
}

/** Layer normalisation (Ba et al. 2016): (x - mean(x)) / sqrt(var(x) + epsilon) * weight + bias. */
export function layerNorm(x: Value, weight: Value, bias: Value, epsilon: number): Value {
  for (const vector of [weight, bias]) {
    if (x.dtype !== 'float32' || vector.dtype !== 'float32' || !sameShape(vector.shape, [dim(x, -1)])) throw shapeError('LayerNormalization', `${describe(vector)} does not fit ${describe(x)}`);
  }
  return x.graph.append('LayerNormalization', [x, weight, bias], [{ dtype: x.dtype, shape: x.shape }], { axis: int(-1), epsilon: float(epsilon), stash_type: int(1) })[0] as Value;
}
