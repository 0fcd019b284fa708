/**
 * A run on WASM begins and ends within one task of the worker's event loop, and so would a whole training or generation:
 * messages ("pause"), timers and storage would wait for its end. Now and then everything that is queued gets its turn.
 */
const INTERVAL_MS = 50;
/** The part of the time that is left to them: storing something takes several replies from outside, each a turn of its own. */
const PART = 0.02;
const MOST_MS = 10;

/** Chromium and Firefox have it in workers; `background` runs after whatever else is queued. */
interface TaskScheduler {
  postTask(task: () => void, options: { priority: 'background' }): Promise<void>;
}

export class PeriodicYield {
  private last = performance.now();

  /** Returns at once, unless the last turn of the event loop was a while ago. */
  async yieldIfDue(): Promise<void> {
    const since = performance.now() - this.last;
    if (since < INTERVAL_MS) return;
    const { scheduler } = globalThis as { scheduler?: TaskScheduler };
    await (scheduler ? scheduler.postTask(() => {}, { priority: 'background' }) : new Promise<void>((turn) => setTimeout(turn)));
    await new Promise<void>((turn) => setTimeout(turn, Math.min(MOST_MS, PART * since)));
    this.last = performance.now();
  }
}
