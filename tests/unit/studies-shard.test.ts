import { expect, test } from '@playwright/test';
import { parseManifest } from '../../src/records/manifest.ts';
import { cellsOfShard, parseShard, shardUnits } from '../../src/studies/shard.ts';

const manifest = (change: object = {}) => parseManifest({ schema: 1, name: 'x', models: ['m', 'w'], datasets: ['d'], mixes: ['base', 'EN', 'DE', 'FR'], seeds: [0, 1], training: { max_steps: 10 }, benchmark: { id: 'b' }, adapters_per_pass: 2, ...change });

test('units are passes: untuned cells by themselves, tuned ones by model and seed, as many as share a pass', () => {
  expect(shardUnits(manifest()).slice(0, 6)).toEqual([['m/d/base/0'], ['m/d/base/1'], ['m/d/EN/0', 'm/d/DE/0'], ['m/d/FR/0'], ['m/d/EN/1', 'm/d/DE/1'], ['m/d/FR/1']]);
  expect(shardUnits(manifest())).toHaveLength(12);
});

test('where the data decides how long a cell trains, a model and seed stay together', () => {
  expect(shardUnits(manifest({ training: { num_train_epochs: 1 } })).map((unit) => unit.length)).toEqual([1, 1, 3, 3, 1, 1, 3, 3]);
});

test('every cell is in exactly one shard, whatever their number', () => {
  const all = shardUnits(manifest()).flat().sort();
  expect(all).toHaveLength(16);
  for (const of of [1, 2, 5, 12, 20]) {
    const dealt = Array.from({ length: of }, (_, i) => cellsOfShard(manifest(), { index: i + 1, of }));
    expect(dealt.flat().sort()).toEqual(all);
  }
  expect(cellsOfShard(manifest(), { index: 20, of: 20 })).toEqual([]);
});

test('a shard is written I/N, from 1 to N', () => {
  expect(parseShard('2/4')).toEqual({ index: 2, of: 4 });
  for (const text of ['0/4', '5/4', '1', '1/0', 'a/b', '1/2/3', '-1/2']) expect(() => parseShard(text)).toThrow(/is no shard/);
});
