import type { Agreement, Morphology } from './types.ts';

const UNITS = ['noll', 'ett', 'två', 'tre', 'fyra', 'fem', 'sex', 'sju', 'åtta', 'nio', 'tio', 'elva', 'tolv', 'tretton', 'fjorton', 'femton', 'sexton', 'sjutton', 'arton', 'nitton'];
const TENS = ['', '', 'tjugo', 'trettio', 'fyrtio'];

function numeral(n: number, agreement?: Agreement): string {
  const one = agreement && agreement.gender !== 'n' ? 'en' : 'ett';
  if (n === 1) return one;
  if (n < 20) return UNITS[n] as string;
  const unit = n % 10;
  return `${TENS[Math.floor(n / 10)]}${unit === 0 ? '' : unit === 1 ? one : UNITS[unit]}`;
}

export const sv: Morphology = {
  noun(entry) {
    const space = entry.indexOf(' ');
    const [indefinite, definite, plural, plurals] = entry.slice(space + 1).split('/') as [string, string, string?, string?];
    return { gender: entry.startsWith('ett ') ? 'n' : 'c', sg: [indefinite, definite], pl: plural && plurals ? [plural, plurals] : [], special: false };
  },
  adjective: (entry) => ({ forms: entry.split('/'), before: true }),
  nounPhrase(noun, { determiner, number, adjective, count }) {
    const plural = number === 'pl' && noun.pl.length > 0;
    const forms = plural ? noun.pl : noun.sg;
    if (determiner === 'definite' && count === undefined) {
      // "den röda bollen": with an adjective the noun is marked twice.
      const article = plural ? 'de' : noun.gender === 'n' ? 'det' : 'den';
      return adjective ? `${article} ${adjective.forms[2]} ${forms[1]}` : (forms[1] as string);
    }
    const one = !plural && noun.pl.length > 0 && (determiner === 'indefinite' || determiner === 'generic');
    const article = count !== undefined ? numeral(count, { gender: noun.gender, number }) : one ? (noun.gender === 'n' ? 'ett' : 'en') : '';
    const described = adjective ? adjective.forms[plural ? 2 : noun.gender === 'n' ? 1 : 0] : '';
    return [article, described, forms[0]].filter(Boolean).join(' ');
  },
  agree: (adjective, { gender, number }) => adjective.forms[number === 'pl' ? 2 : gender === 'n' ? 1 : 0] as string,
  numeral,
  pronouns: { m: { he: 'han', him: 'honom', the: 'den', stressed: 'honom' }, f: { he: 'hon', him: 'henne', the: 'den', stressed: 'henne' } },
  genitive: (name) => (/[sxz]$/.test(name) ? name : `${name}s`),
  contract: (text) => text,
};
