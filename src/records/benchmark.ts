/** A benchmark: its questions, references and prompts, and as the lab lists it. */
import type { LanguageCode } from '../core/languages.ts';
import type { JudgePrompt } from './judge-prompt.ts';
import type { Category, Question } from './question.ts';

export interface BenchmarkSummary {
  id: string;
  name: string;
  origin: 'embedded' | 'files';
  languages: LanguageCode[];
  /** Questions a language. */
  counts: Record<LanguageCode, number>;
  categories: Category[];
  /** Languages that bring translated judge prompts. */
  promptLanguages: LanguageCode[];
  references: Record<LanguageCode, number>;
}

/** A reference answer as imported, kept apart so that it finds its question even when that comes in a later import. */
export interface Reference {
  question_id: string;
  language: LanguageCode;
  model_id: string;
  turns: string[];
}

/** A benchmark's content: questions with the references that are known for them, and translated judge prompts. */
export interface Benchmark {
  questions: Question[];
  references: Reference[];
  prompts: JudgePrompt[];
}
