import { romance } from './romance.ts';
import type { Agreement } from './types.ts';

const UNITS = ['zero', 'uno', 'due', 'tre', 'quattro', 'cinque', 'sei', 'sette', 'otto', 'nove', 'dieci', 'undici', 'dodici', 'tredici', 'quattordici', 'quindici', 'sedici', 'diciassette', 'diciotto', 'diciannove'];
const TENS = ['', '', 'venti', 'trenta', 'quaranta'];

function numeral(n: number, agreement?: Agreement): string {
  if (n === 1) return agreement?.gender === 'f' ? 'una' : 'uno';
  if (n < 20) return UNITS[n] as string;
  const tens = TENS[Math.floor(n / 10)] as string;
  const unit = n % 10;
  if (unit === 0) return tens;
  // ventuno, ventotto: the tens lose their vowel before another; ventitré has an accent.
  return (unit === 1 || unit === 8 ? tens.slice(0, -1) : tens) + (unit === 3 ? 'tré' : UNITS[unit]);
}

const VOWEL = /^h?[aeiouàèéìòù]/i;
/** s + consonant, z, gn, ps, x, y take "lo", "gli", "uno". */
const HEAVY = /^(?:s[bcdfgklmnpqrtvz]|z|gn|ps|pn|x|y)/i;

const STEMS: Record<string, string> = { di: 'de', a: 'a', da: 'da', in: 'ne', su: 'su' };
const TAILS: Record<string, string> = { il: 'l', lo: 'llo', la: 'lla', "l'": "ll'", i: 'i', gli: 'gli', le: 'lle' };

export const it = romance({
  definite({ gender, number }, next) {
    if (number === 'pl') return gender === 'f' ? 'le' : VOWEL.test(next) || HEAVY.test(next) ? 'gli' : 'i';
    if (VOWEL.test(next)) return "l'";
    return gender === 'f' ? 'la' : HEAVY.test(next) ? 'lo' : 'il';
  },
  indefinite({ gender, number }, next) {
    if (number === 'pl') return '';
    if (gender === 'f') return VOWEL.test(next) ? "un'" : 'una';
    return HEAVY.test(next) ? 'uno' : 'un';
  },
  partitive: () => '',
  numeral,
  counting(n, agreement, next) {
    if (n !== 1) return numeral(n, agreement);
    return agreement.gender === 'f' ? 'una' : HEAVY.test(next) ? 'uno' : 'un';
  },
  pronouns: { m: { he: '', him: 'gli', the: 'il', stressed: 'lui' }, f: { he: '', him: 'le', the: 'la', stressed: 'lei' } },
  genitive: (name) => `di ${name}`,
  contract: (text) =>
    text
      .replace(/(?<![\p{L}'])(di|a|da|in|su) (il|lo|la|i|gli|le|l')(?=[ ]|(?<=')\p{L})/gu, (_, preposition: string, article: string) => `${STEMS[preposition]}${TAILS[article]}`)
      // vent'anni, trent'anni
      .replace(/(vent|trent|quarant)[ia] anni(?!\p{L})/gu, "$1'anni")
      .replace(/(?<!\p{L})([aA]) (?=[aA])/gu, '$1d ')
      .replace(/(?<!\p{L})([eE]) (?=[eEèÈ])/gu, '$1d '),
});
