/**
 * A campaign against one reader: malformed files in, and of each how it ended. A file that is damaged where it does not
 * matter may be read; then what was read has to be sound, which only the reader's own test can say.
 */
import { expect } from '@playwright/test';
import { LabError } from '../../src/core/errors.ts';
import { Rng } from '../../src/core/rng.ts';
import type { Mutation } from './mutate.ts';

export type Ending =
  /** Refused with a `LabError` that says what to do, or read and sound. */
  | 'clear'
  /** Something was thrown that no person could act on. */
  | 'unclear'
  /** Taken as if nothing were wrong, and what was read is not sound. */
  | 'silent'
  /** Took longer than any file of this size may. */
  | 'hang'
  /** Ran out of stack or memory. */
  | 'crash';

export interface Campaign<T> {
  /** The reader, as the report names it. */
  reader: string;
  /** Good files; the mutations are applied to each in turn. */
  seeds: readonly T[];
  mutations: readonly Mutation<T>[];
  /** At least 200. */
  files: number;
  /** Reads one file. @returns why what was read is not sound, or null; throws what the reader throws */
  read(file: T): Promise<string | null> | string | null;
}

/** Far above what a file of a few kilobytes takes on a slow machine. */
const PATIENCE_MS = 20_000;

/** Runs a campaign, prints its counts and asserts that every file ended clearly. */
export async function runCampaign<T>({ reader, seeds, mutations, files, read }: Campaign<T>): Promise<void> {
  expect(files).toBeGreaterThanOrEqual(200);
  const counts: Record<Ending, number> = { clear: 0, unclear: 0, silent: 0, hang: 0, crash: 0 };
  let refused = 0;
  const wrong: string[] = [];
  for (let i = 0; i < files; i++) {
    const rng = new Rng(`fuzz/${reader}/${i}`);
    const mutation = mutations[i % mutations.length] as Mutation<T>;
    const file = mutation.apply(seeds[Math.floor(i / mutations.length) % seeds.length] as T, rng);
    const { ending, refusal, why } = await endingOf(() => read(file));
    counts[ending]++;
    if (refusal) refused++;
    if (ending !== 'clear') wrong.push(`file ${i} (${mutation.name}): ${ending}, ${why}`);
  }
  const { clear, unclear, silent, hang, crash } = counts;
  console.log(`fuzz ${reader}: ${files} files, ${clear} clear (${refused} refused), ${unclear} unclear, ${silent} silent, ${hang} hang, ${crash} crash`);
  expect(wrong).toEqual([]);
  // A campaign that damages nothing shows nothing.
  expect(refused).toBeGreaterThan(files / 10);
}

/** A reader that lists bad rows instead of throwing reports them by throwing this from `read`. */
export class Reported extends Error {}

async function endingOf(read: () => Promise<string | null> | string | null): Promise<{ ending: Ending; refusal: boolean; why: string }> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), PATIENCE_MS);
  });
  try {
    const outcome = await Promise.race([Promise.resolve().then(read), late]);
    if (outcome === 'late') return { ending: 'hang', refusal: false, why: `nothing after ${PATIENCE_MS} ms` };
    return outcome === null ? { ending: 'clear', refusal: false, why: '' } : { ending: 'silent', refusal: false, why: outcome };
  } catch (thrown) {
    if (thrown instanceof Reported) return { ending: 'clear', refusal: true, why: '' };
    if (thrown instanceof LabError) {
      const clear = thrown.message.length > 10 && thrown.hint.length > 10 && !/fault of the lab/.test(thrown.hint);
      return { ending: clear ? 'clear' : 'unclear', refusal: true, why: `${thrown.code}: ${thrown.message} / ${thrown.hint}` };
    }
    const error = thrown as Error;
    const crash = error instanceof RangeError && /stack|allocation|Invalid (array|typed)/i.test(error.message);
    return { ending: crash ? 'crash' : 'unclear', refusal: true, why: `${error.name}: ${error.message} ${error.stack?.split('\n')[1] ?? ''}` };
  } finally {
    clearTimeout(timer);
  }
}
