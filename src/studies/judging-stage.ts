/**
 * Grades the answers of some cells. Judgments are stored as they come, so that going on asks nothing twice; every call is
 * counted before it is sent.
 */
import type { Judge, Judgment } from '../records/judgment.ts';
import { judgmentKeyText } from '../records/judgment.ts';
import { hasNoRoom } from '../records/question.ts';
import { judgeAll } from '../judging/index.ts';
import type { FailedJudgment, JudgmentRow } from '../storage/index.ts';
import { CallDesk } from './call-desk.ts';
import { GroupCommit } from './commit.ts';
import type { RunContext } from './context.ts';
import { Halted } from './interruption.ts';
import { planJudging, rowAt } from './judging-plan.ts';
import { Meter } from './meter.ts';

/** How long a pause waits for calls that are under way, and so paid for. */
const GRACE_MS = 10_000;

/** @throws Halted when the judge cannot be used or its cap is reached; Interruption when the run is */
export async function judgeCells(context: RunContext, cells: readonly string[]): Promise<void> {
  const { live, store, signal } = context;
  const desk = await CallDesk.open(store, live, context.relay);
  const judge = await context.data.judge(context.manifest, desk.book);
  const rows = new GroupCommit<JudgmentRow>(async (judgments) => {
    await store.answers.putJudgments(judgments);
    await desk.stored(judgments.map(({ key }) => key));
  });
  const { pending, failed, copies, total } = await planJudging(context, judge, cells);
  rows.push(...copies);
  await rows.flush();
  const meter = new Meter(live, 'judging', 'judgments');
  const doneBefore = (): number => cells.reduce((sum, cell) => sum + live.cell(cell).judged.done + live.cell(cell).judged.failed, 0);

  const save = (judgment: Judgment): void => {
    const key = judgmentKeyText(judgment);
    const graded = judgment.state === 'graded';
    for (const [i, place] of (pending.get(key)?.waiting ?? []).entries()) {
      rows.push(rowAt(live.id, judgment, place, i === 0 ? judgment.attempts : 0));
      const { judged } = live.cell(place.cell);
      live.updateCell(place.cell, { judged: { ...judged, done: judged.done + Number(graded), failed: judged.failed + Number(!graded) } });
    }
    if (graded) for (const place of failed.get(key) ?? []) rows.push(rowAt(live.id, judgment, place));
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
    await rows.flush();
    if (result.state === 'paused' && result.error) {
      await store.answers.removeFailedJudgments(live.id, saysNothingOfTheAnswer);
      throw new Halted(result.error);
    }
  } finally {
    clearTimeout(grace);
    signal.removeEventListener('abort', letGo);
    await rows.flush();
    await recount(context);
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

/** A judge that was out of reach has not tried: when the study goes on, these calls are missing, not failed. */
function saysNothingOfTheAnswer({ error }: FailedJudgment): boolean {
  return error.data['everyCall'] === true || error.data['exhausted'] === true;
}

/** What the cells say is what the rows are: those of other cells too, which may have got a grade for a prompt of theirs. */
async function recount({ live, store }: RunContext): Promise<void> {
  const counts = new Map<string, { done: number; failed: number }>();
  const place = (cell: string, question: string, turn: number): string => JSON.stringify([cell, question, turn]);
  // Earlier versions had turns judged that are no answers.
  const none = new Set((await store.answers.answers(live.id)).flatMap((answer) => answer.finish.flatMap((_, i) => (hasNoRoom(answer, i + 1) ? [place(answer.model_id, answer.question_id, i + 1)] : []))));
  for (const { model_id, question_id, turn, state } of await store.answers.judgments(live.id)) {
    if (none.has(place(model_id, question_id, turn))) continue;
    const count = counts.get(model_id) ?? { done: 0, failed: 0 };
    count[state === 'graded' ? 'done' : 'failed']++;
    counts.set(model_id, count);
  }
  for (const { id, judged } of live.state.cells) {
    const { done, failed } = counts.get(id) ?? { done: 0, failed: 0 };
    if (done !== judged.done || failed !== judged.failed) live.updateCell(id, { judged: { ...judged, done, failed } });
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
