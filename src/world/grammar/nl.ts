import type { Morphology } from './types.ts';

const UNITS = ['nul', 'één', 'twee', 'drie', 'vier', 'vijf', 'zes', 'zeven', 'acht', 'negen', 'tien', 'elf', 'twaalf', 'dertien', 'veertien', 'vijftien', 'zestien', 'zeventien', 'achttien', 'negentien'];
const TENS = ['', '', 'twintig', 'dertig', 'veertig'];

function numeral(n: number): string {
  if (n < 20) return UNITS[n] as string;
  const tens = TENS[Math.floor(n / 10)] as string;
  const unit = n % 10;
  if (unit === 0) return tens;
  // tweeëntwintig: a diaeresis keeps the two vowels apart; één loses its accents in compounds.
  return `${unit === 1 ? 'een' : UNITS[unit]}${unit === 2 || unit === 3 ? 'ën' : 'en'}${tens}`;
}

export const nl: Morphology = {
  noun(entry) {
    const [article, forms] = entry.split(' ') as [string, string];
    const [sg, pl] = forms.split('/') as [string, string?];
    return { gender: article === 'het' ? 'n' : 'c', sg: [sg], pl: pl ? [pl] : [], special: false, proper: article === '-' };
  },
  adjective: (entry) => ({ forms: entry.split('/'), before: true }),
  nounPhrase(noun, { determiner, number, adjective, count }) {
    const plural = number === 'pl' && noun.pl.length > 0;
    const definite = determiner === 'definite' && count === undefined && !noun.proper;
    const indefinite = !plural && noun.pl.length > 0 && (determiner === 'indefinite' || determiner === 'generic');
    const article = count !== undefined ? numeral(count) : definite ? (plural || noun.gender === 'c' ? 'de' : 'het') : indefinite ? 'een' : '';
    // "een rood boek" is the one place without an ending.
    const described = adjective ? adjective.forms[!plural && !definite && noun.gender === 'n' ? 0 : 1] : '';
    return [article, described, plural ? noun.pl[0] : noun.sg[0]].filter(Boolean).join(' ');
  },
  agree: (adjective) => adjective.forms[0] as string,
  numeral,
  pronouns: { m: { he: 'hij', him: 'hem', the: 'de', stressed: 'hem' }, f: { he: 'zij', him: 'haar', the: 'de', stressed: 'haar' } },
  genitive: (name) => (name.endsWith('s') ? `${name}’` : /[aiouy]$/.test(name) ? `${name}'s` : `${name}s`),
  contract: (text) => text,
};
