/** Which conversations stand behind a score. */
import type { StudyState } from '../../app/facade.ts';
import type { LanguageCode } from '../../core/languages.ts';
import type { Category } from '../../records/question.ts';

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
