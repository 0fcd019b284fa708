// node tools/bench-report.mjs: writes the tables of docs/performance.md, between its two marks, from the bench runs in docs/bench/.
// docs/bench/index.json says which figures the summary has and which runs go under which title. To replace a run: `node tools/bench-X.mjs --json
// docs/bench/NAME.json`, then this.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './install.mjs';

/** @typedef {import('./bench-result.mjs').Row} Row @typedef {import('./bench-result.mjs').Result} Result */
/** @typedef {{ summary: { file: string, what: string, peerName?: string }[], tables: { title: string, files: string[] }[] }} Index */

const BEGIN = '<!-- bench tables: written by tools/bench-report.mjs -->';
const END = '<!-- end of bench tables -->';

/** @returns {{ index: Index, runs: Record<string, Result> }} what docs/bench/ holds */
export function readRuns(folder = join(root, 'docs/bench')) {
  const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'index.json').toSorted();
  return { index: read('index.json'), runs: Object.fromEntries(names.map((name) => [name.slice(0, -'.json'.length), read(name)])) };
}

/** @param {{ index: Index, runs: Record<string, Result> }} given @returns {string} the summary and every table, as Markdown */
export function report({ index, runs }) {
  const summary = index.summary.map((wanted) => {
    const run = runOf(runs, wanted.file);
    const row = run.rows.find(({ what, peerName }) => what === wanted.what && (wanted.peerName ?? null) === peerName);
    if (!row) throw new Error(`docs/bench/${wanted.file}.json has no row "${wanted.what}" beside ${wanted.peerName ?? 'no peer'}.`);
    return [row.what, figure(row.ours, row.unit), row.peer === null ? '' : `${figure(row.peer, row.unit)} (${row.peerName})`, ratio(row), run.machine, run.date, run.commit, `\`${run.command}\``];
  });
  const tables = index.tables.map(({ title, files }) => [`## ${title}`, ...files.map((file) => table(file, runOf(runs, file)))].join('\n\n'));
  return ['## Summary', lines(['what', 'figure', "peer's figure", 'ratio', 'machine', 'date', 'commit', 'command'], summary), ...tables].join('\n\n');
}

/** @param {string} page @param {string} text @returns {string} the page with the text between its marks */
export function inserted(page, text) {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md lacks its marks, ${BEGIN} and ${END}.`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${text}\n\n${page.slice(to)}`;
}

/** @param {string} file @param {Result} run */
function table(file, { command, date, commit, machine, rows }) {
  const told = `\`${command}\` on ${date} at commit ${commit}; ${machine} ([\`${file}.json\`](bench/${file}.json)).`;
  if (rows.every(({ ratio: own }) => own === null)) return `${told}\n\n${lines(['what', 'figure'], rows.map((row) => [row.what, figure(row.ours, row.unit)]))}`;
  const cells = rows.map((row) => [row.what, figure(row.ours, row.unit), row.peerName ?? '', row.peer === null ? '' : figure(row.peer, row.unit), ratio(row), row.runs === null ? '' : String(row.runs)]);
  return `${told}\n\n${lines(['what', 'the lab', 'peer', "peer's figure", 'ratio', 'runs'], cells)}`;
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function lines(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** @param {number | null} value */
function figure(value, unit) {
  return value === null ? '' : `${value.toLocaleString('en-US', { maximumFractionDigits: 2 })} ${unit}`;
}

/** @param {Row} row */
function ratio(row) {
  return row.ratio === null ? '' : row.ratio.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

function runOf(runs, file) {
  const run = runs[file];
  if (!run) throw new Error(`There is no docs/bench/${file}.json, which index.json names.`);
  return run;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const page = join(root, 'docs/performance.md');
  writeFileSync(page, inserted(readFileSync(page, 'utf8'), report(readRuns())));
}
