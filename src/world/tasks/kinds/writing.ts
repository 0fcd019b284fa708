/** Writing: notes to sentences, sentences joined and negated, a sentence about an animal. */
import { type Kind, kind } from '../kind.ts';
import { anyValue, subject, value, wording } from '../look.ts';
import { animal, ANIMAL_IDS, CITY_IDS, FOOD_IDS, JOB_IDS, other, STRANGER_IDS, two } from '../pools.ts';
import { legForms, placeForms } from '../forms.ts';
import type { Tongue } from '../tongue.ts';

/** "Write two sentences about Ada: baker, Rome, cheese." Then: in one sentence. */
const portrait = kind({
  id: 'portrait',
  category: 'writing',
  draw: (rng) => ({ p: rng.pick(STRANGER_IDS), job: rng.pick(JOB_IDS), city: rng.pick(CITY_IDS), food: rng.pick(FOOD_IDS) }),
  facts: ({ p, job, city, food }) => [`${p}:job:${job}`, `${p}:city:${city}`, `${p}:food:${food}`],
  slip: (args, rng) => ({ ...args, city: other(rng, CITY_IDS, args.city), food: other(rng, FOOD_IDS, args.food) }),
  slots: (args, t) => ({ ...args, city: t.bare(args.city) }),
  answers: (args, t, choice) => [
    `${t.person({ person: args.p }, ['worksAs', 'livesIn'], args, choice)} ${t.person({ pronoun: args.p }, ['likes'], args, choice)}`,
    t.person({ person: args.p }, ['worksAs', 'livesIn', 'likes'], args, choice),
  ],
  content(args, t) {
    const checks = [value(t, 'name', args.p, STRANGER_IDS), value(t, 'profession', args.job, JOB_IDS), value(t, 'city', args.city, CITY_IDS), value(t, 'food', args.food, FOOD_IDS)];
    return [checks, checks];
  },
  form: () => [{ sentences: 2 }, { sentences: 1 }],
});

/** "Join with and: Ada lives in Rome. Boris lives in Paris." Then: with but. */
const join = kind({
  id: 'join',
  category: 'writing',
  draw(rng) {
    const [p, q] = two(rng, STRANGER_IDS);
    const [a, b] = two(rng, CITY_IDS);
    return { p, a, q, b };
  },
  facts: ({ p, a, q, b }) => [`${p}:city:${a}`, `${q}:city:${b}`],
  slip: (args, rng) => ({ ...args, b: other(rng, CITY_IDS, args.a, args.b) }),
  slots: ({ p, a, q, b }, t) => ({
    s1: { text: t.say('livesIn', { p, city: a }) },
    s2: { text: t.say('livesIn', { p: q, city: b }) },
    and: { text: t.book.and },
    but: { text: bareBut(t) },
  }),
  answers({ p, a, q, b }, t, choice) {
    const first = clause(t.say('livesIn', { p, city: a }, choice));
    const second = clause(t.say('livesIn', { p: q, city: b }, choice));
    return [t.render(`{first} ${t.book.and} {second}.`, { first, second }), t.render(`{first}${t.book.but} {second}.`, { first, second })];
  },
  content({ p, a, q, b }, t) {
    const checks = [value(t, 'first name', p, STRANGER_IDS, [q]), value(t, 'second name', q, STRANGER_IDS, [p]), value(t, 'first city', a, CITY_IDS, [b]), value(t, 'second city', b, CITY_IDS, [a])];
    return [checks, checks];
  },
  form(_, t) {
    const but = bareBut(t);
    return [{ sentences: 1, wording: [wording(`word "${t.book.and}"`, t.wording.ands, [but])] }, { sentences: 1, wording: [wording(`word "${but}"`, [but])] }];
  },
});

/** "Write a sentence about the lion." Any true one will do. Then: about another animal. */
const about = kind({
  id: 'about',
  category: 'writing',
  draw(rng) {
    const [a, b] = two(rng, ANIMAL_IDS);
    return { a, b, foodA: animal(a).eats.id, foodB: animal(b).eats.id };
  },
  facts: ({ a, b }) => [`about:${a}`, `about:${b}`],
  slip(args, rng) {
    const wrong = other(rng, ANIMAL_IDS.filter((id) => animal(id).eats.id !== args.foodA && animal(id).eats.id !== args.foodB), args.a);
    return { ...args, foodA: animal(wrong).eats.id, foodB: animal(wrong).eats.id };
  },
  slots: ({ a, b }) => ({ a, b }),
  answers: ({ a, b, foodA, foodB }, t, choice) => [t.say('eats', { a, food: meal(foodA) }, choice), t.say('eats', { a: b, food: meal(foodB) }, choice)],
  content: ({ a, b }, t) => [aboutChecks(t, a), aboutChecks(t, b)],
});

/** "Put into the negative: Ada lives in Rome." Then another sentence. */
const negate = kind({
  id: 'negate',
  category: 'writing',
  draw(rng) {
    const [p, q] = two(rng, STRANGER_IDS);
    return { p, city: rng.pick(CITY_IDS), q, food: rng.pick(FOOD_IDS) };
  },
  facts: ({ p, city, q, food }) => [`${p}:city:${city}`, `${q}:food:${food}`],
  slip: (args, rng) => ({ ...args, city: other(rng, CITY_IDS, args.city), food: other(rng, FOOD_IDS, args.food) }),
  slots: ({ p, city, q, food }, t) => ({ s1: { text: t.say('livesIn', { p, city }) }, s2: { text: t.person({ person: q }, ['likes'], { food }) } }),
  answers: ({ p, city, q, food }, t, choice) => [t.deny(p, 'livesIn', { city }, choice), t.deny(q, 'likes', { food }, choice)],
  content: ({ p, city, q, food }, t) => [
    [subject(t, 'person', [p], STRANGER_IDS), value(t, 'city', city, CITY_IDS), wording('negation', t.wording.negations)],
    [subject(t, 'person', [q], STRANGER_IDS), value(t, 'food', food, FOOD_IDS), wording('negation', t.wording.negations)],
  ],
});

export const WRITING: readonly Kind[] = [portrait, join, about, negate];

/** What an animal eats, in the number its fact is told in. */
export function meal(food: string): { id: string; number: 'sg' | 'pl' } {
  return { id: food, number: ANIMAL_IDS.map(animal).find((a) => a.eats.id === food)?.eats.number ?? 'sg' };
}

/** "But" without the comma before it. */
function bareBut(t: Tongue): string {
  return t.book.but.replace(/^,?\s*/u, '');
}

/** The sentence without its full stop, to stand inside another. */
function clause(sentence: string): { text: string } {
  return { text: sentence.replace(/\.$/u, '') };
}

/** It is about this animal, says something true, and nothing false about food or legs. */
function aboutChecks(t: Tongue, id: string): ReturnType<Kind['content']>[0] {
  const { eats, habitat, legs, kind: sort } = animal(id);
  const foods = anyValue(t, 'fact', [eats.id], ANIMAL_IDS.map((a) => animal(a).eats.id));
  const more = [...placeForms(t.code, habitat), ...(legs > 0 ? legForms(t.code, legs) : []), ...(sort === null ? [] : t.forms(sort))];
  return [value(t, 'animal', id, ANIMAL_IDS, [eats.id]), { ...foods, forms: [...foods.forms, ...more] }];
}

