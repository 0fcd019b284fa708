/** True statements of the world, drawn at random: a plan and its slots, in no language yet. */
import type { Rng } from '../../core/rng.ts';
import { ANIMALS, CITIES, COUNTRIES, FOODS, LANGUAGE_NAMES, MATERIALS, MONTHS, OPPOSITES, PEOPLE, type Person, PROFESSIONS, SEASONS, seasonOf, STRANGERS, WEEKDAYS } from '../facts.ts';
import type { Slots } from '../grammar/index.ts';
import type { Plan } from '../phrases/types.ts';

export interface Statement {
  plan: Plan;
  slots: Slots;
}

type Draw = (rng: Rng) => Statement;

const statement = (plan: Plan, slots: Slots): Statement => ({ plan, slots });

/** The slots of a person's facts. */
export function personSlots(person: Person): Slots & { p: string } {
  return { p: person.id, city: person.city, job: person.profession, food: person.food, pet: person.pet.animal, petName: { text: person.pet.name }, age: person.age, colour: person.colour };
}

/** Somebody who may know something: anyone but `but`. */
export function knower(rng: Rng, ...but: string[]): string {
  const ids = [...PEOPLE, ...STRANGERS].map((p) => p.id).filter((id) => !but.includes(id));
  return rng.pick(ids);
}

const anyone: Draw = (rng) => {
  const person = rng.pick(PEOPLE);
  const plan = rng.pick(['livesIn', 'worksAs', 'likes', 'hasPet', 'isOld', 'favouriteColour', 'livesIn', 'worksAs', 'likes', 'petIsCalled', 'personDeed', 'iDeed'] as const);
  return statement(plan, personSlots(person));
};

const knownPerson: Draw = (rng) => {
  const person = rng.pick(PEOPLE);
  const plan = rng.pick(['knowsWhere', 'knowsJob', 'knowsAge', 'knowsFood', 'knowsColour', 'knowsPet'] as const);
  return statement(plan, { ...personSlots(person), q: knower(rng, person.id) });
};

const twoPeople: Draw = (rng) => {
  const [a, b] = rng.sample(PEOPLE, 2) as [Person, Person];
  const neighbours = PEOPLE.filter((person) => person.city === a.city && person.id !== a.id);
  if (neighbours.length > 0 && rng.int(3) === 0) return statement('sameCity', { p: a.id, q: rng.pick(neighbours).id, city: a.city });
  if (a.age === b.age) return anyone(rng);
  const [older, younger] = a.age > b.age ? [a, b] : [b, a];
  return rng.int(2) ? statement('olderThan', { p: older.id, q: younger.id }) : statement('youngerThan', { p: younger.id, q: older.id });
};

const place: Draw = (rng) => {
  const city = rng.pick(CITIES);
  const country = COUNTRIES.find((c) => c.id === city.country);
  const slots = { city: city.id, country: city.country, q: knower(rng) };
  const options: Statement[] = [statement('cityInCountry', slots), statement('cityInCountry', slots), statement('knowsCountry', slots)];
  if (country?.capital === city.id) options.push(statement('capitalOf', slots), statement('knowsCapital', slots));
  if (city.sea === true) options.push(statement('bySea', slots));
  if (city.sea === false) options.push(statement('notBySea', slots));
  if (city.river) options.push(statement('onRiver', slots));
  const elsewhere = rng.pick(COUNTRIES.filter((c) => c.id !== city.country));
  options.push(statement('notInCountry', { ...slots, country: elsewhere.id }));
  const sisters = CITIES.filter((c) => c.country === city.country).map((c) => c.id);
  if (sisters.length > 1) options.push(statement('citiesOf', { ...slots, list: rng.shuffle(sisters) }));
  return rng.pick(options);
};

const capital: Draw = (rng) => {
  const country = rng.pick(COUNTRIES);
  const plan = rng.pick(['capitalOf', 'capitalOf', 'knowsCapital', 'countryLanguage', 'countryLanguage', 'knowsLanguage'] as const);
  return statement(plan, { city: country.capital, country: country.id, language: country.language, q: knower(rng) });
};

const northern: Draw = (rng) => {
  for (;;) {
    const [a, b] = rng.sample(CITIES, 2) as [(typeof CITIES)[number], (typeof CITIES)[number]];
    // Nearly level cities would need a map to tell.
    if (Math.abs(a.latitude - b.latitude) < 1) continue;
    const [north, south] = a.latitude > b.latitude ? [a, b] : [b, a];
    return rng.int(2) ? statement('northOf', { a: north.id, b: south.id }) : statement('southOf', { a: south.id, b: north.id });
  }
};

/** Something about one animal. */
export function animalStatement(rng: Rng, a: (typeof ANIMALS)[number]): Statement {
  const slots = { a: a.id, n: a.legs, food: a.eats, place: a.habitat, q: knower(rng), ...(a.kind ? { kind: a.kind } : {}) };
  const options: Statement[] = [statement('eats', slots), statement('eats', slots), statement('knowsEats', slots), statement('livesAt', slots), statement('knowsHabitat', slots)];
  options.push(...(a.legs ? [statement('legs', slots), statement('legs', slots), statement('knowsLegs', slots)] : [statement('noLegs', slots)]));
  if (a.kind) options.push(statement('kindOfAnimal', slots));
  if (a.voice) options.push(statement('voice', slots));
  return rng.pick(options);
}

const animal: Draw = (rng) => animalStatement(rng, rng.pick(ANIMALS));

export const sizes: Draw = (rng) => {
  const [a, b] = rng.sample(ANIMALS, 2) as [(typeof ANIMALS)[number], (typeof ANIMALS)[number]];
  const [big, small] = a.size > b.size ? [a, b] : [b, a];
  const plan = rng.pick(['bigger', 'bigger', 'bigger', 'smaller', 'smaller', 'smaller', 'knowsBigger', 'notBigger'] as const);
  return statement(plan, plan === 'smaller' || plan === 'notBigger' ? { a: small.id, b: big.id } : { a: big.id, b: small.id, q: knower(rng) });
};

const food: Draw = (rng) => {
  const [f, g] = rng.sample(FOODS, 2) as [(typeof FOODS)[number], (typeof FOODS)[number]];
  if (f.price !== g.price && rng.int(5) === 0) return statement(f.price > g.price ? 'costsMore' : 'costsLess', { a: f.id, b: g.id });
  const plan = rng.pick(['foodColour', 'foodKind', 'foodPrice', 'foodPrice', 'knowsPrice', 'knowsFoodColour'] as const);
  return statement(plan, { food: f.id, colour: f.colour, kind: f.kind, n: f.price, q: knower(rng) });
};

const job: Draw = (rng) => {
  const p = rng.pick(PROFESSIONS);
  const plan = rng.pick(['workplace', 'workplace', 'knowsWorkplace', 'deed', 'knowsDeed'] as const);
  return statement(plan, { job: p.id, place: p.workplace, q: knower(rng) });
};

const material: Draw = (rng) => {
  const m = rng.pick(MATERIALS);
  const adj = rng.pick(m.properties);
  const slots = { material: m.id, object: rng.pick(m.objects), adj, q: knower(rng) };
  if (rng.int(8) === 0) return statement('notProperty', { ...slots, adj: OPPOSITES[adj] as string });
  return statement(rng.pick(['madeOf', 'madeOf', 'knowsMaterial', 'property', 'knowsWhy'] as const), slots);
};

const calendar: Draw = (rng) => {
  if (rng.int(4) === 0) {
    const month = rng.pick(MONTHS);
    return statement(rng.pick(['monthSeason', 'knowsSeason'] as const), { month, season: seasonOf(month), q: knower(rng) });
  }
  const cycle = rng.pick([WEEKDAYS, MONTHS, MONTHS, SEASONS]);
  const at = rng.int(cycle.length);
  const here = cycle[at] as string;
  const next = cycle[(at + 1) % cycle.length] as string;
  if (cycle !== SEASONS && rng.int(6) === 0) return between(cycle, at);
  if (cycle !== SEASONS && rng.int(8) === 0) return edge(rng, cycle);
  const knows = cycle === WEEKDAYS ? 'knowsDay' : 'knowsMonth';
  const plan = rng.pick(cycle === SEASONS ? (['comesAfter', 'comesBefore'] as const) : (['comesAfter', 'comesBefore', 'comesAfter', 'comesBefore', knows] as const));
  return statement(plan, plan === 'comesBefore' ? { a: here, b: next } : { a: next, b: here, q: knower(rng) });
};

/** "Tuesday comes between Monday and Wednesday." */
function between(cycle: readonly string[], at: number): Statement {
  const [a, b, c] = [0, 1, 2].map((step) => cycle[(at + step) % cycle.length] as string) as [string, string, string];
  return statement('between', { a, b, c });
}

/** The first or last of the week or the year. */
function edge(rng: Rng, cycle: readonly string[]): Statement {
  const first = rng.int(2) === 0;
  const a = cycle.at(first ? 0 : -1) as string;
  return statement(cycle === WEEKDAYS ? (first ? 'firstDay' : 'lastDay') : first ? 'firstMonth' : 'lastMonth', { a });
}

/** Sums, differences, doubles and orders of the numbers that have words. */
export const arithmetic: Draw = (rng) => {
  const q = knower(rng);
  switch (rng.int(6)) {
    case 0:
    case 1: {
      const n = rng.int(rng.int(3) ? 11 : 21);
      const m = rng.int(Math.min(21, 41 - n));
      return statement(rng.pick(['plus', 'plus', 'plus', 'knowsSum'] as const), { n, m, k: n + m, q });
    }
    case 2: {
      const n = 1 + rng.int(30);
      const m = rng.int(Math.min(n, 12) + 1);
      return statement(rng.pick(['minus', 'minus', 'knowsDifference'] as const), { n, m, k: n - m, q });
    }
    case 3: {
      const n = rng.int(21);
      return rng.int(4) ? statement(rng.pick(['twice', 'twice', 'knowsTwice'] as const), { n, k: 2 * n, q }) : statement('half', { n: 2 * n, k: n });
    }
    case 4: {
      const n = rng.int(40);
      return rng.int(2) ? statement('after', { n, m: n + 1 }) : statement('before', { n, m: n + 1 });
    }
    default: {
      const [n, m] = rng.sample(Array.from({ length: 41 }, (_, i) => i), 2) as [number, number];
      const [high, low] = n > m ? [n, m] : [m, n];
      return rng.int(2) ? statement('greater', { n: high, m: low }) : statement('less', { n: low, m: high });
    }
  }
};

/** Topic and how often it is talked about. */
export const TOPICS: readonly (readonly [draw: Draw, weight: number])[] = [
  [anyone, 7], [knownPerson, 4], [twoPeople, 2], [place, 3], [capital, 2], [northern, 1], [animal, 4], [sizes, 3], [food, 3], [job, 2], [material, 2], [calendar, 3], [arithmetic, 7],
];

const TOTAL = TOPICS.reduce((sum, [, weight]) => sum + weight, 0);

/** A true statement about anything. */
export function truth(rng: Rng): Statement {
  let left = rng.int(TOTAL);
  for (const [draw, weight] of TOPICS) {
    left -= weight;
    if (left < 0) return draw(rng);
  }
  throw new Error('The weights of TOPICS do not add up.');
}

/** A few statements about one topic. */
export function onTopic(rng: Rng, count: number): Statement[] {
  const [draw] = rng.pick(TOPICS);
  return Array.from({ length: count }, () => draw(rng));
}

export const LANGUAGE_IDS: Readonly<Record<string, string>> = Object.fromEntries(LANGUAGE_NAMES.filter((l) => l.code).map((l) => [l.code as string, l.id]));
