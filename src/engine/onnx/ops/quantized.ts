/** Weights that are integers in blocks, each block with a scale and a zero point. They are frozen: none of these ops is differentiated by them. */
import { type Graph, int } from '../graph.ts';
import { describe, dim, shapeError } from '../value.ts';
import { neg } from './elementwise.ts';
import { reshape } from './layout.ts';
import type { Value } from '../graph.ts';

/** (codes - zero) * scale as float32. @param codes uint8 or uint4 [..., columns]; scale and zero [..., columns / block] */
export function dequantizeLinear(codes: Value, scale: Value, zero: Value): Value {
  const block = dim(codes, -1) / dim(scale, -1);
  if (codes.shape.length < 2 || !Number.isInteger(block) || String(codes.shape.slice(0, -1)) !== String(scale.shape.slice(0, -1)) || codes.dtype !== zero.dtype || String(zero.shape) !== String(scale.shape)) {
    throw shapeError('DequantizeLinear', `codes ${describe(codes)}, scales ${describe(scale)} and zeros ${describe(zero)} do not fit each other`);
  }
  return codes.graph.append('DequantizeLinear', [codes, scale, zero], [{ dtype: 'float32', shape: codes.shape }], { axis: int(codes.shape.length - 1), block_size: int(block) })[0] as Value;
}

/**
 * x W^T for a quantised W that is never decoded as a whole.
 * @param x float32 [..., columns]
 * @param codes uint8 [out, blocks, bytes of a block]; scale float32 [out * blocks]; zero uint8, packed, each row from a byte's start
 */
export function matMulNBits(x: Value, codes: Value, scale: Value, zero: Value): Value {
  const [out, blocks, bytes] = codes.shape as [number, number, number];
  const columns = dim(x, -1);
  const block = columns / blocks;
  const bits = (8 * bytes) / block;
  if (x.shape.length < 2 || codes.dtype !== 'uint8' || (bits !== 4 && bits !== 8) || dim(scale, 0) !== out * blocks || dim(zero, 0) !== out * Math.ceil((blocks * bits) / 8)) {
    throw shapeError('MatMulNBits', `${describe(x)} cannot be multiplied by codes ${describe(codes)} with scales ${describe(scale)} and zeros ${describe(zero)}`);
  }
  // Accuracy level 1: products in float32, not in integers.
  const attributes = { K: int(columns), N: int(out), bits: int(bits), block_size: int(block), accuracy_level: int(1) };
  return x.graph.append('MatMulNBits', [x, codes, scale, zero], [{ dtype: 'float32', shape: [...x.shape.slice(0, -1), out] }], attributes, { domain: 'com.microsoft' })[0] as Value;
}

/** Whether `matMulTransposedNBits` can multiply by such a W [out, columns]. */
export function canTransposeNBits(out: number, block: number, bits: 4 | 8): boolean {
  return out % ((8 / bits) * block) === 0;
}

/**
 * x W for the same W, for which ONNX has no operator. A MatMulNBits with the shape of W^T and negative scales stands for it. Only
 * the lab's kernels on WASM compute it (engine/kernels/quantized.ts), on a device with `multipliesQuantized`; others refuse it.
 * @param x float32 [..., out]; the others as `matMulNBits` takes them
 */
export function matMulTransposedNBits(x: Value, codes: Value, scale: Value, zero: Value): Value {
  const [out, blocks, bytes] = codes.shape as [number, number, number];
  const bits = (8 * dim(zero, 0)) / (out * blocks) === 8 ? 8 : 4;
  const block = (8 * bytes) / bits;
  if (!canTransposeNBits(out, block, bits)) throw shapeError('MatMulNBits', `${describe(codes)} of ${bits} bits has no whole blocks along its columns`);
  return matMulNBits(x, reshape(codes, [blocks * block, out / block, bytes]), neg(scale), zero);
}

/** Whether a graph has such a product. */
export function hasTransposedNBits({ nodes, producers }: Graph): boolean {
  return nodes.some(({ op, inputs }) => op === 'MatMulNBits' && producers.get(inputs[2] as Value)?.op === 'Neg');
}
