// npm run bench [-- --device=webgpu --rounds=10]: times training in Chromium, beside jax-js and (where it is installed) PyTorch.
// Prints a table of medians, the ratios, and one line of JSON.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, openBenchPage } from './bench-page.mjs';
import { root } from './install.mjs';

const { values: args } = parseArgs({ options: { device: { type: 'string', default: 'wasm' }, rounds: { type: 'string', default: '9' }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4199' }, only: { type: 'string', multiple: true } } });
const WORLD_TOKENS = 128;
const BLOCK_TOKENS = 256;

/** @returns {Record<string, number>} PyTorch's medians, nothing where there is no PyTorch */
function torch() {
  const python = spawnSync('/usr/bin/python3', [join(root, 'tests/bench/torch_bench.py'), args.rounds], { encoding: 'utf8' });
  return python.status === 0 ? JSON.parse(python.stdout) : {};
}

const bench = await openBenchPage({ port: Number(args.port), device: args.device, include: ['@jax-js/jax'] });
try {
  const { page } = bench;
  const request = { device: args.device, rounds: Number(args.rounds), ...(args.only ? { only: args.only } : {}) };
  const { device, times } = await page.evaluate(async (own) => (await import('/tests/bench/page.ts')).bench(own), request);
  const medians = { ...Object.fromEntries(Object.entries(times).map(([name, own]) => [name, median(own)])), ...(args.device === 'wasm' && !args.only ? torch() : {}) };

  console.log(`${device.name}, ${device.threads} threads. ${device.reason}\n`);
  console.log(`${'one step'.padEnd(52)}${'median ms'.padStart(10)}${'tokens/s'.padStart(10)}`);
  for (const [name, ms] of Object.entries(medians)) {
    const tokens = name.startsWith('block') ? BLOCK_TOKENS : (name.endsWith('16 tokens') ? 16 : WORLD_TOKENS) * (name.includes('9 adapters') ? 9 : 1);
    console.log(`${name.padEnd(52)}${ms.toFixed(1).padStart(10)}${((1000 * tokens) / ms).toFixed(0).padStart(10)}`);
  }
  const ratio = (slower, faster, factor = 1) => (medians[slower] && medians[faster] ? (factor * medians[slower]) / medians[faster] : null);
  const ratios = {
    'world-dense against jax-js': ratio('world-dense, 1 adapter, jax-js', 'world-dense, 1 adapter'),
    'block of 576 against jax-js': ratio('block of 576, jax-js', 'block of 576'),
    '9 adapters at once against 9 in turn': ratio('world-dense, 1 adapter', 'world-dense, 9 adapters at once', 9),
    '9 adapters at once against 9 in turn, 16 tokens': ratio('world-dense, 1 adapter, 16 tokens', 'world-dense, 9 adapters at once, 16 tokens', 9),
    'whole step against layer by layer': ratio('world-dense, 9 adapters at once, layer by layer', 'world-dense, 9 adapters at once'),
    'world-dense against PyTorch': ratio('world-dense, 1 adapter, PyTorch', 'world-dense, 1 adapter'),
    'block of 576 against PyTorch': ratio('block of 576, PyTorch', 'block of 576'),
  };
  console.log('');
  for (const [name, value] of Object.entries(ratios)) if (value) console.log(`${name.padEnd(52)}${value.toFixed(2).padStart(9)}x`);
  console.log(`\n${JSON.stringify({ device, medians, ratios })}`);
} finally {
  await bench.close();
}
