/**
 * Which language a text is in, on the device: eld (byte n-grams), its smallest database, loaded when first asked for.
 * A text with too little to go on (numbers, names, code, a word or two) is left undecided, not guessed.
 */
import { LANGUAGES, type LanguageCode } from '../core/languages.ts';

export interface Identification {
  /** The likeliest language, null where the text gives nothing to go on. */
  language: LanguageCode | null;
  /** How far the best language is ahead of the next, in [0, 1); not a probability. */
  confidence: number;
  /** Whether to rely on it; a check of the answer's language counts only reliable ones. */
  reliable: boolean;
}

/** The lab's languages that eld's database has: all but Swahili. */
export const IDENTIFIABLE: readonly LanguageCode[] = [...LANGUAGES.keys()].filter((code) => code !== 'sw');

/** eld scores a language by the mean of its n-grams' log frequencies; the lead times the letters is the evidence. */
const ENOUGH_EVIDENCE = 1;
const FEWEST_LETTERS = 5;

interface Detector {
  detect(text: string): { getScores(): Record<string, number> };
}
let detector: Promise<Detector> | null = null;

/**
 * @param among the candidates, for texts known to be in one of a few languages; all identifiable ones otherwise
 */
export async function identifyLanguage(text: string, among: readonly LanguageCode[] = IDENTIFIABLE): Promise<Identification> {
  const prose = proseOf(text);
  const letters = prose.match(/\p{L}/gu)?.length ?? 0;
  // A Chinese character says as much as a word does elsewhere.
  if (letters < FEWEST_LETTERS && !/\p{Script=Han}/u.test(prose)) return { language: null, confidence: 0, reliable: false };

  detector ??= import('eld/extrasmall').then((module) => module.eld);
  const scores = Object.entries((await detector).detect(prose).getScores())
    .filter(([code]) => among.includes(code))
    .sort((a, b) => b[1] - a[1]);
  const [best, next] = scores;
  if (!best) return { language: null, confidence: 0, reliable: false };
  const evidence = (best[1] - (next?.[1] ?? 0)) * letters;
  return { language: best[0], confidence: evidence / (1 + evidence), reliable: evidence >= ENOUGH_EVIDENCE };
}

/** The text without what is the same in every language: code, addresses, numbers, mark-up. */
function proseOf(text: string): string {
  return text
    .replace(/```[\s\S]*?(```|$)/g, ' ')
    .replace(/`[^`\n]*`/g, ' ')
    .replace(/(https?:\/\/|www\.)\S+|\S+@\S+\.\S+/g, ' ')
    .replace(/\S*\d\S*/g, ' ')
    .replace(/[*_#>|=+<>{}[\]()\\/]/g, ' ');
}
