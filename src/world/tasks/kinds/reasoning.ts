/** Reasoning: who is first of three, who has more, what follows from a rule, who has the ball in the end. */
import { COLOURS, THINGS } from '../../facts.ts';
import { type Kind, kind } from '../kind.ts';
import { number, subject, value } from '../look.ts';
import { between, CITY_IDS, COUNTABLE_IDS, FOOD_IDS, other, STRANGER_IDS, two } from '../pools.ts';
import { RANKING_IDS, RANKINGS } from '../rankings.ts';

/** "Ada is older than Boris. Boris is older than Carla. Who is the oldest?" Then: and the youngest? */
const ranking = kind({
  id: 'ranking',
  category: 'reasoning',
  draw(rng) {
    const [p, q, r] = rng.sample(STRANGER_IDS, 3) as [string, string, string];
    return { by: rng.pick(RANKING_IDS), p, q, r, mixed: rng.int(2) };
  },
  facts: ({ by, p, q, r }) => [`${by}:${p}>${q}`, `${by}:${q}>${r}`],
  slip: (args) => ({ ...args, p: args.q, r: args.q }),
  slots({ by, p, q, r, mixed }, t) {
    const relation = RANKINGS[by].relation;
    const pair = [{ text: t.say(relation, { p, q }) }, { text: t.say(relation, { p: q, q: r }) }] as const;
    return { s1: pair[mixed] as { text: string }, s2: pair[1 - mixed] as { text: string }, q1: { text: t.wording.ranking[by][0] }, q2: { text: t.wording.ranking[by][1] } };
  },
  answers: ({ by, p, r }, t, choice) => [t.say(RANKINGS[by].top, { p }, choice), t.say(RANKINGS[by].bottom, { p: r }, choice)],
  content: ({ p, r }, t) => [[value(t, 'person', p, STRANGER_IDS)], [value(t, 'person', r, STRANGER_IDS)]],
});

/** "Ada has three apples. Boris has five apples. Who has more apples?" Then: how many has that one? */
const more = kind({
  id: 'more',
  category: 'reasoning',
  draw(rng) {
    const [p, q] = two(rng, STRANGER_IDS);
    const n = between(rng, 2, 9);
    return { p, n, q, m: other(rng, [2, 3, 4, 5, 6, 7, 8, 9], n), x: rng.pick(COUNTABLE_IDS) };
  },
  facts: ({ p, n, q, m, x }) => [`${p}:${n}:${x}`, `${q}:${m}:${x}`],
  slip: (args) => ({ ...args, n: args.m, m: args.n }),
  slots: ({ p, n, q, m, x }, t) => ({ s1: { text: t.say('has', { p, n, x }) }, s2: { text: t.say('has', { p: q, n: m, x }) }, x, winner: n > m ? p : q, howMany: t.howMany(x) }),
  answers({ p, n, q, m, x }, t, choice) {
    const [most, least] = n > m ? [p, q] : [q, p];
    return [t.say('moreThan', { p: most, q: least, x }, choice), t.say('has', { p: most, n: Math.max(n, m), x }, choice)];
  },
  content({ p, n, q, m }, t) {
    const [most, least] = n > m ? [p, q] : [q, p];
    return [
      [{ type: 'winner', name: 'person with more', winner: t.forms(most), loser: t.forms(least), inverse: t.wording.inverse.fewer }],
      [subject(t, 'person', [most], STRANGER_IDS), number(t, Math.max(n, m))],
    ];
  },
});

/** "In Rome everyone likes cheese. Ada lives in Rome. What does Ada like?" Then the same of Paris and Boris. */
const rule = kind({
  id: 'rule',
  category: 'reasoning',
  draw(rng) {
    const [p, q] = two(rng, STRANGER_IDS);
    const [a, b] = two(rng, CITY_IDS);
    const [f, g] = two(rng, FOOD_IDS);
    return { p, a, f, q, b, g };
  },
  facts: ({ p, a, f, q, b, g }) => [`${p}:city:${a}`, `${q}:city:${b}`, `everyone:${a}:${f}`, `everyone:${b}:${g}`, `${p}:food:${f}`, `${q}:food:${g}`],
  slip: (args) => ({ ...args, f: args.g, g: args.f }),
  slots: ({ p, a, f, q, b, g }, t) => ({
    r1: { text: t.say('everyoneLikes', { city: a, food: f }) },
    r2: { text: t.say('everyoneLikes', { city: b, food: g }) },
    s1: { text: t.say('livesIn', { p, city: a }) },
    s2: { text: t.say('livesIn', { p: q, city: b }) },
    p,
    q,
  }),
  answers: ({ p, f, q, g }, t, choice) => [t.person({ person: p }, ['likes'], { food: f }, choice), t.person({ person: q }, ['likes'], { food: g }, choice)],
  content: ({ p, f, q, g }, t) => [
    [subject(t, 'person', [p], STRANGER_IDS), value(t, 'food', f, FOOD_IDS)],
    [subject(t, 'person', [q], STRANGER_IDS), value(t, 'food', g, FOOD_IDS)],
  ],
});

/** "Ada has the red ball. Ada gives Boris the red ball. Who has the ball now?" Then Boris gives it to Carla. */
const handover = kind({
  id: 'handover',
  category: 'reasoning',
  draw(rng) {
    const [p, q, r] = rng.sample(STRANGER_IDS, 3) as [string, string, string];
    return { p, q, r, thing: rng.pick(THINGS), colour: rng.pick(COLOURS) };
  },
  facts: ({ p, q, r, thing }) => [`gives:${p}:${q}:${thing}`, `gives:${q}:${r}:${thing}`],
  slip: (args) => ({ ...args, q: args.p, r: args.q }),
  slots: ({ p, q, r, thing, colour }, t) => ({
    s1: { text: t.say('hasThing', { p, thing, colour }) },
    s2: { text: t.say('givesThing', { p, q, thing, colour }) },
    s3: { text: t.say('givesThing', { p: q, q: r, thing, colour }) },
    thing,
    colour,
  }),
  answers: ({ q, r, thing, colour }, t, choice) => [t.say('nowHas', { p: q, thing, colour }, choice), t.say('nowHas', { p: r, thing, colour }, choice)],
  content: ({ q, r }, t) => [[value(t, 'person', q, STRANGER_IDS)], [value(t, 'person', r, STRANGER_IDS)]],
});

export const REASONING: readonly Kind[] = [ranking, more, rule, handover];

/** Sums are the same whichever way round. */
export function sumKey(n: number, m: number): string {
  return `sum:${Math.min(n, m)}+${Math.max(n, m)}`;
}

