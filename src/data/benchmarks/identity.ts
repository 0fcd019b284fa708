import { languageFromTag } from '../../core/language-tags.ts';
import type { LanguageCode } from '../../core/languages.ts';

/** What names a question in one language: MT-Bench-X writes `81_DE`. */
export interface QuestionIdentity {
  question_id: string;
  number: string;
  language: LanguageCode;
}

/**
 * Reads a question id. Its own suffix says the language; an id without one (FastChat's `81`) takes `otherwise` and is given
 * the suffix, so that ids of two languages never meet. Null when nothing says the language.
 */
export function identify(id: string | number, otherwise: LanguageCode | null): QuestionIdentity | null {
  const [, number = String(id), tag] = /^(.+)[_-]([A-Za-z]{2})$/.exec(String(id)) ?? [];
  const own = languageFromTag(tag);
  const language = own ?? otherwise;
  if (!language) return null;
  const shared = own ? number : String(id);
  return { question_id: `${shared}_${language.toUpperCase()}`, number: shared, language };
}
