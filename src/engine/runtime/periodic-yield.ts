/**
 * Yields to the worker's event loop every 50 ms. A run on WASM begins and ends within one task of that loop. A whole training
 * would too, and messages ("pause"), timers and storage would wait for its end.
 */
const INTERVAL_MS = 50;
/** Fraction of the time given to the event loop. Storing a record takes several of its tasks. */
const PART = 0.02;
const MOST_MS = 10;

/** Chromium and Firefox have it in workers. A `background` task runs after all others that are queued. */
interface TaskScheduler {
  postTask(task: () => void, options: { priority: 'background' }): Promise<void>;
}

export class PeriodicYield {
  private last = performance.now();

  /** Returns at once, unless the last yield was `INTERVAL_MS` ago or more. */
  async yieldIfDue(): Promise<void> {
    const since = performance.now() - this.last;
    if (since < INTERVAL_MS) return;
    const { scheduler } = globalThis as { scheduler?: TaskScheduler };
    await (scheduler ? scheduler.postTask(() => {}, { priority: 'background' }) : new Promise<void>((turn) => setTimeout(turn)));
    await new Promise<void>((turn) => setTimeout(turn, Math.min(MOST_MS, PART * since)));
    this.last = performance.now();
  }
}
