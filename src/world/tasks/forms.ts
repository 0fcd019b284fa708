/** By which words the judge knows an entity: all the forms a language gives it, whichever article stands before. */
import { vocabulary } from '../grammar/index.ts';
import type { Case, Noun } from '../grammar/types.ts';
import type { WorldLanguage } from '../lexicon/types.ts';

const CASES: readonly Case[] = ['nom', 'acc', 'dat', 'gen'];
const cache = new Map<string, string[]>();

/** Every way the entity `id` is written; the plain form comes first. Throws, as the grammar does, when there is no word. */
export function formsOf(language: WorldLanguage, id: string): string[] {
  return cached(`${language}/${id}`, () => {
    const entry = vocabulary(language).entry(id);
    switch (entry.sort) {
      case 'person':
      case 'language':
        return [entry.name];
      case 'city':
        return [bareName(entry.name), entry.name];
      case 'country':
        return [entry.name, entry.in, entry.of].map(bareName).concat(entry.name);
      case 'profession':
        return [...nounForms(language, entry.m), ...nounForms(language, entry.f)];
      case 'noun':
        return nounForms(language, entry.noun);
      case 'colour':
      case 'adjective':
        return [...entry.adjective.forms];
    }
  });
}

/** A place by the phrase that says where ("in a bakery"), and by its noun alone, the phrase's last word. */
export function placeForms(language: WorldLanguage, place: string): string[] {
  return cached(`${language}/at/${place}`, () => {
    const phrase = vocabulary(language).phrase('places', place);
    return [phrase, phrase.split(/[\s'’]/u).at(-1) as string];
  });
}

/** A number in figures and in words, in every gender. One is known by its figure alone: its words are articles. */
export function numberForms(language: WorldLanguage, n: number): string[] {
  return cached(`${language}/${n}`, () => {
    const { numeral } = vocabulary(language).morphology;
    if (n === 1) return ['1'];
    const words = (['m', 'f', 'n', 'c'] as const).map((gender) => numeral(n, { gender, number: 'pl' }));
    return [String(n), numeral(n), ...words];
  });
}

/** As `numberForms`, with one's words too: for exact lists, where nothing else can be meant. */
export function exactNumberForms(language: WorldLanguage, n: number): string[] {
  const { numeral } = vocabulary(language).morphology;
  return n === 1 ? ['1', numeral(1), numeral(1, { gender: 'f', number: 'sg' }), numeral(1, { gender: 'n', number: 'sg' })] : numberForms(language, n);
}

/** "four legs", for answers that tell an animal by its legs. */
export function legForms(language: WorldLanguage, legs: number): string[] {
  return cached(`${language}/legs/${legs}`, () => {
    const nouns = formsOf(language, 'leg');
    return numberForms(language, legs).flatMap((n) => nouns.map((noun) => `${n} ${noun}`));
  });
}

function nounForms(language: WorldLanguage, noun: Noun): string[] {
  const { nounPhrase } = vocabulary(language).morphology;
  const forms = [...noun.sg, ...noun.pl];
  for (const number of ['sg', 'pl'] as const) {
    if (number === 'pl' && noun.pl.length === 0) continue;
    for (const grammatical of CASES) forms.push(nounPhrase(noun, { determiner: 'bare', number, case: grammatical }));
  }
  return forms;
}

/** From the first capital on: `o Porto` is Porto, `in den Niederlanden` is Niederlanden, `l'Italie` is Italie. */
function bareName(name: string): string {
  return name.slice(Math.max(0, name.search(/\p{Lu}/u)));
}

function cached(key: string, make: () => string[]): string[] {
  let found = cache.get(key);
  if (!found) cache.set(key, (found = [...new Set(make())]));
  return found;
}
