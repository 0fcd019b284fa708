/** People doing things with words: they say, write, list, sort, translate, explain. Told, never asked for. */
import type { Rng } from '../../core/rng.ts';
import { ANIMALS, COLOURS, FOODS } from '../facts.ts';
import { phrase } from '../grammar/index.ts';
import { WORLD_LANGUAGES, type WorldLanguage } from '../lexicon/types.ts';
import type { Plan } from '../phrases/types.ts';
import { sentence, type Sentence, type Tale, told } from './tales.ts';
import { animalStatement, knower, LANGUAGE_IDS, sizes, truth } from './truths.ts';

/** Words that are said, listed and translated. */
export const WORDS: readonly string[] = [...ANIMALS.map((a) => a.id), ...FOODS.map((f) => f.id)];

const KINDS = {
  animal: ANIMALS.map((a) => a.id),
  fruit: FOODS.filter((f) => f.kind === 'fruit').map((f) => f.id),
  colour: COLOURS,
} as const satisfies Record<string, readonly string[]>;

/** A word by itself, as a dictionary has it. */
export function bare(language: WorldLanguage, id: string): string {
  return phrase(language, '{w}', { w: id });
}

/** Another language than this one. */
export function another(rng: Rng, language: WorldLanguage): WorldLanguage {
  return rng.pick(WORLD_LANGUAGES.filter((code) => code !== language));
}

/** The id under which lexicons name one of the world's own languages. */
export function nameOf(code: WorldLanguage): string {
  return LANGUAGE_IDS[code] as string;
}

export function upTo(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** Somebody utters a whole sentence: "Anna explains: Bread costs five coins." */
function uttered(plan: Plan, slots: Record<string, string>, said: Sentence): Sentence {
  return (language, choice) => sentence(plan, { ...slots, sentence: { text: said(language, 0) } })(language, choice);
}

const someKind = (rng: Rng): keyof typeof KINDS => rng.pick(Object.keys(KINDS) as (keyof typeof KINDS)[]);

const ACTS: readonly Tale[] = [
  (rng) => {
    const [p, w, n] = [knower(rng), rng.pick(WORDS), 2 + rng.int(4)];
    return [sentence('saysWord', { p, w, n, words: Array.from({ length: n }, () => w) })];
  },
  (rng) => {
    const slots = { p: knower(rng), w: rng.pick(WORDS) };
    return [sentence('writesWord', slots), sentence('repeatsWord', slots)].slice(rng.int(2));
  },
  (rng) => {
    const [p, kind] = [knower(rng), someKind(rng)];
    const list = rng.sample<string>(KINDS[kind], 2 + rng.int(3));
    return [sentence('lists', { p, kind, list }), sentence('backwards', { p, back: list.toReversed() })];
  },
  (rng) => {
    const [p, kind] = [knower(rng), someKind(rng)];
    const list = rng.sample<string>(KINDS[kind], 2 + rng.int(3));
    return [sentence('namesList', { p, kind, n: list.length, list })];
  },
  (rng) => {
    const food = rng.pick(FOODS);
    return [sentence('namesOne', { p: knower(rng), kind: food.kind, x: food.id })];
  },
  (rng) => {
    const list = rng.sample(upTo(1, 40), 2 + rng.int(3));
    const sorted = list.toSorted((a, b) => a - b);
    const p = knower(rng);
    return rng.pick([
      [sentence('sortsNumbers', { p, list, sorted })],
      [sentence('findsBiggest', { p, list, x: sorted.at(-1) as number }), sentence('findsSmallest', { p, list, x: sorted[0] as number })],
    ]);
  },
  (rng) => {
    const list = rng.sample(WORDS, 2 + rng.int(4));
    const facts = [sentence('firstWord', { list, x: list[0] as string }), sentence('lastWord', { list, x: list.at(-1) as string }), sentence('listLength', { list, n: list.length })];
    return rng.sample(facts, 1 + rng.int(3));
  },
  (rng) => {
    const [p, n] = [knower(rng), 2 + rng.int(9)];
    return [sentence('countsTo', { p, n, list: upTo(1, n) }), sentence('countsDown', { p, n, list: upTo(1, n).toReversed() })];
  },
  (rng) => {
    const [p, n, m] = [knower(rng), rng.int(11), rng.int(11)];
    return [sentence('adds', { p, n, m, k: n + m }), sentence('doubles', { p, n: n + m, k: 2 * (n + m) })];
  },
  (rng) => {
    const p = knower(rng);
    return [uttered(rng.pick(['tells', 'answers', 'explains', 'completes'] as const), { p, q: knower(rng, p) }, told(truth(rng)))];
  },
  (rng) => {
    const a = rng.pick(ANIMALS);
    return [uttered(rng.pick(['writesAbout', 'describes'] as const), { p: knower(rng), x: a.id }, told(animalStatement(rng, a)))];
  },
  (rng) => {
    const said = sizes(rng);
    return [uttered('compares', { p: knower(rng), a: said.slots['a'] as string, b: said.slots['b'] as string }, told(said))];
  },
  (rng) => {
    const p = knower(rng);
    const q = knower(rng, p);
    return [rng.int(2) ? sentence('thanks', { p, q, food: rng.pick(FOODS).id }) : sentence('saysHello', { p, q }), sentence('saysBye', { p })];
  },
  (rng) => {
    const [p, w, seed] = [knower(rng), rng.pick(WORDS), rng.fork('language')];
    return [
      (language, choice) => {
        const other = another(seed, language);
        return sentence('translates', { p, w: { text: bare(language, w) }, language: nameOf(other), v: { text: bare(other, w) } })(language, choice);
      },
    ];
  },
];

/** One or two such acts. */
export const speech: Tale = (rng) => [...rng.pick(ACTS)(rng), ...(rng.int(3) ? [] : rng.pick(ACTS)(rng))];
