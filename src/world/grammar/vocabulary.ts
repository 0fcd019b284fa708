import { PEOPLE, STRANGERS, type Gender } from '../facts.ts';
import type { Lexicon } from '../lexicon/types.ts';
import type { Adjective, Morphology, Noun } from './types.ts';

/** What an id names in one language. */
export type Entry =
  | { sort: 'person'; name: string; gender: Gender }
  | { sort: 'city'; name: string }
  | { sort: 'country'; name: string; in: string; of: string }
  | { sort: 'language'; name: string }
  | { sort: 'profession'; m: Noun; f: Noun }
  | { sort: 'noun'; noun: Noun }
  | { sort: 'colour' | 'adjective'; adjective: Adjective };

export type Phrases = 'places' | 'voices' | 'deeds' | 'seasons' | 'verbs';

/** A lexicon parsed once and indexed by id. */
export class Vocabulary {
  private readonly entries = new Map<string, Entry>();

  constructor(readonly lexicon: Lexicon, readonly morphology: Morphology) {
    const { noun, adjective } = morphology;
    const put = (id: string, entry: Entry): void => {
      if (this.entries.has(id)) throw new Error(`The ${lexicon.code} lexicon has "${id}" twice.`);
      this.entries.set(id, entry);
    };
    for (const person of [...PEOPLE, ...STRANGERS]) put(person.id, { sort: 'person', name: person.name, gender: person.gender });
    for (const [id, name] of Object.entries(lexicon.cities)) put(id, { sort: 'city', name });
    for (const [id, text] of Object.entries(lexicon.countries)) {
      const [name, inside, of] = text.split('|') as [string, string, string];
      put(id, { sort: 'country', name, in: inside, of });
    }
    for (const [id, name] of Object.entries(lexicon.languages)) put(id, { sort: 'language', name });
    for (const [id, [m, f]] of Object.entries(lexicon.professions)) put(id, { sort: 'profession', m: noun(m), f: noun(f) });
    for (const [id, entry] of Object.entries(lexicon.nouns)) put(id, { sort: 'noun', noun: noun(entry) });
    for (const [id, entry] of Object.entries(lexicon.colours)) put(id, { sort: 'colour', adjective: adjective(entry) });
    for (const [id, entry] of Object.entries(lexicon.adjectives)) put(id, { sort: 'adjective', adjective: adjective(entry) });
  }

  /** @throws naming the id and the language when it is missing */
  entry(id: string): Entry {
    const found = this.entries.get(id);
    if (!found) throw new Error(`The ${this.lexicon.code} lexicon has no word for "${id}".`);
    return found;
  }

  /** A fixed phrase; `part` picks one of its forms where it has several. */
  phrase(table: Phrases, id: string, part = 0): string {
    const text = this.lexicon[table][id]?.split(table === 'verbs' ? '/' : '|')[part];
    if (text === undefined) throw new Error(`The ${this.lexicon.code} lexicon has no ${table} entry for "${id}".`);
    return text;
  }
}
