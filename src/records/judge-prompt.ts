import type { LanguageCode } from '../core/languages.ts';
import { REFERENCE_CATEGORIES, type Category } from './question.ts';

/** A judge prompt: FastChat's record, in one language. */
export interface JudgePrompt {
  name: JudgePromptName;
  language: LanguageCode;
  type: 'single' | 'pairwise';
  system_prompt: string;
  /** `{question}`-like placeholders are filled in; `{{` and `}}` are single braces, as in Python's `str.format`. */
  prompt_template: string;
  description: string;
  category: string;
  output_format: string;
}

/** MT-Bench's eight prompts and the placeholders without which each would judge something else (Zheng et al. 2023, appendix A). */
export const JUDGE_PROMPTS = {
  'single-v1': ['question', 'answer'],
  'single-math-v1': ['question', 'ref_answer_1', 'answer'],
  'single-v1-multi-turn': ['question_1', 'answer_1', 'question_2', 'answer_2'],
  'single-math-v1-multi-turn': ['question_1', 'ref_answer_1', 'question_2', 'ref_answer_2', 'answer_1', 'answer_2'],
  'pair-v2': ['question', 'answer_a', 'answer_b'],
  'pair-math-v1': ['question', 'ref_answer_1', 'answer_a', 'answer_b'],
  'pair-v2-multi-turn': ['question_1', 'question_2', 'answer_a_1', 'answer_a_2', 'answer_b_1', 'answer_b_2'],
  'pair-math-v1-multi-turn': ['question_1', 'ref_answer_1', 'question_2', 'ref_answer_2', 'answer_a_1', 'answer_a_2', 'answer_b_1', 'answer_b_2'],
} as const satisfies Record<string, readonly string[]>;

export type JudgePromptName = keyof typeof JUDGE_PROMPTS;

/** The prompt that grades one turn: with the reference where the category needs it, with the whole dialogue for turn 2. */
export function singlePromptName(category: Category, turn: 1 | 2): JudgePromptName {
  const base = REFERENCE_CATEGORIES.has(category) ? 'single-math-v1' : 'single-v1';
  return turn === 1 ? base : `${base}-multi-turn`;
}

/** A judge prompt in use, for reading: the FastChat fields a person looks at. */
export interface JudgePromptText {
  /** `single-v1-multi-turn` */
  name: string;
  language: LanguageCode;
  /** `imported` came with the benchmark's files; `built-in` ships with the lab. */
  origin: 'imported' | 'built-in';
  system_prompt: string;
  prompt_template: string;
}
