/** Ops that move elements and compute nothing. */
import { int, ints } from '../graph.ts';
import { type Shape, axisOf, broadcastShapes, describe, dim, elements, sameShape, shapeError } from '../value.ts';
import type { Value } from '../graph.ts';

/** @param shape the new shape; one entry may be -1 and is worked out, at every run anew where the axis is open */
export function reshape(x: Value, shape: Shape): Value {
  const known = shape.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const target = shape.map((size) => (size === -1 ? elements(x.shape) / known : size));
  if (elements(target) !== elements(x.shape) || target.some((size) => !Number.isInteger(size))) {
    throw shapeError('Reshape', `${describe(x)} does not fit [${shape.join(', ')}]`);
  }
  if (sameShape(target, x.shape)) return x;
  return x.graph.append('Reshape', [x, x.graph.constant(shape, 'int64')], [{ dtype: x.dtype, shape: target }])[0] as Value;
}

/** @param perm output axis i is input axis perm[i]; left out, the last two axes are swapped */
export function transpose(x: Value, perm?: readonly number[]): Value {
  const rank = x.shape.length;
  const order = perm ?? [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2];
  if (order.length !== rank || [...order].sort((a, b) => a - b).some((axis, i) => axis !== i)) {
    throw shapeError('Transpose', `[${order.join(', ')}] is not a permutation of the axes of ${describe(x)}`);
  }
  const shape = order.map((axis) => x.shape[axis] as number);
  return x.graph.append('Transpose', [x], [{ dtype: x.dtype, shape }], { perm: ints(order) })[0] as Value;
}

/** Repeats axes of size one (and adds leading ones) until the shape is `shape`. */
export function expand(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShapes('Expand', x.shape, shape), shape)) throw shapeError('Expand', `${describe(x)} does not broadcast to [${shape.join(', ')}]`);
  return x.graph.append('Expand', [x, x.graph.constant(shape, 'int64')], [{ dtype: x.dtype, shape }])[0] as Value;
}

export function concat(parts: readonly Value[], axis: number): Value {
  const first = parts[0];
  if (!first) throw shapeError('Concat', 'there is nothing to join');
  if (parts.length === 1) return first;
  const at = axisOf('Concat', first.shape, axis);
  for (const part of parts) {
    if (part.dtype !== first.dtype || part.shape.length !== first.shape.length || part.shape.some((size, i) => i !== at && size !== first.shape[i])) {
      throw shapeError('Concat', `${describe(part)} does not join ${describe(first)} along axis ${axis}`);
    }
  }
  const shape = first.shape.map((size, i) => (i === at ? parts.reduce((sum, part) => sum + dim(part, at), 0) : size));
  return first.graph.append('Concat', parts, [{ dtype: first.dtype, shape }], { axis: int(at) })[0] as Value;
}

/** A shader may bind eight storage buffers on every WebGPU device, and ONNX Runtime gives each part one, beside the whole. */
const MOST_PARTS = 7;

/**
 * More parts than a GPU's shader can bind are split off group by group.
 * @param sizes of the parts along `axis`; they have to add up to its size
 */
export function split(x: Value, sizes: readonly number[], axis: number): Value[] {
  const at = axisOf('Split', x.shape, axis);
  if (sizes.reduce((sum, size) => sum + size, 0) !== x.shape[at] || sizes.some((size) => size < 1)) {
    throw shapeError('Split', `axis ${axis} of ${describe(x)} is not made of parts ${sizes.join(' + ')}`);
  }
  if (sizes.length === 1) return [x];
  if (sizes.length > MOST_PARTS) {
    const groups = Array.from({ length: Math.ceil(sizes.length / MOST_PARTS) }, (_, i) => sizes.slice(i * MOST_PARTS, (i + 1) * MOST_PARTS));
    const wholes = split(x, groups.map((group) => group.reduce((sum, size) => sum + size, 0)), at);
    return groups.flatMap((group, i) => split(wholes[i] as Value, group, at));
  }
  const outputs = sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.map((n, i) => (i === at ? size : n)) }));
  return x.graph.append('Split', [x, x.graph.constant(sizes, 'int64')], outputs, { axis: int(at) });
}

/** `x[..., start:end, ...]` along one axis, step one; negative positions count from the end. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const at = axisOf('Slice', x.shape, axis);
  const size = x.shape[at] as number;
  const from = start < 0 ? start + size : start;
  const to = end < 0 ? end + size : end;
  if (!(from >= 0 && from < to && to <= size)) throw shapeError('Slice', `${start}:${end} lies outside axis ${axis} of ${describe(x)}`);
  if (from === 0 && to === size) return x;
  const g = x.graph;
  const indices = [g.constant([from], 'int64'), g.constant([to], 'int64'), g.constant([at], 'int64')];
  return g.append('Slice', [x, ...indices], [{ dtype: x.dtype, shape: x.shape.map((n, i) => (i === at ? to - from : n)) }], {}, { facts: { axis: int(at), start: int(from), end: int(to) } })[0] as Value;
}

/** A constant tensor of zeros. */
export function zeros(like: Value, shape: Shape): Value {
  return expand(like.graph.constant([0], like.dtype, shape.map(() => 1)), shape);
}
