/**
 * DoRA (Liu et al. 2024), as PEFT has it: W' = m (W + s B A) / |W + s B A|, a learned length m for each row of the weight. The
 * lengths that m is set against count as constants in the gradient (section 4.3 of the paper).
 *
 * W + s B A is never made: with w a row of W and b its row of B, |w + s b A|^2 = |w|^2 + s b (2 A w + s A A^T b).
 */
import { type Value, add, div, less, matMul, matMulNT, mul, reduceSum, reshape, sqrt, where } from '../onnx/index.ts';
import type { LoraStack } from './lora-values.ts';
import { type Stored, decoded, product } from './stored.ts';
import type { Gain } from './lora-values.ts';

/** What the rows of a stack of weights are multiplied by, [K, 1, out]. */
export function gainOf({ magnitude, of }: Gain, weight: Stored, scale: number): Value {
  if (!of) return magnitude;
  const lengths = rowLengths(weight, of, scale);
  if (of.bands.every(({ adapted }) => adapted)) return div(magnitude, lengths);
  const adapted = of.bands.flatMap((band) => Array.from({ length: band.out }, () => Number(band.adapted)));
  return div(magnitude, where(less(magnitude.graph.constant(adapted, 'float32', [1, 1, adapted.length]), 1), 1, lengths));
}

/** |W + scale B A| of every row, [K, 1, out]. */
export function rowLengths(weight: Stored, { a, b }: Pick<LoraStack, 'a' | 'b'>, scale: number): Value {
  const w = decoded(weight);
  const [adapters, rank, columns] = a.shape as [number, number, number];
  const out = b.shape[2] as number;
  const own = reshape(reduceSum(mul(w, w), [1]), [1, 1, out]);
  const aw = reshape(product(reshape(a, [adapters * rank, columns]), weight), [adapters, rank, out]);
  const aab = matMul(matMulNT(a, a), b);
  return sqrt(add(own, reduceSum(mul(b, add(mul(aw, 2 * scale), mul(aab, scale * scale))), [1], true)));
}

