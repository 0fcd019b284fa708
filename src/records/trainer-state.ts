/** What a training run has come to: enough to go on from to exactly the numbers of an unbroken one. */
import type { LoraConfig, Tuned } from './adapter.ts';

/** What one adapter did in one step. Of an adapter that has finished, its last step's numbers, with no tokens. */
export interface AdapterReport {
  id: string;
  /** Mean cross-entropy over the step's loss positions, in nats, before the update. */
  loss: number;
  /** Global norm of the gradient before clipping. */
  grad_norm: number;
  /** Part of the loss positions where the most probable token was the right one. */
  accuracy: number;
  learning_rate: number;
  /** Tokens of the step that are not padding, and how many of them carried loss. */
  tokens: number;
  loss_tokens: number;
  finished: boolean;
}

/** Structured-cloneable. An adapter's arrays hold its layers one behind the other, in the order of `LoraLayout`. */
export interface TrainerState {
  schema: 1;
  /** Optimiser steps done. */
  step: number;
  /** Null where all weights are trained. */
  lora: LoraConfig | null;
  adapters: { id: string; parameters: Float32Array; m: Float32Array; v: Float32Array; report: AdapterReport; }[];
}

/** What is known of one composition. Structured-cloneable: it lies beside the trainer's state. */
export interface Watched {
  best: { step: number; eval_loss: number; adapter: Tuned | null } | null;
  /** Evaluations in a row that were not better. */
  waited: number;
  /** The step it was stopped at. */
  stopped: number | null;
}
