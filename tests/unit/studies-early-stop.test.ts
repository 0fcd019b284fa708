import { expect, test } from '@playwright/test';
import { EarlyStop } from '../../src/studies/early-stop.ts';
import type { Adapter } from '../../src/records/adapter.ts';

const at = (step: number): Adapter => ({ config: { r: step, lora_alpha: 1, lora_dropout: 0, target_modules: ['q_proj'] }, tensors: new Map() });
const settings = (change: object = {}) => ({ early_stopping_patience: 2, early_stopping_threshold: 0, load_best_model_at_end: false, ...change });

/** Feeds evaluations of one composition. @returns the step it stopped at, or null */
function run(early: EarlyStop, evaluations: readonly number[], k = 0): number | null {
  for (const [i, loss] of evaluations.entries()) if (early.observe(k, i + 1, loss, () => at(i + 1))) return i + 1;
  return null;
}

test('patience is spent by evaluations that are no better than the best before, and restored by one that is', () => {
  expect(run(new EarlyStop(settings(), 1), [3, 2, 2.5, 1.9, 2, 2.1, 1])).toBe(6);
  expect(run(new EarlyStop(settings(), 1), [3, 2, 1, 0.5])).toBeNull();
  expect(run(new EarlyStop(settings(), 1), [1, 1, 1]), 'the same is not better').toBe(3);
  expect(run(new EarlyStop(settings({ early_stopping_patience: null }), 1), [1, 2, 3, 4, 5])).toBeNull();
});

test('the threshold is how much better counts, but the best is the best', () => {
  const early = new EarlyStop(settings({ early_stopping_threshold: 0.5 }), 1);
  // 3 to 2.7 and to 2.4: neither is 0.5 below the best before it.
  expect(run(early, [3, 2.7, 2.4, 1])).toBe(3);
  expect(early.watched[0]?.best).toMatchObject({ step: 3, eval_loss: 2.4 });
});

test('compositions stop by themselves', () => {
  const early = new EarlyStop(settings({ early_stopping_patience: 1 }), 2);
  expect(run(early, [1, 2], 0)).toBe(2);
  expect([early.stopped(0), early.stopped(1)]).toEqual([true, false]);
  expect(run(early, [1, 0.5, 0.6], 1)).toBe(3);
  expect(early.stopped(1)).toBe(true);
  expect(early.note(1)).toBe('Stopped at step 3: eval_loss has not improved since step 2 (0.500).');
});

test('the weights of the best evaluation remain where they are asked for, after a restart too', () => {
  const early = new EarlyStop(settings({ load_best_model_at_end: true }), 1);
  run(early, [3, 1]);
  const later = new EarlyStop(settings({ load_best_model_at_end: true }), 1, structuredClone(early.watched));
  expect(later.observe(0, 3, 2, () => at(3))).toBe(false);
  expect(later.observe(0, 4, 2, () => at(4))).toBe(true);
  expect(later.result(0, at(4))).toEqual(at(2));
  expect(later.note(0)).toContain('The weights of step 2 are kept.');
  expect(new EarlyStop(settings(), 1).result(0, at(4))).toEqual(at(4));
});

test('an eval_loss that is no number is never the best, wherever it comes, and costs patience', () => {
  const early = new EarlyStop(settings(), 2);
  expect(run(early, [Number.NaN, 3, 2, Number.POSITIVE_INFINITY, 1.5])).toBeNull();
  expect(early.watched[0]?.best).toMatchObject({ step: 5, eval_loss: 1.5 });
  expect(run(early, [Number.NaN, Number.NaN], 1)).toBe(2);
  expect(early.note(1)).toBe('Stopped at step 2: eval_loss has not been a number.');
});
