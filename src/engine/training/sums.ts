/** Losses come by position; what is reported is by adapter. */
import type { StepLosses } from './engine.ts';
import type { StepInputs } from './inputs.ts';

export interface Sums {
  loss: number;
  correct: number;
  /** Positions that carried loss. */
  positions: number;
}

export function noSums(adapters: number): Sums[] {
  return Array.from({ length: adapters }, () => ({ loss: 0, correct: 0, positions: 0 }));
}

/** Adds a micro-batch's positions to the sums of the adapters they belong to. @param indexOf the sum of the inputs' k-th adapter */
export function addTo(sums: readonly Sums[], { owners }: StepInputs, { loss, correct }: StepLosses, indexOf: (k: number) => number = (k) => k): void {
  owners.forEach((owner, i) => {
    const sum = sums[indexOf(owner)] as Sums;
    sum.loss += loss[i] as number;
    sum.correct += correct[i] as number;
    sum.positions++;
  });
}
