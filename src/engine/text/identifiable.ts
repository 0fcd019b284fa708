/** What eld knows: its sixty languages, the same in each of its databases, and where it can hardly tell. */
import type { LanguageCode } from '../../core/languages.ts';

/**
 * Each language that eld knows, with the score its own benchmark found for correct detections (eld 2, src/avgScore.js).
 * A text that stays far below is in none of them, or in several at once.
 */
const TYPICAL_SCORES: ReadonlyMap<LanguageCode, number> = new Map(Object.entries({
  am: 0.832, ar: 0.845, az: 0.804, be: 0.841, bg: 0.838, bn: 0.876, ca: 0.762, cs: 0.759, da: 0.77, de: 0.777,
  el: 0.801, en: 0.777, es: 0.771, et: 0.779, eu: 0.746, fa: 0.831, fi: 0.784, fr: 0.783, gu: 0.872, he: 0.803,
  hi: 0.883, hr: 0.77, hu: 0.752, hy: 0.802, is: 0.788, it: 0.784, ja: 0.796, ka: 0.893, kn: 0.875, ko: 0.764,
  ku: 0.853, lo: 0.873, lt: 0.777, lv: 0.789, ml: 0.874, mr: 0.884, ms: 0.774, nl: 0.77, no: 0.75, or: 0.872,
  pa: 0.873, pl: 0.768, pt: 0.78, ro: 0.771, ru: 0.833, sk: 0.763, sl: 0.771, sq: 0.789, sr: 0.838, sv: 0.767,
  ta: 0.882, te: 0.878, th: 0.864, tl: 0.777, tr: 0.783, uk: 0.836, ur: 0.827, vi: 0.848, yo: 0.752, zh: 0.752,
}));

/** The languages that eld knows. ISO 639-1; `no` is Bokmål and Nynorsk, `ku` is Kurdish in Arabic letters. */
export const IDENTIFIABLE: readonly LanguageCode[] = [...TYPICAL_SCORES.keys()];

export const typicalScore = (code: LanguageCode): number => TYPICAL_SCORES.get(code) ?? NaN;

/**
 * What a text in a language is found to be, where that is not the language itself alone: eld has one Norwegian, and has
 * Indonesian, Bosnian and Serbian in Latin letters only as their nearest kin. Any of these counts as right.
 */
const FOUND_AS: ReadonlyMap<LanguageCode, readonly LanguageCode[]> = new Map([
  ['nb', ['no']], ['nn', ['no']], ['id', ['ms']], ['bs', ['hr', 'sr']], ['sr', ['sr', 'hr']],
]);

/** The languages of eld's that count as the asked one; none where the language is not among what eld knows. */
export function foundAs(asked: LanguageCode): readonly LanguageCode[] {
  return FOUND_AS.get(asked) ?? (TYPICAL_SCORES.has(asked) ? [asked] : []);
}

/**
 * Groups within which a short text is often taken for its neighbour, with the evidence (lead times letters) that it takes to
 * say wrong. Set by docs/languages.md: 4 where right texts reached 3.7, 1 where they stayed below 0.2.
 */
const CLOSE: readonly (readonly [evidence: number, ...group: LanguageCode[]])[] = [
  [4, 'da', 'no', 'sv'],
  [4, 'cs', 'sk'],
  [4, 'hr', 'sl', 'sr'],
  [4, 'ca', 'es', 'pt'],
  [4, 'fa', 'ur'],
  [1, 'hi', 'mr'],
  [1, 'be', 'bg', 'ru', 'sr', 'uk'],
];

/** The evidence that tells two languages apart that are close; null where they are not. */
export function closeness(one: LanguageCode, other: LanguageCode): number | null {
  return CLOSE.find(([, ...group]) => group.includes(one) && group.includes(other))?.[0] ?? null;
}

/** Scripts that a language is written in as well, but that eld has not read it in: there it has no opinion. */
const UNREAD_SCRIPTS: ReadonlyMap<LanguageCode, RegExp> = new Map([
  ['az', /[\p{Script=Cyrillic}\p{Script=Arabic}]/gu],
  ['ku', /[\p{Script=Latin}\p{Script=Cyrillic}]/gu],
  ['pa', /\p{Script=Arabic}/gu],
  ['ms', /\p{Script=Arabic}/gu],
]);

/** Whether most letters of a text are of a script that the language is written in and that eld does not know it in. */
export function isUnreadScript(asked: LanguageCode, text: string, letters: number): boolean {
  const script = UNREAD_SCRIPTS.get(asked);
  return script !== undefined && (text.match(script)?.length ?? 0) * 2 > letters;
}
