/** Only one tab of a browser runs a study at a time: a Web Lock, which the browser frees when its holder dies. */
import { LabError } from '../core/errors.ts';

const RUN_LOCK = 'pinch-lab/run';

/** A page that has just been reloaded may find its own predecessor still letting go. */
const PATIENCE_MS = 2000;

/**
 * Takes the right to run, and says by a second lock which study it is for. @returns a function that frees both
 * @throws LabError `studies.busy` when another tab holds it
 */
export async function takeRunLock(study: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const hold = async (): Promise<void> => {
      await navigator.locks.request(nameOf(study), () => new Promise<void>((free) => resolve(free)));
    };
    navigator.locks.request(RUN_LOCK, { signal: AbortSignal.timeout(PATIENCE_MS) }, hold).catch((cause: unknown) => {
      reject(new LabError('studies.busy', 'Another tab of this browser is running a study.', 'Let it finish or pause it there, or close that tab; then start again here.', {}, { cause }));
    });
  });
}

/**
 * Does `work` while no tab runs this study, and none can begin to. @throws LabError `studies.busy` when one does
 */
export async function whileIdle<T>(study: string, work: () => Promise<T>): Promise<T> {
  return navigator.locks.request(nameOf(study), { ifAvailable: true }, (lock) => {
    if (!lock) throw new LabError('studies.busy', 'Another tab of this browser is running this study.', 'Pause or cancel it there, or close that tab.', { study });
    return work();
  }) as Promise<T>;
}

/** Whether some tab is really running this study. */
export async function runLockHeld(study: string): Promise<boolean> {
  return held((name) => name === nameOf(study));
}

/** Whether some tab is running any study. */
export async function anyRunLockHeld(): Promise<boolean> {
  return held((name) => name === RUN_LOCK);
}

async function held(matches: (name: string) => boolean): Promise<boolean> {
  const { held: locks = [] } = await navigator.locks.query();
  return locks.some((lock) => lock.name !== undefined && matches(lock.name));
}

function nameOf(study: string): string {
  return `${RUN_LOCK}/${study}`;
}
