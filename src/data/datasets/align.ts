import type { Conversation } from '../../records/conversation.ts';
import type { LanguageCode } from '../../core/languages.ts';

export interface Alignment {
  languages: LanguageCode[];
  /** Ids that every language has, in the order of the first language. */
  common: string[];
  /** Ids that another language has and this one lacks. */
  missing: Record<LanguageCode, string[]>;
}

/** Which records are parallel: the ids all languages share, and what each lacks. */
export function alignParallel(records: Readonly<Record<LanguageCode, readonly Pick<Conversation, 'id'>[]>>): Alignment {
  const languages = Object.keys(records);
  const ids = new Map(languages.map((language) => [language, new Set((records[language] ?? []).map(({ id }) => id))]));
  const all = new Set(languages.flatMap((language) => [...(ids.get(language) ?? [])]));
  const has = (language: LanguageCode, id: string): boolean => ids.get(language)?.has(id) ?? false;
  return {
    languages,
    common: [...all].filter((id) => languages.every((language) => has(language, id))),
    missing: Object.fromEntries(languages.map((language) => [language, [...all].filter((id) => !has(language, id))])),
  };
}
