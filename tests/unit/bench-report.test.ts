import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { inserted, readRuns, report } from '../../tools/bench-report.mjs';
import { command, median, row, written } from '../../tools/bench-result.mjs';

test('the performance page says what the committed bench runs say', () => {
  const page = readFileSync('docs/performance.md', 'utf8');
  expect(page).toBe(inserted(page, report(readRuns())));
});

test('every run has its command, day, commit and machine, its ratios are those of its figures, and it is on the page', () => {
  const { index, runs } = readRuns();
  expect(index.tables.flatMap(({ files }) => files).toSorted()).toEqual(Object.keys(runs).toSorted());
  expect(index.summary.length).toBe(10);
  for (const [name, run] of Object.entries(runs)) {
    expect(run.date, name).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(run.commit, name).toMatch(/^[0-9a-f]{7}$/);
    expect(run.command.length * run.machine.length * run.rows.length, name).toBeGreaterThan(0);
    for (const { what, unit, ours, peer, peerName, ratio } of run.rows) {
      expect(peerName === null, `${name}: ${what}`).toBe(ratio === null);
      if (ours === null || peer === null) continue;
      const own = unit.endsWith('/s') ? ours / peer : peer / ours;
      // Published figures are rounded: 3.0 beside 0.3 may be 8.9.
      expect(Math.abs((ratio ?? 0) / own - 1), `${name}: ${what}`).toBeLessThan(0.12);
    }
  }
});

test('a ratio above one is better for us, in times and in rates', () => {
  expect(row({ what: 'a step', unit: 'ms', ours: 20, peer: 50, peerName: 'x', runs: 9 })).toEqual({ what: 'a step', unit: 'ms', ours: 20, peer: 50, peerName: 'x', ratio: 2.5, runs: 9 });
  expect(row({ what: 'decoding', unit: 'tokens/s', ours: 20, peer: 50, peerName: 'x' })).toEqual({ what: 'decoding', unit: 'tokens/s', ours: 20, peer: 50, peerName: 'x', ratio: 0.4, runs: null });
  expect(row({ what: 'alone', unit: 's', ours: 1.23456 })).toEqual({ what: 'alone', unit: 's', ours: 1.235, peer: null, peerName: null, ratio: null, runs: null });
});

test('medians, and the command without where its figures went', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(3);
  expect(command(['node', '/x/tools/bench.mjs', '--small', '--json', 'a.json', '--rounds=3'])).toBe('node tools/bench.mjs --small --rounds=3');
  expect(command(['node', '/x/tools/bench.mjs', '--json=a.json'])).toBe('node tools/bench.mjs');
});

test('a file that is written is read as it was, one row a line', () => {
  const result = { command: 'c', date: '2026-12-01', commit: 'abcdef0', machine: 'm', rows: [row({ what: 'a', unit: 's', ours: 1 }), row({ what: 'b', unit: 's', ours: 2 })] };
  expect(JSON.parse(written(result))).toEqual(result);
  expect(written(result).split('\n').filter((line) => line.includes('"what"'))).toHaveLength(2);
});

test('a figure that no run has, a run that is not there, and a page without marks are named', () => {
  const run = { command: 'c', date: '2026-12-01', commit: 'abcdef0', machine: 'm', rows: [row({ what: 'a', unit: 's', ours: 1 })] };
  expect(() => report({ index: { summary: [{ file: 'r', what: 'b' }], tables: [] }, runs: { r: run } })).toThrow('no row "b"');
  expect(() => report({ index: { summary: [], tables: [{ title: 't', files: ['gone'] }] }, runs: { r: run } })).toThrow('no docs/bench/gone.json');
  expect(() => inserted('# page', 'x')).toThrow('lacks its marks');
  expect(report({ index: { summary: [{ file: 'r', what: 'a' }], tables: [{ title: 't', files: ['r'] }] }, runs: { r: run } })).toContain('| a | 1 s |');
});
