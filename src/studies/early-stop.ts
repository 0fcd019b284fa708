/**
 * Early stopping for each composition by itself, as transformers' EarlyStoppingCallback has it for a run: an evaluation that
 * is not better than the best before by more than the threshold costs patience, a better one restores it. With
 * `load_best_model_at_end` the weights of the best evaluation are what remains.
 */
import type { TrainingConfig } from '../records/manifest.ts';
import type { Tuned } from '../records/adapter.ts';
import type { Watched } from '../records/trainer-state.ts';

export class EarlyStop {
  readonly watched: Watched[];

  constructor(
    private readonly training: Pick<TrainingConfig, 'early_stopping_patience' | 'early_stopping_threshold' | 'load_best_model_at_end'>,
    count: number,
    saved?: readonly Watched[],
  ) {
    this.watched = saved ? structuredClone([...saved]) : Array.from({ length: count }, () => ({ best: null, waited: 0, stopped: null }));
  }

  /** Whether the best weights are to be kept: then `observe` wants the adapter as it is. */
  get keepsBest(): boolean {
    return this.training.load_best_model_at_end === true;
  }

  /** An evaluation of composition `k`. @returns whether its patience is at an end with it */
  observe(k: number, step: number, eval_loss: number, adapter: () => Tuned | null): boolean {
    const { early_stopping_patience: patience = null, early_stopping_threshold: threshold = 0 } = this.training;
    const own = this.watched[k] as Watched;
    const { best } = own;
    const sound = Number.isFinite(eval_loss);
    own.waited = sound && (best === null || best.eval_loss - eval_loss > threshold) ? 0 : own.waited + 1;
    if (sound && (best === null || eval_loss < best.eval_loss)) own.best = { step, eval_loss, adapter: this.keepsBest ? adapter() : null };
    if (patience === null || own.waited < patience) return false;
    own.stopped = step;
    return true;
  }

  stopped(k: number): boolean {
    return this.watched[k]?.stopped !== null;
  }

  /** What is left of composition `k` in the end. */
  result(k: number, last: Tuned): Tuned {
    return (this.keepsBest ? this.watched[k]?.best?.adapter : null) ?? last;
  }

  /** In a sentence for the page; null where nothing is worth saying. */
  note(k: number): string | null {
    const { best, stopped } = this.watched[k] as Watched;
    if (!best) return stopped === null ? null : `Stopped at step ${stopped}: eval_loss has not been a number.`;
    const kept = this.keepsBest ? ` The weights of step ${best.step} are kept.` : '';
    if (stopped !== null) return `Stopped at step ${stopped}: eval_loss has not improved since step ${best.step} (${best.eval_loss.toFixed(3)}).${kept}`;
    return this.keepsBest ? `Best eval_loss ${best.eval_loss.toFixed(3)} at step ${best.step}.${kept}` : null;
  }
}
