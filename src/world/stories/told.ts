/** Every fact of the world as a statement, once, and a comparison for everything that is compared: what tests count and what tells whether a cloze prompt has one answer only. */
import { ANIMALS, CITIES, COUNTRIES, FOODS, MATERIALS, MONTHS, PEOPLE, PROFESSIONS, SEASONS, seasonOf, WEEKDAYS } from '../facts.ts';
import type { Plan } from '../phrases/types.ts';
import { personSlots, type Statement } from './truths.ts';

const PERSON_PLANS = ['livesIn', 'worksAs', 'likes', 'hasPet', 'isOld', 'favouriteColour', 'petIsCalled'] as const satisfies readonly Plan[];

/** For every person, city, animal and food one true comparison each way, where there is one. */
export function someComparisons(): Statement[] {
  const out: Statement[] = [];
  const compare = <T extends { id: string }>(items: readonly T[], measure: (item: T) => number, more: Plan, less: Plan, names: readonly [string, string]): void => {
    for (const item of items) {
      const lower = items.find((other) => measure(other) < measure(item));
      const higher = items.find((other) => measure(other) > measure(item));
      if (lower) out.push({ plan: more, slots: { [names[0]]: item.id, [names[1]]: lower.id } });
      if (higher) out.push({ plan: less, slots: { [names[0]]: item.id, [names[1]]: higher.id } });
    }
  };
  compare(PEOPLE, (p) => p.age, 'olderThan', 'youngerThan', ['p', 'q']);
  compare(CITIES, (c) => c.latitude, 'northOf', 'southOf', ['a', 'b']);
  compare(ANIMALS, (a) => a.size, 'bigger', 'smaller', ['a', 'b']);
  compare(FOODS, (f) => f.price, 'costsMore', 'costsLess', ['a', 'b']);
  return out;
}

/** All facts but comparisons, in a fixed order. */
export function everyFact(): Statement[] {
  const out: Statement[] = [];
  for (const person of PEOPLE) for (const plan of PERSON_PLANS) out.push({ plan, slots: personSlots(person) });
  for (const { id, country, sea, river } of CITIES) {
    const slots = { city: id, country };
    out.push({ plan: 'cityInCountry', slots });
    if (sea !== null) out.push({ plan: sea ? 'bySea' : 'notBySea', slots });
    if (river) out.push({ plan: 'onRiver', slots });
  }
  for (const { id, capital, language } of COUNTRIES) {
    const slots = { country: id, city: capital, language };
    out.push({ plan: 'capitalOf', slots }, { plan: 'countryLanguage', slots });
  }
  for (const { id, legs, eats, habitat, kind, voice } of ANIMALS) {
    const slots = { a: id, n: legs, food: eats, place: habitat, ...(kind ? { kind } : {}) };
    out.push({ plan: legs ? 'legs' : 'noLegs', slots }, { plan: 'eats', slots }, { plan: 'livesAt', slots });
    if (kind) out.push({ plan: 'kindOfAnimal', slots });
    if (voice) out.push({ plan: 'voice', slots });
  }
  for (const { id, colour, kind, price } of FOODS) {
    const slots = { food: id, colour, kind, n: price };
    out.push({ plan: 'foodColour', slots }, { plan: 'foodKind', slots }, { plan: 'foodPrice', slots });
  }
  for (const { id, workplace } of PROFESSIONS) out.push({ plan: 'workplace', slots: { job: id, place: workplace } }, { plan: 'deed', slots: { job: id } });
  for (const { id, properties, objects } of MATERIALS) {
    for (const adj of properties) out.push({ plan: 'property', slots: { material: id, adj } });
    for (const object of objects) out.push({ plan: 'madeOf', slots: { object, material: id } });
  }
  for (const cycle of [WEEKDAYS, MONTHS, SEASONS]) {
    cycle.forEach((a, i) => {
      const next = cycle[(i + 1) % cycle.length] as string;
      out.push({ plan: 'comesAfter', slots: { a: next, b: a } }, { plan: 'comesBefore', slots: { a, b: next } });
    });
  }
  for (const month of MONTHS) out.push({ plan: 'monthSeason', slots: { month, season: seasonOf(month) } });
  const ends = [['firstDay', WEEKDAYS[0]], ['lastDay', WEEKDAYS.at(-1)], ['firstMonth', MONTHS[0]], ['lastMonth', MONTHS.at(-1)]] as const;
  for (const [plan, a] of ends) out.push({ plan, slots: { a: a as string } });
  return out;
}
