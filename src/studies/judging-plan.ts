/**
 * Which judgments a study lacks; what is no answer wants none. A call is shared by all that would be sent the same: cells with one answer, questions with one
 * text. A row never is: every question of every cell has its own, in its language and category.
 */
import type { GradeRequest, Judge, Judgment } from '../records/judgment.ts';
import { judgmentKeyText } from '../records/judgment.ts';
import { hasNoRoom, type Question } from '../records/question.ts';
import { judgmentRow, type JudgmentRow } from '../storage/index.ts';
import { TURNS } from './completeness.ts';
import type { RunContext } from './context.ts';

/** Whose judgment it will be. */
export interface Place {
  cell: string;
  question: Question;
}

/** One call that is missing, and every place that waits for its grade. */
export interface Pending {
  request: GradeRequest;
  waiting: Place[];
}

export interface JudgingPlan {
  /** By `judgmentKeyText`. */
  pending: Map<string, Pending>;
  /** Places elsewhere in the study that failed with the same prompt: a grade is theirs as well. */
  failed: ReadonlyMap<string, readonly Place[]>;
  /** Rows that need no call: the study has the grade already. */
  copies: JudgmentRow[];
  total: number;
}

/** Counts what the cells have on the way, into `live`. */
export async function planJudging(context: RunContext, judge: Judge, cells: readonly string[]): Promise<JudgingPlan> {
  const { live, manifest, questions, store } = context;
  const byId = new Map(questions.map((question) => [question.question_id, question]));
  const stored = await store.answers.judgments(live.id);
  const own = new Map(stored.map((judgment) => [placeText(judgment.model_id, judgment.question_id, judgmentKeyText(judgment)), judgment]));
  const known = new Map<string, Judgment>();
  for (const judgment of stored) if (judgment.state === 'graded') known.set(judgmentKeyText(judgment), judgment);
  const plan = { pending: new Map<string, Pending>(), failed: new Map<string, Place[]>(), copies: [] as JudgmentRow[], total: 0 };
  for (const judgment of stored) {
    const question = byId.get(judgment.question_id);
    if (judgment.state !== 'failed' || !question) continue;
    const key = judgmentKeyText(judgment);
    const place = { cell: judgment.model_id, question };
    const twin = known.get(key);
    if (twin) plan.copies.push(rowAt(live.id, twin, place));
    else plan.failed.set(key, [...(plan.failed.get(key) ?? []), place]);
  }
  for (const cell of cells) {
    const judged = { ...live.cell(cell).judged, done: 0, failed: 0, total: 0, no_room: 0 };
    for (const answer of await store.answers.answers(live.id, { cell })) {
      const question = byId.get(answer.question_id);
      if (!question) continue;
      judged.no_room += turnsOf().filter((turn) => hasNoRoom(answer, turn)).length;
      for (const request of requestsOf(question, answer, manifest.judge.repeats)) {
        const key = judgmentKeyText(judge.key(request));
        const twin = known.get(key);
        const state = twin ? 'graded' : own.get(placeText(cell, question.question_id, key))?.state;
        judged.total++;
        if (state === 'failed') judged.failed++;
        else if (state === 'graded') judged.done++;
        else add(plan.pending, key, request, { cell, question });
        if (twin && !own.has(placeText(cell, question.question_id, key))) plan.copies.push(rowAt(live.id, twin, { cell, question }));
      }
    }
    plan.total += judged.total;
    live.updateCell(cell, { stage: 'judging', judged });
  }
  return plan;
}

/** The row of a grade at one of its places; only the first says how many calls it took. */
export function rowAt(study: string, judgment: Judgment, { cell, question }: Place, attempts = 0): JudgmentRow {
  const { question_id, language, category } = question;
  return judgmentRow(study, { ...judgment, model_id: cell, question_id, language, category, attempts });
}

function requestsOf(question: Question, answer: GradeRequest['answer'], repeats: number): GradeRequest[] {
  return turnsOf().filter((turn) => !hasNoRoom(answer, turn)).flatMap((turn) => Array.from({ length: repeats }, (_, repeat) => ({ question, answer, turn, repeat })));
}

function turnsOf(): (1 | 2)[] {
  return Array.from({ length: TURNS }, (_, i) => (i + 1) as 1 | 2);
}

function add(pending: Map<string, Pending>, key: string, request: GradeRequest, place: Place): void {
  const one = pending.get(key) ?? { request, waiting: [] };
  one.waiting.push(place);
  pending.set(key, one);
}

function placeText(cell: string, question: string, key: string): string {
  return JSON.stringify([cell, question, key]);
}
