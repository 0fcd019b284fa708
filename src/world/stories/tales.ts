/**
 * Little texts, in no language yet: a tale is a list of sentences, each a function of the language. Tales about
 * strangers invent their facts, so that what follows can only be told from the text itself; that is where a small
 * model learns to read.
 */
import type { Rng } from '../../core/rng.ts';
import { ANIMALS, CITIES, COLOURS, CONTAINERS, COUNTABLES, FOODS, PEOPLE, PROFESSIONS, STRANGERS, THINGS } from '../facts.ts';
import { type Choice, denyPerson, joinSentences, say, sayPerson, type Slots } from '../grammar/index.ts';
import type { WorldLanguage } from '../lexicon/types.ts';
import type { PersonFact, Plan } from '../phrases/types.ts';
import { knower, onTopic, personSlots, type Statement } from './truths.ts';

/** A sentence in any language; `choice` picks the paraphrase. */
export type Sentence = (language: WorldLanguage, choice: Choice) => string;
export type Tale = (rng: Rng) => Sentence[];

export const sentence = (plan: Plan, slots: Slots): Sentence => (language, choice) => say(language, plan, slots, choice);
export const told = ({ plan, slots }: Statement): Sentence => sentence(plan, slots);

const predicate =
  (subject: { person: string } | { pronoun: string } | 'I', facts: readonly PersonFact[], slots: Slots, who?: string): Sentence =>
  (language, choice) =>
    sayPerson(language, subject, facts, slots, choice, who);

const ids = (items: readonly { id: string }[]): string[] => items.map((item) => item.id);
const CITY_IDS = ids(CITIES);
const JOB_IDS = ids(PROFESSIONS);
const FOOD_IDS = ids(FOODS);
const STRANGER_IDS = ids(STRANGERS);

/** `n` strangers, or now and then people the world knows, who in a tale may hold any thing. */
function cast(rng: Rng, n: number): string[] {
  return rng.sample(rng.int(4) ? STRANGER_IDS : ids(PEOPLE), n);
}

function pair<T>(rng: Rng, items: readonly T[]): [T, T] {
  return rng.sample(items, 2) as [T, T];
}

/** Two to four true statements about one topic. */
const chat: Tale = (rng) => onTopic(rng, 2 + rng.int(3)).map(told);

/** A person of the world: name first, then a pronoun; facts joined in one sentence or told one by one. */
const biography: Tale = (rng) => {
  const person = rng.pick(PEOPLE);
  const slots = personSlots(person);
  const facts = rng.shuffle<PersonFact>(['livesIn', 'worksAs', 'likes', 'hasPet', 'isOld', 'favouriteColour']).slice(0, 2 + rng.int(4));
  const cut = 1 + rng.int(Math.min(2, facts.length));
  const out: Sentence[] = [predicate({ person: person.id }, facts.slice(0, cut), slots)];
  for (const fact of facts.slice(cut)) out.push(predicate(rng.int(3) ? { pronoun: person.id } : { person: person.id }, [fact], slots));
  return out;
};

/** One or two facts of a person of the world in that person's own mouth. */
export function ofOneself(rng: Rng, id: string): Sentence {
  const person = PEOPLE.find((p) => p.id === id) as (typeof PEOPLE)[number];
  return predicate('I', rng.sample<PersonFact>(['livesIn', 'worksAs', 'likes', 'isOld', 'hasPet', 'favouriteColour'], 1 + rng.int(2)), personSlots(person), id);
}

/** The same person speaking: "My name is Anna. I live in Rome." */
const inOwnWords: Tale = (rng) => {
  const person = rng.pick(PEOPLE);
  const slots = personSlots(person);
  const facts = rng.shuffle<PersonFact>(['livesIn', 'worksAs', 'likes', 'isOld', 'hasPet']).slice(0, 1 + rng.int(3));
  const out: Sentence[] = [sentence('myNameIs', { p: person.id })];
  if (rng.int(2) && facts.length > 1) out.push(predicate('I', facts, slots, person.id));
  else for (const fact of facts) out.push(predicate('I', [fact], slots, person.id));
  return out;
};

/** A meeting: "Hello, Alan! My name is Erik." */
const greeting: Tale = (rng) => {
  const [p, q] = pair(rng, STRANGER_IDS);
  const slots = { p, city: rng.pick(CITY_IDS), job: rng.pick(JOB_IDS) };
  const out: Sentence[] = [sentence('hello', { q }), sentence('myNameIs', { p })];
  if (rng.int(2)) out.push(rng.int(2) ? predicate('I', ['worksAs', 'livesIn'], slots, p) : sentence('iComeFrom', slots));
  if (rng.int(2)) out.push(sentence('goodbye', { q }));
  if (rng.int(4) === 0) out.push(sentence('knows', { p: q, q: p }));
  return out;
};

/** A stranger speaks, then is spoken of. */
const introduced: Tale = (rng) => {
  const p = rng.pick(STRANGER_IDS);
  const slots = { p, city: rng.pick(CITY_IDS), job: rng.pick(JOB_IDS), food: rng.pick(FOOD_IDS) };
  const facts: PersonFact[] = rng.int(2) ? ['worksAs', 'livesIn'] : rng.sample<PersonFact>(['livesIn', 'worksAs', 'likes'], 2);
  const mine: Sentence[] = [sentence('myNameIs', { p }), predicate('I', facts, slots, p)];
  const theirs: Sentence[] = [predicate({ person: p }, facts, slots)];
  return rng.int(2) ? [...mine, ...theirs] : [...theirs, ...mine];
};

/** An animal speaks: "I am a cow. I eat grass." */
const beast: Tale = (rng) => {
  const a = rng.pick(ANIMALS);
  const out: Sentence[] = [sentence('iAmAnimal', { a: a.id }), sentence('iEat', { food: a.eats })];
  if (rng.int(2)) out.push(sentence('iLiveAt', { place: a.habitat }));
  if (rng.int(3) === 0) out.push(a.legs ? sentence('iHaveLegs', { n: a.legs }) : sentence('iHaveNoLegs', {}));
  return out;
};

/** Two or three strangers with invented homes, jobs, likes; then what is known, denied and repeated of them. */
const neighbours: Tale = (rng) => {
  const people = rng.sample(STRANGER_IDS, 2 + rng.int(2));
  const fact = rng.pick<PersonFact>(['livesIn', 'livesIn', 'worksAs', 'likes']);
  const pool = fact === 'livesIn' ? CITY_IDS : fact === 'worksAs' ? JOB_IDS : FOOD_IDS;
  const values = rng.sample(pool, people.length + 1);
  const slotsOf = (i: number): Slots => ({ p: people[i] as string, city: values[i] as string, job: values[i] as string, food: values[i] as string });
  const out: Sentence[] = people.map((_, i) => sentence(fact as Plan, slotsOf(i)));
  const knows = ({ livesIn: 'knowsWhere', worksAs: 'knowsJob', likes: 'knowsFood' } as const)[fact as 'livesIn' | 'worksAs' | 'likes'];
  for (let n = 1 + rng.int(2); n > 0; n--) {
    const i = rng.int(people.length);
    const slots = { ...slotsOf(i), q: knower(rng, ...people) };
    const wrong = values.at(-1) as string;
    const options: Sentence[] = [sentence(knows, slots), sentence(fact as Plan, slots)];
    if (rng.int(2)) options.push((language, choice) => denyPerson(language, people[i] as string, fact, { ...slots, city: wrong, job: wrong, food: wrong }, choice));
    out.push(rng.pick(options));
  }
  return out;
};

/** A stranger's portrait told twice: apart and joined. */
const joined: Tale = (rng) => {
  const p = rng.pick(STRANGER_IDS);
  const slots = { p, city: rng.pick(CITY_IDS), job: rng.pick(JOB_IDS), food: rng.pick(FOOD_IDS), age: 18 + rng.int(23) };
  const facts = rng.sample<PersonFact>(['livesIn', 'worksAs', 'likes', 'isOld'], 2 + rng.int(2));
  const apart = facts.map((fact, i) => predicate(i ? { pronoun: p } : { person: p }, [fact], slots));
  const together = predicate({ person: p }, facts, slots);
  return rng.int(2) ? [...apart, together] : [together, ...apart];
};

/** Things of several colours in several hands, handed on. */
const hands: Tale = (rng) => {
  const [p, q, r] = cast(rng, 3) as [string, string, string];
  const thing = rng.pick(THINGS);
  const [c, d] = pair(rng, COLOURS);
  const other = rng.int(2) ? thing : rng.pick(THINGS);
  const first = { p, thing, colour: c };
  const second = { p: q, thing: other, colour: d };
  const out: Sentence[] = [sentence('hasThing', first)];
  if (rng.int(2)) out.push(sentence('hasThing', second));
  if (rng.int(3) === 0) {
    out.push(sentence('belongs', first));
    return out;
  }
  const to = rng.int(2) && out.length === 1 ? q : r;
  out.push(sentence('givesThing', { ...first, q: to }), sentence('nowHas', { ...first, p: to }));
  if (rng.int(3) === 0) out.push(sentence('noLongerHas', first));
  if (rng.int(2)) {
    const next = to === q ? r : rng.pick([p, q]);
    out.push(sentence('givesThing', { ...first, p: to, q: next }), sentence('nowHas', { ...first, p: next }));
    if (rng.int(2)) out.push(sentence('knowsWho', { ...first, p: next, q: knower(rng, p, q, r) }));
  }
  return out;
};

/** Something is put somewhere. */
const hidden: Tale = (rng) => {
  const [p] = cast(rng, 1) as [string];
  const thing = rng.pick(THINGS);
  const [a, b] = pair(rng, CONTAINERS);
  const out = [...(rng.int(3) ? [] : [sentence('thingIsColour', { thing, colour: rng.pick(COLOURS) })]), sentence('putsIn', { p, thing, place: a }), sentence('isIn', { thing, place: a })];
  if (rng.int(2)) out.push(sentence('takesOut', { p, thing, place: a }), sentence('putsIn', { p, thing, place: b }), sentence('isIn', { thing, place: b }));
  return out;
};

/** Apples come and go; in the end they are counted. */
const counting: Tale = (rng) => {
  const [p, q] = cast(rng, 2) as [string, string];
  const x = rng.pick(COUNTABLES);
  let n = 1 + rng.int(12);
  const out: Sentence[] = [sentence('has', { p, n, x })];
  for (let turns = 1 + rng.int(2); turns > 0; turns--) {
    const m = 1 + rng.int(9);
    if (rng.int(3) && n + m <= 40) {
      out.push(sentence(rng.pick(['gets', 'findsSome'] as const), { p, n: m, x }));
      n += m;
    } else if (m <= n) {
      out.push(rng.int(2) ? sentence('givesSome', { p, q, n: m, x }) : sentence('losesSome', { p, n: m, x }));
      n -= m;
    } else {
      continue;
    }
    out.push(n ? sentence('nowHasSome', { p, n, x }) : sentence('noneLeft', { p, x }));
    if (!n) break;
  }
  if (n && rng.int(3) === 0) out.push(sentence('knowsHowMany', { p, n, x, q: knower(rng, p, q) }));
  return out;
};

/** Two people count; who has more, and how many together. */
const together: Tale = (rng) => {
  const [p, q] = cast(rng, 2) as [string, string];
  const x = rng.pick(COUNTABLES);
  const [n, m] = pair(rng, Array.from({ length: 20 }, (_, i) => i + 1));
  const [more, less] = n > m ? [p, q] : [q, p];
  const out = [sentence('has', { p, n, x }), sentence('has', { p: q, n: m, x })];
  if (rng.int(3)) out.push(sentence('moreThan', { p: more, q: less, x }));
  const repeated = rng.int(2);
  if (repeated) out.push(sentence('has', { p: more, n: Math.max(n, m), x }));
  else if (rng.int(2)) out.push(sentence('together', { p, q, n: n + m, x }));
  return out;
};

/** A chain of comparisons and its two ends. */
const ranking: Tale = (rng) => {
  const [p, q, r] = rng.sample(STRANGER_IDS, 3) as [string, string, string];
  const [more, most, least] = rng.pick([['taller', 'tallest', 'shortest'], ['faster', 'fastest', 'slowest'], ['olderThan', 'oldest', 'youngest']] as const);
  const links = [sentence(more, { p, q }), sentence(more, { p: q, q: r })];
  const ends = [sentence(most, { p }), sentence(least, { p: r })];
  return [...(rng.int(3) ? links : links.toReversed()), ...(rng.int(2) ? ends : ends.toReversed()).slice(0, 1 + rng.int(2))];
};

/** Journeys: who is where now. */
const journey: Tale = (rng) => {
  const [p, q] = cast(rng, 2) as [string, string];
  const [a, b] = pair(rng, CITY_IDS);
  const out = [sentence('goesTo', { p, city: a }), sentence('isNowIn', { p, city: a })];
  if (rng.int(2)) out.push(sentence('meets', { p, q, city: a }));
  if (rng.int(2)) out.push(sentence('goesTo', { p, city: b }), sentence('isNowIn', { p, city: b }));
  return out;
};

/** Food is eaten up. */
const meal: Tale = (rng) => {
  const [p] = cast(rng, 1) as [string];
  const x = rng.pick(COUNTABLES.filter((id) => FOOD_IDS.includes(id)));
  const n = 2 + rng.int(14);
  const m = 1 + rng.int(Math.min(n, 9));
  return [sentence('has', { p, n, x }), sentence('eatsSome', { p, n: m, x }), m < n ? sentence('nowHasSome', { p, n: n - m, x }) : sentence('noneLeft', { p, x })];
};

/** Three people arrive; the last is named again. */
const arrivals: Tale = (rng) => {
  const [p, q, r] = cast(rng, 3) as [string, string, string];
  return [sentence('comesFirst', { p, q, r }), sentence('comesLast', { p: r })];
};

/** What goes for a city goes for who lives there. */
const rule: Tale = (rng) => {
  const [p, q] = pair(rng, STRANGER_IDS);
  const [a, b] = pair(rng, CITY_IDS);
  const [f, g] = pair(rng, FOOD_IDS);
  const first = [sentence('everyoneLikes', { city: a, food: f }), sentence('livesIn', { p, city: a })];
  const so = sentence('likes', { p, food: f });
  if (rng.int(2)) return [...(rng.int(3) ? first : first.toReversed()), so];
  const second = [sentence('everyoneLikes', { city: b, food: g }), sentence('livesIn', { p: q, city: b })];
  return [...first, so, ...second, sentence('likes', { p: q, food: g })];
};

/** Two strangers compared in one sentence, with "and" or "but". */
const contrast: Tale = (rng) => {
  const [p, q] = pair(rng, STRANGER_IDS);
  const plan = rng.pick(['livesIn', 'worksAs', 'likes'] as const);
  const [v, w] = pair(rng, plan === 'livesIn' ? CITY_IDS : plan === 'worksAs' ? JOB_IDS : FOOD_IDS);
  const slots = (who: string, what: string): Slots => ({ p: who, city: what, job: what, food: what });
  const apart = [sentence(plan, slots(p, v)), sentence(plan, slots(q, w))] as const;
  const joint = rng.sample(['and', 'but'] as const, 1 + rng.int(2)).map((by): Sentence => (language) => joinSentences(language, apart[0](language, 0), apart[1](language, 0), by));
  return rng.int(2) ? [...apart, ...joint] : joint;
};

/** A purchase, at the world's price. */
const market: Tale = (rng) => {
  const [p] = cast(rng, 1) as [string];
  const food = rng.pick(FOODS);
  return [sentence('buys', { p, food: food.id, n: food.price }), sentence('foodPrice', { food: food.id, n: food.price })];
};

/** Every tale and how often it is told. */
export const TALES: readonly (readonly [tale: Tale, weight: number])[] = [
  [chat, 22], [biography, 10], [inOwnWords, 6], [introduced, 3], [beast, 4], [neighbours, 12], [joined, 5], [hands, 8], [hidden, 2], [counting, 8], [together, 5], [ranking, 7], [journey, 2], [market, 2], [greeting, 4], [meal, 3], [arrivals, 2], [rule, 4], [contrast, 5],
];

const TOTAL = TALES.reduce((sum, [, weight]) => sum + weight, 0);

export function tale(rng: Rng): Sentence[] {
  let left = rng.int(TOTAL);
  for (const [tell, weight] of TALES) {
    left -= weight;
    if (left < 0) return tell(rng);
  }
  throw new Error('The weights of TALES do not add up.');
}
