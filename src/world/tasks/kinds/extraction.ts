/** Extraction: questions about a little text; strangers only, so that nothing but the text can tell. */
import { type Kind, kind } from '../kind.ts';
import { given, items, subject, value } from '../look.ts';
import { CITY_IDS, FOOD_IDS, JOB_IDS, other, STRANGER_IDS, two } from '../pools.ts';

/** Two people in two cities. */
function drawTwo(rng: Parameters<Kind['draw']>[0]): { p: string; a: string; q: string; b: string } {
  const [p, q] = two(rng, STRANGER_IDS);
  const [a, b] = two(rng, CITY_IDS);
  return { p, a, q, b };
}

/** "Ada lives in Rome. Boris lives in Paris. Where does Ada live?" Then: and Boris? */
const where = kind({
  id: 'where',
  category: 'extraction',
  draw: drawTwo,
  facts: ({ p, a, q, b }) => [`${p}:city:${a}`, `${q}:city:${b}`],
  slip: (args) => ({ ...args, a: args.b, b: args.a }),
  slots: ({ p, a, q, b }, t) => ({ s1: { text: t.say('livesIn', { p, city: a }) }, s2: { text: t.say('livesIn', { p: q, city: b }) }, p, q }),
  answers: ({ p, a, q, b }, t, choice) => [t.say('livesIn', { p, city: a }, choice), t.say('livesIn', { p: q, city: b }, choice)],
  content: ({ p, a, q, b }, t) => [
    [subject(t, 'person', [p], STRANGER_IDS), value(t, 'city', a, CITY_IDS)],
    [subject(t, 'person', [q], STRANGER_IDS), value(t, 'city', b, CITY_IDS)],
  ],
});

/** "Ada lives in Rome. Boris lives in Paris. Who lives in Paris?" Then: and in Rome? */
const who = kind({
  id: 'who',
  category: 'extraction',
  draw: drawTwo,
  facts: ({ p, a, q, b }) => [`${p}:city:${a}`, `${q}:city:${b}`],
  slip: (args) => ({ ...args, p: args.q, q: args.p }),
  slots: ({ p, a, q, b }, t) => ({ s1: { text: t.say('livesIn', { p, city: a }) }, s2: { text: t.say('livesIn', { p: q, city: b }) }, a, b }),
  answers: ({ p, a, q, b }, t, choice) => [t.say('livesIn', { p: q, city: b }, choice), t.say('livesIn', { p, city: a }, choice)],
  content: ({ p, a, q, b }, t) => [
    [value(t, 'person', q, STRANGER_IDS), given(value(t, 'city', b, CITY_IDS))],
    [value(t, 'person', p, STRANGER_IDS), given(value(t, 'city', a, CITY_IDS))],
  ],
});

/** "Ada works as a baker and lives in Rome. She likes cheese. What is her profession?" Then: what does she like? */
const profile = kind({
  id: 'profile',
  category: 'extraction',
  draw: (rng) => ({ p: rng.pick(STRANGER_IDS), job: rng.pick(JOB_IDS), city: rng.pick(CITY_IDS), food: rng.pick(FOOD_IDS) }),
  facts: ({ p, job, city, food }) => [`${p}:job:${job}`, `${p}:city:${city}`, `${p}:food:${food}`],
  slip: (args, rng) => ({ ...args, job: other(rng, JOB_IDS, args.job), food: other(rng, FOOD_IDS, args.food) }),
  slots: (args, t) => ({ s1: { text: t.person({ person: args.p }, ['livesIn', 'worksAs'], args) }, s2: { text: t.person({ pronoun: args.p }, ['likes'], args) }, p: args.p }),
  answers: (args, t, choice) => [t.person({ person: args.p }, ['worksAs'], args, choice), t.person({ person: args.p }, ['likes'], args, choice)],
  content: ({ p, job, food }, t) => [
    [subject(t, 'person', [p], STRANGER_IDS), value(t, 'profession', job, JOB_IDS)],
    [subject(t, 'person', [p], STRANGER_IDS), value(t, 'food', food, FOOD_IDS)],
  ],
});

/** "Ada lives in Rome. Boris lives in Paris. List the names." Then: now the cities. */
const names = kind({
  id: 'names',
  category: 'extraction',
  draw: drawTwo,
  facts: ({ p, a, q, b }) => [`${p}:city:${a}`, `${q}:city:${b}`],
  slip: (args, rng) => ({ ...args, q: other(rng, STRANGER_IDS, args.p, args.q), b: other(rng, CITY_IDS, args.a, args.b) }),
  slots: ({ p, a, q, b }, t) => ({ s1: { text: t.say('livesIn', { p, city: a }) }, s2: { text: t.say('livesIn', { p: q, city: b }) } }),
  answers: ({ p, a, q, b }, t) => [t.phrase('{list:comma}', { list: [p, q] }), t.phrase('{list:comma}', { list: [t.bare(a), t.bare(b)] })],
  content: ({ p, a, q, b }, t) => [[items('list of names', [t.forms(p), t.forms(q)])], [items('list of cities', [t.forms(a), t.forms(b)])]],
  form: () => [{ shape: 'line' }, { shape: 'line' }],
});

export const EXTRACTION: readonly Kind[] = [where, who, profile, names];
