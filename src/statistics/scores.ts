import type { Judgment } from '../records/judgment.ts';
import type { LanguageCode } from '../core/languages.ts';
import { type Answer, type Category, hasNoRoom, type Question } from '../records/question.ts';
import { median } from './bootstrap.ts';
import type { LanguageVerdict } from '../records/results.ts';

/** One cell of a study, as far as figures need it. */
export interface Cell {
  id: string;
  model: string;
  dataset: string;
  mix: string;
  seed: number;
  kind: 'base' | 'monolingual' | 'union' | 'sampled';
}

/** One turn of one answer with its grade: the median of its repeats. */
export interface Score {
  cell: Cell;
  number: string;
  language: LanguageCode;
  category: Category;
  turn: 1 | 2;
  raw: number;
  /** The grade, or 1 where the answer is in another language than the question; the grade where nobody can tell. */
  gated: number;
}

/** Whether an answer's turn is written in the question's language; `untold` where that cannot be told. */
export type LanguageOf = (answer: Answer, turn: 1 | 2) => LanguageVerdict;

/** What an answer in the wrong language counts: the lowest grade (Chen et al. 2023, arXiv 2309.08958, weigh in the same spirit). */
const WRONG_LANGUAGE = 1;

export interface Scored {
  scores: Score[];
  /** Whether each turn of each answer is in the question's language. */
  languages: (Omit<Score, 'raw' | 'gated'> & { verdict: LanguageVerdict })[];
  failed: { cell: Cell; language: LanguageCode }[];
  /** Turns that are no answers, for want of room in the model's context. */
  noRoom: { cell: Cell; language: LanguageCode }[];
}

/**
 * Brings judgments, answers and detected languages together. A failed judgment is counted as failed and nothing else: a turn
 * whose judgments all failed has no score. The gate lowers what is in the wrong language and nothing else: an answer whose language
 * nobody can tell counts as graded. A turn that is no answer has no language, and no score though a log should have one. What belongs to no cell or question of the study is left out.
 */
export function scoreTurns(cells: readonly Cell[], questions: readonly Question[], answers: readonly Answer[], judgments: readonly Judgment[], languageOf: LanguageOf): Scored {
  const cellOf = new Map(cells.map((cell) => [cell.id, cell]));
  const questionOf = new Map(questions.map((question) => [question.question_id, question]));
  const languages = new Map<string, Scored['languages'][number]>();
  const noRoom = new Map<string, Scored['noRoom'][number]>();
  for (const answer of answers) {
    const cell = cellOf.get(answer.model_id);
    const question = questionOf.get(answer.question_id);
    if (!cell || !question) continue;
    const { number, language, category } = question;
    for (const turn of [1, 2] as const) {
      if (answer.turns[turn - 1] === undefined) continue;
      if (hasNoRoom(answer, turn)) {
        noRoom.set(turnKey(cell.id, question.question_id, turn), { cell, language });
        continue;
      }
      languages.set(turnKey(cell.id, question.question_id, turn), { cell, number, language, category, turn, verdict: languageOf(answer, turn) });
    }
  }

  const failed: Scored['failed'] = [];
  const grades = new Map<string, { cell: Cell; question: Question; turn: 1 | 2; values: number[] }>();
  for (const judgment of judgments) {
    const cell = cellOf.get(judgment.model_id);
    const question = questionOf.get(judgment.question_id);
    if (!cell || !question || noRoom.has(turnKey(cell.id, question.question_id, judgment.turn))) continue;
    if (judgment.state === 'failed') {
      failed.push({ cell, language: question.language });
      continue;
    }
    const key = turnKey(cell.id, question.question_id, judgment.turn);
    const known = grades.get(key);
    if (known) known.values.push(judgment.score);
    else grades.set(key, { cell, question, turn: judgment.turn, values: [judgment.score] });
  }
  const scores = [...grades].map(([key, { cell, question, turn, values }]): Score => {
    const raw = median(values);
    const { number, language, category } = question;
    return { cell, number, language, category, turn, raw, gated: languages.get(key)?.verdict === 'wrong' ? Math.min(raw, WRONG_LANGUAGE) : raw };
  });
  return { scores, languages: [...languages.values()], failed, noRoom: [...noRoom.values()] };
}

function turnKey(cell: string, question: string, turn: 1 | 2): string {
  return `${cell}\n${question}\n${turn}`;
}
