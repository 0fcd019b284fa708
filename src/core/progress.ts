/** Progress of one long task. `done` and `total` share `unit`; `secondsLeft` is null until it can be estimated. */
export interface Progress {
  phase: string;
  done: number;
  total: number;
  unit: 'steps' | 'bytes' | 'parameters' | 'answers' | 'judgments' | 'records' | 'cells';
  secondsLeft: number | null;
}

export type OnProgress = (progress: Progress) => void;

/** Estimates time left from an exponentially weighted rate, so that pauses and warm-up do not mislead for long. */
export class RateEstimate {
  private secondsPerUnit: number | null = null;
  private last: { at: number; done: number } | null = null;

  /** @param smoothing weight of the newest observation, 0..1 */
  constructor(private readonly smoothing = 0.2) {}

  /** @param atSeconds a monotonic clock; @returns seconds left, or null before the second observation */
  observe(atSeconds: number, done: number, total: number): number | null {
    if (this.last && done > this.last.done) {
      const sample = (atSeconds - this.last.at) / (done - this.last.done);
      this.secondsPerUnit = this.secondsPerUnit === null ? sample : this.secondsPerUnit + this.smoothing * (sample - this.secondsPerUnit);
    }
    if (!this.last || done !== this.last.done) this.last = { at: atSeconds, done };
    return this.secondsPerUnit === null ? null : this.secondsPerUnit * Math.max(0, total - done);
  }

  /** Forget the clock (after a pause), keep the rate. */
  restart(): void {
    this.last = null;
  }
}
