/**
 * Cloze items: a statement of the world up to its last value, which the model must complete exactly. The cut is found
 * by saying the same sentence with other values: what all of them share is the prompt, so that nothing of the answer,
 * not even an article's gender or the tens of a number, stands in it. A prompt that any other true statement begins
 * with, to end differently, is dropped; so is one that could be another language ("Anna adora" is three languages).
 */
import { Rng } from '../../core/rng.ts';
import { ANIMALS, CITIES, COLOURS, COUNTRIES, FOODS, MATERIALS, MONTHS, PEOPLE, PROFESSIONS, SEASONS, seasonOf, STRANGERS, THINGS } from '../facts.ts';
import { say, type SlotValue, type Slots, variants } from '../grammar/index.ts';
import { WORLD_LANGUAGES, type WorldLanguage } from '../lexicon/types.ts';
import type { Plan } from '../phrases/types.ts';
import { everyFact, someComparisons } from './told.ts';
import { personSlots } from './truths.ts';

export interface ClozeItem {
  language: WorldLanguage;
  /** `fact`: of the world; `context`: told just before; `math`: a sum. */
  kind: 'fact' | 'context' | 'math';
  prompt: string;
  /** With its leading space, without the final full stop. */
  answer: string;
}

interface Blank {
  plan: Plan;
  slots: Slots;
  /** The slot to leave blank, and everything that could stand there. */
  slot: string;
  pool: readonly SlotValue[];
}

/** Prompts shorter than this say nothing to go by. */
const SHORTEST_PROMPT = 4;
/** "trente-huit ans", "dans une boulangerie", "vierundzwanzig": longer answers test spelling, not knowledge. */
const MOST_WORDS = 4;
const CONTEXT_ITEMS = 20;
const MATH_ITEMS = 60;

const CITY_IDS = CITIES.map((c) => c.id);
const JOB_IDS = PROFESSIONS.map((p) => p.id);
const FOOD_IDS = FOODS.map((f) => f.id);

function blanks(): Blank[] {
  const out: Blank[] = [];
  const put = (plan: Plan, slots: Slots, slot: string, pool: readonly SlotValue[]): void => void out.push({ plan, slots, slot, pool });
  const countries = COUNTRIES.map((c) => c.id);
  for (const person of PEOPLE) {
    const slots = personSlots(person);
    put('livesIn', slots, 'city', CITY_IDS);
    put('worksAs', slots, 'job', JOB_IDS);
    put('likes', slots, 'food', FOOD_IDS);
    put('isOld', slots, 'age', PEOPLE.map((p) => p.age));
    put('favouriteColour', slots, 'colour', COLOURS);
  }
  for (const { id, country } of CITIES) put('cityInCountry', { city: id, country }, 'country', countries);
  for (const { id, capital, language } of COUNTRIES) {
    const slots = { country: id, city: capital, language };
    put('capitalOf', slots, 'city', CITY_IDS);
    put('countryLanguage', slots, 'language', COUNTRIES.map((c) => c.language));
  }
  for (const { id, eats, habitat } of ANIMALS) {
    put('eats', { a: id, food: eats }, 'food', ANIMALS.map((a) => a.eats));
    put('livesAt', { a: id, place: habitat }, 'place', ANIMALS.map((a) => a.habitat));
  }
  for (const { id, colour, price } of FOODS) {
    put('foodColour', { food: id, colour }, 'colour', COLOURS);
    put('foodPrice', { food: id, n: price }, 'n', FOODS.map((f) => f.price));
  }
  for (const { id, workplace } of PROFESSIONS) put('workplace', { job: id, place: workplace }, 'place', PROFESSIONS.map((p) => p.workplace));
  for (const month of MONTHS) put('monthSeason', { month, season: seasonOf(month) }, 'season', SEASONS);
  for (const { id, objects } of MATERIALS) for (const object of objects) put('madeOf', { object, material: id }, 'material', MATERIALS.map((m) => m.id));
  return out;
}

/** Prompt and answer of one sentence, or null where the value does not end it. */
function cut(language: WorldLanguage, { plan, slots, slot, pool }: Blank, choice: number): { prompt: string; answer: string } | null {
  const text = say(language, plan, slots, choice);
  const at = Math.min(...pool.map((value) => sharedWords(text, say(language, plan, { ...slots, [slot]: value }, choice))));
  const answer = text.slice(at, -1);
  if (at < SHORTEST_PROMPT || answer.trim().split(' ').length > MOST_WORDS) return null;
  // The value must end the sentence: words that every value shares at the end would be answered without knowing it.
  const last = answer.slice(answer.lastIndexOf(' '));
  const fixed = pool.every((value) => say(language, plan, { ...slots, [slot]: value }, choice).endsWith(`${last}.`));
  return fixed && answer.trim().includes(' ') && slot !== 'age' && slot !== 'n' ? null : { prompt: text.slice(0, at), answer };
}

/** Length of the common beginning of two sentences, whole words only; everything when they are the same. */
function sharedWords(a: string, b: string): number {
  if (a === b) return a.length;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return a.lastIndexOf(' ', i - (a[i] === ' ' ? 0 : 1));
}

let texts: readonly string[] | undefined;

/** Every fact in every wording and language, to find prompts that more than one of them begins with. */
function allTexts(): readonly string[] {
  const facts = [...everyFact(), ...someComparisons()];
  texts ??= WORLD_LANGUAGES.flatMap((language) => facts.flatMap(({ plan, slots }) => Array.from({ length: variants(language, plan) }, (_, choice) => say(language, plan, slots, choice))));
  return texts;
}

/** Whether some true statement begins like the prompt and goes on otherwise than with the answer. */
function ambiguous({ prompt, answer }: { prompt: string; answer: string }): boolean {
  return allTexts().some((text) => text.startsWith(`${prompt} `) && !text.startsWith(prompt + answer));
}

function context(language: WorldLanguage, rng: Rng): ClozeItem[] {
  const strangers = STRANGERS.map((s) => s.id);
  const out: ClozeItem[] = [];
  const told = (first: Slots, second: Slots, plan: Plan, blank: Blank): void => {
    const item = cut(language, blank, 0);
    if (item) out.push({ language, kind: 'context', prompt: `${say(language, plan, first)} ${say(language, plan, second)} ${item.prompt}`, answer: item.answer });
  };
  const invented = [['livesIn', 'city', CITY_IDS], ['worksAs', 'job', JOB_IDS], ['likes', 'food', FOOD_IDS]] as const;
  for (let n = 0; n < CONTEXT_ITEMS; n++) {
    const [p, q] = rng.sample(strangers, 2) as [string, string];
    for (const [plan, slot, pool] of invented) {
      const [v, w] = rng.sample(pool, 2) as [string, string];
      told({ p, [slot]: v }, { p: q, [slot]: w }, plan, { plan, slots: { p, [slot]: v }, slot, pool });
    }
    const [c, d] = rng.sample(COLOURS, 2) as [string, string];
    const thing = rng.pick(THINGS);
    told({ p, thing, colour: c }, { p: q, thing, colour: d }, 'hasThing', { plan: 'belongs', slots: { p, thing, colour: c }, slot: 'p', pool: strangers });
  }
  return out;
}

function math(language: WorldLanguage, rng: Rng): ClozeItem[] {
  const pool = Array.from({ length: 41 }, (_, i) => i);
  return Array.from({ length: MATH_ITEMS }, () => {
    const [n, m] = [rng.int(11), rng.int(11)];
    const item = cut(language, { plan: 'plus', slots: { n, m, k: n + m }, slot: 'k', pool }, 0);
    if (!item) throw new Error(`"${say(language, 'plus', { n, m, k: n + m })}" cannot be cut before its sum.`);
    return { language, kind: 'math' as const, ...item };
  });
}

/** All cloze items of a language. Deterministic. */
export function clozeItems(language: WorldLanguage, seed = 11): ClozeItem[] {
  const rng = new Rng(`${seed}/cloze`);
  const out: ClozeItem[] = [];
  for (const blank of blanks()) {
    const choices = rng.shuffle(Array.from({ length: variants(language, blank.plan) }, (_, i) => i));
    for (const choice of choices) {
      const item = cut(language, blank, choice);
      if (!item || ambiguous(item)) continue;
      out.push({ language, kind: 'fact', ...item });
      break;
    }
  }
  return [...out, ...context(language, rng), ...math(language, rng)];
}
