/** Texts that are not tales: the list notation that stands in for code, plays, dictionaries, translations. And the document. */
import type { Rng } from '../../core/rng.ts';
import { COLOURS, PEOPLE, type Person } from '../facts.ts';
import { vocabulary } from '../grammar/index.ts';
import type { WorldLanguage } from '../lexicon/types.ts';
import { another, bare, nameOf, speech, upTo, WORDS } from './speech.ts';
import { ofOneself, sentence, tale, type Tale, told } from './tales.ts';
import { truth } from './truths.ts';

type Item = string | number;

const brackets = (items: readonly Item[]): string => `[${items.join(', ')}]`;

/** A line of the notation: `reversed: [green, red]`. */
type Reading = readonly [word: string, value: (list: readonly Item[], language: WorldLanguage) => string];

const READINGS: readonly Reading[] = [
  ['reversed', (list) => brackets(list.toReversed())],
  ['first', (list) => String(list[0])],
  ['last', (list) => String(list.at(-1))],
  ['length', (list) => String(list.length)],
  ['count', (list) => String(list.length)],
  ['print', (list) => list.join(' ')],
  ['sorted', (list, language) => brackets(list.toSorted((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), language))))],
];
/** What can be read off numbers only. */
const NUMBER_READINGS: readonly Reading[] = [
  ['sum', (list) => String(numbers(list).reduce((sum, n) => sum + n, 0))],
  ['double', (list) => brackets(numbers(list).map((n) => 2 * n))],
  ['biggest', (list) => String(Math.max(...numbers(list)))],
  ['smallest', (list) => String(Math.min(...numbers(list)))],
];

function numbers(list: readonly Item[]): number[] {
  return list.map(Number);
}

/** `list = [red, green]` and what can be read off it, in the language's own words. */
const notation: Tale = (rng) => {
  const count = 2 + rng.int(4);
  const figures = rng.int(2) ? rng.sample(upTo(1, 40), count) : null;
  const pool = rng.int(3) ? WORDS : rng.int(2) ? COLOURS : PEOPLE.map((p) => p.id);
  const ids = rng.sample(pool, count);
  const readings = rng.sample(figures ? [...READINGS, ...NUMBER_READINGS] : READINGS, 2 + rng.int(3));
  return [
    (language) => {
      const list: readonly Item[] = figures ?? ids.map((id) => bare(language, id));
      const words = vocabulary(language).lexicon.notation;
      return [`${words['list']} = ${brackets(list)}`, ...readings.map(([word, value]) => `${words[word]}: ${value(list, language)}`)].join('\n');
    },
  ];
};

/** A run of numbers, up and down. */
const range: Tale = (rng) => {
  const from = 1 + rng.int(36);
  const run = upTo(from, from + 1 + rng.int(Math.min(5, 39 - from)));
  const down = run.toReversed();
  const short = rng.int(2) === 0;
  return [
    (language) => {
      const words = vocabulary(language).lexicon.notation;
      return short ? `${brackets(run)}\n${words['reversed']}: ${brackets(down)}` : `${words['list']} = ${brackets(run)}\n${brackets(down)}`;
    },
  ];
};

/** `repeat 3: dog dog dog` and `print("dog"): dog` */
const repetition: Tale = (rng) => {
  const n = 1 + rng.int(5);
  const w = rng.pick(WORDS);
  return [
    (language) => {
      const words = vocabulary(language).lexicon.notation;
      const word = bare(language, w);
      return n === 1 ? `${words['print']}("${word}"): ${word}` : `${words['repeat']} ${n}: ${Array.from({ length: n }, () => word).join(' ')}`;
    },
  ];
};

/** A play: a name, a colon, and what that person says: of himself, or of the world. */
const script: Tale = (rng) => {
  const speakers = rng.sample(PEOPLE, 2);
  const lines = Array.from({ length: 2 + rng.int(3) }, (_, i) => {
    const { id } = speakers[i % 2] as Person;
    return { p: id, said: rng.int(3) ? ofOneself(rng, id) : told(truth(rng)) };
  });
  return [(language, choice) => lines.map(({ p, said }) => sentence('speaks', { p, sentence: { text: said(language, choice) } })(language, choice)).join('\n')];
};

/** A dictionary line: "dog" means "Hund" in German. */
const dictionary: Tale = (rng) => {
  const w = rng.pick(WORDS);
  const seed = rng.fork('language');
  const plan = rng.pick(['means', 'wordFor'] as const);
  return [
    (language, choice) => {
      const other = another(seed, language);
      return sentence(plan, { w: { text: bare(language, w) }, language: nameOf(other), v: { text: bare(other, w) } })(language, choice);
    },
  ];
};

/** The same text in this language and another, a line a language; the second line may say which language it is. */
const translation: Tale = (rng) => {
  const lines = rng.int(2) ? [told(truth(rng))] : tale(rng).slice(0, 3);
  const seed = rng.fork('language');
  return [
    (language) => {
      const other = another(seed, language);
      const write = (code: WorldLanguage): string => lines.map((line) => line(code, 0)).join(' ');
      if (seed.int(4) === 0) return `${write(language)}\n${sentence('inLanguage', { language: nameOf(other), sentence: { text: write(other) } })(language, 0)}`;
      return (seed.int(2) ? [language, other] : [other, language]).map(write).join('\n');
    },
  ];
};

/** Every kind of document and how often it comes. */
const DOCUMENTS: readonly (readonly [kind: Tale, weight: number])[] = [
  [tale, 90], [notation, 9], [range, 4], [repetition, 3], [speech, 9], [script, 6], [dictionary, 5], [translation, 12],
];
const TOTAL = DOCUMENTS.reduce((sum, [, weight]) => sum + weight, 0);

/** One document of the corpus, in one language (translations and dictionary lines name another). */
export function document(language: WorldLanguage, rng: Rng): string {
  let left = rng.int(TOTAL);
  for (const [kind, weight] of DOCUMENTS) {
    left -= weight;
    if (left < 0) return kind(rng).map((line) => line(language, rng)).join(' ');
  }
  throw new Error('The weights of DOCUMENTS do not add up.');
}
