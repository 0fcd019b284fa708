/**
 * Which language a text is in, on the device: eld (byte n-grams), loaded when first asked for. All of eld's languages are
 * candidates. A text with too little to go on (numbers, names, code, a word or two) is left undecided, not guessed.
 */
import type { LanguageCode } from '../../core/languages.ts';
import { IDENTIFIABLE, typicalScore } from './identifiable.ts';

export interface Identification {
  /** The likeliest language, null where the text gives nothing to go on. */
  language: LanguageCode | null;
  /** How far the best language is ahead of the next, in [0, 1); not a probability. */
  confidence: number;
  /** Whether to rely on it. */
  reliable: boolean;
}

/** A text as eld reads it. */
export interface Scored {
  /** The text without what is the same in every language. */
  prose: string;
  /** Letters of the prose. */
  letters: number;
  /** Languages with their scores in [0, 1), the best first; empty where there is too little to go on. */
  ranked: [LanguageCode, number][];
}

/** eld scores a language by the mean of its n-grams' log frequencies; the lead times the letters is the evidence. */
export const ENOUGH_EVIDENCE = 1;
/** Share of a language's typical score that a text in it reaches (eld's own threshold): 1 of 300 short texts does not. */
const TYPICAL_ENOUGH = 0.75;
const FEWEST_LETTERS = 5;
/** eld reads no more than the first 350 bytes of a text; a longer one is read piece by piece. */
const PIECE_BYTES = 300;

/** One of eld's databases, as `eld/extrasmall` or `eld/large` export it. */
export interface Detector {
  detect(text: string): { getScores(): Record<string, number> };
}
let smallest: Promise<Detector> | null = null;

/**
 * @param among the candidates, for texts known to be in one of a few languages; all identifiable ones otherwise
 */
export async function identifyLanguage(text: string, among: readonly LanguageCode[] = IDENTIFIABLE): Promise<Identification> {
  const { letters, ranked } = await scoreLanguages(text);
  const [best, next] = ranked.filter(([code]) => among.includes(code));
  if (!best) return { language: null, confidence: 0, reliable: false };
  const evidence = (best[1] - (next?.[1] ?? 0)) * letters;
  return { language: best[0], confidence: evidence / (1 + evidence), reliable: isTypical(best) && evidence >= ENOUGH_EVIDENCE };
}

/**
 * Every language's score: the mean over the pieces of a text, each weighted by its letters.
 *
 * @param detector a database of eld's; the smallest otherwise
 */
export async function scoreLanguages(text: string, detector?: Detector): Promise<Scored> {
  const prose = proseOf(text);
  const letters = lettersOf(prose);
  // A Chinese character says as much as a word does elsewhere.
  if (letters < FEWEST_LETTERS && !/\p{Script=Han}/u.test(prose)) return { prose, letters, ranked: [] };

  const { detect } = detector ?? (await (smallest ??= import('eld/extrasmall').then((module) => module.eld)));
  const sums = new Map<LanguageCode, number>();
  for (const piece of piecesOf(prose)) {
    const weight = lettersOf(piece) / letters;
    for (const [code, score] of Object.entries(detect(piece).getScores())) sums.set(code, (sums.get(code) ?? 0) + score * weight);
  }
  return { prose, letters, ranked: [...sums].sort((a, b) => b[1] - a[1]) };
}

/** Whether a language's score is what texts in it reach. */
export function isTypical([code, score]: readonly [LanguageCode, number]): boolean {
  return score >= TYPICAL_ENOUGH * typicalScore(code);
}

const lettersOf = (text: string): number => text.match(/\p{L}/gu)?.length ?? 0;

/** The text without what is the same in every language: code, addresses, numbers, mark-up. Composed, as eld's n-grams are. */
function proseOf(text: string): string {
  return text
    .normalize('NFC')
    .replace(/```[\s\S]*?(```|$)/g, ' ')
    .replace(/`[^`\n]*`/g, ' ')
    .replace(/(https?:\/\/|www\.)\S+|\S+@\S+\.\S+/g, ' ')
    .replace(/\S*\d\S*/g, ' ')
    .replace(/[*_#>|=+<>{}[\]()\\/]/g, ' ');
}

/** A text in pieces short enough for eld, cut between words, or between characters where a word is longer than that. */
function piecesOf(text: string): string[] {
  const size = (part: string): number => new TextEncoder().encode(part).length;
  const parts = text.split(/(?<=\s)/).flatMap((word) => (size(word) <= PIECE_BYTES ? [word] : (word.match(/.{1,75}/gsu) ?? [])));
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  for (const part of parts) {
    if (bytes + size(part) > PIECE_BYTES && piece !== '') {
      pieces.push(piece);
      [piece, bytes] = ['', 0];
    }
    piece += part;
    bytes += size(part);
  }
  return [...pieces, piece].filter((part) => lettersOf(part) > 0);
}
