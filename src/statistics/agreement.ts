/** Agreement between judges on pairs of answers (Zheng et al. 2023, section 4.1) and chance-corrected agreement between two raters. */

import { LabError } from '../core/errors.ts';

export type Vote = 'A' | 'B' | 'tie';

/** One item's votes by two groups of raters, or by one. */
export interface VotesOnItem {
  item: string;
  votes: readonly Vote[];
}

export interface Agreement {
  /** Share of pairs that agree, 0..1; null where there is no pair. */
  share: number | null;
  /** Pairs of votes compared. */
  n: number;
}

/** S1 keeps ties, S2 drops every pair that has one. */
export function agreement(pairs: readonly (readonly [Vote, Vote])[], setup: 'S1' | 'S2'): Agreement {
  const counted = setup === 'S1' ? pairs : pairs.filter(([a, b]) => a !== 'tie' && b !== 'tie');
  const same = counted.filter(([a, b]) => a === b).length;
  return { share: counted.length === 0 ? null : same / counted.length, n: counted.length };
}

/** Every vote of one group against every vote of the other on the same item: judge against humans. */
export function pairsBetween(one: readonly VotesOnItem[], other: readonly VotesOnItem[]): [Vote, Vote][] {
  const votesOf = votesByItem(other);
  return one.flatMap(({ item, votes }) => votes.flatMap((a) => (votesOf.get(item) ?? []).map((b): [Vote, Vote] => [a, b])));
}

/** Every two votes of different raters on the same item: the human-human ceiling. */
export function pairsWithin(items: readonly VotesOnItem[]): [Vote, Vote][] {
  return [...votesByItem(items).values()].flatMap((votes) => votes.flatMap((a, i) => votes.slice(i + 1).map((b): [Vote, Vote] => [a, b])));
}

/** All votes on each item, however many entries they came in. */
function votesByItem(items: readonly VotesOnItem[]): Map<string, Vote[]> {
  const votesOf = new Map<string, Vote[]>();
  for (const { item, votes } of items) votesOf.set(item, [...(votesOf.get(item) ?? []), ...votes]);
  return votesOf;
}

/**
 * Cohen's kappa (1960) of two raters' labels. Null where it is not defined: no items, or both raters always say the same one
 * thing, so that chance alone would agree.
 */
export function cohenKappa(pairs: readonly (readonly [string, string])[]): number | null {
  const n = pairs.length;
  const share = (labels: readonly string[], label: string): number => labels.filter((other) => other === label).length / n;
  const [first, second] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
  const observed = pairs.filter(([a, b]) => a === b).length / n;
  const expected = [...new Set([...first, ...second])].reduce((sum, label) => sum + share(first, label) * share(second, label), 0);
  return n === 0 || expected === 1 ? null : (observed - expected) / (1 - expected);
}

/**
 * Fleiss' kappa (1971) of many raters.
 *
 * @param counts items x categories: how many raters chose each; every item has as many raters, at least two. A row that ends
 *   early has nobody in the categories it lacks
 * @returns null where it is not defined (see `cohenKappa`)
 * @throws LabError `statistics.raters`
 */
export function fleissKappa(counts: readonly (readonly number[])[]): number | null {
  const [first] = counts;
  if (!first) return null;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const raters = sum(first);
  const odd = counts.findIndex((row) => sum(row) !== raters || row.some((k) => !Number.isInteger(k) || k < 0));
  if (odd >= 0 || raters < 2) {
    const message = `Fleiss’ kappa needs the same number of raters for every item, at least two; item ${Math.max(odd, 0) + 1} has other counts.`;
    throw new LabError('statistics.raters', message, 'Use Krippendorff’s alpha, which takes any number of raters.', { item: Math.max(odd, 0), counts: counts[Math.max(odd, 0)] });
  }
  const categories = Math.max(...counts.map((row) => row.length));
  const observed = sum(counts.map((row) => sum(row.map((k) => k * (k - 1))) / (raters * (raters - 1)))) / counts.length;
  const shares = Array.from({ length: categories }, (_, j) => sum(counts.map((row) => row[j] ?? 0)) / (counts.length * raters));
  const expected = sum(shares.map((share) => share ** 2));
  return expected === 1 ? null : (observed - expected) / (1 - expected);
}
