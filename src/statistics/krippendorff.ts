/**
 * Krippendorff's alpha, for any number of raters, missing values and levels of measurement, by the coincidence matrix
 * (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability").
 */

import { LabError } from '../core/errors.ts';

export type Measurement = 'nominal' | 'ordinal' | 'interval';

/** Squared difference of two values: `c` and `k` are places among `values`, which ascend; `totals` counts each value. */
const DIFFERENCE: Record<Measurement, (c: number, k: number, values: readonly number[], totals: readonly number[]) => number> = {
  nominal: (c, k) => (c === k ? 0 : 1),
  ordinal(c, k, _, totals) {
    const [low, high] = c < k ? [c, k] : [k, c];
    let between = -((totals[low] as number) + (totals[high] as number)) / 2;
    for (let g = low; g <= high; g++) between += totals[g] as number;
    return between ** 2;
  },
  interval: (c, k, values) => ((values[c] as number) - (values[k] as number)) ** 2,
};

/**
 * @param units the values each item was given, missing ones left out; for nominal data any distinct numbers
 * @returns 1 is agreement, 0 is chance; null where nothing varies or no item has two values
 * @throws LabError `statistics.not-finite`
 */
export function krippendorffAlpha(units: readonly (readonly number[])[], measurement: Measurement): number | null {
  const broken = units.findIndex((unit) => !unit.every(Number.isFinite));
  if (broken >= 0) throw new LabError('statistics.not-finite', `Item ${broken + 1} has a value that is no number.`, 'Leave missing values out.', { item: broken });
  const pairable = units.filter((unit) => unit.length > 1);
  const values = [...new Set(pairable.flat())].sort((a, b) => a - b);
  const place = new Map(values.map((value, i) => [value, i]));
  const coincidences = values.map(() => values.map(() => 0));
  for (const unit of pairable) {
    for (const [i, a] of unit.entries()) {
      for (const [j, b] of unit.entries()) {
        if (i === j) continue;
        const row = coincidences[place.get(a) as number] as number[];
        const column = place.get(b) as number;
        row[column] = (row[column] as number) + 1 / (unit.length - 1);
      }
    }
  }
  const totals = coincidences.map((row) => row.reduce((sum, n) => sum + n, 0));
  const n = totals.reduce((sum, total) => sum + total, 0);
  let observed = 0;
  let expected = 0;
  for (const c of values.keys()) {
    for (const k of values.keys()) {
      const difference = DIFFERENCE[measurement](c, k, values, totals);
      observed += (coincidences[c]?.[k] as number) * difference;
      expected += ((totals[c] as number) * (totals[k] as number) * difference) / (n - 1);
    }
  }
  return expected === 0 || n === 0 ? null : 1 - observed / expected;
}
