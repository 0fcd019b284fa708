import type { Agreement, Case, Morphology, Noun } from './types.ts';

const UNITS = ['null', 'ein', 'zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben', 'acht', 'neun', 'zehn', 'elf', 'zwölf', 'dreizehn', 'vierzehn', 'fünfzehn', 'sechzehn', 'siebzehn', 'achtzehn', 'neunzehn'];
const TENS = ['', '', 'zwanzig', 'dreißig', 'vierzig'];

type Column = 'm' | 'f' | 'n' | 'pl';
const CASES: readonly Case[] = ['nom', 'acc', 'dat', 'gen'];
const DEFINITE: Record<Column, string> = { m: 'der den dem des', f: 'die die der der', n: 'das das dem des', pl: 'die die den der' };
const EIN: Record<Column, string> = { m: 'ein einen einem eines', f: 'eine eine einer einer', n: 'ein ein einem eines', pl: '- - - -' };
/** Adjective endings: after the definite article, after "ein", and with no article. */
const WEAK: Record<Column, string> = { m: 'e en en en', f: 'e e en en', n: 'e e en en', pl: 'en en en en' };
const MIXED: Record<Column, string> = { m: 'er en en en', f: 'e e en en', n: 'es es en en', pl: 'e e en er' };
const STRONG: Record<Column, string> = { m: 'er en em en', f: 'e e er er', n: 'es es em en', pl: 'e e en er' };

function cell(table: Record<Column, string>, column: Column, kase: Case): string {
  return table[column].split(' ')[CASES.indexOf(kase)] as string;
}

function numeral(n: number, agreement?: Agreement): string {
  if (n === 1) return agreement ? cell(EIN, column(agreement.gender), 'nom') : 'eins';
  if (n < 20) return UNITS[n] as string;
  return n % 10 ? `${UNITS[n % 10]}und${TENS[Math.floor(n / 10)]}` : (TENS[n / 10] as string);
}

function column(gender: Noun['gender']): 'm' | 'f' | 'n' {
  return gender === 'c' ? 'm' : gender;
}

/** The noun itself: weak masculines, the dative plural's n, the genitive's s. */
function head(noun: Noun, plural: boolean, kase: Case): string {
  const sg = noun.sg[0] as string;
  if (plural) {
    const pl = noun.pl[0] ?? sg;
    return kase === 'dat' && !/[ns]$/.test(pl) ? `${pl}n` : pl;
  }
  if (noun.special && kase !== 'nom') return noun.pl[0] ?? sg;
  return kase === 'gen' && noun.gender !== 'f' ? `${sg}${/[sßxz]$/.test(sg) ? 'es' : 's'}` : sg;
}

const CONTRACTIONS: Record<string, string> = {
  'in dem': 'im', 'an dem': 'am', 'bei dem': 'beim', 'von dem': 'vom', 'zu dem': 'zum', 'zu der': 'zur', 'in das': 'ins', 'an das': 'ans',
};

export const de: Morphology = {
  noun(entry) {
    const [gender, rest] = split(entry);
    const [sg, pl] = rest.split('/') as [string, string?];
    return { gender: gender[0] as Noun['gender'], sg: [sg], pl: pl ? [pl] : [], special: gender === 'mw' };
  },
  adjective: (entry) => ({ forms: entry.split('/'), before: true }),
  nounPhrase(noun, { determiner, number, case: kase, adjective, count }) {
    const plural = number === 'pl' && noun.pl.length > 0;
    const place: Column = plural ? 'pl' : column(noun.gender);
    const one = count === 1 || (!plural && noun.pl.length > 0 && (determiner === 'indefinite' || determiner === 'generic') && count === undefined);
    const definite = determiner === 'definite' && count === undefined;
    const article = definite ? cell(DEFINITE, place, kase) : one ? cell(EIN, place, kase) : count !== undefined ? numeral(count) : '';
    const described = adjective ? (adjective.forms[0] as string) + cell(definite ? WEAK : one ? MIXED : STRONG, place, kase) : '';
    return [article, described, head(noun, plural, kase)].filter(Boolean).join(' ');
  },
  agree: (adjective) => adjective.forms[0] as string,
  numeral,
  pronouns: { m: { he: 'er', him: 'ihn', the: 'der', stressed: 'ihm' }, f: { he: 'sie', him: 'sie', the: 'die', stressed: 'ihr' } },
  genitive: (name) => (/[sßxz]$/.test(name) ? `${name}’` : `${name}s`),
  contract: (text) => text.replace(/\b(?:in dem|an dem|bei dem|von dem|zu dem|zu der|in das|an das)\b/g, (words) => CONTRACTIONS[words] as string),
};

function split(entry: string): [string, string] {
  const space = entry.indexOf(' ');
  return [entry.slice(0, space), entry.slice(space + 1)];
}
