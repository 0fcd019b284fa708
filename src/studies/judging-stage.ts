/**
 * Grades the answers of some cells. A judgment is named by judge, prompt, answer, turn and repeat; one that is stored is
 * never asked for again, and cells that gave the very same answer share one call (protocol.md section 3). Failed judgments
 * are stored as failed and asked again only by a retry.
 */
import { judgmentKeyText, type GradeRequest, type Judge, type Judgment } from '../core/judgment.ts';
import { judgeAll } from '../judging/index.ts';
import { type FailedJudgment, judgmentRow, type JudgmentRow } from '../storage/index.ts';
import { GroupCommit } from './commit.ts';
import type { RunContext } from './context.ts';
import { Halted } from './interruption.ts';
import { Meter } from './meter.ts';

/** How long a pause waits for calls that are under way, and so paid for. */
const GRACE_MS = 10_000;

/** One judgment that is missing, and every cell that waits for it. */
interface Pending {
  request: GradeRequest;
  cells: string[];
}

/** @throws Halted when the judge cannot be used or its cap is reached; Interruption when the run is */
export async function judgeCells(context: RunContext, judge: Judge, cells: readonly string[]): Promise<void> {
  const { live, store, signal } = context;
  const rows = new GroupCommit<JudgmentRow>((judgments) => store.answers.putJudgments(judgments));
  const { pending, total } = await missing(context, judge, cells, rows);
  const meter = new Meter(live, 'judging', 'judgments');
  const doneBefore = (): number => cells.reduce((sum, cell) => sum + live.cell(cell).judged.done + live.cell(cell).judged.failed, 0);

  const save = (judgment: Judgment): void => {
    const waiting = pending.get(judgmentKeyText(judgment))?.cells ?? [];
    for (const [i, cell] of waiting.entries()) {
      // The first cell's row says what the call took; the others share its result.
      rows.push(judgmentRow(live.id, { ...judgment, model_id: cell, attempts: i === 0 ? judgment.attempts : 0 }));
      const { judged } = live.cell(cell);
      const graded = judgment.state === 'graded';
      live.updateCell(cell, { judged: { ...judged, done: judged.done + Number(graded), failed: judged.failed + Number(!graded), ...(judge.kind === 'llm' ? { calls: (judged.calls ?? 0) + (i === 0 ? judgment.attempts : 0) } : {}) } });
    }
    meter.observe(doneBefore(), total);
  };

  const calls = new AbortController();
  let grace: ReturnType<typeof setTimeout> | undefined;
  const letGo = (): void => {
    grace = setTimeout(() => calls.abort(signal.reason), GRACE_MS);
  };
  signal.addEventListener('abort', letGo, { once: true });
  try {
    const result = await judgeAll([...pending.values()].map((one) => one.request), patient(judge, calls.signal), { have: () => false, save, signal });
    note(context, judge, cells);
    if (result.state === 'paused' && result.error) {
      await rows.flush();
      await store.answers.removeFailedJudgments(live.id, saysNothingOfTheAnswer);
      await recount(context, cells);
      throw new Halted(result.error);
    }
  } finally {
    clearTimeout(grace);
    signal.removeEventListener('abort', letGo);
    await rows.flush();
  }
}

/** Says in the cells' notes what the judge could not do as it was asked to. */
function note({ live }: RunContext, judge: Judge, cells: readonly string[]): void {
  for (const sentence of judge.notes ?? []) {
    for (const cell of cells) {
      const { note: before = '' } = live.cell(cell);
      if (!before.includes(sentence)) live.updateCell(cell, { note: `${before} ${sentence}`.trim() });
    }
  }
}

/** What is not stored yet, by key. A judgment that another cell of the study already has is copied instead of asked for. */
async function missing(context: RunContext, judge: Judge, cells: readonly string[], rows: GroupCommit<JudgmentRow>): Promise<{ pending: Map<string, Pending>; total: number }> {
  const { live, manifest, questions, store } = context;
  const byId = new Map(questions.map((question) => [question.question_id, question]));
  const known = new Map<string, Judgment>();
  const own = new Map<string, Judgment>();
  for (const judgment of await store.answers.judgments(live.id)) {
    const key = judgmentKeyText(judgment);
    own.set(`${judgment.model_id} ${key}`, judgment);
    if (judgment.state === 'graded') known.set(key, judgment);
  }
  const pending = new Map<string, Pending>();
  let total = 0;
  for (const cell of cells) {
    const judged = { ...live.cell(cell).judged, done: 0, failed: 0, total: 0 };
    for (const answer of await store.answers.answers(live.id, { cell })) {
      const question = byId.get(answer.question_id);
      if (!question) continue;
      for (const turn of [1, 2] as const) {
        for (let repeat = 0; repeat < manifest.judge.repeats; repeat++) {
          const request = { question, answer, turn, repeat };
          const key = judgmentKeyText(judge.key(request));
          judged.total++;
          const stored = own.get(`${cell} ${key}`);
          const twin = known.get(key);
          if (stored) judged[stored.state === 'graded' ? 'done' : 'failed']++;
          else if (twin) {
            rows.push(judgmentRow(live.id, { ...twin, model_id: cell, attempts: 0 }));
            judged.done++;
          } else {
            const one = pending.get(key) ?? { request, cells: [] };
            one.cells.push(cell);
            pending.set(key, one);
          }
        }
      }
    }
    total += judged.total;
    live.updateCell(cell, { stage: 'judging', judged });
  }
  await rows.flush();
  return { pending, total };
}

/** A judge that was out of reach has not tried: when the study goes on, these calls are missing, not failed. */
function saysNothingOfTheAnswer({ error }: FailedJudgment): boolean {
  return error.data['everyCall'] === true || error.data['exhausted'] === true;
}

async function recount({ live, store }: RunContext, cells: readonly string[]): Promise<void> {
  for (const cell of cells) {
    const failed = (await store.answers.judgments(live.id, { cell, state: 'failed' })).length;
    live.updateCell(cell, { judged: { ...live.cell(cell).judged, failed } });
  }
}

/** The same judge, whose calls end by themselves or by `signal`, not by the pause that stops new ones. */
function patient(judge: Judge, signal: AbortSignal): Judge {
  return {
    id: judge.id,
    kind: judge.kind,
    label: judge.label,
    get notes() {
      return judge.notes ?? [];
    },
    get concurrency() {
      return judge.concurrency;
    },
    key: (request) => judge.key(request),
    grade: (request) => judge.grade(request, signal),
  };
}
