import { romance } from './romance.ts';
import type { Agreement } from './types.ts';

const UNITS = ['zero', 'um', 'dois', 'três', 'quatro', 'cinco', 'seis', 'sete', 'oito', 'nove', 'dez', 'onze', 'doze', 'treze', 'catorze', 'quinze', 'dezasseis', 'dezassete', 'dezoito', 'dezanove'];
const TENS = ['', '', 'vinte', 'trinta', 'quarenta'];

function numeral(n: number, agreement?: Agreement): string {
  const word = n < 20 ? (UNITS[n] as string) : n % 10 ? `${TENS[Math.floor(n / 10)]} e ${UNITS[n % 10]}` : (TENS[n / 10] as string);
  return agreement?.gender === 'f' ? word.replace(/um$/, 'uma').replace(/dois$/, 'duas') : word;
}

const STEMS: Record<string, string> = { de: 'd', em: 'n', por: 'pel' };

/** European Portuguese. */
export const pt = romance({
  definite: ({ gender, number }) => (gender === 'f' ? 'a' : 'o') + (number === 'pl' ? 's' : ''),
  indefinite: ({ gender, number }) => (number === 'pl' ? '' : gender === 'f' ? 'uma' : 'um'),
  partitive: () => '',
  numeral,
  counting: numeral,
  pronouns: { m: { he: '', him: 'lhe', the: 'o', stressed: 'ele' }, f: { he: '', him: 'lhe', the: 'a', stressed: 'ela' } },
  genitive: (name) => `de ${name}`,
  contract: (text) =>
    text
      .replace(/(?<!\p{L})(de|em|por) ([oa]s?)(?= )/gu, (_, preposition: string, article: string) => `${STEMS[preposition]}${article}`)
      .replace(/(?<!\p{L})em (uma?)(?= )/gu, 'n$1')
      .replace(/(?<!\p{L})a (os?)(?= )/gu, 'a$1')
      .replace(/(?<!\p{L})a (as?)(?= )/gu, (_, article: string) => (article === 'a' ? 'à' : 'às')),
});
