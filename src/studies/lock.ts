/** Only one tab of a browser runs a study at a time: a Web Lock, which the browser frees when its holder dies. */
import { LabError } from '../core/errors.ts';

export const RUN_LOCK = 'pinch-lab/run';

/** A page that has just been reloaded may find its own predecessor still letting go. */
const PATIENCE_MS = 2000;

/**
 * Takes the lock. @returns a function that frees it
 * @throws LabError `studies.busy` when another tab holds it
 */
export async function takeRunLock(name = RUN_LOCK): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { signal: AbortSignal.timeout(PATIENCE_MS) }, () => new Promise<void>((free) => resolve(free)))
      .catch(() => reject(new LabError('studies.busy', 'Another tab of this browser is running a study.', 'Let it finish or pause it there, or close that tab; then start again here.')));
  });
}

/** Whether some tab holds the lock, so whether a study that says it is running really is. */
export async function runLockHeld(name = RUN_LOCK): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some((lock) => lock.name === name);
}
