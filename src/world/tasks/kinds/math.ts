/** Math: small sums, doubled or added to; which number is greater; apples that come and go. */
import { type Kind, kind } from '../kind.ts';
import { number, result, subject } from '../look.ts';
import { between, COUNTABLE_IDS, miscount, other, STRANGER_IDS } from '../pools.ts';
import { sumKey } from './reasoning.ts';

/** "What is three plus four?" Then: double it. */
const double = kind({
  id: 'double',
  category: 'math',
  draw(rng) {
    const n = between(rng, 1, 9);
    const m = between(rng, 1, 10 - n);
    return { n, m, k: n + m, twice: 2 * (n + m) };
  },
  facts: ({ n, m }) => [sumKey(n, m), sumKey(n + m, n + m)],
  slip: (args, rng) => ({ ...args, k: miscount(rng, args.k), twice: miscount(rng, args.twice) }),
  slots: ({ n, m }) => ({ n, m }),
  answers: ({ n, m, k, twice }, t, choice) => [t.say('plus', { n, m, k }, choice), t.say('plus', { n: n + m, m: n + m, k: twice }, choice)],
  content: ({ k, twice }, t) => [[result(t, k)], [result(t, twice)]],
});

/** "What is three plus four?" Then: now add five. */
const add = kind({
  id: 'add',
  category: 'math',
  draw(rng) {
    const n = between(rng, 1, 9);
    const m = between(rng, 1, 9);
    const j = between(rng, 1, Math.min(9, 20 - n - m));
    return { n, m, k: n + m, j, total: n + m + j };
  },
  facts: ({ n, m, j }) => [sumKey(n, m), sumKey(n + m, j)],
  slip: (args, rng) => ({ ...args, k: miscount(rng, args.k), total: miscount(rng, args.total) }),
  slots: ({ n, m, j }) => ({ n, m, j }),
  answers: ({ n, m, k, j, total }, t, choice) => [t.say('plus', { n, m, k }, choice), t.say('plus', { n: n + m, m: j, k: total }, choice)],
  content: ({ k, total }, t) => [[result(t, k)], [result(t, total)]],
});

/** "Which number is greater: seven or four?" Then: and which is smaller? */
const greater = kind({
  id: 'greater',
  category: 'math',
  draw(rng) {
    const n = between(rng, 2, 40);
    const m = other(rng, Array.from({ length: 39 }, (_, i) => i + 2), n);
    return { n, m, swapped: 0 };
  },
  facts: ({ n, m }) => [`order:${Math.min(n, m)}<${Math.max(n, m)}`],
  slip: (args) => ({ ...args, swapped: 1 }),
  slots: ({ n, m }) => ({ n, m }),
  answers({ n, m, swapped }, t, choice) {
    const [high, low] = (n > m) === (swapped === 0) ? [n, m] : [m, n];
    return [t.say('greater', { n: high, m: low }, choice), t.say('less', { n: low, m: high }, choice)];
  },
  content({ n, m }, t) {
    const high = t.number(Math.max(n, m));
    const low = t.number(Math.min(n, m));
    return [
      [{ type: 'winner', name: 'greater number', winner: high, loser: low, inverse: t.wording.inverse.less }],
      [{ type: 'winner', name: 'smaller number', winner: low, loser: high, inverse: t.wording.inverse.greater }],
    ];
  },
});

/** "Ada has three apples. She gets two more. How many does she have now?" Then she finds some more. */
const apples = kind({
  id: 'apples',
  category: 'math',
  draw(rng) {
    const n = between(rng, 2, 9);
    const m = between(rng, 2, 9);
    const j = between(rng, 2, Math.min(9, 20 - n - m));
    return { p: rng.pick(STRANGER_IDS), x: rng.pick(COUNTABLE_IDS), n, m, k: n + m, j, total: n + m + j };
  },
  facts: ({ p, x, n, m, j }) => [`${p}:${n}:${x}`, sumKey(n, m), sumKey(n + m, j)],
  slip: (args, rng) => ({ ...args, k: miscount(rng, args.k), total: miscount(rng, args.total) }),
  slots: ({ p, x, n, m, j }, t) => ({
    s1: { text: t.say('has', { p, n, x }) },
    s2: { text: t.say('gets', { p, n: m, x }) },
    s3: { text: t.say('findsSome', { p, n: j, x }) },
    p,
    x,
    howMany: t.howMany(x),
  }),
  answers: ({ p, x, k, total }, t, choice) => [t.say('nowHasSome', { p, n: k, x }, choice), t.say('nowHasSome', { p, n: total, x }, choice)],
  content: ({ p, k, total }, t) => [
    [subject(t, 'person', [p], STRANGER_IDS), number(t, k)],
    [subject(t, 'person', [p], STRANGER_IDS), number(t, total)],
  ],
});

export const MATH: readonly Kind[] = [double, add, greater, apples];
