/** What a lexicon holds. Lexicons are data; what is regular is left to `grammar/`. */

export type WorldLanguage = 'en' | 'de' | 'fr' | 'it' | 'es' | 'pt' | 'nl' | 'sv';
export const WORLD_LANGUAGES: readonly WorldLanguage[] = ['en', 'de', 'fr', 'it', 'es', 'pt', 'nl', 'sv'];

/**
 * A noun as its language needs it, in one string, slashes between forms, no plural for masses:
 * en `dog/dogs` · de `m Hund/Hunde` (`mw` for weak masculines: den Bären) · fr it es pt `m chien/chiens` (`fe` in Spanish: el agua)
 * (`mp`, `fp`: no article, like months)
 * · nl `de hond/honden`, `het paard/paarden`, `- maandag/maandagen` · sv `en hund/hunden/hundar/hundarna`.
 */
export type NounEntry = string;

/**
 * An adjective, slashes between forms:
 * en `big/bigger/biggest` · de `groß/größer/größt` · nl `groot/grote/groter/grootst` · sv `stor/stort/stora/större/störst`
 * · fr it es pt `m/f/m plural/f plural`, or `singular/plural`, or one invariable form; a leading `<` puts it before its noun.
 */
export type AdjectiveEntry = string;

/** `infinitive/imperative/first singular/third singular`. The imperative is the familiar singular (du, tu, tú, je, du). */
export type VerbEntry = string;

/** Names of everything but people, whose names are the same in every language. Keys are ids of `facts.ts`. */
export interface Lexicon {
  code: WorldLanguage;
  /** Opening and closing quotation mark, with the inner spaces the language wants. */
  quotes: readonly [string, string];
  and: string;
  or: string;
  yes: string;
  no: string;
  /** City names; with its article where it has one (pt `o Porto`). */
  cities: Readonly<Record<string, string>>;
  /** `subject form|in the country|of the country`, e.g. `la France|en France|de la France`. */
  countries: Readonly<Record<string, string>>;
  /** Language names without article, as after "speaks". */
  languages: Readonly<Record<string, string>>;
  /** Animals, foods, materials, objects, calendar, and words about words. */
  nouns: Readonly<Record<string, NounEntry>>;
  /** Masculine and feminine. */
  professions: Readonly<Record<string, readonly [NounEntry, NounEntry]>>;
  /** What one does in a profession: third and first person, e.g. `bakes bread|bake bread`. */
  deeds: Readonly<Record<string, string>>;
  /** Places as a phrase that answers "where": `on a farm`. */
  places: Readonly<Record<string, string>>;
  /** Seasons as a phrase that answers "when": `in spring`. */
  seasons: Readonly<Record<string, string>>;
  /** Animals' voices, third singular: `barks`. */
  voices: Readonly<Record<string, string>>;
  colours: Readonly<Record<string, AdjectiveEntry>>;
  adjectives: Readonly<Record<string, AdjectiveEntry>>;
  verbs: Readonly<Record<string, VerbEntry>>;
  /** who, what, where, when, why, how, howMany, howMuch, howOld, which. */
  interrogatives: Readonly<Record<string, string>>;
  /** Words of the list notation: reversed, sorted, first, last, length, print, list, repeat. */
  notation: Readonly<Record<string, string>>;
  /** Short words a dialogue needs: hello, goodbye, thanks, please, now, next, also, only, again, true, false... */
  particles: Readonly<Record<string, string>>;
}

/** Ids every lexicon must have besides those of `facts.ts`; a test holds all eight to it. */
export const REQUIRED = {
  nouns: [
    'leg', 'coin', 'insect', 'mammal', 'bird', 'fruit', 'vegetable', 'drink', 'foodstuff', 'leaf', 'honey', 'seed', 'fish', 'meat', 'grass', 'water', 'tree', 'flower', 'house', 'child', 'friend',
    'person', 'man', 'woman', 'animal', 'city', 'country', 'capital', 'language', 'colour', 'number', 'word', 'sentence', 'list', 'letter', 'story', 'poem', 'name', 'age', 'profession', 'food', 'price', 'pet', 'day', 'month', 'season', 'year',
    'text', 'question', 'answer', 'example', 'sum', 'line', 'sun', 'snow', 'material',
  ],
  adjectives: ['big', 'small', 'hard', 'soft', 'heavy', 'light', 'tall', 'short', 'old', 'young', 'good', 'new', 'fast', 'slow', 'happy', 'long'],
  verbs: [
    'write', 'say', 'list', 'repeat', 'name', 'translate', 'double', 'answer', 'count', 'sort', 'reverse', 'describe', 'tell', 'read', 'add', 'choose', 'complete', 'correct', 'explain', 'compare', 'give', 'take', 'play', 'find', 'show', 'use', 'begin', 'be',
  ],
  interrogatives: ['who', 'what', 'where', 'when', 'why', 'how', 'howMany', 'howMuch', 'howOld', 'which'],
  notation: ['list', 'reversed', 'sorted', 'first', 'last', 'length', 'print', 'repeat', 'double', 'sum', 'count', 'biggest', 'smallest'],
  particles: ['hello', 'goodbye', 'thanks', 'please', 'now', 'next', 'also', 'only', 'again', 'true', 'false', 'backwards', 'times', 'not', 'but', 'because', 'first', 'last'],
} as const;
