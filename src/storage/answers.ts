/** Answers and judgments of a study, written as they come and found again by cell, question, language or state. */
import type { Judgment } from '../records/judgment.ts';
import { judgmentKeyText } from '../records/judgment.ts';
import type { LanguageCode } from '../core/languages.ts';
import type { Answer, Category, Question } from '../records/question.ts';
import { settleCalls } from './calls.ts';
import type { Database } from './database.ts';
import { everyRowOf, ofCell } from './ranges.ts';
import type { AnswerRow, JudgmentRow } from './schema.ts';

export interface RowFilter {
  cell?: string;
  question_id?: string;
  language?: LanguageCode;
  category?: Category;
}

export interface JudgmentFilter extends RowFilter {
  state?: Judgment['state'];
}

export type FailedJudgment = Extract<Judgment, { state: 'failed' }>;

/** Filter field to the index that serves it, most selective first; the cell is the primary key itself. */
const INDEXES = [
  ['question_id', 'byQuestion'],
  ['state', 'byState'],
  ['language', 'byLanguage'],
  ['category', 'byCategory'],
] as const;

export class AnswerStore {
  constructor(private readonly db: Database) {}

  async putAnswers(rows: readonly AnswerRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.db.write(['answers'], async (tx) => {
      for (const row of rows) await tx.objectStore('answers').put(row);
    });
  }

  /** Answers in the order of cell and question; those with only a first turn are included when `partial` is set. */
  async answers(study: string, filter: RowFilter = {}, { partial = false } = {}): Promise<Answer[]> {
    const rows = await this.db.read(['answers'], (tx) => {
      const store = tx.objectStore('answers');
      if (filter.cell !== undefined) return store.getAll(ofCell(study, filter.cell));
      if (filter.question_id !== undefined) return store.index('byQuestion').getAll([study, filter.question_id]);
      if (filter.language !== undefined) return store.index('byLanguage').getAll([study, filter.language]);
      if (filter.category !== undefined) return store.index('byCategory').getAll([study, filter.category]);
      return store.getAll(everyRowOf(study));
    });
    return rows.filter((row) => matches(row, filter) && (partial || row.turns === 2)).map((row) => row.answer);
  }

  /** Keeps judgments, and with them that the requests they came from are settled. */
  async putJudgments(rows: readonly JudgmentRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.db.write(['judgments', 'calls'], async (tx) => {
      for (const row of rows) await tx.objectStore('judgments').put(row);
      for (const study of new Set(rows.map((row) => row.study))) await settleCalls(tx, study, new Set(rows.filter((row) => row.study === study).map(({ key }) => key)));
    });
  }

  /** Forgets failed judgments (those that `which` names, or all), so that they are asked for again. They carry no score. */
  async removeFailedJudgments(study: string, which: (failed: FailedJudgment) => boolean = () => true): Promise<void> {
    await this.db.write(['judgments'], async (tx) => {
      const store = tx.objectStore('judgments');
      for (const { cell, question_id, language, key, judgment } of await store.index('byState').getAll([study, 'failed'])) {
        if (judgment.state === 'failed' && which(judgment)) await store.delete([study, cell, question_id, language, key]);
      }
    });
  }

  async judgments(study: string, filter: JudgmentFilter = {}): Promise<Judgment[]> {
    const rows = await this.db.read(['judgments'], (tx) => {
      const store = tx.objectStore('judgments');
      if (filter.cell !== undefined) return store.getAll(ofCell(study, filter.cell));
      for (const [field, index] of INDEXES) {
        const value = filter[field];
        if (value !== undefined) return store.index(index).getAll([study, value]);
      }
      return store.getAll(everyRowOf(study));
    });
    return rows.filter((row) => matches(row, filter)).map((row) => row.judgment);
  }
}

/** The row an answer is stored as. */
export function answerRow(study: string, question: Question, answer: Answer): AnswerRow {
  return { study, cell: answer.model_id, question_id: question.question_id, language: question.language, category: question.category, turns: answer.turns.length, answer };
}

/** The row a judgment is stored as. */
export function judgmentRow(study: string, judgment: Judgment): JudgmentRow {
  return { study, cell: judgment.model_id, key: judgmentKeyText(judgment), question_id: judgment.question_id, language: judgment.language, category: judgment.category, state: judgment.state, judgment };
}

function matches(row: object, filter: object): boolean {
  return Object.entries(filter).every(([field, value]) => value === undefined || (row as Record<string, unknown>)[field] === value);
}
