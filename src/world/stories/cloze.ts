/**
 * Cloze items: a statement of the world up to its last value, which the model must complete exactly. The cut is found
 * by saying the same sentence with other values: what all share before the value is the prompt.
 */
import { Rng } from '../../core/rng.ts';
import { ANIMALS, CITIES, COLOURS, COUNTRIES, FOODS, MATERIALS, MONTHS, PEOPLE, PROFESSIONS, SEASONS, seasonOf, STRANGERS } from '../facts.ts';
import { say, type SlotValue, type Slots, variants } from '../grammar/index.ts';
import type { WorldLanguage } from '../lexicon/types.ts';
import type { Plan } from '../phrases/types.ts';
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
  /** The slot to leave blank, and what else could stand there. */
  slot: string;
  others: readonly SlotValue[];
}

function blanks(): Blank[] {
  const out: Blank[] = [];
  const put = (plan: Plan, slots: Slots, slot: string, pool: readonly SlotValue[]): void => {
    const truth = JSON.stringify(slots[slot]);
    out.push({ plan, slots, slot, others: pool.filter((value) => JSON.stringify(value) !== truth) });
  };
  const cities = CITIES.map((c) => c.id);
  const foods = FOODS.map((f) => f.id);
  const ages = Array.from({ length: 22 }, (_, i) => 19 + i);
  for (const person of PEOPLE) {
    const slots = personSlots(person);
    put('livesIn', slots, 'city', cities);
    put('worksAs', slots, 'job', PROFESSIONS.map((p) => p.id));
    put('likes', slots, 'food', foods);
    put('isOld', slots, 'age', ages);
    put('favouriteColour', slots, 'colour', COLOURS);
  }
  for (const city of CITIES) put('cityInCountry', { city: city.id, country: city.country }, 'country', COUNTRIES.map((c) => c.id));
  for (const country of COUNTRIES) {
    const slots = { country: country.id, city: country.capital, language: country.language };
    put('capitalOf', slots, 'country', COUNTRIES.map((c) => c.id));
    put('countryLanguage', slots, 'language', [...new Set(COUNTRIES.map((c) => c.language))]);
  }
  for (const animal of ANIMALS) {
    put('eats', { a: animal.id, food: animal.eats }, 'food', ANIMALS.map((a) => a.eats));
    put('livesAt', { a: animal.id, place: animal.habitat }, 'place', [...new Set(ANIMALS.map((a) => a.habitat))]);
  }
  for (const food of FOODS) put('foodColour', { food: food.id, colour: food.colour }, 'colour', COLOURS);
  for (const job of PROFESSIONS) put('workplace', { job: job.id, place: job.workplace }, 'place', PROFESSIONS.map((p) => p.workplace));
  for (const month of MONTHS) put('monthSeason', { month, season: seasonOf(month) }, 'season', SEASONS);
  for (const material of MATERIALS) for (const object of material.objects) put('madeOf', { object, material: material.id }, 'material', MATERIALS.map((m) => m.id));
  return out;
}

/** Prompt and answer of one sentence, or null where the value does not end it or grammar alone would give it away. */
function cut(language: WorldLanguage, blank: Blank, choice: number): { prompt: string; answer: string } | null {
  const text = say(language, blank.plan, blank.slots, choice);
  if (!text.endsWith('.')) return null;
  const shared = blank.others.map((value) => sharedWords(text, say(language, blank.plan, { ...blank.slots, [blank.slot]: value }, choice)));
  // The longest beginning that at least two other values share: "Rome est en" rather than "Rome est".
  const at = shared.toSorted((a, b) => b - a)[1] ?? 0;
  const answer = text.slice(at, -1);
  if (at < 4 || answer.trim() === '' || answer.trim().split(' ').length > 2) return null;
  return { prompt: text.slice(0, at), answer };
}

/** Length of the common beginning of two sentences, whole words only. */
function sharedWords(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return a.lastIndexOf(' ', i - (a[i] === ' ' ? 0 : 1));
}

/** All cloze items of a language, in a seeded order. */
export function clozeItems(language: WorldLanguage, seed = 11): ClozeItem[] {
  const rng = new Rng(`${seed}/cloze`);
  const out: ClozeItem[] = [];
  for (const blank of blanks()) {
    const choices = rng.shuffle(Array.from({ length: variants(language, blank.plan) }, (_, i) => i));
    for (const choice of choices) {
      const item = cut(language, blank, choice);
      if (!item) continue;
      out.push({ language, kind: 'fact', ...item });
      break;
    }
  }
  const strangers = STRANGERS.map((s) => s.id);
  for (let n = 0; n < 60; n++) {
    const [p, q] = rng.sample(strangers, 2) as [string, string];
    const [a, b] = rng.sample(CITIES.map((c) => c.id), 2) as [string, string];
    const again = cut(language, { plan: 'livesIn', slots: { p, city: a }, slot: 'city', others: CITIES.map((c) => c.id).filter((c) => c !== a) }, 0);
    if (again) out.push({ language, kind: 'context', prompt: `${say(language, 'livesIn', { p, city: a })} ${say(language, 'livesIn', { p: q, city: b })} ${again.prompt}`, answer: again.answer });
  }
  for (let n = 0; n < 60; n++) {
    const [x, y] = [rng.int(11), rng.int(11)];
    const sum = cut(language, { plan: 'plus', slots: { n: x, m: y, k: x + y }, slot: 'k', others: Array.from({ length: 41 }, (_, i) => i).filter((k) => k !== x + y) }, 0);
    if (sum) out.push({ language, kind: 'math', ...sum });
  }
  return out;
}
