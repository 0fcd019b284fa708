/**
 * Block-wise asymmetric quantisation of weights to 8 or 4 bits. Each BLOCK numbers along a row have a scale and a zero point of
 * their own, as ONNX's blocked DequantizeLinear and MatMulNBits take them: w = (q - zero) * scale. The integers q are `codes`.
 */
import { LabError } from '../../core/errors.ts';

export type Bits = 4 | 8;

export interface Quantized {
  bits: Bits;
  /** [rows, columns]; 4-bit codes two to a byte, the first in the low half. */
  shape: [rows: number, columns: number];
  block: number;
  codes: Uint8Array;
  /** [rows, columns / block] */
  scales: Float32Array;
  /** [rows, columns / block], packed as the codes are. */
  zeros: Uint8Array;
}

/** Numbers that share a scale. Columns that this does not divide take half of it, and others are not quantised. */
const BLOCK = 32;

/** The block length for rows of so many numbers; null where there is none. */
export function blockLength(columns: number): number | null {
  return [BLOCK, BLOCK / 2].find((block) => columns % block === 0) ?? null;
}

/**
 * Quantises a matrix, rounding to nearest. Every block can represent zero exactly, so that zeros stay zeros.
 * @throws LabError `models.quantize` where no block length divides the columns
 */
export function quantize(data: Float32Array, [rows, columns]: readonly [number, number], bits: Bits): Quantized {
  const block = blockLength(columns);
  if (block === null) throw new LabError('models.quantize', `Rows of ${columns} numbers cannot be cut into blocks of ${BLOCK} or ${BLOCK / 2}.`, 'Keep this weight as float16 or float32.', { columns });
  const top = 2 ** bits - 1;
  const count = (rows * columns) / block;
  const scales = new Float32Array(count);
  const zeros = new Uint8Array(count);
  const codes = new Uint8Array(rows * columns);
  for (let at = 0; at < count; at++) {
    const from = at * block;
    let low = 0;
    let high = 0;
    for (let i = from; i < from + block; i++) {
      low = Math.min(low, data[i] as number);
      high = Math.max(high, data[i] as number);
    }
    scales[at] = (high - low) / top || 1;
    const scale = scales[at] as number;
    const zero = Math.floor(-low / scale + 0.5);
    zeros[at] = zero;
    for (let i = from; i < from + block; i++) codes[i] = Math.max(0, Math.min(top, Math.floor((data[i] as number) / scale + 0.5) + zero));
  }
  return { bits, shape: [rows, columns], block, codes: packed(codes, bits), scales, zeros: packed(zeros, bits) };
}

/** The float32 numbers of a quantised matrix. */
export function dequantize({ bits, shape: [rows, columns], block, codes, scales, zeros }: Quantized): Float32Array {
  const at = (bytes: Uint8Array, i: number): number => (bits === 8 ? (bytes[i] as number) : ((bytes[i >> 1] as number) >> (4 * (i & 1))) & 15);
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const own = Math.floor(i / block);
    return (at(codes, i) - at(zeros, own)) * (scales[own] as number);
  });
}

function packed(values: Uint8Array, bits: Bits): Uint8Array {
  if (bits === 8) return values;
  const out = new Uint8Array(Math.ceil(values.length / 2));
  for (let i = 0; i < values.length; i++) out[i >> 1] = (out[i >> 1] as number) | ((values[i] as number) << (4 * (i & 1)));
  return out;
}
