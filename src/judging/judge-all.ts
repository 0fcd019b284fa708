import { LabError, type ErrorRecord } from '../core/errors.ts';
import { type GradeRequest, type Judge, type Judgment, judgmentKeyText } from '../records/judgment.ts';
import { type OnProgress, RateEstimate } from '../core/progress.ts';
import { pause } from './pause.ts';

export interface JudgeAllOptions {
  /** Whether the judgment of this key (see `judgmentKeyText`) is kept already. To try failed ones again, say no for them. */
  have: (key: string) => boolean | Promise<boolean>;
  /** Keeps one judgment, graded or failed, before anything else is reported of it. */
  save: (judgment: Judgment) => void | Promise<void>;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

export interface JudgeAllResult {
  /** `paused`: the cap is reached or the judge cannot be used; `error` says which, and `left` requests have not been made. */
  state: 'done' | 'paused';
  graded: number;
  failed: number;
  /** Kept from before, not asked again. */
  kept: number;
  left: number;
  error?: ErrorRecord;
}

/** So many failures in a row that outlived their retries mean that the judge is down, not that the answers are hard. */
const FAILURES_IN_A_ROW = 3;

/**
 * Grades every request that is not kept yet, as many at once as the judge allows at that moment. Each judgment is saved as
 * it comes, so that an interrupted run loses and pays twice for nothing. Pauses when the judge throws `judging.max-calls`,
 * when a failure would meet every call (a wrong key), or when the judge is down.
 *
 * Throws the signal's reason when aborted, and what `save` throws.
 */
export async function judgeAll(requests: readonly GradeRequest[], judge: Judge, options: JudgeAllOptions): Promise<JudgeAllResult> {
  const { have, save, onProgress, signal } = options;
  const result: JudgeAllResult = { state: 'done', graded: 0, failed: 0, kept: 0, left: 0 };
  const rate = new RateEstimate();
  const asked = new Set<string>();
  const running = new Set<Promise<void>>();
  let thrown: { error: unknown } | null = null;
  let inARow = 0;

  const report = (): void => {
    const done = result.graded + result.failed + result.kept;
    onProgress?.({ phase: 'Judging', done, total: requests.length, unit: 'judgments', secondsLeft: rate.observe(performance.now() / 1000, done, requests.length) });
  };
  const halt = (error: ErrorRecord): void => {
    result.state = 'paused';
    result.error ??= error;
  };
  const stopped = (): boolean => thrown !== null || result.state === 'paused';

  const settle = async (request: GradeRequest): Promise<void> => {
    try {
      const judgment = await judge.grade(request, signal);
      await save(judgment);
      result[judgment.state]++;
      if (judgment.state === 'graded') inARow = 0;
      else {
        inARow = judgment.error.data['exhausted'] === true ? inARow + 1 : 0;
        if (judgment.error.data['everyCall'] === true || inARow >= FAILURES_IN_A_ROW) halt(judgment.error);
      }
      report();
    } catch (error) {
      if (error instanceof LabError && error.code === 'judging.max-calls') halt(error.toRecord());
      else thrown ??= { error };
    }
  };

  let breath = performance.now();
  for (const request of requests) {
    // A judge that needs no network never gives way: messages to a worker, such as "pause", arrive only between tasks.
    if (performance.now() - breath > 30) {
      await pause(0);
      breath = performance.now();
    }
    if (stopped() || signal?.aborted) break;
    const key = judgmentKeyText(judge.key(request));
    const again = asked.has(key);
    asked.add(key);
    if (again || (await have(key))) {
      result.kept++;
      report();
      continue;
    }
    while (running.size >= Math.max(1, judge.concurrency) && !stopped()) await Promise.race(running);
    if (stopped()) break;
    const task: Promise<void> = settle(request).finally(() => running.delete(task));
    running.add(task);
  }
  await Promise.all(running);
  if (thrown) throw (thrown as { error: unknown }).error;
  signal?.throwIfAborted();
  result.left = requests.length - result.graded - result.failed - result.kept;
  return result;
}
