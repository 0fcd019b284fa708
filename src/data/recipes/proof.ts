import type { LanguageCode } from '../../core/languages.ts';
import type { Composition, Entry } from './compose.ts';

/** What a composition is, counted from its records and not from its recipe. */
export interface Proof {
  /** Records a language, training and validation. */
  counts: Record<LanguageCode, number>;
  total: number;
  /** Distinct ids. */
  distinct: number;
  validation: number;
  /** Ids in more than one language. */
  repeated: number;
  /** Ids both trained on and held out, in any language: must be none. */
  leaked: string[];
}

export function proofOf({ mix, train, validation }: Composition<Entry>): Proof {
  const counts: Record<LanguageCode, number> = Object.fromEntries(mix.languages.map((language) => [language, 0]));
  const times = new Map<string, number>();
  for (const { id, language } of [...train, ...validation]) {
    counts[language] = (counts[language] ?? 0) + 1;
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  const held = new Set(validation.map(({ id }) => id));
  return {
    counts,
    total: train.length + validation.length,
    distinct: times.size,
    validation: validation.length,
    repeated: [...times.values()].filter((n) => n > 1).length,
    leaked: [...new Set(train.filter(({ id }) => held.has(id)).map(({ id }) => id))],
  };
}
