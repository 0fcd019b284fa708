import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { Rng } from '../../src/core/rng.ts';
import { say, type Slots, variants } from '../../src/world/grammar/index.ts';
import { WORLD_LANGUAGES, type WorldLanguage } from '../../src/world/lexicon/index.ts';
import { PLANS, type Plan } from '../../src/world/phrases/index.ts';
import { clozeItems } from '../../src/world/stories/cloze.ts';
import { document } from '../../src/world/stories/document.ts';
import { everyFact } from '../../src/world/stories/told.ts';
import { BpeEncoder, readBpe } from '../../tools/world/bpe.ts';
import { corpus, SHARES } from '../../tools/world/corpus.ts';

/** Documents of one language that a test reads: about as many as the corpus has of its smallest languages. */
const DOCUMENTS = 50_000;

const read = new Map<WorldLanguage, string[]>();

function documents(language: WorldLanguage): string[] {
  let found = read.get(language);
  if (!found) {
    const rng = new Rng(`test/${language}`);
    found = Array.from({ length: DOCUMENTS }, () => document(language, rng));
    read.set(language, found);
  }
  return found;
}

test('the same seed writes the same documents, another seed others', () => {
  const write = (seed: string): string[] => {
    const rng = new Rng(seed);
    return Array.from({ length: 50 }, () => document('fr', rng));
  };
  expect(write('a')).toEqual(write('a'));
  expect(write('a')).not.toEqual(write('b'));
});

for (const language of WORLD_LANGUAGES) {
  test(`every fact of the world is stated in ${language}, and nothing is asked`, () => {
    const texts = documents(language);
    expect(texts.filter((text) => /[?¿]|User:|Assistant:|System:|undefined|\{|\}| {2}/u.test(text))).toEqual([]);
    const sentences = new Set(texts.flatMap((text) => text.split(/(?<=[.!])\s|\n/u)).map((sentence) => sentence.replace(/^\p{L}+ ?: /u, '')));
    const told = (plan: Plan, slots: Slots, wordings: readonly number[]): boolean => wordings.some((i) => sentences.has(say(language, plan, slots, i)));
    const missing = everyFact().filter(({ plan, slots }) => {
      const wordings = Array.from({ length: variants(language, plan) }, (_, i) => i);
      // "Anna has a cat called Luna." names the pet too.
      return !told(plan, slots, wordings) && !(plan === 'petIsCalled' && told('hasPet', slots, [1]));
    });
    expect(missing.map(({ plan, slots }) => say(language, plan, slots))).toEqual([]);
  });
}

test('stories use every plan there is', () => {
  const texts = ['truths', 'tales', 'speech', 'document'].map((name) => readFileSync(`src/world/stories/${name}.ts`, 'utf8')).join('\n');
  expect((Object.keys(PLANS) as Plan[]).filter((plan) => !texts.includes(`'${plan}'`))).toEqual([]);
});

test('what is told of strangers stays true within its document', () => {
  // Handing on: whoever "now has" a thing in English was given it by the sentence before.
  const handed = documents('en').flatMap((text) => [...text.matchAll(/gives the (\w+ \w+) to (\w+)\. (?:Now (\w+) has|(\w+) now has) the (\w+ \w+)\./gu)]);
  expect(handed.length).toBeGreaterThan(200);
  expect(handed.filter(([, thing, to, a, b, now]) => to !== (a ?? b) || thing !== now)).toEqual([]);
});

test('apples are counted rightly', () => {
  const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen', 'twenty'];
  const number = (word: string | undefined): number => words.indexOf(word ?? '');
  const stories = documents('en').flatMap((text) => [...text.matchAll(/has (\w+) (?:\w+)\. \w+ (gets|finds|loses|eats) (\w+) \w+\. (?:Now \w+ has|\w+ now has) (\w+) \w+\./gu)]);
  const checked = stories.filter(([, a, , b, c]) => number(a) >= 0 && number(b) >= 0 && number(c) >= 0);
  expect(checked.length).toBeGreaterThan(200);
  expect(checked.filter(([, a, verb, b, c]) => number(c) !== number(a) + (verb === 'gets' || verb === 'finds' ? 1 : -1) * number(b)).map(([text]) => text)).toEqual([]);
});

test('tokens are shared out over the languages as intended', () => {
  const encoder = new BpeEncoder(readBpe(readFileSync('public/world/tokenizer.json', 'utf8')));
  const { ids, counts } = corpus(encoder, 'test', 'train', 200_000);
  expect(ids.length).toBe(Object.values(counts).reduce((sum, n) => sum + n, 0));
  for (const language of WORLD_LANGUAGES) expect(Math.abs((100 * counts[language]) / ids.length - SHARES[language]), language).toBeLessThan(2);
  expect([SHARES.en, SHARES.de, SHARES.fr, SHARES.it, SHARES.es]).toEqual([40, 11, 11, 11, 11]);
  expect(ids.every((id) => id < 4096)).toBe(true);
});

/** Items of the cloze test as a person would write them. */
const KNOWN: Record<WorldLanguage, readonly (readonly [prompt: string, answer: string])[]> = {
  en: [['The capital of Italy is', ' Rome']],
  de: [['Die Hauptstadt von Italien ist', ' Rom']],
  fr: [["La capitale de l'Italie est", ' Rome']],
  it: [["La capitale dell'Italia è", ' Roma']],
  es: [['La capital de Italia es', ' Roma']],
  pt: [['A capital da Itália é', ' Roma']],
  nl: [['De hoofdstad van Italië is', ' Rome']],
  sv: [['Italiens huvudstad är', ' Rom']],
};

for (const language of WORLD_LANGUAGES) {
  test(`cloze items in ${language} are many, and each can be completed in one way only`, () => {
    const items = clozeItems(language);
    const facts = items.filter((item) => item.kind === 'fact');
    expect(facts.length).toBeGreaterThanOrEqual(150);
    expect(items.filter((item) => item.kind === 'context').length).toBeGreaterThanOrEqual(50);
    expect(items.filter((item) => item.kind === 'math').length).toBeGreaterThanOrEqual(50);
    for (const [prompt, answer] of KNOWN[language]) expect(items).toContainEqual({ language, kind: 'fact', prompt, answer });
    expect(items.filter(({ answer }) => !/^ [^ .].*[^ .]$|^ [^ .]$/u.test(answer))).toEqual([]);
    // What the documents say after a prompt is its answer and nothing else, in this language and in the others.
    const prompts = new Map(facts.map(({ prompt, answer }) => [prompt, answer]));
    const others: string[] = [];
    for (const text of WORLD_LANGUAGES.flatMap((code) => documents(code).slice(0, 6000))) {
      for (const sentence of text.split(/(?<=[.!])\s|\n/u)) {
        for (let at = sentence.indexOf(' '); at > 0; at = sentence.indexOf(' ', at + 1)) {
          const answer = prompts.get(sentence.slice(0, at));
          if (answer !== undefined && !sentence.slice(at).startsWith(answer)) others.push(`${sentence.slice(0, at)} |${sentence.slice(at)} instead of ${answer}`);
        }
      }
    }
    expect([...new Set(others)].filter((line) => !/ (?:nicht|not|pas|non|no|não|niet|inte) /u.test(line))).toEqual([]);
  });
}

test('sums in the cloze test add up, in words', () => {
  const words = ['null', 'eins', 'zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben', 'acht', 'neun', 'zehn', 'elf', 'zwölf', 'dreizehn', 'vierzehn', 'fünfzehn', 'sechzehn', 'siebzehn', 'achtzehn', 'neunzehn', 'zwanzig'];
  const number = (word: string): number => words.indexOf(word.trim().toLowerCase());
  const sums = clozeItems('de').filter((item) => item.kind === 'math');
  for (const { prompt, answer } of sums) {
    const [n, m] = prompt.replace(' ist', '').split(' plus ').map(number) as [number, number];
    expect(number(answer), prompt + answer).toBe(n + m);
  }
});
