/** Frozen linear layers with LoRA (Hu et al. 2021) on them, for every adapter at once. */
import { type Value, add, dim, matMul, matMulNT, mul, reshape, split, sub } from '../onnx/index.ts';
import { gainOf } from './dora.ts';
import type { Rows } from './rows.ts';
import { type Stored, product } from './stored.ts';
import type { LoraInput } from './lora-values.ts';

/**
 * x W^T (+ LoRA) for x [rows, in] and each frozen W [out, in]. The frozen product sees all adapters' rows at once, and takes
 * the adapters' part as its addend.
 */
export function projections(x: Value, weights: readonly Stored[], rows: Rows, lora?: LoraInput): Value[] {
  const apart = (y: Value): Value => reshape(y, [rows.adapters, -1, dim(y, -1)]);
  const together = (y: Value): Value => reshape(y, [-1, dim(y, -1)]);
  const deltas = lora ? loraDeltas(apart(x), lora) : [];
  return weights.map((weight, i) => {
    const delta = deltas[i] ?? null;
    const gain = lora?.gains?.[i];
    if (!lora || !delta || !gain) return product(x, weight, delta ? together(delta) : undefined);
    const scaled = (y: Value): Value => together(mul(apart(y), gainOf(gain, weight, lora.scale)));
    if (!lora.keep) return scaled(product(x, weight, together(delta)));
    // As PEFT: what dropout takes away is missing in the part that is scaled, and the frozen part has all of x.
    const kept = product(together(mul(apart(x), lora.keep)), weight);
    return add(sub(product(x, weight), kept), scaled(add(kept, together(delta))));
  });
}

function loraDeltas(x: Value, { a, b, scale, keep }: LoraInput): (Value | null)[] {
  const low = matMulNT(keep ? mul(x, keep) : x, a);
  const scaled = scale === 1 ? low : mul(low, scale);
  const adapted = b.filter((matrix) => matrix !== null);
  const parts = split(scaled, adapted.map((matrix) => matrix.shape[1] as number), 2);
  return b.map((matrix) => (matrix === null ? null : matMul(parts.shift() as Value, matrix)));
}
