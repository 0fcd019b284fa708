/** Reductions, and the sum that undoes a broadcast. */
import { int, ints } from '../graph.ts';
import { type DType, type Shape, axisOf, describe, elements, sameShape, shapeError } from '../value.ts';
import { reshape, slice } from './layout.ts';
import type { Value } from '../graph.ts';

function reduction(op: string): (x: Value, axes: readonly number[], keepDims?: boolean) => Value {
  return (x, axes, keepDims = false) => {
    if (x.dtype !== 'float32' && x.dtype !== 'int32') throw shapeError(op, `${describe(x)} cannot be reduced`);
    const over = [...new Set(axes.map((axis) => axisOf(op, x.shape, axis)))].sort((a, b) => a - b);
    if (over.length === 0) return x;
    const shape = keepDims ? x.shape.map((size, i) => (over.includes(i) ? 1 : size)) : x.shape.filter((_, i) => !over.includes(i));
    return x.graph.append(op, [x, x.graph.constant(over, 'int64')], [{ dtype: x.dtype, shape }], { keepdims: int(keepDims ? 1 : 0) }, { facts: { axes: ints(over) } })[0] as Value;
  };
}

export const reduceSum = reduction('ReduceSum');
export const reduceMean = reduction('ReduceMean');
/** Not differentiable here: it serves metrics and stable softmaxes. */
export const reduceMax = reduction('ReduceMax');

/** Softmax over one axis. */
export function softmax(x: Value, axis = -1): Value {
  const at = axisOf('Softmax', x.shape, axis);
  return x.graph.append('Softmax', [x], [{ dtype: x.dtype, shape: x.shape }], { axis: int(at) })[0] as Value;
}

/** Index of the largest element along an axis, as ONNX's int64; the axis is dropped. */
export function argMax(x: Value, axis = -1): Value {
  const at = axisOf('ArgMax', x.shape, axis);
  const dtype: DType = 'int64';
  return x.graph.append('ArgMax', [x], [{ dtype, shape: x.shape.filter((_, i) => i !== at) }], { axis: int(at), keepdims: int(0) })[0] as Value;
}

/** Sums a cotangent over the axes that broadcasting had repeated, so that it has `shape` again. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.shape.length - shape.length;
  if (extra < 0 || elements(x.shape) < elements(shape)) throw shapeError('ReduceSum', `${describe(x)} is no broadcast of [${shape.join(', ')}]`);
  const axes = x.shape.map((_, i) => i).filter((i) => i < extra || (shape[i - extra] === 1 && x.shape[i] !== 1));
  return reshape(reduceSum(x, axes), shape);
}

/** The k-th largest element along the last axis, which becomes one of size one. A threshold: not differentiable here. */
export function kthLargest(x: Value, k: number): Value {
  const size = x.shape.at(-1) as number;
  if (!(k >= 1 && k <= size)) throw shapeError('TopK', `${describe(x)} has no ${k}-th largest element along its last axis`);
  const kept: Shape = [...x.shape.slice(0, -1), k];
  const [values] = x.graph.append('TopK', [x, x.graph.constant([k], 'int64')], [{ dtype: x.dtype, shape: kept }, { dtype: 'int64', shape: kept }], { axis: int(-1), largest: int(1), sorted: int(1) });
  return slice(values as Value, -1, k - 1, k);
}
