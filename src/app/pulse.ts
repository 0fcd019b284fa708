/**
 * Whether a worker still turns its event loop. It is asked at intervals, and what counts is how many of them pass without
 * an answer, not how many seconds: a computer that sleeps, or a tab whose timers are slowed down, makes nobody late.
 */
const LOOKS = 10;

/**
 * @param alive asks the worker for a sign of life
 * @param patience seconds of silence after which the worker counts as stuck
 * @param signal ends the watch
 * @returns resolves when the worker is stuck
 */
export function stuck(alive: () => Promise<void>, patience: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let silent = 0;
    let asked = false;
    const look = (): void => {
      silent++;
      if (silent > LOOKS) return resolve();
      if (asked) return;
      asked = true;
      void alive().then(() => {
        asked = false;
        silent = 0;
      });
    };
    const timer = setInterval(look, (1000 * patience) / LOOKS);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  });
}
