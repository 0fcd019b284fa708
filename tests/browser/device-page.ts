/** What tests/browser/device.test.ts calls inside the page. */
import type { LabError } from '../../src/core/errors.ts';
import { Rng } from '../../src/core/rng.ts';
import { concat, gemm, Graph, matMul, mul, reduceSum, reshape, scatterElementsAdd, type Value } from '../../src/engine/onnx/index.ts';
import { type DeviceTensor, host, openDevice, readFloats, type Surroundings } from '../../src/engine/runtime/index.ts';
import { playBack, type Recording, recorded } from '../../src/engine/runtime/replay.ts';
import { functionBody, instruction, unreachable } from '../../src/engine/kernels/code.ts';
import { OPERATION_TYPE, SGEMM_TYPE } from '../../src/engine/kernels/mlas.ts';
import { findFault, ownKernels } from '../../src/engine/kernels/proof.ts';
import { obstacle } from '../../src/engine/kernels/swap.ts';

export async function report(wish: 'auto' | 'webgpu' | 'wasm', surroundings?: Surroundings) {
  return (await openDevice(wish, surroundings)).report;
}

/** In a browser that compiles nothing with relaxed SIMD: what the device says, and how often the runtime's module was fetched. */
export async function withoutRelaxedSimd(): Promise<{ device: Awaited<ReturnType<typeof report>>; fetches: number }> {
  const relaxed = ownKernels();
  const [validate, fetch] = [WebAssembly.validate, globalThis.fetch];
  // ONNX Runtime asks as well, with modules of a few bytes.
  WebAssembly.validate = (bytes) => bytes.byteLength < relaxed.zero.length && validate(bytes);
  let fetches = 0;
  globalThis.fetch = (input, init) => {
    if (String(input instanceof Request ? input.url : input).includes('.wasm')) fetches++;
    return fetch(input, init);
  };
  return { device: await report('wasm'), fetches };
}

/** Relaxed multiply-add becomes multiply-subtract: only the lab's product kernels have it. And integers become floats without their sign, as decoded weights do. */
const WRONG = { products: [[0xfd, 0x85, 0x02], [0xfd, 0x86, 0x02]], quantised: [[0xfd, 0xfa, 0x01], [0xfd, 0xfb, 0x01]] } as const;

/** Opens WASM where the runtime's module, though not the small ones that the kernels are proved with, is compiled with a wrong instruction. */
export async function withWrongKernels(which: keyof typeof WRONG): Promise<{ code: string; fault: unknown }> {
  const [right, wrong] = WRONG[which];
  const instantiate = WebAssembly.instantiate.bind(WebAssembly) as (bytes: BufferSource, imports?: WebAssembly.Imports) => Promise<WebAssembly.WebAssemblyInstantiatedSource>;
  WebAssembly.instantiate = ((bytes: Uint8Array<ArrayBuffer>, imports?: WebAssembly.Imports) => {
    if (bytes.byteLength > 1e6) {
      for (let at = bytes.indexOf(right[0]); at >= 0; at = bytes.indexOf(right[0], at + 1)) if (right.every((byte, i) => bytes[at + i] === byte)) bytes.set(wrong, at);
    }
    return instantiate(bytes, imports);
  }) as typeof WebAssembly.instantiate;
  return openDevice('wasm').then(() => ({ code: 'none', fault: null }), ({ code, data }: LabError) => ({ code, fault: data['fault'] }));
}

/** What the proof of the product kernels says of ours, of two that are swapped, of one that computes nothing, of one that stops and of one that no browser compiles. */
export async function proofs(): Promise<Record<'own' | 'swapped' | 'idle' | 'stopped' | 'alien', string | null>> {
  const own = ownKernels();
  const alien = functionBody(SGEMM_TYPE, [], [instruction('unknown', [0xfd, 0xff, 0x7f], '->'), unreachable]);
  return { own: await findFault(own), swapped: await obstacle({ ...own, zero: own.add, add: own.zero }), idle: await obstacle({ ...own, few: functionBody(OPERATION_TYPE, [], []) }), stopped: await obstacle({ ...own, few: functionBody(OPERATION_TYPE, [], unreachable) }), alien: await obstacle({ ...own, zero: alien, add: alien }) };
}

/**
 * Products of the sizes that models have, rows a power of two apart, on two threads: by a weight that the runtime has packed beforehand, by one that
 * it packs at every run, and by the same as it lies. @returns for each shape the largest errors against sums in float64, in parts of the largest number
 */
export async function largeProducts(shapes: readonly (readonly [rows: number, depth: number, columns: number])[]): Promise<number[][]> {
  const device = await openDevice('wasm', { threads: 2 });
  const found: number[][] = [];
  const rng = new Rng('large products');
  const noise = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * rng.float() - 1);
  for (const [rows, depth, columns] of shapes) {
    const [a, b] = [noise(rows * depth), noise(columns * depth)];
    const plain = Float32Array.from({ length: b.length }, (_, i) => b[(i % columns) * depth + Math.floor(i / columns)] as number);
    const g = new Graph('large products');
    const x = g.input('x', 'float32', [rows, depth]);
    g.output('packed', gemm(x, g.parameter('w', 'float32', [columns, depth]), { transB: true }));
    g.output('transposed', gemm(x, g.input('b', 'float32', [columns, depth]), { transB: true }));
    g.output('plain', gemm(x, g.input('b plain', 'float32', [depth, columns])));
    const session = await device.program(g).bind({ w: device.upload(host('float32', [columns, depth], b)) });
    const outputs = await session.run({ x: host('float32', [rows, depth], a), b: host('float32', [columns, depth], b), 'b plain': host('float32', [depth, columns], plain) });
    const known = Float64Array.from({ length: rows * columns }, (_, at) => {
      let sum = 0;
      for (let k = 0, [i, j] = [Math.floor(at / columns) * depth, (at % columns) * depth]; k < depth; k++) sum += (a[i + k] as number) * (b[j + k] as number);
      return sum;
    });
    const largest = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    found.push(await Promise.all(['packed', 'transposed', 'plain'].map(async (name) => (await readFloats(outputs.get(name))).reduce((most, value, i) => Math.max(most, Math.abs(value - (known[i] as number))), 0) / largest)));
  }
  return found;
}

/** Tries to capture graphs that hold a copy; resolves to the errors' codes and messages. */
export async function captureCopies(): Promise<{ code: string; message: string }[]> {
  const device = await openDevice('webgpu');
  const graphs = [
    (_: Graph, x: Value): Value => reshape(mul(x, 2), [3, 2]),
    (g: Graph, x: Value): Value => mul(scatterElementsAdd(x, g.constant([0, 0, 0], 'int32', [1, 3]), g.constant([1, 1, 1], 'float32', [1, 3]), 0), 2),
  ];
  return graphs.map((build) => {
    const g = new Graph('copying');
    g.output('y', build(g, g.input('x', 'float32', [2, 3])));
    try {
      device.program(g, { capture: true });
      return { code: 'none', message: '' };
    } catch (thrown) {
      const { code, message } = thrown as LabError;
      return { code, message };
    }
  });
}

/** Runs a captured graph with other numbers each time. @returns what came, what should have, and how often each run handed the GPU commands */
export async function replays(runs: number): Promise<{ found: number[][]; known: number[][]; submits: number[] }> {
  const device = await openDevice('webgpu');
  const g = new Graph('replayed');
  const [x, y] = [g.input('x', 'float32', [2, 3]), g.input('y', 'float32', [3, 2])];
  g.output('product', mul(matMul(x, y), 2));
  g.output('sum', reduceSum(mul(x, x), [1]));
  const session = await device.program(g, { capture: true }).bind({});
  const { submit } = GPUQueue.prototype;
  let count = 0;
  GPUQueue.prototype.submit = function (buffers) {
    count++;
    return submit.call(this, buffers);
  };
  const [found, known, submits]: [number[][], number[][], number[]] = [[], [], []];
  for (let run = 0; run < runs; run++) {
    const own = Float32Array.from({ length: 6 }, (_, i) => i + run);
    const other = Float32Array.from({ length: 6 }, (_, i) => 1 - i * run);
    // One feed from the host, one that lies on the GPU.
    const fed = device.upload(host('float32', [3, 2], other));
    const before = count;
    const outputs = await session.run({ x: host('float32', [2, 3], own), y: fed });
    submits.push(count - before);
    found.push([...(await readFloats(outputs.get('product'))), ...(await readFloats(outputs.get('sum')))]);
    const row = (i: number): number[] => [...own.subarray(3 * i, 3 * i + 3)];
    const dot = (i: number, j: number): number => row(i).reduce((sum, value, k) => sum + value * (other[2 * k + j] as number), 0);
    known.push([2 * dot(0, 0), 2 * dot(0, 1), 2 * dot(1, 0), 2 * dot(1, 1), ...[0, 1].map((i) => row(i).reduce((sum, value) => sum + value * value, 0))]);
    outputs.dispose();
    fed.dispose();
  }
  GPUQueue.prototype.submit = submit;
  await session.dispose();
  device.dispose();
  return { found, known, submits };
}

/** What is heard of work that can be played back, and of work that cannot; and whether the device is as it was. */
export async function recordings(): Promise<{ plain: number | null; others: (string | null)[]; found: number[]; clean: boolean; deaf: boolean }> {
  const gpu = await (await navigator.gpu.requestAdapter())?.requestDevice() as GPUDevice;
  const buffer = (usage: number): GPUBuffer => gpu.createBuffer({ size: 16, usage });
  const [data, spare] = [buffer(GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST), buffer(GPUBufferUsage.COPY_DST)];
  const shader = (code: string): GPUComputePipeline => gpu.createComputePipeline({ layout: 'auto', compute: { module: gpu.createShaderModule({ code: `@group(0) @binding(0) var<storage, read_write> x: array<f32>; @compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) { ${code} }` }) } });
  const [double, one] = [shader('x[id.x] *= 2;'), shader('x[id.x] += 1;')];
  const groups = new Map([double, one].map((pipeline) => [pipeline, gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer: data } }] })]));
  const dispatch = (encoder: GPUCommandEncoder, pipelines: GPUComputePipeline[]): void => {
    const pass = encoder.beginComputePass();
    for (const pipeline of pipelines) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, groups.get(pipeline) as GPUBindGroup);
      pass.dispatchWorkgroups(4);
    }
    pass.end();
  };
  const listen = async (more?: (encoder: GPUCommandEncoder) => void): Promise<Recording | null> => (await recorded(gpu, async () => {
    for (const pipelines of [[one, double], [one]]) {
      const encoder = gpu.createCommandEncoder();
      dispatch(encoder, pipelines);
      more?.(encoder);
      gpu.queue.submit([encoder.finish()]);
      await gpu.queue.onSubmittedWorkDone();
    }
  })).recording;
  const others = [await listen((encoder) => encoder.copyBufferToBuffer(data, 0, spare, 0, 16)), await listen((encoder) => encoder.clearBuffer(spare)), await listen(() => gpu.queue.writeBuffer(spare, 0, new Float32Array(4)))];
  const nothing = (await recorded(gpu, async () => undefined)).recording;
  await recorded(gpu, async () => {
    throw new Error('on purpose');
  }).catch(() => undefined);
  gpu.queue.writeBuffer(data, 0, Float32Array.of(0, 1, 2, 3));
  const recording = await listen();
  const encoder = gpu.createCommandEncoder();
  playBack(encoder, recording ?? []);
  const staging = buffer(GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  encoder.copyBufferToBuffer(data, 0, staging, 0, 16);
  gpu.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const found = [...new Float32Array(staging.getMappedRange())];
  const clean = Object.getOwnPropertyNames(gpu).length === 0 && Object.getOwnPropertyNames(gpu.queue).length === 0;
  // A browser whose queue nobody can listen to: the work is done all the same, and nothing is left behind.
  Object.preventExtensions(gpu.queue);
  const deaf = await listen().then((heard) => heard === null && Object.getOwnPropertyNames(gpu).length === 0, () => false);
  gpu.destroy();
  return { plain: recording?.length ?? null, others: [...others, nothing].map((heard) => heard && 'kept'), found, clean, deaf };
}

/** Hand-worked: what tensors hold after columns were put into them, as keys lie (each number a line) and as values do. */
export async function insertions(): Promise<{ keys: number[]; values: number[]; marks: number[] }> {
  const device = await openDevice('webgpu');
  const ints = (...numbers: number[]): DeviceTensor => device.upload(host('int32', [numbers.length], Int32Array.from(numbers)));
  const floats = (...numbers: number[]): DeviceTensor => device.upload(host('float32', [numbers.length], Float32Array.from(numbers)));
  // Three rows of two lines; the source has two rows of three columns, of which two are taken, behind one number to skip.
  const keys = device.zeros('float32', [3, 2, 4]);
  const source = floats(99, 1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16);
  device.insert([{ target: keys, source, skip: 1, lines: 2, width: 1, columns: [4, 3], count: 2, from: ints(1, -1, 0), at: ints(0, 0, 3) }]);
  // One column a row, two numbers wide; the second row's place is beyond the last column.
  const values = device.zeros('float32', [2, 3, 2]);
  device.insert([{ target: values, source: floats(1, 2, 3, 4), lines: 1, width: 2, columns: [3, 1], count: 1, from: ints(0, 1), at: ints(2, 3) }, { target: values, source: floats(7, 8), lines: 1, width: 2, columns: [3, 1], count: 1, from: ints(-1, 0), at: ints(0, 1) }]);
  // More than one row of workgroups.
  const count = 65535 * 64 + 5;
  const marks = device.zeros('int32', [1, count]);
  device.insert([{ target: marks, source: device.upload(host('int32', [1, count], Int32Array.from({ length: count }, (_, i) => i))), lines: 1, width: 1, columns: [count, count], count, from: ints(0), at: ints(0) }]);
  const all = (await marks.read()) as Int32Array;
  const found = { keys: [...(await readFloats(keys))], values: [...(await readFloats(values))], marks: [all.findIndex((value, i) => value !== i), all.length] };
  device.dispose();
  return found;
}

/** Sixty tensors joined in one captured graph, more than a shader can bind: what a step of thirty layers gives beside its token. */
export async function manyJoined(runs: number): Promise<number[][]> {
  const device = await openDevice('webgpu');
  const g = new Graph('joining');
  const x = g.input('x', 'float32', [1, 4]);
  g.output('y', concat(Array.from({ length: 60 }, (_, i) => mul(x, i)), 0));
  const session = await device.program(g, { capture: true }).bind({});
  const found: number[][] = [];
  for (let run = 0; run < runs; run++) {
    const outputs = await session.run({ x: host('float32', [1, 4], Float32Array.of(1, 2, 3, run)) });
    found.push([...(await readFloats(outputs.get('y')))]);
  }
  device.dispose();
  return found;
}

/** Asks the GPU for something it refuses, then reads until it is told. @returns what was told, and what a read after that gives */
export async function refused(): Promise<{ code: string; message: string; after: number[] }> {
  const device = await openDevice('webgpu');
  const [gone, sound, at] = [device.zeros('float32', [1, 4]), device.upload(host('float32', [4], Float32Array.of(1, 2, 3, 4))), device.zeros('int32', [1])];
  gone.dispose();
  device.insert([{ target: gone, source: sound, lines: 1, width: 1, columns: [4, 4], count: 4, from: at, at }]);
  const told: LabError[] = [];
  for (let tries = 0; told.length === 0 && tries < 50; tries++) {
    await sound.read().catch((error: LabError) => told.push(error));
    await new Promise((later) => setTimeout(later, 20));
  }
  const { code, message } = told[0] ?? { code: 'none', message: '' };
  const after = [...(await readFloats(sound))];
  device.dispose();
  return { code, message, after };
}
