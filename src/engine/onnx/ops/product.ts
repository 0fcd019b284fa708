/** Matrix products. */
import { float, int } from '../graph.ts';
import { broadcastShapes, describe, dim, sameShape, shapeError } from '../value.ts';
import { reshape, transpose } from './layout.ts';
import type { Value } from '../graph.ts';

/** NumPy's matmul of tensors of rank >= 2: the last two axes multiply, the others broadcast. */
export function matMul(a: Value, b: Value): Value {
  if (a.shape.length < 2 || b.shape.length < 2 || dim(a, -1) !== dim(b, -2) || a.dtype !== b.dtype) {
    throw shapeError('MatMul', `${describe(a)} cannot be multiplied by ${describe(b)}`);
  }
  const batch = broadcastShapes('MatMul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  return a.graph.append('MatMul', [a, b], [{ dtype: a.dtype, shape: [...batch, dim(a, -2), dim(b, -1)] }])[0] as Value;
}

export interface GemmOptions {
  transA?: boolean;
  transB?: boolean;
  alpha?: number;
  /** Added to the product. */
  c?: Value;
}

/** alpha * A' B' + c for matrices, where A' and B' are A and B or their transposes. `c` has the shape of the result. */
export function gemm(a: Value, b: Value, { transA = false, transB = false, alpha = 1, c }: GemmOptions = {}): Value {
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.dtype !== b.dtype) throw shapeError('Gemm', `${describe(a)} and ${describe(b)} are not two matrices of one type`);
  const [m, inner] = transA ? [dim(a, 1), dim(a, 0)] : [dim(a, 0), dim(a, 1)];
  const [rows, n] = transB ? [dim(b, 1), dim(b, 0)] : [dim(b, 0), dim(b, 1)];
  if (inner !== rows) throw shapeError('Gemm', `${describe(a)}${transA ? ' transposed' : ''} cannot be multiplied by ${describe(b)}${transB ? ' transposed' : ''}`);
  if (c && !sameShape(c.shape, [m, n])) throw shapeError('Gemm', `${describe(c)} cannot be added to a product of shape [${m}, ${n}]`);
  const attributes = { transA: int(transA ? 1 : 0), transB: int(transB ? 1 : 0), alpha: float(alpha) };
  return a.graph.append('Gemm', c ? [a, b, c] : [a, b], [{ dtype: a.dtype, shape: [m, n] }], attributes)[0] as Value;
}

/** a b^T over the last two axes, batches broadcast. One op to gradients, so that they need not transpose back. */
export function matMulNT(a: Value, b: Value): Value {
  if (a.shape.length === 2 && b.shape.length === 2) return gemm(a, b, { transB: true });
  return a.graph.composite('MatMulNT', [a, b], () => matMul(a, transpose(b)))[0] as Value;
}

/** a^T b over the last two axes, batches broadcast. */
export function matMulTN(a: Value, b: Value): Value {
  if (a.shape.length === 2 && b.shape.length === 2) return gemm(a, b, { transA: true });
  return matMul(transpose(a), b);
}

/** x [..., m] times a matrix w of any orientation, as one Gemm over all leading axes. */
export function linear(x: Value, w: Value, options: GemmOptions = {}): Value {
  const rows = reshape(x, [-1, dim(x, -1)]);
  const y = gemm(rows, w, { ...options, ...(options.c ? { c: reshape(options.c, [dim(rows, 0), dim(options.c, -1)]) } : {}) });
  return reshape(y, [...x.shape.slice(0, -1), dim(y, -1)]);
}
