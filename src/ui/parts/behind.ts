/** Which conversations stand behind a score. */
import type { LanguageCode } from '../../core/languages.ts';
import type { Category } from '../../records/question.ts';
import type { StudyState } from '../../records/study.ts';

export interface Behind {
  study: StudyState;
  model: string;
  dataset: string;
  mix: string;
  language: LanguageCode | 'all';
  category?: Category;
  /** A second mix to lay beside the first. */
  other?: string;
}
