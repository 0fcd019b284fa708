import { expect, test } from '@playwright/test';
import { Rng } from '../../src/core/rng.ts';
import type { Example } from '../../src/engine/text/chat.ts';
import { type Batch, type Batches, packBatches } from '../../src/engine/text/packing.ts';

/** An example of ids first, first + 1, ...; loss from `prompt` on. */
const example = (first: number, length: number, prompt: number): Example => ({ ids: Array.from({ length }, (_, i) => first + i), loss: Array.from({ length }, (_, i) => i >= prompt) });
const options = { maxLength: 8, batchSize: 2, packing: true, shuffle: false, seed: 1, padId: 0 };

function many(n: number): Example[] {
  const rng = new Rng('examples');
  return Array.from({ length: n }, (_, i) => {
    const length = 4 + rng.int(24);
    return example(1000 * (i + 1), length, 1 + rng.int(length - 1));
  });
}

/** Every segment of a batch, as ids. */
function segments(batch: Batch, length: number): number[][] {
  const found = new Map<string, number[]>();
  batch.ids.forEach((id, i) => {
    if (batch.segments[i] === -1) return;
    const key = `${Math.floor(i / length)}/${batch.segments[i]}`;
    found.set(key, [...(found.get(key) ?? []), id]);
  });
  return [...found.values()];
}

const all = (batches: Batches): Batch[] => Array.from({ length: batches.length }, (_, i) => batches.at(i));

test('a packed batch worked by hand: segments, restarted positions, targets shifted within their segment', () => {
  const batches = packBatches([example(10, 5, 2), example(20, 3, 1), example(30, 4, 3)], { ...options, epochs: 1 });
  expect(batches.length).toBe(1);
  const { ids, positions, segments: groups, targets } = batches.at(0);
  expect([...ids]).toEqual([10, 11, 12, 13, 14, 20, 21, 22, 30, 31, 32, 33, 0, 0, 0, 0]);
  expect([...positions]).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 0, 1, 2, 3, 0, 0, 0, 0]);
  expect([...groups]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, -1, -1, -1, -1]);
  expect([...targets]).toEqual([-1, 12, 13, 14, -1, 21, 22, -1, -1, -1, 33, -1, -1, -1, -1, -1]);
  expect(batches.report).toEqual({ examples: 3, truncated: 0, dropped: 0, tokens: 12, lossTokens: 6, rows: 2, padding: 0.25 });
});

test('without packing each example has a row of its own', () => {
  const batches = packBatches([example(10, 5, 2), example(20, 3, 1), example(30, 4, 3)], { ...options, packing: false, epochs: 1 });
  expect(batches.length).toBe(2);
  expect([...batches.at(1).ids]).toEqual([30, 31, 32, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect([...batches.at(1).segments].filter((s) => s !== -1)).toEqual([0, 0, 0, 0]);
  expect(batches.report.rows).toBe(3);
});

test('each example appears exactly once a pass, whole, and unbroken by a row end', () => {
  const examples = many(300);
  for (const packing of [true, false]) {
    const batches = packBatches(examples, { ...options, maxLength: 64, batchSize: 4, packing, shuffle: true, epochs: 1 });
    const seen = all(batches).flatMap((batch) => segments(batch, 64));
    expect(seen.sort((a, b) => a[0]! - b[0]!)).toEqual(examples.map(({ ids }) => ids));
  }
});

test('the targets of a pass are exactly the loss tokens, each at the position before it', () => {
  const examples = many(300);
  const batches = packBatches(examples, { ...options, maxLength: 64, batchSize: 4, shuffle: true, epochs: 1 });
  const targets = all(batches).flatMap((batch) => [...batch.targets].filter((id) => id !== -1));
  const wanted = examples.flatMap(({ ids, loss }) => ids.filter((_, i) => loss[i]));
  expect(targets.sort((a, b) => a - b)).toEqual(wanted.sort((a, b) => a - b));
  expect(batches.report.lossTokens).toBe(wanted.length);
  for (const batch of all(batches)) {
    batch.targets.forEach((id, i) => {
      if (id !== -1) expect([batch.ids[i + 1], batch.segments[i + 1]]).toEqual([id, batch.segments[i]]);
    });
  }
});

test('packing wastes little', () => {
  const { report } = packBatches(many(1000), { ...options, maxLength: 64, shuffle: true, epochs: 1 });
  expect(report.padding).toBeLessThan(0.04);
  const rows = packBatches(many(1000), { ...options, maxLength: 64, packing: false, epochs: 1 }).report;
  expect(rows.padding).toBeGreaterThan(0.5);
});

test('any batch can be had by its index, in any order, from a fresh start', () => {
  const make = (): Batches => packBatches(many(50), { ...options, maxLength: 32, shuffle: true, seed: 9, epochs: 5 });
  const straight = all(make());
  const fresh = make();
  for (const index of [straight.length - 1, 3, 0, 17]) expect(fresh.at(index)).toEqual(straight[index]);
  expect(straight.length).toBeGreaterThan(20);
  expect(() => fresh.at(straight.length)).toThrow('no batch');
  expect(() => fresh.at(-1)).toThrow('no batch');
});

test('each pass has an order of its own, named by the seed', () => {
  const stream = (seed: number): number[][] => all(packBatches(many(40), { ...options, maxLength: 32, batchSize: 1, packing: false, shuffle: true, seed, epochs: 2 })).map((batch) => segments(batch, 32)[0]!.slice(0, 1));
  const first = stream(1);
  expect(first.slice(0, 40)).not.toEqual(first.slice(40));
  expect(first.slice(40).sort()).toEqual(first.slice(0, 40).sort());
  expect(stream(1)).toEqual(stream(1));
  expect(stream(2)).not.toEqual(stream(1));
});

test('a number of batches runs over as many passes as that takes, with full rows throughout', () => {
  const examples = [example(10, 5, 2), example(20, 5, 1), example(30, 5, 3)];
  const batches = packBatches(examples, { ...options, batches: 7 });
  expect(batches.length).toBe(7);
  expect(batches.epochs).toBeCloseTo(14 / 3, 12);
  expect(all(batches).flatMap((batch) => segments(batch, 8)).map((ids) => ids[0])).toEqual([10, 20, 30, 10, 20, 30, 10, 20, 30, 10, 20, 30, 10, 20]);
});

test('fractions of a pass are allowed', () => {
  const examples = Array.from({ length: 8 }, (_, i) => example(10 * (i + 1), 5, 2));
  expect(packBatches(examples, { ...options, epochs: 0.5 }).length).toBe(2);
  expect(packBatches(examples, { ...options, epochs: 1.25 }).length).toBe(5);
});

test('long examples are cut and counted, and left out when no answer is left of them', () => {
  const batches = packBatches([example(10, 12, 4), example(50, 12, 9), example(80, 3, 1)], { ...options, epochs: 1 });
  expect(batches.report).toMatchObject({ examples: 3, truncated: 2, dropped: 1 });
  expect(segments(batches.at(0), 8)).toEqual([[10, 11, 12, 13, 14, 15, 16, 17], [80, 81, 82]]);
});

test('with nothing to learn from, the reason is said', () => {
  expect(() => packBatches([], { ...options, epochs: 1 })).toThrow('no examples');
  expect(() => packBatches([example(10, 12, 9)], { ...options, epochs: 1 })).toThrow('None of the 1 examples has an assistant token within max_length 8');
});
