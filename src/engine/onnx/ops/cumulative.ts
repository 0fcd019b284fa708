import { axisOf } from '../value.ts';
import type { Value } from '../graph.ts';

/** Running sums along an axis, each including its own element. */
export function cumSum(x: Value, axis = -1): Value {
  const at = axisOf('CumSum', x.shape, axis);
  return x.graph.append('CumSum', [x, x.graph.constant([at], 'int32', [])], [{ dtype: x.dtype, shape: x.shape }])[0] as Value;
}
