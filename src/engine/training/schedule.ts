/** Learning-rate schedules of transformers (`get_constant_schedule_with_warmup` and its sisters), as factors of the base rate. */
export type SchedulerType = 'constant' | 'linear' | 'cosine';

/** After the warm-up: `progress` runs from 0 to 1 over the remaining steps. */
const AFTER: Record<SchedulerType, (progress: number) => number> = {
  constant: () => 1,
  linear: (progress) => Math.max(0, 1 - progress),
  cosine: (progress) => Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress))),
};

/** @param step counted from 0; so the first factor is 0 where there is a warm-up */
export function scheduleFactor(type: SchedulerType, step: number, warmup: number, total: number): number {
  if (step < warmup) return step / Math.max(1, warmup);
  return AFTER[type]((step - warmup) / Math.max(1, total - warmup));
}
