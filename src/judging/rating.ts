/**
 * A judge's verdict, read from its words. The rule, which docs/formats.md states with examples: the judge's own last rating counts,
 * outside thinking and quotation. A reading that has to guess is none: `ambiguous` is a failure that can be tried again, where a wrong
 * score could not be told from a right one. Other harnesses were caught taking the first rating (NeMo Gym #3367, HELM #4349).
 */
import type { LanguageCode } from '../core/languages.ts';
import { withoutQuotations, withoutThinking } from './own-words.ts';
import { announcesRating } from './rating-words.ts';

/** Why a reply holds no verdict: there is none, several that differ, or one that is no grade from 1 to 10. */
export interface NoVerdict {
  problem: string;
  kind: 'none' | 'ambiguous' | 'out-of-range';
}

/** A grade, or why the text holds none. */
export type Rating = { score: number } | NoVerdict;

/** A pairwise verdict: the first or second answer shown, a tie, both bad. */
export type Verdict = 'A' | 'B' | 'tie' | 'both-bad';

/** Something in brackets, and where it stands. */
interface Bracketed<T> {
  value: T;
  text: string;
  from: number;
  to: number;
}

const DOUBLE = /\[\[([^[\]]*)\]\]/gu;
/** Not a part of double brackets, whole or cut off. */
const SINGLE = /(?<!\[)\[([^[\]]*)\](?!\])/gu;

/**
 * @param language of the judge's words, which decides whether `7,5` is a number; left out where it is not known
 */
export function parseRating(reply: string, language?: LanguageCode): Rating {
  const text = ownWords(reply);
  const double = bracketed(text, DOUBLE, (content) => numberIn(content, language));
  if (double.length > 0) return chosen(double, text, announcesRating, gradeOf);
  // FastChat's second chance, `[5]`, is a footnote more often than a grade.
  const single = bracketed(text, SINGLE, (content) => numberIn(content, language));
  const [only] = single;
  if (single.length === 1 && only && (announcesRating(text.slice(0, only.from)) || atEnd(text, only))) return gradeOf(only);
  return { kind: 'none', problem: 'there is no rating like [[5]] in it' };
}

const VERDICTS: Readonly<Record<string, Verdict>> = { A: 'A', B: 'B', C: 'tie', D: 'both-bad' };

/** `[[A]]`, `[[B]]`, `[[C]]` (a tie) or `[[D]]` (both bad), by the same rule. No verdict is a failure and no tie. */
export function parseVerdict(reply: string): { verdict: Verdict } | NoVerdict {
  const text = ownWords(reply);
  const found = bracketed(text, DOUBLE, (content) => VERDICTS[content.trim()] ?? null);
  if (found.length === 0) return { kind: 'none', problem: 'there is no verdict like [[A]] in it' };
  return chosen(found, text, announcesRating, ({ value }) => ({ verdict: value }));
}

/** Full-width digits and brackets become plain ones, and Markdown's escapes go. */
function ownWords(reply: string): string {
  const text = withoutThinking(reply.normalize('NFKC').replace(/\\([[\]])/gu, '$1'));
  const lines = text.trimEnd().split('\n');
  // A verdict alone on the last line is the judge's own even between quotation marks: prompts show the form so.
  const last = /^[\s*_]*["“„«»'`]([^"“”„«»'`\n]*\[\[[^[\]]*\]\])[.\s*_]*["“”»«'`][.\s*_]*$/u.exec(lines.at(-1) ?? '');
  return withoutQuotations(last ? [...lines.slice(0, -1), last[1]].join('\n') : text);
}

function bracketed<T>(text: string, brackets: RegExp, read: (content: string) => T | null): Bracketed<T>[] {
  return [...text.matchAll(brackets)].flatMap((match) => {
    const value = read(match[1] as string);
    return value === null ? [] : [{ value, text: match[0], from: match.index, to: match.index + match[0].length }];
  });
}

/** The verdict among several: all are the same, or the last one closes the reply, announced or on a line of its own. */
function chosen<T, R>(found: readonly Bracketed<T>[], text: string, announced: (before: string) => boolean, result: (one: Bracketed<T>) => R): R | NoVerdict {
  const last = found.at(-1) as Bracketed<T>;
  const line = text.slice(text.lastIndexOf('\n', last.from) + 1, last.from);
  const differ = found.some(({ value }) => value !== last.value);
  // On a line of its own, or announced; a number in the announcement, `Turn 2 rating:`, says that it is one of several.
  const announcement = announced(text.slice(0, last.from)) && !/\p{N}/u.test(line);
  const closes = atEnd(text, last) && (announcement || /^[\s*_#-]*$/u.test(line));
  if (differ && !closes) {
    return { kind: 'ambiguous', problem: `it gives ${[...new Set(found.map((one) => one.text))].slice(-4).join(' and ')}, and nothing says which one counts` };
  }
  return result(last);
}

/** Whether nothing but punctuation and emphasis follows. */
function atEnd(text: string, { to }: Bracketed<unknown>): boolean {
  return /^[\s.!。*_)"”»]*$/u.test(text.slice(to));
}

function gradeOf({ value, text }: Bracketed<number>): Rating {
  if (Number.isNaN(value)) return { kind: 'ambiguous', problem: `its rating ${text} is no single number` };
  return value >= 1 && value <= 10 ? { score: value } : { kind: 'out-of-range', problem: `its rating ${text} is not between 1 and 10` };
}

/** A label before the number, `Bewertung: 8`, and the scale behind it, `8/10`, `8 von 10`. */
const CONTENT = /^\s*(?:[\p{L}\p{M} ]+[:：=]\s*)?(\d+)(?:([.,])(\d+))?\s*(?:(?:\/|out of|von|sur|su|de|van|av|из|z)\s*10)?\s*$/iu;

/** More than this between two brackets is no rating. */
const LONGEST = 120;

/** The number in a pair of brackets; NaN for several, or for a comma that may part two; null where it is none. */
function numberIn(content: string, language: LanguageCode | undefined): number | null {
  if (content.length > LONGEST) return null;
  const text = content.replace(/\p{Nd}/gu, decimalDigit);
  const [, whole, mark, fraction] = CONTENT.exec(text) ?? [];
  if (whole === undefined) return /^\s*\d/u.test(text) ? Number.NaN : null;
  if (mark !== ',') return Number(fraction === undefined ? whole : `${whole}.${fraction}`);
  const plain = Number(whole) <= 10 && fraction?.length === 1;
  // Of a language that is not known only a half is a fraction: `8,9` may be two grades.
  const decimal = language === undefined ? fraction === '5' : writesDecimalComma(language);
  return plain && decimal ? Number(`${whole}.${fraction}`) : Number.NaN;
}

/** Whether a language writes 1.5 as `1,5`. */
function writesDecimalComma(language: LanguageCode): boolean {
  return new Intl.NumberFormat(language).formatToParts(1.5).some(({ type, value }) => type === 'decimal' && value === ',');
}

/** Digits of other scripts lie in runs of ten from their zero. */
function decimalDigit(digit: string): string {
  const code = digit.codePointAt(0) as number;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}
