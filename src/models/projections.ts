/** Frozen linear layers with LoRA (Hu et al. 2021) on them, for every adapter at once. */
import { type Value, dim, matMul, matMulNT, mul, reshape, split } from '../onnx/index.ts';
import type { Rows } from './rows.ts';
import { type Stored, product } from './stored.ts';

/** What LoRA adds to the projections of one input, for every adapter at once: y += scale * (x * keep) A^T B. */
export interface LoraInput {
  /** [K, n r, in]: the A matrices of the n adapted projections, stacked. */
  a: Value;
  /** For each stack of frozen weights, [K, m r, out]: the transposed B matrices of its m adapted projections, each in its own columns. Null where none is adapted. */
  b: readonly (Value | null)[];
  scale: number;
  /** Dropout's mask on this input, [K, B T, in]: zero, or 1 / (1 - p). */
  keep?: Value;
}

/**
 * x W^T (+ LoRA) for x [rows, in] and each frozen W [out, in]. The frozen product sees all adapters' rows at once, and takes
 * the adapters' part as its addend.
 */
export function projections(x: Value, weights: readonly Stored[], rows: Rows, lora?: LoraInput): Value[] {
  const deltas = lora ? loraDeltas(reshape(x, [rows.adapters, -1, dim(x, -1)]), lora) : [];
  return weights.map((weight, i) => {
    const delta = deltas[i];
    return product(x, weight, delta ? reshape(delta, [-1, dim(delta, -1)]) : undefined);
  });
}

function loraDeltas(x: Value, { a, b, scale, keep }: LoraInput): (Value | null)[] {
  const low = matMulNT(keep ? mul(x, keep) : x, a);
  const scaled = scale === 1 ? low : mul(low, scale);
  const adapted = b.filter((matrix) => matrix !== null);
  const parts = split(scaled, adapted.map((matrix) => matrix.shape[1] as number), 2);
  return b.map((matrix) => (matrix === null ? null : matMul(parts.shift() as Value, matrix)));
}
