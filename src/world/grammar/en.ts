import type { Morphology } from './types.ts';

const UNITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'];
const TENS = ['', '', 'twenty', 'thirty', 'forty'];

function numeral(n: number): string {
  if (n < 20) return UNITS[n] as string;
  return n % 10 ? `${TENS[Math.floor(n / 10)]}-${UNITS[n % 10]}` : (TENS[n / 10] as string);
}

export const en: Morphology = {
  noun(entry) {
    const [sg, pl] = entry.split('/') as [string, string?];
    return { gender: 'n', sg: [sg], pl: pl ? [pl] : [], special: false };
  },
  adjective: (entry) => ({ forms: entry.split('/'), before: true }),
  nounPhrase(noun, { determiner, number, adjective, count }) {
    const mass = noun.pl.length === 0;
    const head = (number === 'pl' ? noun.pl[0] : undefined) ?? noun.sg[0];
    const words = adjective ? `${adjective.forms[0]} ${head}` : `${head}`;
    if (count !== undefined) return `${numeral(count)} ${words}`;
    if (determiner === 'definite') return `the ${words}`;
    if (number === 'sg' && !mass && (determiner === 'indefinite' || determiner === 'generic')) return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
    return words;
  },
  agree: (adjective) => adjective.forms[0] as string,
  numeral,
  pronouns: { m: { he: 'he', him: 'him', the: 'the', stressed: 'him' }, f: { he: 'she', him: 'her', the: 'the', stressed: 'her' } },
  genitive: (name) => `${name}'s`,
  contract: (text) => text,
};
