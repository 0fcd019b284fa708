/**
 * Sentence templates. A template is a sentence of one language with slots:
 *
 *   {p}             the slot's own word: a name, a number word, a city, a bare noun, a list with "and"
 *   {a:def pl dat}  a noun phrase: def | indef | generic | part | bare, pl, acc | dat | gen (German)
 *   {o:def c}       ... with the adjective in slot c, agreeing; {o:def =red} with a named adjective
 *   {a:count n}     a numeral and its noun: "three apples", "ventuno mele"
 *   {=leg:pl}       a word named by its id instead of a slot
 *   {c:like a}      an adjective agreeing with slot a (a person, a profession or a noun; `like a pl` in the plural)
 *   {job:indef for p}, {job for p}  a profession in the gender of person p
 *   {p:he} {p:He} {p:him} {p:stressed} {p:the} {p:gen}   pronouns (subjects are empty in it es pt), article, genitive
 *   {country:in} {country:of} {season:in} {place:at} {job:does} {job:do} {a:voice}   fixed phrases of the lexicon
 *   {adj:more} {adj:most}   comparative, superlative stem (en de nl sv)      {c:noun}   a colour as a noun
 *   {=write:imp} {=write:inf} {=write:i} {=write:s}   verbs: imperative, infinitive, 1st, 3rd singular
 *   {list:or} {list:comma}  other ways to join a list      {x:quoted}  in the language's quotation marks      {x:def cap}  with a capital, whatever stands before
 */

export interface Slot {
  /** Slot name, or the id itself when `constant`. */
  name: string;
  constant: boolean;
  determiner: 'bare' | 'definite' | 'indefinite' | 'generic' | 'partitive';
  plural: boolean;
  case: 'nom' | 'acc' | 'dat' | 'gen';
  /** Slot (or `=id`) of the adjective inside the noun phrase, of the numeral, of what is agreed with, of the gender's owner. */
  adjective?: string;
  count?: string;
  like?: string;
  for?: string;
  /** The one form that is not a noun phrase, if any: `he`, `at`, `imp`... */
  special?: string;
  join: 'and' | 'or' | 'comma';
  quoted: boolean;
  capital: boolean;
}

export type Template = readonly (string | Slot)[];

const DETERMINERS: Record<string, Slot['determiner']> = { def: 'definite', indef: 'indefinite', generic: 'generic', part: 'partitive', bare: 'bare' };
const SPECIAL = new Set(['he', 'He', 'him', 'stressed', 'the', 'gen', 'in', 'of', 'at', 'does', 'do', 'voice', 'more', 'most', 'noun', 'n', 'imp', 'inf', 'i', 's', 'digits']);
const CASES = new Set(['nom', 'acc', 'dat', 'gen']);
const JOINS = new Set(['and', 'or', 'comma']);

const cache = new Map<string, Template>();

/** Compiles a template, once. Throws on a malformed slot, naming the template. */
export function compile(source: string): Template {
  let template = cache.get(source);
  if (!template) {
    template = source.split(/(\{[^{}]*\})/).filter(Boolean).map((part) => (part.startsWith('{') ? slot(part, source) : part));
    cache.set(source, template);
  }
  return template;
}

function slot(part: string, source: string): Slot {
  const match = /^\{(=?)([\w-]+)(?:[: ]([^:]+))?\}$/.exec(part);
  if (!match) throw new Error(`Malformed slot ${part} in template "${source}".`);
  const out: Slot = { name: match[2] as string, constant: match[1] === '=', determiner: 'bare', plural: false, case: 'nom', join: 'and', quoted: false, capital: false };
  const words = (match[3] ?? '').split(' ').filter(Boolean);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word in DETERMINERS) out.determiner = DETERMINERS[word] as Slot['determiner'];
    else if (word === 'pl') out.plural = true;
    else if (word === 'quoted') out.quoted = true;
    else if (word === 'cap') out.capital = true;
    else if (word === 'count' || word === 'like' || word === 'for') out[word] = words[++i];
    // "gen" is a case beside a determiner and the genitive of a name otherwise.
    else if (CASES.has(word) && !(word === 'gen' && words.length === 1)) out.case = word as Slot['case'];
    else if (JOINS.has(word)) out.join = word as Slot['join'];
    else if (SPECIAL.has(word)) out.special = word;
    else out.adjective = word;
  }
  return out;
}
