/**
 * Grades the answers of some cells. A judgment is named by judge, prompt, answer, turn and repeat; one that is stored is
 * never asked for again, and two cells that gave the very same answer share one call (protocol.md section 3). Failed
 * judgments are stored as failed and asked again only by a retry.
 */
import { LabError } from '../core/errors.ts';
import { judgmentKeyText, type GradeRequest, type Judge, type Judgment } from '../core/judgment.ts';
import { judgmentRow, type JudgmentRow } from '../storage/index.ts';
import { GroupCommit } from './commit.ts';
import type { RunContext } from './context.ts';
import { Meter } from './meter.ts';

/** Failures in a row, a place at the judge, after which it counts as out of reach and the study pauses. */
const PATIENCE = 4;
/** How long a pause waits for calls that are under way. */
const GRACE_MS = 10_000;

interface Pending {
  request: GradeRequest;
  key: string;
  cell: string;
}

/** @throws LabError `judging.unreachable` or `judging.budget`: the study pauses, with everything kept */
export async function judgeCells(context: RunContext, judge: Judge, cells: readonly string[]): Promise<void> {
  const { live, manifest, questions, store, signal } = context;
  const byId = new Map(questions.map((question) => [question.question_id, question]));
  const known = new Map<string, Judgment>();
  const stored = new Set<string>();
  for (const judgment of await store.answers.judgments(live.id)) {
    const key = judgmentKeyText(judgment);
    stored.add(`${judgment.model_id} ${key}`);
    if (judgment.state === 'graded') known.set(key, judgment);
  }

  const pending: Pending[] = [];
  let total = 0;
  for (const cell of cells) {
    let open = 0;
    let all = 0;
    for (const answer of await store.answers.answers(live.id, { cell })) {
      const question = byId.get(answer.question_id);
      if (!question) continue;
      for (const turn of [1, 2] as const) {
        for (let repeat = 0; repeat < manifest.judge.repeats; repeat++) {
          const request = { question, answer, turn, repeat };
          const key = judgmentKeyText(judge.key(request));
          all++;
          if (stored.has(`${cell} ${key}`)) continue;
          open++;
          pending.push({ request, key, cell });
        }
      }
    }
    total += all;
    const failed = (await store.answers.judgments(live.id, { cell, state: 'failed' })).length;
    live.updateCell(cell, { stage: 'judging', judged: { ...live.cell(cell).judged, done: all - open - failed, failed, total: all } });
  }

  const rows = new GroupCommit<JudgmentRow>((judgments) => store.answers.putJudgments(judgments));
  const meter = new Meter(live, 'judging', 'judgments');
  const underWay = new Map<string, Promise<Judgment>>();
  let done = total - pending.length;
  let failuresInARow = 0;

  const take = (judgment: Judgment, cell: string, paid: boolean): void => {
    rows.push(judgmentRow(live.id, judgment));
    const { judged } = live.cell(cell);
    const graded = judgment.state === 'graded';
    live.updateCell(cell, {
      judged: { ...judged, done: judged.done + (graded ? 1 : 0), failed: judged.failed + (graded ? 0 : 1), calls: (judged.calls ?? 0) + (paid ? judgment.attempts : 0) },
    });
    done++;
    meter.observe(done, total);
  };

  // A pause lets calls that are already paid for come home; a worker that fails stops the others the same way.
  const calls = new AbortController();
  let stopped = false;
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    setTimeout(() => calls.abort(signal.reason), GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });

  const work = async (): Promise<void> => {
    for (let one = pending.shift(); one && !stopped; one = pending.shift()) {
      const { request, key, cell } = one;
      const twin = known.get(key) ?? (await underWay.get(key));
      if (twin) {
        take({ ...twin, model_id: request.answer.model_id, attempts: 0 }, cell, false);
        continue;
      }
      const call = judge.grade(request, calls.signal);
      underWay.set(key, call);
      const judgment = await call.finally(() => underWay.delete(key));
      take(judgment, cell, true);
      if (judgment.state === 'graded') {
        known.set(key, judgment);
        failuresInARow = 0;
      } else if (++failuresInARow >= PATIENCE * judge.concurrency) {
        throw unreachable(judge, failuresInARow, judgment.error.message);
      }
    }
  };
  const guarded = (): Promise<void> => work().catch((thrown: unknown) => {
    stop();
    throw thrown;
  });
  const ends = await Promise.allSettled(Array.from({ length: Math.min(judge.concurrency, pending.length) }, guarded));
  signal.removeEventListener('abort', stop);
  await rows.flush();
  signal.throwIfAborted();
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

function unreachable(judge: Judge, failures: number, last: string): LabError {
  return new LabError('judging.unreachable', `${judge.label} failed ${failures} times in a row; the last time: ${last}`, 'Check the judge\'s address, model and key, then retry. What was graded before is kept.', { judge: judge.id, failures });
}
