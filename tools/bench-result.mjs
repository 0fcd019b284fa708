// What a bench gives, in one form for all: `--json FILE` of every tools/bench*.mjs. docs/bench/ keeps such files, and tools/bench-report.mjs
// makes the tables of docs/performance.md from them.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { basename } from 'node:path';
import { root } from './install.mjs';

/**
 * @typedef {object} Row one figure, and a peer's in the same run where there is one
 * @property {string} what
 * @property {string} unit one that ends in "/s" is better the higher it is, every other one the lower
 * @property {number | null} ours a median
 * @property {number | null} peer the peer's median
 * @property {string | null} peerName
 * @property {number | null} ratio how many times as good as the peer's ours is
 * @property {number | null} runs how many times each was measured; null where that was not noted
 *
 * @typedef {{ command: string, date: string, commit: string, machine: string, rows: Row[] }} Result
 */

/** For parseArgs. */
export const JSON_OPTION = { json: { type: 'string' } };

/** @param {readonly number[]} values at least one; of an even number, the upper of the two in the middle */
export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * @param {{ what: string, unit: string, ours: number, peer?: number, peerName?: string, runs?: number }} given
 * @returns {Row} with its ratio; numbers to four digits
 */
export function row({ what, unit, ours, peer, peerName, runs }) {
  const ratio = peer === undefined ? null : unit.endsWith('/s') ? ours / peer : peer / ours;
  return { what, unit, ours: digits(ours, 4), peer: peer === undefined ? null : digits(peer, 4), peerName: peerName ?? null, ratio: ratio === null ? null : digits(ratio, 3), runs: runs ?? null };
}

/**
 * Writes what was measured, with the command as it was given, the day, the commit and the machine.
 * @param {string | undefined} file nothing is written without one
 * @param {Row[]} rows
 */
export function saveResult(file, rows) {
  if (file === undefined) return;
  writeFileSync(file, written({ command: command(process.argv), date: new Date().toISOString().slice(0, 10), commit: commit(), machine: machine(), rows }));
  console.log(`${rows.length} rows in ${file}`);
}

/** @param {Result} result @returns {string} one row a line, so that a change of one figure is one line */
export function written({ rows, ...head }) {
  const fields = Object.entries(head).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`).join('');
  return `{\n${fields}  "rows": [\n${rows.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]\n}\n`;
}

/** @param {readonly string[]} argv @returns {string} without --json and its file */
export function command([, script = '', ...args]) {
  const kept = args.filter((arg, i) => !arg.startsWith('--json') && args[i - 1] !== '--json');
  return ['node', `tools/${basename(script)}`, ...kept].join(' ');
}

/** The commit, with a plus where files have changed since. */
function commit() {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  return `${git('rev-parse', '--short=7', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`;
}

function machine() {
  return `${cpus()[0]?.model.trim() ?? 'a processor that does not name itself'}, ${availableParallelism()} cores, ${process.platform}`;
}

function digits(value, count) {
  return Number(value.toPrecision(count));
}
