/** Roleplay: speaking as somebody else, a person of the world, a stranger or an animal. */
import { type Kind, kind } from '../kind.ts';
import { value, wording } from '../look.ts';
import { animal, ANIMAL_IDS, CITY_IDS, DIET_IDS, FOOD_IDS, JOB_IDS, other, PERSON_IDS, personOf, STRANGER_IDS, two } from '../pools.ts';
import type { Tongue } from '../tongue.ts';
import type { PersonFact } from '../../phrases/types.ts';
import { meal } from './writing.ts';

/** "You are Ada, a baker from Rome. Introduce yourself." Then: in the third person. */
const introduce = kind({
  id: 'introduce',
  category: 'roleplay',
  draw: (rng) => ({ p: rng.pick(STRANGER_IDS), job: rng.pick(JOB_IDS), city: rng.pick(CITY_IDS) }),
  facts: ({ p, job, city }) => [`${p}:job:${job}`, `${p}:city:${city}`],
  slip: (args, rng) => ({ ...args, job: other(rng, JOB_IDS, args.job) }),
  slots: (args) => args,
  answers: (args, t, choice) => [
    `${t.say('myNameIs', { p: args.p }, choice)} ${t.person('I', ['worksAs', 'livesIn'], args, choice, args.p)}`,
    t.person({ person: args.p }, ['worksAs', 'livesIn'], args, choice),
  ],
  content(args, t) {
    const checks = [value(t, 'name', args.p, STRANGER_IDS), value(t, 'profession', args.job, JOB_IDS), value(t, 'city', args.city, CITY_IDS)];
    return [checks, checks];
  },
  form: (_, t) => [{ sentences: 3, wording: [firstPerson(t)] }, { sentences: 2, wording: [thirdPerson(t)] }],
});

/** "You are a lion. Who are you and what do you eat?" Then: as a cow. */
const beast = kind({
  id: 'beast',
  category: 'roleplay',
  draw(rng) {
    const [a, b] = two(rng, ANIMAL_IDS);
    return { a, b, foodA: animal(a).eats.id, foodB: animal(b).eats.id };
  },
  facts: ({ a, b }) => [`i-am:${a}`, `i-am:${b}`],
  slip: (args, rng) => ({ ...args, foodA: other(rng, DIET_IDS, args.foodA), foodB: other(rng, DIET_IDS, args.foodB) }),
  slots: ({ a, b }) => ({ a, b }),
  answers: ({ a, b, foodA, foodB }, t, choice) => [
    `${t.say('iAmAnimal', { a }, choice)} ${t.say('iEat', { food: meal(foodA) }, choice)}`,
    `${t.say('iAmAnimal', { a: b }, choice)} ${t.say('iEat', { food: meal(foodB) }, choice)}`,
  ],
  content: ({ a, b, foodA, foodB }, t) => [
    [value(t, 'animal', a, ANIMAL_IDS), value(t, 'food', foodA, DIET_IDS)],
    [value(t, 'animal', b, ANIMAL_IDS), value(t, 'food', foodB, DIET_IDS)],
  ],
  form: (_, t) => [{ sentences: 2, wording: [firstPerson(t)] }, { sentences: 2, wording: [firstPerson(t)] }],
});

const PERSONA_FACTS = ['livesIn', 'worksAs', 'likes'] as const;

/** "You are Anna. Where do you live?" Anna is of the world: her facts are known. Then another of her facts. */
const persona = kind({
  id: 'persona',
  category: 'roleplay',
  draw(rng) {
    const p = rng.pick(PERSON_IDS);
    const [x, y] = two(rng, PERSONA_FACTS);
    const { city, profession, food } = personOf(p);
    return { p, x, y, city, job: profession, food };
  },
  facts: ({ p, x, y }) => [`${p}:${x}`, `${p}:${y}`],
  slip: (args, rng) => ({ ...args, city: other(rng, CITY_IDS, args.city), job: other(rng, JOB_IDS, args.job), food: other(rng, FOOD_IDS, args.food) }),
  slots: ({ p, x, y }, t) => ({ p, q1: { text: t.wording.you[x] }, q2: { text: t.wording.you[y] } }),
  answers: (args, t, choice) => [t.person('I', [args.x], args, choice, args.p), t.person('I', [args.y], args, choice, args.p)],
  content(args, t) {
    const check = (fact: PersonFact) => (fact === 'livesIn' ? value(t, 'city', args.city, CITY_IDS) : fact === 'worksAs' ? value(t, 'profession', args.job, JOB_IDS) : value(t, 'food', args.food, FOOD_IDS));
    return [[check(args.x)], [check(args.y)]];
  },
  form: (_, t) => [{ sentences: 1, wording: [firstPerson(t)] }, { sentences: 1, wording: [firstPerson(t)] }],
});

/** "You are Ada and you meet Boris. Say hello." Then: say goodbye. */
const greet = kind({
  id: 'greet',
  category: 'roleplay',
  draw(rng) {
    const [p, q] = two(rng, STRANGER_IDS);
    return { p, q };
  },
  facts: ({ p, q }) => [`greet:${p}:${q}`],
  slip: (args, rng) => ({ ...args, q: other(rng, STRANGER_IDS, args.p, args.q) }),
  slots: (args) => args,
  answers: ({ p, q }, t, choice) => [`${t.say('hello', { q })} ${t.say('myNameIs', { p }, choice)}`, t.say('goodbye', { q })],
  content: ({ p, q }, t) => [
    [value(t, 'own name', p, STRANGER_IDS, [q]), value(t, 'name greeted', q, STRANGER_IDS, [p])],
    [value(t, 'name', q, STRANGER_IDS, [p])],
  ],
  form: (_, t) => [
    { sentences: 3, wording: [wording('greeting', [greeting(t, 'hello')])] },
    { sentences: 2, wording: [wording('farewell', [greeting(t, 'goodbye')], [greeting(t, 'hello')])] },
  ],
});

export const ROLEPLAY: readonly Kind[] = [introduce, beast, persona, greet];

/** The words of "Hello, Ada!" without the name. */
function greeting(t: Tongue, plan: 'hello' | 'goodbye'): string {
  return t.say(plan, { q: { text: '' } });
}

function firstPerson(t: Tongue): ReturnType<typeof wording> {
  return wording('first person', t.wording.firstPerson);
}

/** Spoken of, not speaking: no word of the first person. */
function thirdPerson(t: Tongue): ReturnType<typeof wording> {
  return { type: 'subject', name: 'person', forms: [], rivals: [...t.wording.firstPerson] };
}

