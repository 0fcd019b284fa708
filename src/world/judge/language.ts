/**
 * Which of the world's eight languages a text is in, by the world's own words: a word that only some languages have
 * speaks for those; names, numbers and words that no language of the world has speak for none.
 */
import type { LanguageCode } from '../../core/languages.ts';
import { WORLD_LANGUAGES } from '../lexicon/types.ts';
import { neutralWords, vocabularyOf } from './vocabulary.ts';
import { wordsOf } from './wording.ts';

export interface WorldLanguage {
  /** The language that knows most of the words; null where no word tells, or two languages know as many. */
  language: LanguageCode | null;
  /** Every language that knows as many of the words as the best one: all eight for a bare name or a list. */
  compatible: LanguageCode[];
  /** Telling words: those that some language of the world has and that are neither name nor number. */
  telling: number;
  /** How many of the telling words each language knows. */
  known: Record<LanguageCode, number>;
}

/** Detects the language of an answer about the embedded world. */
export function detectWorldLanguage(text: string): WorldLanguage {
  const neutral = neutralWords();
  const known: Record<LanguageCode, number> = {};
  for (const code of WORLD_LANGUAGES) known[code] = 0;
  let telling = 0;
  for (const word of wordsOf(text)) {
    if (neutral.has(word) || /^\p{N}/u.test(word)) continue;
    const speakers = WORLD_LANGUAGES.filter((code) => vocabularyOf(code).has(word));
    if (speakers.length === 0) continue;
    telling++;
    for (const code of speakers) known[code] = (known[code] ?? 0) + 1;
  }
  const best = Math.max(...Object.values(known));
  const compatible = WORLD_LANGUAGES.filter((code) => known[code] === best);
  return { language: compatible.length === 1 ? (compatible[0] as LanguageCode) : null, compatible, telling, known };
}
