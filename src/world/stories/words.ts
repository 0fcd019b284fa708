/** Words about words: what people say, write, list and count; and the list notation that stands in for code. */
import type { Rng } from '../../core/rng.ts';
import { ANIMALS, COLOURS, FOODS, PEOPLE } from '../facts.ts';
import { phrase, vocabulary } from '../grammar/index.ts';
import { WORLD_LANGUAGES, type WorldLanguage } from '../lexicon/types.ts';
import { sentence, type Sentence, tale, type Tale, told } from './tales.ts';
import { knower, LANGUAGE_IDS, truth } from './truths.ts';

const WORDS: readonly string[] = [...ANIMALS.map((a) => a.id), ...FOODS.map((f) => f.id)];

const bare = (language: WorldLanguage, id: string): string => phrase(language, '{w}', { w: id });
const brackets = (items: readonly (string | number)[]): string => `[${items.join(', ')}]`;

/** Several words or numbers, and how each language writes them. */
function items(rng: Rng): { count: number; write: (language: WorldLanguage) => (string | number)[]; numbers: number[] | null } {
  const count = 2 + rng.int(4);
  if (rng.int(2)) {
    const numbers = rng.sample(Array.from({ length: 40 }, (_, i) => i + 1), count);
    return { count, write: () => numbers, numbers };
  }
  const pool = rng.int(3) ? WORDS : rng.int(2) ? COLOURS : PEOPLE.map((p) => p.id);
  const ids = rng.sample(pool, count);
  return { count, write: (language) => ids.map((id) => bare(language, id)), numbers: null };
}

/** `list = [red, green]` and what can be read off it, in the language's own words. */
const notation: Tale = (rng) => {
  const { write, numbers } = items(rng);
  const upward = numbers?.toSorted((a, b) => a - b);
  const lines = rng.sample(['reversed', 'first', 'last', 'length', 'sorted', 'print'], 2 + rng.int(3));
  return [
    (language) => {
      const list = write(language);
      const say: Record<string, string> = {
        reversed: brackets(list.toReversed()),
        first: String(list[0]),
        last: String(list.at(-1)),
        length: String(list.length),
        sorted: brackets(upward ?? list.toSorted((a, b) => String(a).localeCompare(String(b), language))),
        print: list.join(' '),
      };
      const words = vocabulary(language).lexicon.notation;
      return [`${words['list']} = ${brackets(list)}`, ...lines.map((key) => `${words[key]}: ${say[key]}`)].join('\n');
    },
  ];
};

/** A run of numbers, up and down. */
const range: Tale = (rng) => {
  const from = 1 + rng.int(36);
  const run = Array.from({ length: 2 + rng.int(Math.min(5, 39 - from)) }, (_, i) => from + i);
  const down = run.toReversed();
  const short = rng.int(2) === 0;
  return [
    (language) => {
      const words = vocabulary(language).lexicon.notation;
      return short ? `${brackets(run)}\n${words['reversed']}: ${brackets(down)}` : `${words['list']} = ${brackets(run)}\n${brackets(down)}`;
    },
  ];
};

/** `repeat 3: dog dog dog` */
const repetition: Tale = (rng) => {
  const n = 2 + rng.int(4);
  const w = rng.pick(WORDS);
  return [(language) => `${vocabulary(language).lexicon.notation['repeat']} ${n}: ${Array.from({ length: n }, () => bare(language, w)).join(' ')}`];
};

const KINDS: Readonly<Record<'animal' | 'fruit' | 'colour', readonly string[]>> = {
  animal: ANIMALS.map((a) => a.id),
  fruit: FOODS.filter((f) => f.kind === 'fruit').map((f) => f.id),
  colour: COLOURS,
};

/** People doing things with words. */
const speech: Tale = (rng) => {
  const p = knower(rng);
  const w = rng.pick(WORDS);
  const n = 2 + rng.int(4);
  const kind = rng.pick(Object.keys(KINDS) as (keyof typeof KINDS)[]);
  const list = rng.sample(KINDS[kind], 2 + rng.int(3));
  const numbers = rng.sample(Array.from({ length: 40 }, (_, i) => i + 1), 2 + rng.int(3));
  const about = told(truth(rng));
  const [x, y] = [rng.int(11), rng.int(11)];
  const saying = (plan: 'tells' | 'answers' | 'explains', q: string): Sentence => (language, choice) => sentence(plan, { p, q, sentence: { text: about(language, 0) } })(language, choice);
  const options: Sentence[][] = [
    [sentence('saysWord', { p, w, n, words: Array.from({ length: n }, () => w) })],
    [sentence('writesWord', { p, w })],
    [sentence('lists', { p, kind, list }), sentence('backwards', { p, back: list.toReversed() })],
    [sentence('namesList', { p, kind, n: list.length, list })],
    [sentence('sortsNumbers', { p, list: numbers, sorted: numbers.toSorted((a, b) => a - b) })],
    [sentence('firstWord', { list, x: list[0] as string }), sentence('lastWord', { list, x: list.at(-1) as string })],
    [sentence('countsTo', { p, n, list: Array.from({ length: n }, (_, i) => i + 1) }), sentence('countsDown', { p, n, list: Array.from({ length: n }, (_, i) => n - i) })],
    [sentence('adds', { p, n: x, m: y, k: x + y }), sentence('doubles', { p, n: x + y, k: 2 * (x + y) })],
    [saying(rng.pick(['tells', 'answers', 'explains'] as const), knower(rng, p))],
    [sentence('saysHello', { p, q: knower(rng, p) }), sentence('saysBye', { p })],
  ];
  return rng.pick(options);
};

/** A play: a name, a colon, what is said. */
const script: Tale = (rng) => {
  const lines = tale(rng);
  const names = rng.sample(PEOPLE, 2);
  return [(language, choice) => lines.map((line, i) => `${(names[i % 2] as (typeof PEOPLE)[number]).name}: ${line(language, choice)}`).join('\n')];
};

/** Another language than this one. */
function another(rng: Rng, language: WorldLanguage): WorldLanguage {
  return rng.pick(WORLD_LANGUAGES.filter((code) => code !== language));
}

const nameOf = (code: WorldLanguage): string => LANGUAGE_IDS[code] as string;

/** A dictionary line: "dog means Hund in German." */
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

/** The same text in this language and another, a line a language. */
const translation: Tale = (rng) => {
  const lines = rng.int(2) ? [told(truth(rng))] : tale(rng).slice(0, 3);
  const seed = rng.fork('language');
  return [
    (language) => {
      const other = another(seed, language);
      const both: [WorldLanguage, WorldLanguage] = seed.int(2) ? [language, other] : [other, language];
      return both.map((code) => lines.map((line) => line(code, 0)).join(' ')).join('\n');
    },
  ];
};

/** Every kind of text about words and how often it comes, beside `PLAIN` for tales. */
export const WORD_TALES: readonly (readonly [tale: Tale, weight: number])[] = [
  [notation, 9], [range, 4], [repetition, 3], [speech, 8], [script, 6], [dictionary, 5], [translation, 12],
];
/** How often a plain tale comes, on the scale of WORD_TALES' weights. */
export const PLAIN = 90;

const TOTAL = PLAIN + WORD_TALES.reduce((sum, [, weight]) => sum + weight, 0);

/** One document of the corpus, in one language (translations and dictionary lines name another). */
export function document(language: WorldLanguage, rng: Rng): string {
  let left = rng.int(TOTAL) - PLAIN;
  let lines: Sentence[] | null = left < 0 ? tale(rng) : null;
  if (!lines) {
    for (const [tell, weight] of WORD_TALES) {
      left -= weight;
      if (left < 0) {
        lines = tell(rng);
        break;
      }
    }
  }
  return (lines ?? []).map((line) => line(language, rng)).join(' ');
}
