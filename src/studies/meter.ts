/** Measures a stage as it runs: seconds of work, time left, tokens a second. */
import { RateEstimate, type Progress } from '../core/progress.ts';
import type { LiveStudy } from './live.ts';

export type Stage = 'training' | 'answering' | 'judging';

/** Weight of the newest observation in tokens a second, and the shortest time one covers: answers come in bursts. */
const SMOOTHING = 0.3;
const WINDOW_SECONDS = 0.5;

export class Meter {
  private readonly rate = new RateEstimate();
  private last: number;
  private speed: number | null = null;
  private window = { tokens: 0, seconds: 0 };

  /** @param now a monotonic clock, seconds */
  constructor(
    private readonly live: LiveStudy,
    private readonly stage: Stage,
    private readonly unit: Progress['unit'],
    private readonly now: () => number = () => performance.now() / 1000,
  ) {
    this.last = now();
  }

  /** Called whenever something got done; `tokens` since the last call, where the stage has tokens. */
  observe(done: number, total: number, tokens?: number): void {
    const at = this.now();
    const elapsed = at - this.last;
    this.last = at;
    const { seconds, tokensPerSecond } = this.live.state;
    if (tokens !== undefined) this.measure(tokens, elapsed);
    this.live.update({
      seconds: { ...seconds, [this.stage]: seconds[this.stage] + elapsed },
      progress: { phase: this.stage, done, total, unit: this.unit, secondsLeft: this.rate.observe(at, done, total) },
      ...(this.speed === null ? {} : { tokensPerSecond: { ...tokensPerSecond, [this.stage === 'training' ? 'training' : 'generation']: this.speed } }),
    });
  }

  private measure(tokens: number, elapsed: number): void {
    this.window.tokens += tokens;
    this.window.seconds += elapsed;
    if (this.window.seconds < WINDOW_SECONDS) return;
    const sample = this.window.tokens / this.window.seconds;
    this.speed = this.speed === null ? sample : this.speed + SMOOTHING * (sample - this.speed);
    this.window = { tokens: 0, seconds: 0 };
  }
}
