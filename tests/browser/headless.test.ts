/** `npm run lab`, as a cluster would call it: the real command, the built lab, files in and files out. */
import { expect, test } from '@playwright/test';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { initialAdapter } from '../../src/engine/adapters/adapter.ts';
import { zipAdapter } from '../../src/engine/adapters/peft.ts';
import { Rng } from '../../src/core/rng.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import { startJudgeServer } from '../judge-server.ts';
import { built } from './product.ts';
import { tinyCheckpoint, tinyStudy } from './lab-page.ts';
import type { StudyState } from '../../src/records/study.ts';

test.skip(!built, 'the command serves the built lab');
test.describe.configure({ mode: 'serial' });

const folder = mkdtempSync(join(tmpdir(), 'pinch-headless-'));
const at = (...names: string[]): string => join(folder, ...names);

interface Ended {
  code: number | null;
  text: string;
}

/** @param interruptAt text in its output at which the command is interrupted, as Ctrl-C does */
function lab(args: readonly string[], interruptAt?: string): Promise<Ended> {
  const child = spawn(process.execPath, ['tools/lab.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let interrupted = false;
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
    if (interruptAt === undefined || interrupted || !text.includes(interruptAt)) return;
    interrupted = true;
    child.kill('SIGINT');
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise((ended) => child.on('close', (code) => ended({ code, text })));
}

function study(name: string, change: Parameters<typeof tinyStudy>[1] = {}): string {
  const path = at(`${name}.json`);
  writeFileSync(path, JSON.stringify(tinyStudy('world-dense', { mixes: ['EN', 'DE', 'ENDEFRITES-sampled'], adapters_per_pass: 2, ...change })));
  return path;
}

/** JSON Lines without what says only when something was done. */
const timeless = (lines: string, fields: readonly string[] = ['tstamp']): unknown[] => lines.trim().split('\n').map((line) => JSON.parse(line, (key, value: unknown) => (fields.includes(key) ? undefined : value)) as unknown);

/** What a run measured, file by file, as it stands but for the study's id and the times of answers and judgments. */
function measured(out: string): Record<string, unknown> {
  const files = readdirSync(join(folder, out, 'adapters'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const whole = [...files, at(out, 'losses.jsonl'), at(out, 'scores.csv')].map((path) => [path.slice(at(out).length), readFileSync(path, 'latin1')]);
  const { study: _id, ...scores } = JSON.parse(readFileSync(at(out, 'scores.json'), 'utf8')) as Record<string, unknown>;
  return Object.fromEntries([...whole, ['/scores.json', scores], ...['answers.jsonl', 'judgments.jsonl'].map((name) => [`/${name}`, timeless(readFileSync(at(out, name), 'utf8'))])]);
}

/**
 * What a bundle holds, but for what two runs of one study rightly differ in: the study's id, when it ran, how long it (and the
 * device's self-test) worked and how fast; when each answer and judgment was given; and the attempts of a judgment, which are counted once where cells of one
 * run share it and in each of two shards.
 */
function bundled(out: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(unzipSync(readFileSync(at(out, 'study.pinch.zip')))).map(([name, bytes]) => {
    if (name === 'answers.jsonl' || name === 'judgments.jsonl') return [name, timeless(strFromU8(bytes), ['tstamp', 'attempts'])];
    if (name !== 'study.json') return [name, Buffer.from(bytes).toString('latin1')];
    const { study: { id, created, updated, seconds, tokensPerSecond, ...rest } } = JSON.parse(strFromU8(bytes), (key, value: unknown) => (key === 'milliseconds' ? undefined : value)) as { study: StudyState };
    expect([typeof id, typeof created, typeof updated, typeof seconds, typeof tokensPerSecond]).toEqual(['string', 'number', 'number', 'object', 'object']);
    return [name, rest];
  }));
}

test('two shards merge to what one run gives: losses, adapters, answers, judgments, scores and bundle', async () => {
  test.setTimeout(300_000);
  const manifest = study('whole');
  const whole = await lab([manifest, '--out', at('whole')]);
  expect(whole, whole.text).toMatchObject({ code: 0 });
  expect(Object.keys(measured('whole'))).toHaveLength(5 + 3 * 3);
  expect(measured('whole')).toMatchObject({ '/answers.jsonl': { length: 3 * 16 }, '/judgments.jsonl': { length: 3 * 16 * 2 } });
  for (const i of [1, 2]) expect(await lab([manifest, '--out', at(`part${i}`), '--shard', `${i}/2`])).toMatchObject({ code: 0 });
  expect(await lab(['merge', at('part1'), at('part2'), '--out', at('merged')])).toMatchObject({ code: 0 });
  // Shards named in another order make the same.
  expect(await lab(['merge', at('part2'), at('part1'), '--out', at('turned')])).toMatchObject({ code: 0 });
  for (const merged of ['merged', 'turned']) {
    expect(measured(merged)).toEqual(measured('whole'));
    expect(bundled(merged)).toEqual(bundled('whole'));
  }
  expect(await lab(['merge', at('part1'), at('part1'), '--out', at('half')])).toMatchObject({ code: 2, text: expect.stringContaining('was computed by shard 1 and by shard 2') });
  expect(await lab(['merge', at('part1'), '--out', at('half')])).toMatchObject({ code: 2, text: expect.stringContaining('No shard has finished world-dense/lima-x-world/ENDEFRITES-sampled/0') });
});

test('a run that is interrupted goes on with the same command to the same losses', async () => {
  const training = { max_steps: 240, learning_rate: 1e-2, per_device_train_batch_size: 1, max_length: 64, save_steps: 5 };
  const manifest = study('long', { mixes: ['EN'], training });
  const stopped = await lab([manifest, '--out', at('long')], 'running training');
  expect(stopped, stopped.text).toMatchObject({ code: 130, text: expect.stringContaining('The same command goes on.') });
  const rest = await lab([manifest, '--out', at('long')]);
  expect(rest, rest.text).toMatchObject({ code: 0, text: expect.stringContaining('Going on with') });
  expect(await lab([manifest, '--out', at('unbroken')])).toMatchObject({ code: 0 });
  expect(measured('long')).toEqual(measured('unbroken'));
});

test('local models and data are used by name, and a cell that cannot be made costs the exit code and no other cell', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => JSON.stringify({ id: `r${i}`, instruction: `Ask ${i}`, input: '', output: `Say ${i}` })).join('\n');
  writeFileSync(at('en.json'), rows);
  const model = mkdtempSync(join(folder, 'tiny-'));
  for (const [name, bytes] of Object.entries(tinyCheckpoint())) writeFileSync(join(model, name), bytes);
  const config = parseConfig(JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')));
  const adapter = initialAdapter({ r: 3, lora_alpha: 6, lora_dropout: 0, target_modules: ['v_proj'] }, config, new Rng(5));
  writeFileSync(at('start.zip'), zipAdapter(adapter, { name: 'mine', revision: null }, ''));
  const manifest = study('own', { models: ['mine'], datasets: ['own'], mixes: ['EN', 'DE'], records: null, init_adapter: 'start' });
  const { code, text } = await lab([manifest, '--out', at('own'), '--model', `mine=${model}`, '--adapter', `start=${at('start.zip')}`, '--dataset', `own=${at('en.json')}`]);
  expect(code, text).toBe(1);
  expect(text).toMatch(/model mine: Fetching model\.safetensors, .* MB\n(.*\n)*model mine: Checking weights, .* parameters\n(.*\n)*model mine: imported/);
  expect(text).toMatch(/dataset own: Storing, 0\/20 records/);
  expect(text).toContain('adapter start: imported');
  expect(JSON.parse(readFileSync(at('own', 'adapters', 'mine', 'own', 'EN', '0', 'adapter_config.json'), 'utf8'))).toMatchObject({ r: 3, lora_alpha: 6, target_modules: ['v_proj'] });
  expect(text).toMatch(/failed mine\/own\/DE\/0: .*de/);
  expect(Object.keys(measured('own')).filter((path) => path.startsWith('/adapters/mine/own/EN/0'))).toHaveLength(3);
  const card = readFileSync(at('own', 'adapters', 'mine', 'own', 'EN', '0', 'README.md'), 'utf8').split('\n');
  expect(card).toEqual(expect.arrayContaining(['library_name: peft', 'base_model: "mine"', '- init_adapter: start', '- dataset: own', '- seed: 0']));
  expect(card.some((line) => line.startsWith('| en | '))).toBe(true);
});

test('a model that does not fit is refused unless it is wanted anyway, and what is to be known of one is said', async () => {
  const folderOf = (name: string, files: Record<string, Buffer>): string => {
    const path = mkdtempSync(join(folder, `${name}-`));
    for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
    return path;
  };
  const small = tinyCheckpoint({ eos_token_id: 3 });
  const large = { ...small, 'config.json': Buffer.from(JSON.stringify({ ...JSON.parse((small['config.json'] as Buffer).toString()), hidden_size: 4096, head_dim: 128, intermediate_size: 14336, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8 })) };
  const command = (out: string, checkpoint: string, ...more: string[]): Promise<Ended> => lab([study(out, { models: ['mine'] }), '--out', at(out), '--model', `mine=${checkpoint}`, ...more]);
  const path = folderOf('large', large);
  expect(await command('large', path)).toMatchObject({ code: 2, text: expect.stringContaining('mine does not fit this device. Even rounded to int4 it takes about') });
  expect(await command('large', path, '--anyway'), 'its weights are read, and are not those of its config.json').toMatchObject({ code: 2, text: expect.stringContaining('The weights do not fit config.json') });
  expect((await command('noted', folderOf('noted', small))).text).toMatch(/model mine: imported\nmodel mine: The tokenizer ends a text with <\/s> \(id 2\), config\.json with the id 3\./);
});

test('a judgment that failed costs the exit code, and the same command asks for it again', async () => {
  const judge = await startJudgeServer((call) => (call === 0 ? 'no-rating' : 'grade'));
  try {
    const manifest = study('judged', { mixes: ['EN'], benchmark: { id: 'mt-bench-x-world', languages: ['en'], questions_per_category: 1, max_new_tokens: 4 }, judge: { kind: 'openai', base_url: judge.url, model: 'judge-1', max_attempts: 1 } });
    const first = await lab([manifest, '--out', at('judged')]);
    expect(first, first.text).toMatchObject({ code: 1, text: expect.stringMatching(/1 of 16 judgments failed; they carry no score:\n {2}1 x .+\nNot done: 1 judgment failed\. The same command tries again\./) });
    expect(first.text).not.toContain('Done:');
    const calls = judge.calls.length;
    const second = await lab([manifest, '--out', at('judged')]);
    expect(second, second.text).toMatchObject({ code: 0, text: expect.stringContaining('Done: 1 cells') });
    expect(judge.calls).toHaveLength(calls + 1);
  } finally {
    await judge.close();
  }
});

test('what cannot be run is refused with code 2: a manifest, a shard, a file, what a manifest names', async () => {
  writeFileSync(at('bad.json'), '{"schema": 1, "name": "x"}');
  expect(await lab([at('bad.json'), '--out', at('x')])).toMatchObject({ code: 2, text: expect.stringContaining('benchmark') });
  expect(await lab([at('none.json'), '--out', at('x')])).toMatchObject({ code: 2, text: expect.stringContaining('none.json cannot be read') });
  expect(await lab([study('fine'), '--out', at('x'), '--shard', '3/2'])).toMatchObject({ code: 2, text: expect.stringContaining('"3/2" is no shard') });
  expect(await lab([study('fine'), '--out', at('x'), '--model', 'a=/nowhere'])).toMatchObject({ code: 2, text: expect.stringContaining('there is no') });
  const again = await lab([study('other'), '--out', at('whole')]);
  expect(again, again.text).toMatchObject({ code: 0 });
  expect(await lab([study('another', { mixes: ['IT'] }), '--out', at('whole')])).toMatchObject({ code: 2, text: expect.stringContaining('another study') });
  // Found out in the page, before any cell is begun.
  writeFileSync(at('empty.json'), '[]');
  expect(await lab([study('unknown', { datasets: ['nowhere'] }), '--out', at('unknown')])).toMatchObject({ code: 2, text: expect.stringContaining('"nowhere"') });
  expect(await lab([study('nothing', { datasets: ['empty'] }), '--out', at('nothing'), '--dataset', `empty=${at('empty.json')}`])).toMatchObject({ code: 2, text: expect.stringContaining('empty') });
});
