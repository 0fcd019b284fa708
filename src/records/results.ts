/** What a study found. */
import type { LanguageCode } from '../core/languages.ts';
import type { Estimate } from './estimate.ts';
import type { Category } from './question.ts';

/** What a number of a study is of. */
export interface Basis {
  model: string;
  dataset: string;
  /** The languages of which a cross-lingual mean lacks every score: it is the mean of the others alone. Empty where it is whole. */
  without: LanguageCode[];
}

/** How many answered turns are in the question's language, in another, and in one that nobody can tell. */
export type LanguageVerdicts = Record<'right' | 'wrong' | 'untold', number>;

export interface StudyResults {
  study: string;
  /** The judge's label, shown beside every figure. */
  judge: string;
  /** Whether the benchmark was answered in part: questions a category. */
  questionsPerCategory: number | null;
  /**
   * Cell mean over both turns, a mix and language. `language: 'all'` is the cross-lingual mean. `gated` counts answers in the wrong
   * language as 1, and those whose language nobody can tell as they are graded; `rightLanguage` is the share of right ones among
   * those that can be told. `failed` counts judgments, `noRoom` turns that are no answers because the dialogue fills the model's context.
   */
  heatmap: (Basis & { mix: string; language: LanguageCode | 'all'; raw: Estimate; gated: Estimate; rightLanguage: Estimate; verdicts: LanguageVerdicts; failed: number; noRoom: number })[];
  /** Mean a category, mix and language. */
  radar: (Basis & { mix: string; language: LanguageCode | 'all'; category: Category; raw: Estimate })[];
  /** (multilingual - monolingual) x 10, paired by question. */
  improvements: (Basis & { multilingual: string; monolingual: string; points: Estimate })[];
  turns: (Basis & { mix: string; turn: 1 | 2; raw: Estimate })[];
}

/** `untold`: too short, too mixed, or in a language that the detector does not know. Neither right nor wrong. */
export type LanguageVerdict = 'right' | 'wrong' | 'untold';
