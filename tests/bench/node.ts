/**
 * The checks against PyTorch and the benchmark on a WebGPU device without a browser: Node with the npm package `webgpu`
 * (Dawn) on a machine with a GPU. tools/bench-node.mjs packs this file and all it needs into one folder.
 *
 *   node bench-node.mjs --webgpu=/path/to/node_modules/webgpu [--rounds=9] [--checks=no] [--only=NAME]
 *
 * Prints progress on stderr and one JSON object on stdout.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-web/webgpu';
import { type Device, openDevice } from '../../src/runtime/index.ts';
import * as agreement from '../golden/agreement-checks.ts';
import * as dora from '../golden/dora-checks.ts';
import * as full from '../golden/full-checks.ts';
import * as checks from '../golden/training-checks.ts';
import { type Work, blockStep, worldStep } from './ours.ts';
import { WORLD_DENSE, WORLD_TOKENS } from './shapes.ts';

const { values: args } = parseArgs({
  options: { webgpu: { type: 'string', default: 'webgpu' }, rounds: { type: 'string', default: '9' }, checks: { type: 'string', default: 'yes' }, only: { type: 'string', multiple: true } },
});

const FAMILIES = ['llama3', 'mistral', 'qwen2', 'qwen3', 'gemma3_text', 'mixtral', 'qwen3_moe', 'gpt_neox', 'gpt_neox-serial', 'llama-int8', 'llama-int4', 'qwen2-dora'];
const FULLY_TUNED = ['llama3', 'qwen2', 'gemma3_text', 'mixtral', 'gpt_neox'];

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

async function correctness(device: Device): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  const attempt = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    console.error(`check: ${name}`);
    results[name] = await work().catch((error: unknown) => ({ error: String(error) }));
  };
  for (const checkpoint of ['untied', 'untied-f16', 'tied']) await attempt(`logits of ${checkpoint}`, () => checks.logitsErrors(device, read, checkpoint));
  for (const engine of ['whole', 'blockwise'] as const) {
    await attempt(`LoRA gradients, ${engine}`, async () => {
      const { losses, tensors } = await checks.gradientErrors(device, read, engine);
      return { loss: Math.max(...losses), gradient: Math.max(...tensors.map(({ error }) => error)), tensors: tensors.length };
    });
  }
  await attempt('twenty AdamW steps, largest relative error of the loss', async () => {
    const { curves } = JSON.parse(new TextDecoder().decode(await read('untied/goldens.json'))) as { curves: { loss: number[] }[] };
    const found = await checks.curves(device, read, [0, 1, 2], 'whole');
    return Math.max(...curves.flatMap(({ loss }, k) => loss.map((known, step) => Math.abs((found[k]?.loss[step] as number) / known - 1))));
  });
  await attempt('whole and blockwise, with dropout', () => agreement.wholeAndBlockwise(device, read, 0.2));
  await attempt('resumed and unbroken', () => agreement.brokenAndUnbroken(device, read, 'whole'));
  for (const name of FAMILIES) await attempt(`${name}: logits, gradients, curve`, () => checks.familyErrors(device, read, `families/${name}`, 'whole'));
  for (const name of FULLY_TUNED) await attempt(`${name}: all weights`, () => full.fullErrors(device, read, `families/${name}`));
  await attempt('a fresh DoRA adapter', () => dora.freshDora(device, read));
  await attempt('DoRA beside LoRA', () => dora.doraBesideLora(device, read).then(({ found, known }) => ({ same: JSON.stringify(found) === JSON.stringify(known) })));
  await attempt('float16 and float32 weights', () => checks.halvesAndFloats(device, read));
  return results;
}

async function benchmark(device: Device): Promise<Record<string, { median: number; min: number } | { error: string }>> {
  const jax = async (make: (module: typeof import('./jax.ts')) => Promise<Work>): Promise<Work> => {
    const module = await import('./jax.ts');
    await module.prepare('webgpu');
    return make(module);
  };
  const works: Record<string, () => Promise<Work>> = {
    'world-dense, 1 adapter': () => worldStep(device, 1),
    'world-dense, 9 adapters at once': () => worldStep(device, 9, { engine: 'whole' }),
    'world-dense, 9 adapters at once, layer by layer': () => worldStep(device, 9, { engine: 'blockwise' }),
    'block of 576': () => blockStep(device),
    'world-dense, 1 adapter, jax-js': () => jax((module) => module.trainingStep(WORLD_DENSE, WORLD_TOKENS)),
    'block of 576, jax-js': () => jax((module) => module.blockStep()),
    // So small that what is timed is the cost of asking the GPU, not the GPU.
    'golden model, 3 adapters at once': () => checks.goldenStep(device, read, 'whole'),
    'golden model, 3 adapters at once, layer by layer': () => checks.goldenStep(device, read, 'blockwise'),
  };
  const results: Record<string, { median: number; min: number } | { error: string }> = {};
  for (const [name, make] of Object.entries(works)) {
    if (args.only && !args.only.includes(name)) continue;
    console.error(`bench: ${name}`);
    try {
      const work = await make();
      for (let i = 0; i < 3; i++) await work();
      const times: number[] = [];
      for (let i = 0; i < Number(args.rounds); i++) {
        const started = performance.now();
        await work();
        times.push(performance.now() - started);
      }
      times.sort((a, b) => a - b);
      results[name] = { median: times[times.length >> 1] as number, min: times[0] as number };
    } catch (error) {
      results[name] = { error: String(error) };
    }
  }
  return results;
}

const adapter = await adapterOfDawn();
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';
ort.env.wasm.wasmBinary = await readFile(join(here, 'ort-wasm-simd-threaded.asyncify.wasm'));
const device = await openDevice('webgpu', { adapter, ort: ort as never });
console.error(device.report);
const result = { device: device.report, halves: device.halves, checks: args.checks === 'no' ? {} : await correctness(device), bench: await benchmark(device) };
console.log(JSON.stringify(result));
process.exit(0);
