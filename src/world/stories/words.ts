/** Words about words: what people say, write, list and count; and the list notation that stands in for code. */
import type { Rng } from '../../core/rng.ts';
import { ANIMALS, COLOURS, FOODS, LANGUAGE_NAMES, PEOPLE } from '../facts.ts';
import { phrase, vocabulary } from '../grammar/index.ts';
import { WORLD_LANGUAGES, type WorldLanguage } from '../lexicon/types.ts';
import { sentence, type Sentence, tale, type Tale, told } from './tales.ts';
import { arithmetic, knower, LANGUAGE_IDS, truth } from './truths.ts';

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
  return [
    (language) => {
      const words = vocabulary(language).lexicon.notation;
      return rng.int(2) ? `${brackets(run)}\n${words['reversed']}: ${brackets(down)}` : `${words['list']} = ${brackets(run)}\n${brackets(down)}`;
    },
  ];
};

/** `repeat 3: dog dog dog` */
const repetition: Tale = (rng) => {
  const n = 2 + rng.int(4);
  const w = rng.pick(WORDS);
  return [(language) => `${vocabulary(language).lexicon.notation['repeat']} ${n}: ${Array.from({ length: n }, () => bare(language, w)).join(' ')}`];
};

/** People doing things with words. */
const speech: Tale = (rng) => {
  const p = knower(rng);
  const w = rng.pick(WORDS);
  const n = 2 + rng.int(4);
  const list = rng.sample(rng.int(2) ? WORDS : COLOURS, 3);
  const about = told(truth(rng));
  const sum = arithmetic(rng);
  const options: Sentence[] = [
    (language, choice) => sentence('saysWord', { p, w, n, words: Array.from({ length: n }, () => ({ text: bare(language, w) })) })(language, choice),
    sentence('writesWord', { p, w }),
    sentence('lists', { p, list }),
    sentence('backwards', { p, list, back: list.toReversed() }),
    (language, choice) => sentence('tells', { p, q: knower(rng, p), sentence: { text: about(language, 0) } })(language, choice),
    (language, choice) => sentence('thinks', { p, sentence: { text: about(language, 0) } })(language, choice),
    sentence('saysHello', { p, q: knower(rng, p) }),
    sentence('saysBye', { p }),
    told(sum),
  ];
  return [rng.pick(options)];
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

const nameOf = (code: WorldLanguage): string => LANGUAGE_IDS[code] ?? LANGUAGE_NAMES[0]!.id;

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
