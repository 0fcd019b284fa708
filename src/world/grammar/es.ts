import { romance } from './romance.ts';
import type { Agreement } from './types.ts';

const UNITS = [
  'cero', 'uno', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve', 'diez', 'once', 'doce', 'trece', 'catorce', 'quince', 'dieciséis', 'diecisiete', 'dieciocho', 'diecinueve',
  'veinte', 'veintiuno', 'veintidós', 'veintitrés', 'veinticuatro', 'veinticinco', 'veintiséis', 'veintisiete', 'veintiocho', 'veintinueve',
];
const TENS = ['', '', '', 'treinta', 'cuarenta'];

function numeral(n: number, agreement?: Agreement): string {
  const word = n < 30 ? (UNITS[n] as string) : n % 10 ? `${TENS[Math.floor(n / 10)]} y ${UNITS[n % 10]}` : (TENS[n / 10] as string);
  return agreement?.gender === 'f' ? word.replace(/uno$/, 'una') : word;
}

export const es = romance({
  definite: ({ gender, number }, _next, noun) => (number === 'pl' ? (gender === 'f' ? 'las' : 'los') : gender === 'f' && !noun.special ? 'la' : 'el'),
  indefinite: ({ gender, number }) => (number === 'pl' ? '' : gender === 'f' ? 'una' : 'un'),
  partitive: () => '',
  numeral,
  counting: (n, agreement) => numeral(n, agreement).replace(/veintiuno$/, 'veintiún').replace(/uno$/, 'un'),
  pronouns: { m: { he: '', him: 'le', the: 'el', stressed: 'él' }, f: { he: '', him: 'le', the: 'la', stressed: 'ella' } },
  genitive: (name) => `de ${name}`,
  contract: (text) =>
    text
      .replace(/(?<!\p{L})(de|a) el(?!\p{L})/gu, (_, preposition: string) => `${preposition}l`)
      // "e" and "u" for "y" and "o" before the same sound.
      .replace(/(?<!\p{L})y (?=[ií]|h[ií](?!e))/giu, 'e ')
      .replace(/(?<!\p{L})o (?=h?[oó])/giu, 'u '),
});
