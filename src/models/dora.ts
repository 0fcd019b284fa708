/**
 * DoRA (Liu et al. 2024), as PEFT has it: W' = m (W + s B A) / |W + s B A|, a learned length m for each row of the weight. The
 * lengths that m is set against count as constants in the gradient (section 4.3 of the paper).
 *
 * W + s B A is never made: with w a row of W and b its row of B, |w + s b A|^2 = |w|^2 + s b (2 A w + s A A^T b).
 */
import { Graph, type Value, add, div, less, matMul, matMulNT, mul, reduceSum, reshape, sqrt, where } from '../onnx/index.ts';
import { type DeviceTensor, host, readFloats } from '../runtime/index.ts';
import type { BaseModel } from './base-model.ts';
import type { LoraLayout } from './lora.ts';
import type { LoraStack } from './projections.ts';
import { type Named, type Stored, declareStored, decoded, product } from './stored.ts';

export interface Gain {
  /** [K, 1, out] */
  magnitude: Value;
  /** The matrices that rows' lengths are taken with; left out, the magnitude is divided by them already. */
  of?: LoraStack | undefined;
}

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

/**
 * Gives every magnitude of adapters [layers, K, size] the value that `change` makes of it and of its row's length: fresh ones
 * are that length, and trained ones are divided by it before they answer, since a decoding step is too short to take lengths.
 */
export async function changeMagnitudes(model: BaseModel, layout: LoraLayout, adapters: number, data: Float32Array, change: (magnitude: number, length: number, adapter: number) => number): Promise<void> {
  const places = layout.magnitudes();
  for (const [layer, lengths] of (await rowLengthsByLayer(model, layout, adapters, data)).entries()) {
    let at = 0;
    for (let k = 0; k < adapters; k++) {
      const start = (layer * adapters + k) * layout.size;
      for (const { offset, count } of places) for (let i = start + offset; i < start + offset + count; i++) data[i] = change(data[i] as number, lengths[at++] as number, k);
    }
  }
}

/** Of each layer [K, numbers of magnitudes]. */
async function rowLengthsByLayer(model: BaseModel, layout: LoraLayout, adapters: number, data: Float32Array): Promise<Float32Array[]> {
  const [first] = model.layers as [Named<DeviceTensor>];
  const g = new Graph('lengths of rows');
  g.output('lengths', layout.lengths(g.input('adapters', 'float32', [adapters, layout.size]), declareStored(g, first)));
  const program = model.device.program(g, { shared: true });
  const found: Float32Array[] = [];
  for (const [layer, weights] of model.layers.entries()) {
    const session = await program.bind(weights);
    const each = adapters * layout.size;
    const outputs = await session.run({ adapters: host('float32', [adapters, layout.size], data.slice(layer * each, (layer + 1) * each)) });
    found.push((await readFloats(outputs.get('lengths'))).slice());
    outputs.dispose();
  }
  await program.dispose();
  return found;
}
