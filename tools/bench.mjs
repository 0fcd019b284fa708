// npm run bench [-- --device=webgpu (or swiftshader, a software GPU) --threads=2 --rounds=9 --only=NAME --small]: training steps in Chromium beside jax-js and
// TensorFlow.js, and native PyTorch (where python3, or the one named in PINCH_PYTHON, has it); then decoding beside transformers.js. Each contender has a browser
// of its own. Prints tables of medians, the ratios, and a line of JSON. --small leaves the large checkpoints out.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, openBenchPage } from './bench-page.mjs';
import { JSON_OPTION, row, saveResult } from './bench-result.mjs';
import { root } from './install.mjs';

const { values: args } = parseArgs({ options: { ...JSON_OPTION, device: { type: 'string', default: 'wasm' }, threads: { type: 'string', default: '2' }, rounds: { type: 'string', default: '9' }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4199' }, only: { type: 'string', multiple: true }, small: { type: 'boolean', default: false } } });
const LARGE = /SmolLM2|Qwen3/;
/** A step of a large checkpoint takes seconds. */
const FEW_ROUNDS = 3;
/** For one contender, loading included. */
const LIMIT_MS = 4 * 60_000;

/** @returns {Record<string, { ms: number, tokens: number }>} PyTorch's medians, nothing where there is no PyTorch; it is asked which one it is */
function torch() {
  const python = spawnSync(process.env.PINCH_PYTHON ?? 'python3', [join(root, 'tests/bench/torch_bench.py'), args.rounds, args.threads, ...(args.small ? ['small'] : [])], { encoding: 'utf8' });
  if (python.status !== 0) {
    console.log('(no native PyTorch: python3, or the one named in PINCH_PYTHON, could not run tests/bench/torch_bench.py)');
    return {};
  }
  const { version, medians } = JSON.parse(python.stdout);
  console.log(`PyTorch ${version}:`);
  return medians;
}

const bench = await openBenchPage({ port: Number(args.port), device: args.device, include: ['@jax-js/jax', '@tensorflow/tfjs-core', '@tensorflow/tfjs-core/dist/register_all_gradients', '@tensorflow/tfjs-backend-wasm'] });
const found = {};
try {
  const names = (await bench.page.evaluate(async () => Object.keys((await import('/tests/bench/contenders.ts')).CONTENDERS)))
    .filter((name) => (args.only ? args.only.includes(name) : (args.device === 'wasm' || !/Tensor|Qwen3/.test(name)) && !(args.small && LARGE.test(name))));
  console.log(`${args.device}, ${args.threads} threads\n\n${'one training step'.padEnd(52)}${'median ms'.padStart(10)}${'tokens/s'.padStart(10)}`);
  const show = (name, { ms, tokens }) => console.log(`${name.padEnd(52)}${ms.toFixed(1).padStart(10)}${((1000 * tokens) / ms).toFixed(0).padStart(10)}`);
  for (const name of names) {
    const page = await bench.fresh();
    const request = { device: args.device === 'wasm' ? 'wasm' : 'webgpu', threads: Number(args.threads), contender: name, rounds: LARGE.test(name) ? FEW_ROUNDS : Number(args.rounds) };
    try {
      let clock;
      const late = new Promise((_, reject) => (clock = setTimeout(() => reject(new Error(`no result within ${LIMIT_MS / 60_000} minutes`)), LIMIT_MS)));
      const { times, tokens } = await Promise.race([page.evaluate(async (own) => (await import('/tests/bench/page.ts')).bench(own), request), late]).finally(() => clearTimeout(clock));
      found[name] = { ms: median(times), tokens };
      show(name, found[name]);
    } catch (error) {
      console.log(`${name.padEnd(52)}does not run: ${String(error.message).replace('page.evaluate: ', '').split('\n')[0].slice(0, 120)}`);
    }
  }
  // A contender that has not come to an end in time would go on beside PyTorch.
  await bench.leave();
  if (args.device === 'wasm' && !args.only) for (const [name, own] of Object.entries(torch())) show(name, (found[name] = own));
} finally {
  await bench.close();
}

const ratio = (slower, faster, factor = 1) => (found[slower] && found[faster] ? (factor * found[slower].ms) / found[faster].ms : null);
const ratios = {
  ...Object.fromEntries(['world-dense', 'block of 576', 'SmolLM2-135M', 'Qwen3-0.6B'].flatMap((name) => ["ONNX Runtime's products", 'jax-js', 'TensorFlow.js', 'PyTorch'].map((peer) => [`${name} against ${peer}`, ratio(`${name}, ${peer}`, name)]))),
  'SmolLM2-135M, layer by layer, against PyTorch': ratio('SmolLM2-135M, PyTorch', 'SmolLM2-135M, layer by layer'),
  '9 adapters at once against 9 in turn': ratio('world-dense', 'world-dense, 9 adapters at once', 9),
  '9 adapters at once against 9 in turn, 16 tokens': ratio('world-dense, 16 tokens', 'world-dense, 16 tokens, 9 adapters at once', 9),
  'whole step against layer by layer': ratio('world-dense, 9 adapters at once, layer by layer', 'world-dense, 9 adapters at once'),
};
console.log('');
for (const [name, value] of Object.entries(ratios)) if (value) console.log(`${name.padEnd(52)}${value.toFixed(2).padStart(9)}x`);
const PEERS = ["ONNX Runtime's products", 'jax-js', 'TensorFlow.js', 'PyTorch'];
const isPeer = (name) => PEERS.some((peer) => name.endsWith(`, ${peer}`));
const unit = 'ms a step';
saveResult(args.json, Object.entries(found).filter(([name]) => !isPeer(name)).flatMap(([what, { ms }]) => {
  const runs = LARGE.test(what) ? FEW_ROUNDS : Number(args.rounds);
  const beside = PEERS.filter((peer) => found[`${what}, ${peer}`]);
  return beside.length === 0 ? [row({ what, unit, ours: ms, runs })] : beside.map((peerName) => row({ what, unit, ours: ms, peer: found[`${what}, ${peerName}`].ms, peerName, runs }));
}));
console.log(`\n${JSON.stringify({ device: args.device, threads: args.threads, medians: found, ratios })}`);

if (args.device === 'wasm' && !args.only) {
  console.log('\nDecoding');
  spawnSync(process.execPath, [join(root, 'tools/bench-decode.mjs'), `--threads=${args.threads}`, ...(args.small ? ['--model=world-dense'] : [])], { stdio: 'inherit' });
}
