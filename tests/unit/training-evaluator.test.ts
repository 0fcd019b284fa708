import { expect, test } from '@playwright/test';
import { stretches } from '../../src/engine/training/evaluator.ts';

test('every adapter is validated on each of its batches once', () => {
  const lengths = [3, 0, 7, 2, 7, 1];
  const seen = lengths.map(() => [] as number[]);
  for (const { members, from, to } of stretches(lengths)) for (const k of members) for (let i = from; i < Math.min(to, lengths[k] as number); i++) seen[k]?.push(i);
  expect(seen).toEqual(lengths.map((length) => Array.from({ length }, (_, i) => i)));
});

test('the studies\' nine compositions go through together, then the two unions, then the longer one', () => {
  expect(stretches([3, 3, 3, 3, 3, 15, 12, 3, 3])).toEqual([
    { members: [0, 1, 2, 3, 4, 5, 6, 7, 8], from: 0, to: 3 },
    { members: [5, 6], from: 3, to: 12 },
    { members: [5], from: 12, to: 15 },
  ]);
});

test('no batches, no passes', () => {
  expect(stretches([])).toEqual([]);
  expect(stretches([0, 0])).toEqual([]);
});
