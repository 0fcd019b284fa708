import { romance } from './romance.ts';
import type { Agreement } from './types.ts';

const UNITS = ['zéro', 'un', 'deux', 'trois', 'quatre', 'cinq', 'six', 'sept', 'huit', 'neuf', 'dix', 'onze', 'douze', 'treize', 'quatorze', 'quinze', 'seize', 'dix-sept', 'dix-huit', 'dix-neuf'];
const TENS = ['', '', 'vingt', 'trente', 'quarante'];
const BEFORE_VOWEL: Record<string, string> = { vieux: 'vieil', nouveau: 'nouvel', beau: 'bel' };
const CONTRACTIONS: Record<string, string> = { 'de le': 'du', 'de les': 'des', 'à le': 'au', 'à les': 'aux' };

function numeral(n: number, agreement?: Agreement): string {
  const one = agreement?.gender === 'f' ? 'une' : 'un';
  if (n === 1) return one;
  if (n < 20) return UNITS[n] as string;
  const tens = TENS[Math.floor(n / 10)] as string;
  return n % 10 === 0 ? tens : n % 10 === 1 ? `${tens} et ${one}` : `${tens}-${UNITS[n % 10]}`;
}

/** Elision before a vowel or mute h; the h of huit and the o of onze let nothing be cut. City names in H are German. */
const ELISION = /(?<!\p{L})([ldjmtsnLDJMTSN]|qu|Qu|jusqu)[ea] (?=(?!huit|onze)[aeiouyhàâéèêîôœAEIOUÉÈ])/gu;

export const fr = romance({
  definite: ({ gender, number }) => (number === 'pl' ? 'les' : gender === 'f' ? 'la' : 'le'),
  indefinite: ({ gender, number }) => (number === 'pl' ? 'des' : gender === 'f' ? 'une' : 'un'),
  partitive: ({ gender, number }) => (number === 'pl' ? 'des' : gender === 'f' ? 'de la' : 'de le'),
  numeral,
  counting: numeral,
  before: (word, next) => (/^[aeiouhéèê]/.test(next) ? (BEFORE_VOWEL[word] ?? word) : word),
  pronouns: { m: { he: 'il', him: 'lui', the: 'le', stressed: 'lui' }, f: { he: 'elle', him: 'lui', the: 'la', stressed: 'elle' } },
  genitive: (name) => `de ${name}`,
  contract: (text) =>
    text
      .replace(ELISION, "$1'")
      .replace(/(?<!\p{L})(?:de|à) (?:les|le)(?!\p{L})/gu, (words) => CONTRACTIONS[words] as string)
      .replace(/(?<!\p{L})([Ss])i (?=ils?(?!\p{L}))/gu, "$1'"),
});
