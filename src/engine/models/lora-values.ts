/** LoRA's matrices as graphs see them, of every adapter at once. */
import type { Value } from '../onnx/index.ts';

/** What the adapted projections among one stack of frozen weights have, for every adapter. */
export interface LoraStack {
  /** Its name in the family's plan. */
  weight: string;
  /** The projections in it, adapted or not, with their rows. */
  bands: readonly { out: number; adapted: boolean }[];
  /** [K, m r, in] */
  a: Value;
  /** [K, m r, out]: transposed, each in its own columns. */
  b: Value;
  /** [K, 1, out]: DoRA's; one where a projection has none. */
  magnitude: Value;
}

/** What LoRA adds to the projections of one input, for every adapter at once: y += scale * (x * keep) A^T B. */
export interface LoraInput {
  /** [K, n r, in]: the A matrices of the n adapted projections, stacked. */
  a: Value;
  /** For each stack of frozen weights, [K, m r, out]: the transposed B matrices of its m adapted projections, each in its own columns. Null where none is adapted. */
  b: readonly (Value | null)[];
  scale: number;
  /** Dropout's mask on this input, [K, B T, in]: zero, or 1 / (1 - p). */
  keep?: Value;
  /** With DoRA, for each stack of frozen weights. */
  gains?: readonly (Gain | null)[];
}

export interface Gain {
  /** [K, 1, out] */
  magnitude: Value;
  /** The matrices that rows' lengths are taken with; left out, the magnitude is divided by them already. */
  of?: LoraStack | undefined;
}
