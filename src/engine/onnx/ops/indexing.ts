/** Ops that look elements up or put them somewhere by index. Indices are int32 or int64. */
import { int, text } from '../graph.ts';
import { axisOf, describe, sameShape, shapeError } from '../value.ts';
import type { Value } from '../graph.ts';

function indexed(op: string, indices: Value): void {
  if (indices.dtype !== 'int32' && indices.dtype !== 'int64') throw shapeError(op, `the indices are ${describe(indices)}, not int32 or int64`);
}

/** Slices of `x` along `axis`, by index: the axis is replaced by the axes of `indices`. */
export function gather(x: Value, indices: Value, axis = 0): Value {
  indexed('Gather', indices);
  const at = axisOf('Gather', x.shape, axis);
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  return x.graph.append('Gather', [x, indices], [{ dtype: x.dtype, shape }], { axis: int(at) })[0] as Value;
}

/** One element for each index: `out[i][j] = x[i][indices[i][j]]` for axis 1. Ranks are equal. */
export function gatherElements(x: Value, indices: Value, axis = -1): Value {
  indexed('GatherElements', indices);
  const at = axisOf('GatherElements', x.shape, axis);
  if (indices.shape.length !== x.shape.length || indices.shape.some((size, i) => i !== at && size > (x.shape[i] as number))) {
    throw shapeError('GatherElements', `indices ${describe(indices)} do not fit ${describe(x)} on axis ${axis}`);
  }
  return x.graph.append('GatherElements', [x, indices], [{ dtype: x.dtype, shape: indices.shape }], { axis: int(at) })[0] as Value;
}

/** `x` with `updates` added at `indices` along `axis`; `x` is not changed. */
export function scatterElementsAdd(x: Value, indices: Value, updates: Value, axis = -1): Value {
  indexed('ScatterElements', indices);
  const at = axisOf('ScatterElements', x.shape, axis);
  if (!sameShape(indices.shape, updates.shape) || indices.shape.length !== x.shape.length) {
    throw shapeError('ScatterElements', `indices ${describe(indices)} and updates ${describe(updates)} do not fit ${describe(x)}`);
  }
  return x.graph.append('ScatterElements', [x, indices, updates], [{ dtype: x.dtype, shape: x.shape }], { axis: int(at), reduction: text('add') })[0] as Value;
}
