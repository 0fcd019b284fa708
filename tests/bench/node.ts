/**
 * The checks against PyTorch and the benchmarks on a WebGPU device without a browser: Node with the npm package `webgpu`
 * (Dawn) on a machine with a GPU. tools/bench-node.mjs packs this file and all it needs into one folder.
 *
 *   node bench-node.mjs --webgpu=/path/to/node_modules/webgpu [--parts=training,host,decoding,checks,smollm2,large] [--rounds=9] [--only=NAME]
 *
 * Prints a line of JSON for every result as it comes, so that one that is cut off has shown what it has found.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-web/webgpu';
import { parseConfig } from '../../src/engine/models/config.ts';
import { openDevice } from '../../src/engine/runtime/index.ts';
import { type DecodeRequest, type Transformers, decode } from './decode.ts';
import { bench as homeAnswers } from './generation.ts';
import { hostTimes } from './host.ts';
import { goldenStep } from '../golden/training-checks.ts';
import { checksOf } from './node-checks.ts';
import { type Work, blockStep, trainingStep, worldStep } from './ours.ts';
import { LARGE, WORLD_DENSE, WORLD_TOKENS } from './shapes.ts';

const { values: args } = parseArgs({
  options: { webgpu: { type: 'string', default: 'webgpu' }, rounds: { type: 'string', default: '9' }, parts: { type: 'string', default: 'training,host,decoding,checks,smollm2,large' }, only: { type: 'string', multiple: true } },
});
const rounds = Number(args.rounds);

const here = import.meta.dirname;
const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(join(here, 'data', path)));

interface Dawn {
  create(options: string[]): GPU;
  globals: Record<string, unknown>;
}

/** Makes this process look to ONNX Runtime like a page with WebGPU. */
async function adapterOfDawn(): Promise<GPUAdapter> {
  const entry = args.webgpu.startsWith('/') ? pathToFileURL(createRequire(join(args.webgpu, 'package.json')).resolve(args.webgpu)).href : args.webgpu;
  const { create, globals } = (await import(entry)) as Dawn;
  Object.assign(globalThis, globals);
  const gpu = create([]);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, hardwareConcurrency: 1, userAgent: 'node' }, configurable: true });
  const { writeBuffer } = GPUQueue.prototype;
  // Dawn's binding does not take views of shared memory, which ONNX Runtime's heap may be.
  GPUQueue.prototype.writeBuffer = function (buffer: GPUBuffer, at: number, data: ArrayBufferView | ArrayBuffer | SharedArrayBuffer, from = 0, size?: number): undefined {
    const shared = ArrayBuffer.isView(data) ? data.buffer instanceof SharedArrayBuffer : data instanceof SharedArrayBuffer;
    if (!shared) return writeBuffer.call(this, buffer, at, data as ArrayBuffer, from, size);
    const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
    const unit = ArrayBuffer.isView(data) && 'BYTES_PER_ELEMENT' in data ? (data.BYTES_PER_ELEMENT as number) : 1;
    return writeBuffer.call(this, buffer, at, bytes.slice(from * unit, size === undefined ? undefined : (from + size) * unit));
  };
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('Dawn found no adapter. Set VK_ICD_FILENAMES to the Vulkan driver\'s json.');
  return adapter;
}

/** What the checks fetch from a page's server is read from the folder. */
function serveGoldens(): void {
  const before = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const path = /^\/tests\/golden\/data\/(.*)$/.exec(String(input))?.[1];
    return path === undefined ? before(input, init) : new Response((await read(path)) as Uint8Array<ArrayBuffer>);
  };
}

/** transformers.js as a browser would have it: it would look for the runtime's build for Node here. */
async function transformers(): Promise<Transformers> {
  Object.defineProperty(process, 'release', { value: { name: 'a browser' }, configurable: true });
  return (await import('@huggingface/transformers')) as unknown as Transformers;
}

async function timed(make: () => Promise<Work>, count = rounds): Promise<{ median: number; min: number }> {
  const work = await make();
  for (let i = 0; i < 3; i++) await work();
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return { median: middle(times) as number, min: Math.min(...times) };
}

const middle = (times: readonly number[]): number | undefined => times.toSorted((a, b) => a - b)[times.length >> 1];

/** Milliseconds of processor time of this thread, where Node can tell (from version 23.9 on). */
async function threadTime(): Promise<number | null> {
  const ask = (process as { threadCpuUsage?: () => { user: number; system: number } }).threadCpuUsage;
  if (!ask) return null;
  const { user, system } = ask();
  return (user + system) / 1000;
}

const jax = async (make: (module: typeof import('./jax.ts')) => Promise<Work>): Promise<Work> => {
  const module = await import('./jax.ts');
  await module.prepare('webgpu');
  return make(module);
};

const decoding = (model: DecodeRequest['model'], nine: boolean, answer = 48) => async (): Promise<unknown> => {
  const { times, same, differences } = await decode({ model, rounds: Math.min(rounds, 5), threads: 1, prompt: 60, answer, nine }, { device, transformers, warmUp: 300 });
  return { same, differences, ...Object.fromEntries(Object.entries(times).map(([name, own]) => [name, middle(own)])) };
};

const smol = parseConfig(LARGE['SmolLM2-135M']);
const qwen = parseConfig(LARGE['Qwen3-0.6B']);

const adapter = await adapterOfDawn();
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';
ort.env.wasm.wasmBinary = await readFile(join(here, 'ort-wasm-simd-threaded.asyncify.wasm'));
const device = await openDevice('webgpu', { adapter, ort: ort as never });
serveGoldens();

/** `rehearsal` tries what is long on a software GPU with a tiny model, and is no measurement. */
const parts: Record<string, Record<string, () => Promise<unknown>>> = {
  training: {
    'world-dense, 1 adapter': () => timed(() => worldStep(device, 1)),
    'world-dense, 1 adapter, jax-js': () => timed(() => jax((module) => module.trainingStep(WORLD_DENSE, WORLD_TOKENS))),
    'world-dense, 9 adapters at once': () => timed(() => worldStep(device, 9, { engine: 'whole' })),
    'block of 576': () => timed(() => blockStep(device)),
    'block of 576, jax-js': () => timed(() => jax((module) => module.blockStep())),
    'world-dense, 1 adapter, layer by layer': () => timed(() => worldStep(device, 1, { engine: 'blockwise' })),
    'world-dense, 9 adapters at once, layer by layer': () => timed(() => worldStep(device, 9, { engine: 'blockwise' })),
    // So small that what is timed is the cost of asking the GPU, not the GPU.
    'golden model, 3 adapters at once': () => timed(() => goldenStep(device, read, 'whole')),
    'golden model, 3 adapters at once, layer by layer': () => timed(() => goldenStep(device, read, 'blockwise')),
  },
  host: {
    'a step of world-dense until it is submitted, and until its losses are read': async () => Object.fromEntries(Object.entries(await hostTimes(15, threadTime, device)).map(([name, { nodes, times, processor, read: done }]) => [name, { nodes, submitted: middle(times), processor: middle(processor), read: middle(done) }])),
  },
  decoding: {
    'world-dense': decoding('world-dense', true),
    'SmolLM2-135M, six layers': decoding('SmolLM2-135M, six layers', true),
    'SmolLM2-135M': decoding('SmolLM2-135M', true),
    "the home study's answers": () => homeAnswers({ device: 'webgpu' }, device),
  },
  checks: checksOf(device, read),
  smollm2: {
    'SmolLM2-135M, 128 tokens': () => timed(() => trainingStep(device, smol, { tokens: 128 })),
    'SmolLM2-135M, 9 adapters at once, 128 tokens each': () => timed(() => trainingStep(device, smol, { tokens: 128, adapters: 9 })),
    'SmolLM2-135M, 128 tokens, jax-js': () => timed(() => jax((module) => module.trainingStep(smol, 128))),
  },
  large: {
    'SmolLM2-135M, 512 tokens, float16': () => timed(() => trainingStep(device, smol, { tokens: 512, storage: 'float16' }), 5),
    'Qwen3-0.6B, 512 tokens, int4': () => timed(() => trainingStep(device, qwen, { tokens: 512, storage: 'int4' }), 5),
    'Qwen3-0.6B as int4': decoding('Qwen3-0.6B as int4', false, 16),
  },
};

Object.assign(parts, { rehearsal: { decoding: decoding('tiny', true, 4), host: Object.values(parts.host ?? {})[0] } });

const tell = (result: object): void => console.log(JSON.stringify(result));
tell({ device: device.report, halves: device.halves });
for (const part of args.parts.split(',')) {
  for (const [name, work] of Object.entries(parts[part] ?? {})) {
    if (args.only && !args.only.includes(name)) continue;
    const started = performance.now();
    const result = await work().catch((error: unknown) => ({ error: String(error) }));
    tell({ part, name, result, seconds: Math.round((performance.now() - started) / 100) / 10 });
  }
}
process.exit(0);
