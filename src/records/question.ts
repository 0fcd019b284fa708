import type { LanguageCode } from '../core/languages.ts';

/** MT-Bench's eight categories (Zheng et al. 2023), in their order. */
export const CATEGORIES = ['writing', 'roleplay', 'reasoning', 'math', 'coding', 'extraction', 'stem', 'humanities'] as const;
export type Category = (typeof CATEGORIES)[number];

/** Categories whose judge prompts carry a reference answer (FastChat's NEED_REF_CATS). */
export const REFERENCE_CATEGORIES: ReadonlySet<string> = new Set<Category>(['math', 'reasoning', 'coding']);

/** One benchmark question in one language. FastChat's field names. */
export interface Question {
  /** MT-Bench-X style: `81_DE`. */
  question_id: string;
  /** The part the translations share: `81`. Bootstrap clusters are made of it. */
  number: string;
  language: LanguageCode;
  category: Category;
  turns: string[];
  /** A reference answer a turn; empty where there is none. */
  reference: string[];
  /** Facts a rule judge grades by; only the embedded world's questions have them. Opaque to everyone else. */
  rubric?: unknown;
}

/** A model's answer to one question: both turns. */
export interface Answer {
  answer_id: string;
  question_id: string;
  /** Names the cell that answered: see studies/cell.ts. */
  model_id: string;
  turns: string[];
  /**
   * How each turn ended: an end-of-turn token, or the token limit. `no-room` is a turn without an answer, because the dialogue before it
   * fills the model's context: its text is empty, and it is never judged.
   */
  finish: ('stop' | 'length' | 'no-room')[];
  /** Tokens generated a turn. */
  tokens: number[];
  /** Unix time, seconds. */
  tstamp: number;
}

/** Whether a turn (from 1) is no answer, for want of room in the model's context. */
export function hasNoRoom({ finish }: Pick<Answer, 'finish'>, turn: number): boolean {
  return finish[turn - 1] === 'no-room';
}
