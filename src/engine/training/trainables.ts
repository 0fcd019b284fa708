/** What a trainer trains: where its numbers start, what differentiates them, and what they are in the end. */
import type { Rows } from '../models/rows.ts';
import type { OptimizerShape } from './adamw.ts';
import type { GradientEngine } from './engine.ts';
import type { TrainedAdapter } from './trained-adapter.ts';
import type { AdapterTensor, LoraConfig, Tuned } from '../../records/adapter.ts';

export interface Trainables {
  /** Of all adapters together. */
  readonly shape: OptimizerShape;
  /** Null where all weights are trained. */
  readonly lora: LoraConfig | null;
  /** Parts that a micro-batch is computed in from the start, so that it fits into memory. */
  readonly parts: number;
  engine(rows: Rows): GradientEngine;
  /**
   * [layers, K, size] before the first step: as given, or from each adapter's own seed alone.
   * @throws LabError `adapters.mismatch` for an `init` of another base
   */
  fresh(adapters: readonly TrainedAdapter[]): Promise<Float32Array>;
  /** The gradients of one adapter's numbers, given layer behind layer, under the names that files have these by. */
  gradients(own: Float32Array): Map<string, AdapterTensor>;
  /** What files hold of one adapter's numbers. */
  tuned(own: Float32Array): Tuned;
}
