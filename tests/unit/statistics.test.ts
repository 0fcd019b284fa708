import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import { Rng } from '../../src/core/rng.ts';
import { agreement, Bootstrap, bradleyTerry, cohenKappa, type Comparison, fleissKappa, type Game, instructionFollowing, krippendorffAlpha, median, type Observation, outcomeOf, pairsBetween, pairsWithin, quantile, type Vote, winRate } from '../../src/statistics/index.ts';

const observed = (...values: number[]): Observation[] => values.map((value, i) => ({ cluster: `${i}`, stratum: 'en', value }));

test('medians and quantiles are those of the textbook', () => {
  expect([median([3]), median([1, 9]), median([9, 1, 5]), median([4, 1, 3, 2])]).toEqual([3, 5, 5, 2.5]);
  expect(median([])).toBeNaN();
  // Sorted, NaN comes last: the middle of what is left would be 3.
  expect(median([1, NaN, 3])).toBeNaN();
  // Type 7 on 1..5: position 4p.
  expect([0, 0.1, 0.25, 0.5, 0.975, 1].map((p) => quantile([1, 2, 3, 4, 5], p))).toEqual([1, 1.4, 2, 3, 4.9, 5]);
});

test('nothing observed is no estimate, and not a number', () => {
  const { mean, low, high, n } = new Bootstrap().estimate([]);
  expect([mean, low, high, n]).toEqual([NaN, NaN, NaN, 0]);
});

test('a value that is no number is refused by its question, and never makes a mean', () => {
  const data = [...observed(4, 5), { cluster: '83', stratum: 'en', value: NaN }];
  expect(() => new Bootstrap().estimate(data)).toThrow(expect.objectContaining({ code: 'statistics.not-finite', data: { cluster: '83', stratum: 'en', value: NaN } }));
});

test('what does not vary has no interval', () => {
  expect(new Bootstrap(1).estimate(observed(4, 4, 4))).toEqual({ mean: 4, low: NaN, high: NaN, n: 3 });
  // Sums of equal values in another order differ in the last bit: that is no width either.
  expect(new Bootstrap(1).estimate(observed(...Array.from({ length: 7 }, () => 0.1)))).toMatchObject({ low: NaN, high: NaN, n: 7 });
});

test('one question, however often it was graded, tells its mean and no interval', () => {
  expect(new Bootstrap(1).estimate(observed(7))).toEqual({ mean: 7, low: NaN, high: NaN, n: 1 });
  expect(new Bootstrap(1).estimate([3, 8].map((value) => ({ cluster: '81', stratum: 'en', value })))).toEqual({ mean: 5.5, low: NaN, high: NaN, n: 2 });
});

test('two questions resample to the four outcomes of two draws', () => {
  // Means 0, 1/2, 1/2, 1 with probability a quarter each, so 2.5 % and 97.5 % are the ends.
  expect(new Bootstrap(3).estimate(observed(0, 1))).toEqual({ mean: 0.5, low: 0, high: 1, n: 2 });
});

test('the same seed gives the same interval and another seed nearly the same', () => {
  const rng = new Rng('data');
  const data = observed(...Array.from({ length: 60 }, () => rng.normal()));
  const [one, again, other] = [new Bootstrap(1), new Bootstrap(1), new Bootstrap(2)].map((bootstrap) => bootstrap.estimate(data));
  expect(one).toEqual(again);
  expect(one?.low).not.toBe(other?.low);
  expect(Math.abs((one?.low ?? 0) - (other?.low ?? 9))).toBeLessThan(0.08);
});

test('repeating a question’s grades adds observations and no certainty', () => {
  const rng = new Rng('clusters');
  const values = Array.from({ length: 30 }, () => rng.normal());
  const once = new Bootstrap(1).estimate(observed(...values));
  const fourfold = new Bootstrap(1).estimate(values.flatMap((value, i) => Array.from({ length: 4 }, () => ({ cluster: `${i}`, stratum: 'en', value }))));
  expect(fourfold.n).toBe(120);
  expect(fourfold.low).toBeCloseTo(once.low, 12);
  expect(fourfold.high).toBeCloseTo(once.high, 12);
});

test('the interval is as wide as the standard error says, and holds the truth about 95 times in 100', () => {
  const rng = new Rng('coverage');
  let held = 0;
  let width = 0;
  for (let round = 0; round < 400; round++) {
    const { low, high } = new Bootstrap(round, 400).estimate(observed(...Array.from({ length: 50 }, () => rng.normal())));
    if (low <= 0 && high >= 0) held++;
    width += (high - low) / 400;
  }
  // 2 x 1.96 / sqrt(50) = 0.554; percentile intervals run a little narrow (sqrt(49/50) and t against z).
  expect(width).toBeGreaterThan(0.51);
  expect(width).toBeLessThan(0.58);
  expect(held / 400).toBeGreaterThan(0.9);
  expect(held / 400).toBeLessThan(0.98);
});

test('languages are averaged apart, so that missing grades in one do not tilt the mean', () => {
  const estimate = new Bootstrap(1).estimate([
    { cluster: '1', stratum: 'en', value: 10 },
    { cluster: '1', stratum: 'de', value: 2 },
    { cluster: '2', stratum: 'de', value: 4 },
    { cluster: '3', stratum: 'de', value: 3 },
  ]);
  // en 10, de 3.
  expect(estimate).toMatchObject({ mean: 6.5, n: 4 });
});

test('orders that disagree are a tie, and a failed order is no comparison', () => {
  const cases: [Parameters<typeof outcomeOf>, string | null][] = [
    [['A', 'B'], 'win'],
    [['B', 'A'], 'loss'],
    [['A', 'A'], 'tie'],
    [['B', 'B'], 'tie'],
    [['A', 'tie'], 'tie'],
    [['both-bad', 'both-bad'], 'tie'],
    [['A', null], null],
    [[null, 'B'], null],
  ];
  for (const [verdicts, outcome] of cases) expect(outcomeOf(...verdicts), verdicts.join()).toBe(outcome);
});

test('win rate counts ties as a half, and fifty is parity', () => {
  const of = (language: string, ...outcomes: Comparison['outcome'][]): Comparison[] => outcomes.map((outcome, i) => ({ number: `${i}`, language, outcome }));
  const bootstrap = new Bootstrap(1);
  expect(winRate(of('de', 'win', 'win', 'tie', 'loss'), bootstrap)).toMatchObject({ mean: 0.625, n: 4 });
  const all = [...of('de', 'win', 'loss', 'tie', 'tie'), ...of('fi', 'win', 'win', 'win', 'tie')];
  expect(instructionFollowing(all, 'de', bootstrap)).toMatchObject({ mean: 50, n: 4 });
  expect(instructionFollowing(all, 'fi', bootstrap)).toMatchObject({ mean: 87.5, n: 4 });
  expect(instructionFollowing(all, 'sw', bootstrap).n).toBe(0);
});

test('agreement keeps ties in S1 and drops them in S2', () => {
  const judge: { item: string; votes: Vote[] }[] = [{ item: 'a', votes: ['A'] }, { item: 'b', votes: ['tie'] }, { item: 'c', votes: ['B'] }];
  const humans: { item: string; votes: Vote[] }[] = [{ item: 'a', votes: ['A', 'B'] }, { item: 'b', votes: ['tie', 'A'] }, { item: 'c', votes: ['B', 'tie'] }, { item: 'd', votes: ['A', 'A'] }];
  const pairs = pairsBetween(judge, humans);
  // a: yes, no; b: yes, no; c: yes, no. Without ties: a yes, a no, c yes.
  expect(agreement(pairs, 'S1')).toEqual({ share: 3 / 6, n: 6 });
  expect(agreement(pairs, 'S2')).toEqual({ share: 2 / 3, n: 3 });
  expect(agreement(pairsWithin(humans), 'S1')).toEqual({ share: 1 / 4, n: 4 });
  expect(pairsWithin([{ item: 'x', votes: ['A', 'B', 'tie'] }])).toEqual([['A', 'B'], ['A', 'tie'], ['B', 'tie']]);
  expect(agreement([], 'S1')).toEqual({ share: null, n: 0 });
  // Votes on one item may come in several entries.
  expect(pairsBetween([{ item: 'a', votes: ['A'] }], [{ item: 'a', votes: ['B'] }, { item: 'a', votes: ['A'] }])).toEqual([['A', 'B'], ['A', 'A']]);
  expect(pairsWithin([{ item: 'a', votes: ['A'] }, { item: 'b', votes: ['B'] }, { item: 'a', votes: ['tie'] }])).toEqual([['A', 'tie']]);
});

test('Cohen’s kappa of 20, 5, 10, 15 is 0.4', () => {
  const times = (n: number, a: string, b: string): [string, string][] => Array.from({ length: n }, () => [a, b]);
  // Observed 35/50; expected 0.5 x 0.6 + 0.5 x 0.4.
  expect(cohenKappa([...times(20, 'y', 'y'), ...times(5, 'y', 'n'), ...times(10, 'n', 'y'), ...times(15, 'n', 'n')])).toBeCloseTo(0.4, 12);
  // 45, 15, 25, 15 of 100: observed 0.6, expected 0.54.
  expect(cohenKappa([...times(45, 'y', 'y'), ...times(15, 'y', 'n'), ...times(25, 'n', 'y'), ...times(15, 'n', 'n')])).toBeCloseTo(0.06 / 0.46, 12);
  expect(cohenKappa(times(5, 'y', 'y'))).toBeNull();
  expect(cohenKappa([])).toBeNull();
  // Two raters who always differ on what the other never says: chance agrees never, and so do they.
  expect(cohenKappa([['y', 'n']])).toBe(0);
  expect(cohenKappa([['y', 'n'], ['n', 'y']])).toBe(-1);
});

test('Fleiss’ kappa of the textbook’s fourteen raters is 0.210', () => {
  const counts = [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1], [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]];
  expect(fleissKappa(counts)).toBeCloseTo(0.21, 3);
  expect(fleissKappa([[2, 0], [0, 2]])).toBe(1);
  expect(fleissKappa([[2, 0], [2, 0]])).toBeNull();
  // Categories are those of all rows. Observed (1 + 1/3) / 2, expected (4/6)² + (2/6)²: (2/3 - 5/9) / (4/9).
  for (const short of [[[3], [1, 2]], [[3, 0], [1, 2]], [[1, 2], [3]]]) expect(fleissKappa(short)).toBeCloseTo(0.25, 12);
  expect(fleissKappa([[1, 1]])).toBe(-1);
  expect(fleissKappa([])).toBeNull();
  for (const counts of [[[2, 0], [3, 0]], [[1, 0], [0, 1]], [[3, -1], [2, 0]], [[1.5, 0.5], [2, 0]], [[NaN, 2], [2, 0]]]) expect(() => fleissKappa(counts)).toThrow(expect.objectContaining({ code: 'statistics.raters' }));
});

test('Krippendorff’s alpha of his own example is 0.743 nominal, 0.815 ordinal, 0.849 interval', () => {
  const _ = null;
  const raters = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
  ];
  const units = Array.from({ length: 12 }, (__, u) => raters.map((rater) => rater[u]).filter((value) => typeof value === 'number'));
  expect(krippendorffAlpha(units, 'nominal')).toBeCloseTo(0.743, 3);
  expect(krippendorffAlpha(units, 'ordinal')).toBeCloseTo(0.815, 3);
  expect(krippendorffAlpha(units, 'interval')).toBeCloseTo(0.849, 3);
  expect(krippendorffAlpha([[1, 1], [2, 2]], 'nominal')).toBe(1);
  expect(krippendorffAlpha([[1], [2]], 'nominal')).toBeNull();
  expect(krippendorffAlpha([[1, 1], [1, 1]], 'interval')).toBeNull();
  expect(krippendorffAlpha([], 'ordinal')).toBeNull();
  // One item, two raters who differ: observed 1, expected 1 of the pairs there are.
  expect(krippendorffAlpha([[1, 2]], 'nominal')).toBe(0);
  expect(() => krippendorffAlpha([[1, 2], [NaN, 1]], 'interval')).toThrow(expect.objectContaining({ code: 'statistics.not-finite', data: { item: 1 } }));
});

test('three wins of four are log 3 apart', () => {
  const strengths = bradleyTerry([1, 1, 1, 0].map((score) => ({ a: 'x', b: 'y', score })));
  expect((strengths.get('x') ?? 0) - (strengths.get('y') ?? 0)).toBeCloseTo(Math.log(3), 8);
  const even = bradleyTerry([{ a: 'x', b: 'y', score: 0.5 }]);
  expect(even.get('x')).toBeCloseTo(0, 12);
});

test('Bradley-Terry strengths of the encyclopaedia’s four teams are theirs', () => {
  const wins: [string, string, number][] = [['A', 'B', 2], ['A', 'D', 1], ['B', 'A', 3], ['B', 'C', 5], ['C', 'B', 3], ['C', 'D', 1], ['D', 'A', 4], ['D', 'C', 3]];
  const strengths = bradleyTerry(wins.flatMap(([a, b, n]) => Array.from({ length: n }, () => ({ a, b, score: 1 }))));
  const total = [...strengths.values()].reduce((sum, s) => sum + Math.exp(s), 0);
  const shares = ['A', 'B', 'C', 'D'].map((team) => Math.exp(strengths.get(team) ?? NaN) / total);
  for (const [i, share] of [0.139, 0.226, 0.143, 0.492].entries()) expect(shares[i]).toBeCloseTo(share, 3);
});

test('where nobody ever lost there is no ranking, and it says for whom', () => {
  expect(() => bradleyTerry([{ a: 'x', b: 'y', score: 1 }])).toThrow(expect.objectContaining({ code: 'statistics.unconnected', data: { player: 'y' } }));
  expect(() => bradleyTerry([{ a: 'x', b: 'y', score: 0.5 }, { a: 'u', b: 'v', score: 0.5 }])).toThrow(/connect x/);
});

/** So many wins of one over another. */
const times = (n: number, a: string, b: string): Game[] => Array.from({ length: n }, () => ({ a, b, score: 1 }));

test('a chain of twelve at 999 to 1 is log 999 a step', () => {
  const names = Array.from({ length: 12 }, (_, i) => `p${i}`);
  const strengths = bradleyTerry(names.slice(1).flatMap((name, i) => [...times(999, names[i] as string, name), ...times(1, name, names[i] as string)]));
  for (const [i, name] of names.slice(1).entries()) expect((strengths.get(names[i] as string) ?? NaN) - (strengths.get(name) ?? NaN), name).toBeCloseTo(Math.log(999), 8);
  expect([...strengths.values()].reduce((sum, s) => sum + s, 0)).toBeCloseTo(0, 8);
});

test('lopsided games of five are those that SciPy finds', () => {
  // scipy.optimize.root on the gradient of the same likelihood; ties of a and e as a half each.
  const games = [...times(40, 'a', 'b'), ...times(2, 'b', 'a'), ...times(17, 'b', 'c'), ...times(5, 'c', 'b'), ...times(3, 'a', 'd'), ...times(1, 'd', 'a'), ...times(99, 'c', 'd'), ...times(1, 'd', 'c'), ...times(1, 'c', 'e'), ...times(250, 'd', 'e'), ...times(2, 'e', 'd'), { a: 'a', b: 'e', score: 0.5 }];
  const strengths = bradleyTerry(games);
  for (const [player, strength] of Object.entries({ a: 4.82798608, b: 2.4288742, c: 1.55898431, d: -2.10628444, e: -6.70956015 })) expect(strengths.get(player), player).toBeCloseTo(strength, 7);
});

test('a game against oneself, or with a score that is none, is refused', () => {
  for (const game of [{ a: 'x', b: 'x', score: 1 }, { a: 'x', b: 'y', score: NaN }, { a: 'x', b: 'y', score: 1.5 }, { a: 'x', b: 'y', score: -1 }]) {
    expect(() => bradleyTerry([{ a: 'x', b: 'y', score: 0.5 }, game])).toThrow(expect.objectContaining({ code: 'statistics.game', data: { game: 1, ...game } }));
  }
  expect(bradleyTerry([])).toEqual(new Map());
});

test.describe('what must not change a statistic', () => {
  const seeded = { seed: 1, numRuns: 60 };
  const same = (one: number | null, other: number | null): boolean => one === other || (one !== null && other !== null && (Math.abs(one - other) < 1e-6 || (Number.isNaN(one) && Number.isNaN(other))));
  const reversed = <T>(items: readonly T[]): T[] => items.toReversed();
  const labels = fc.constantFrom('a', 'b', 'c');
  const ratings = fc.array(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }), { maxLength: 12 });

  test('the order of items, and for kappa the names of labels and which rater comes first', () => {
    fc.assert(fc.property(fc.array(fc.tuple(labels, labels), { maxLength: 30 }), (pairs) => {
      const kappa = cohenKappa(pairs);
      const renamed = pairs.map(([a, b]): [string, string] => [`${a}!`, `${b}!`]);
      return [reversed(pairs), pairs.map(([a, b]): [string, string] => [b, a]), renamed].every((other) => same(kappa, cohenKappa(other))) && (kappa === null || (kappa <= 1 && kappa >= -1));
    }), seeded);
  });

  test('Fleiss’ kappa: the order of items and of categories, and categories that nobody chose', () => {
    const row = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }).map((votes) => [0, 1, 2].map((category) => votes.filter((vote) => vote === category).length));
    fc.assert(fc.property(fc.array(row, { maxLength: 12 }), (counts) => {
      const kappa = fleissKappa(counts);
      return [reversed(counts), counts.map(reversed), counts.map((each) => [...each, 0])].every((other) => same(kappa, fleissKappa(other)));
    }), seeded);
  });

  test('alpha: the order of items and raters, single values, and the unit of an interval scale', () => {
    fc.assert(fc.property(ratings, (units) => {
      const scaled = units.map((unit) => unit.map((value) => value * 10 + 3));
      return (['nominal', 'ordinal', 'interval'] as const).every((measurement) => {
        const alpha = krippendorffAlpha(units, measurement);
        return [reversed(units), units.map(reversed), [...units, [5]], scaled].every((other) => same(alpha, krippendorffAlpha(other, measurement)));
      });
    }), seeded);
  });

  test('Bradley-Terry: the order of games and sides, how often all were played, and names; its gradient is 0', () => {
    const played = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 12, maxLength: 12 });
    fc.assert(fc.property(played, (numbers) => {
      const names = ['a', 'b', 'c', 'd'];
      const ordered = names.flatMap((a) => names.filter((b) => b !== a).map((b): [string, string] => [a, b]));
      const games = ordered.flatMap(([a, b], i) => times(numbers[i] as number, a, b));
      const strengths = bradleyTerry(games);
      const at = (of: Map<string, number>, name: string): number => of.get(name) ?? NaN;
      const others = [reversed(games), games.map(({ a, b, score }) => ({ a: b, b: a, score: 1 - score })), [...games, ...games]].map(bradleyTerry);
      const renamed = bradleyTerry(games.map(({ a, b, score }) => ({ a: `${b}!`, b: `${a}!`, score: 1 - score })));
      const expected = (name: string): number => games.reduce((sum, { a, b }) => (a === name || b === name ? sum + 1 / (1 + Math.exp(at(strengths, a === name ? b : a) - at(strengths, name))) : sum), 0);
      const won = (name: string): number => games.filter(({ a }) => a === name).length;
      return names.every((name) => others.every((other) => same(at(strengths, name), at(other, name))) && same(at(strengths, name), at(renamed, `${name}!`)) && Math.abs(expected(name) - won(name)) < 1e-6);
    }), { seed: 1, numRuns: 15 });
  });

  test('means: the order of observations, names of questions and languages; shift and scale go through to the interval', () => {
    const observation = fc.record({ cluster: fc.integer({ min: 1, max: 6 }).map(String), stratum: fc.constantFrom('en', 'de'), value: fc.integer({ min: 1, max: 10 }) });
    fc.assert(fc.property(fc.array(observation, { minLength: 1, maxLength: 20 }), (data) => {
      const estimate = (of: readonly Observation[]) => new Bootstrap(1, 200).estimate(of);
      const { mean, low, high, n } = estimate(data);
      const named = estimate(data.map((each) => ({ ...each, cluster: `${each.cluster}!`, stratum: `${each.stratum}!` })));
      const scaled = estimate(data.map((each) => ({ ...each, value: each.value * 10 - 7 })));
      const backwards = estimate(reversed(data));
      return [backwards.mean, backwards.low, backwards.high].every((value, i) => same(value, [mean, low, high][i] as number)) && n === data.length
        && [named.mean, named.low, named.high].every((value, i) => same(value, [mean, low, high][i] as number))
        && [scaled.mean, scaled.low, scaled.high].every((value, i) => same(value, ([mean, low, high][i] as number) * 10 - 7))
        && (Number.isNaN(low) || (low <= mean && mean <= high) || low < high);
    }), seeded);
  });
});
