import { LabError } from '../../core/errors.ts';

/** Element types the lab's graphs use, with ONNX's TensorProto.DataType code and the size of one element. */
export const DTYPES = {
  float32: { code: 1, bytes: 4 },
  uint8: { code: 2, bytes: 1 },
  int8: { code: 3, bytes: 1 },
  int32: { code: 6, bytes: 4 },
  int64: { code: 7, bytes: 8 },
  bool: { code: 9, bytes: 1 },
  float16: { code: 10, bytes: 2 },
  uint32: { code: 12, bytes: 4 },
  /** Two to a byte, the first in the low half. */
  uint4: { code: 21, bytes: 0.5 },
} as const;

export type DType = keyof typeof DTYPES;
export type Shape = readonly number[];

export function elements(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes a tensor takes. */
export function byteLength(tensor: { dtype: DType; shape: Shape }): number {
  return Math.ceil(elements(tensor.shape) * DTYPES[tensor.dtype].bytes);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** `float32[2, 3]`, for messages. */
export function describe(value: { dtype: DType; shape: Shape }): string {
  return `${value.dtype}[${value.shape.join(', ')}]`;
}

/** A non-negative axis; throws `onnx.shape` when the tensor has no such axis. */
export function axisOf(op: string, shape: Shape, axis: number): number {
  const positive = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(positive) || positive < 0 || positive >= shape.length) {
    throw shapeError(op, `axis ${axis} does not exist in a tensor of shape [${shape.join(', ')}]`);
  }
  return positive;
}

/** The size of an axis that is known to exist. */
export function dim(value: { shape: Shape }, axis: number): number {
  return value.shape.at(axis) as number;
}

/** NumPy's broadcast of two shapes; throws `onnx.shape` naming the op when they do not fit. */
export function broadcastShapes(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw shapeError(op, `[${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
    return x === 1 ? y : x;
  });
}

/** A graph was asked for something that its shapes or types do not allow: always a bug of whoever builds the graph. */
export function shapeError(op: string, problem: string): LabError {
  return new LabError('onnx.shape', `${op}: ${problem}.`, 'This is a fault in a model definition; please report it with the model you loaded.', { op });
}
