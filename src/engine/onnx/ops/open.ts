/**
 * Ops along open axes, whose size is known only when the graph runs. The shapes written here are nominal: they say which
 * axis is which, and no op after these may write the open one's size into the graph.
 */
import { int } from '../graph.ts';
import { axisOf, describe, shapeError } from '../value.ts';
import type { Value } from '../graph.ts';

/** `x` with `part` behind it along an open axis of x, which stays nominally as long as it was. */
export function extend(x: Value, part: Value, axis: number): Value {
  const at = axisOf('Concat', x.shape, axis);
  if (x.dtype !== part.dtype || x.shape.length !== part.shape.length || x.shape.some((size, i) => i !== at && size !== part.shape[i])) {
    throw shapeError('Concat', `${describe(part)} does not extend ${describe(x)} along axis ${axis}`);
  }
  return x.graph.append('Concat', [x, part], [{ dtype: x.dtype, shape: x.shape }], { axis: int(at) })[0] as Value;
}

/** What of `x` lies before and from a position along an open axis that is known only at run time. @param position int64 [1] */
export function cut(x: Value, position: Value, axis: number, sizes: readonly [number, number]): [Value, Value] {
  const at = axisOf('Slice', x.shape, axis);
  const g = x.graph;
  const part = (start: Value, end: Value, size: number): Value =>
    g.append('Slice', [x, start, end, g.constant([at], 'int64')], [{ dtype: x.dtype, shape: x.shape.map((n, i) => (i === at ? size : n)) }])[0] as Value;
  return [part(g.constant([0], 'int64'), position, sizes[0]), part(position, g.constant([2 ** 31 - 1], 'int64'), sizes[1])];
}
