import type { ErrorRecord } from '../core/errors.ts';
import type { LanguageCode } from '../core/languages.ts';
import type { Answer, Category, Question } from './question.ts';

/** What names a judgment, and so what a resumed run need not ask again (protocol.md section 3). */
export interface JudgmentKey {
  judge_id: string;
  /** Hash of the rendered prompt: question, reference, template. */
  prompt_hash: string;
  answer_hash: string;
  turn: 1 | 2;
  /** 0-based repeat of the very same call. */
  repeat: number;
}

/** One grade of one turn. A failed call is a state of its own and carries no score. */
export type Judgment = JudgmentBase & ({ state: 'graded'; score: number } | { state: 'failed'; error: ErrorRecord });

export interface JudgmentBase extends JudgmentKey {
  question_id: string;
  model_id: string;
  language: LanguageCode;
  category: Category;
  /** FastChat's `judge` pair: model and prompt name. */
  judge: [model: string, prompt: string];
  user_prompt: string;
  /** The judge's own words; data, never markup. */
  judgment: string;
  attempts: number;
  /** Unix time, seconds. */
  tstamp: number;
}

/** One question, one answer, one turn to grade. */
export interface GradeRequest {
  question: Question;
  answer: Answer;
  turn: 1 | 2;
  repeat: number;
}

/** Anything that can grade: the embedded world's rules, or an LLM behind an API. */
export interface Judge {
  /** Stable identity, part of every judgment's key, e.g. `rules-1` or `openai:gpt-4:single`. */
  readonly id: string;
  readonly kind: 'rules' | 'llm';
  /** Shown beside every score it gives. */
  readonly label: string;
  /** How many requests may be under way at once. */
  readonly concurrency: number;
  /** What it could not do as it was asked to, in sentences a person reads. */
  readonly notes?: readonly string[];
  /** The key `grade` would give this request, without doing the work. */
  key(request: GradeRequest): JudgmentKey;
  /** Never throws for a failing judge: that is a `failed` judgment. Throws only when aborted, or `judging.max-calls` at its cap. */
  grade(request: GradeRequest, signal?: AbortSignal): Promise<Judgment>;
}

/** The text form of a key, used as the storage key. */
export function judgmentKeyText(key: JudgmentKey): string {
  return [key.judge_id, key.prompt_hash, key.answer_hash, key.turn, key.repeat].join('|');
}
