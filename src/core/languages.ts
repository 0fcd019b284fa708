import { LabError } from './errors.ts';

/** A language the lab names: ISO 639-1 code, English name, own name, the study's upper-case tag. */
export interface Language {
  code: LanguageCode;
  name: string;
  endonym: string;
  /** How compositions and MT-Bench-X ids write it: `DE` in `ENDEFRITES` and `81_DE`. */
  tag: string;
}

/** ISO 639-1, lower case. Open-ended: imported data may bring any language. */
export type LanguageCode = string;

/** Weber et al.'s five first and in their order, then Shaham et al.'s and the embedded world's unseen ones. */
const TABLE: readonly (readonly [string, string, string])[] = [
  ['en', 'English', 'English'],
  ['de', 'German', 'Deutsch'],
  ['fr', 'French', 'français'],
  ['it', 'Italian', 'italiano'],
  ['es', 'Spanish', 'español'],
  ['pt', 'Portuguese', 'português'],
  ['nl', 'Dutch', 'Nederlands'],
  ['sv', 'Swedish', 'svenska'],
  ['ar', 'Arabic', 'العربية'],
  ['zh', 'Chinese', '中文'],
  ['cs', 'Czech', 'čeština'],
  ['et', 'Estonian', 'eesti'],
  ['fi', 'Finnish', 'suomi'],
  ['he', 'Hebrew', 'עברית'],
  ['hi', 'Hindi', 'हिन्दी'],
  ['ru', 'Russian', 'русский'],
  ['sw', 'Swahili', 'Kiswahili'],
];

export const LANGUAGES: ReadonlyMap<LanguageCode, Language> = new Map(
  TABLE.map(([code, name, endonym]) => [code, { code, name, endonym, tag: code.toUpperCase() }]),
);

/** The five languages of Weber et al. 2024, in the order their composition names use. */
export const STUDY_LANGUAGES: readonly LanguageCode[] = ['en', 'de', 'fr', 'it', 'es'];

/** A known language; throws `core.unknown-language` by name otherwise. */
export function language(code: LanguageCode): Language {
  const found = LANGUAGES.get(code);
  if (!found) {
    throw new LabError('core.unknown-language', `"${code}" is not a language code the lab knows.`, `Use one of: ${[...LANGUAGES.keys()].join(', ')}.`, { code });
  }
  return found;
}

/** The studies' order: the table's first, then any other code by the alphabet. A copy. */
export function studyOrder(codes: readonly LanguageCode[]): LanguageCode[] {
  const order = [...LANGUAGES.keys()];
  const place = (code: LanguageCode): number => (order.includes(code) ? order.indexOf(code) : order.length);
  return [...codes].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}
