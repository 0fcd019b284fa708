/** The product kernels on one thread: the lab's against those that ONNX Runtime's module has in their place. */
import { add, cast, gemm, Graph, matMul, matMulNBits, matMulNT, matMulTransposedNBits, mul, reduceSum, slice, type Value } from '../../src/engine/onnx/index.ts';
import { quantize } from '../../src/engine/models/quantize.ts';
import { host, openDevice } from '../../src/engine/runtime/index.ts';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { readModule, writeModule } from '../../src/engine/kernels/module.ts';
import { ownKernels } from '../../src/engine/kernels/proof.ts';
import { SGEMM_TYPE } from '../../src/engine/kernels/mlas.ts';

type Kernel = (a: number, b: number, c: number, depth: number, rows: number, columns: number, lda: number, ldc: number, alpha: number) => number;

/** Rows, depth and columns; and how far apart rows of A lie, which of most models is a multiple of 256 numbers. */
const SHAPES = [[128, 128, 128, 128], [128, 128, 128, 1024], [128, 128, 8, 128], [128, 8, 128, 8], [8, 128, 128, 128], [8, 128, 128, 1024], [1, 128, 128, 128]] as const;
const FLOPS = 2e8;
const PANEL = 16;

/** GFLOP/s of every round, by kernel and by rows x depth x columns. */
export async function kernels(rounds: number): Promise<Record<string, Record<'own' | 'stock', number[]>>> {
  const bytes = new Uint8Array(await (await fetch(wasmUrl)).arrayBuffer());
  const module = readModule(bytes);
  // There are two of this type, one that overwrites and one that adds; either takes the same time.
  const stock = module.functions.find(({ type }) => module.types[type] === SGEMM_TYPE);
  if (!stock) throw new Error('ONNX Runtime has no such kernel');
  const bodies = { own: ownKernels().zero, stock: bytes.slice(stock.from, stock.to) };
  const found: Record<string, Record<'own' | 'stock', number[]>> = {};
  for (let round = -2; round < rounds; round++) for (const [name, body] of Object.entries(bodies) as ['own' | 'stock', Uint8Array][]) {
    const { instance } = await WebAssembly.instantiate(writeModule([{ name: 'product', type: SGEMM_TYPE, body }], 32));
    const product = instance.exports['product'] as Kernel;
    for (const [rows, depth, columns, apart] of SHAPES) {
      const b = 4 * rows * apart;
      const c = b + 4 * depth * Math.ceil(columns / PANEL) * PANEL;
      const flops = 2 * rows * depth * columns;
      const times = Math.ceil(FLOPS / flops);
      const started = performance.now();
      for (let i = 0; i < times; i++) for (let done = 0; done < rows; ) done += product(4 * done * apart, b, c + 4 * done * columns, depth, rows - done, columns, apart, columns, 1);
      const own = (found[`${rows} x ${depth} x ${columns}${apart > depth ? `, rows ${apart} apart` : ''}`] ??= { own: [], stock: [] });
      if (round >= 0) own[name].push((times * flops) / (performance.now() - started) / 1e6);
    }
  }
  return found;
}

/** Batches x rows x depth x columns; B transposed or not. LoRA's A and B, attention's scores and mix for nine rows of world-dense; a layer of Qwen3-0.6B. */
const FEW = [[9, 1, 192, 24, true], [9, 1, 24, 384, false], [27, 2, 32, 100, false], [27, 2, 100, 32, false], [1, 1, 1024, 3072, true], [1, 4, 1024, 3072, true], [1, 16, 1024, 3072, true]] as const;
const AT_ONCE = 12;
const WARM_UP_MS = 300;

/** Microseconds of a product of few rows as a graph asks for it, of every round. @param stock with ONNX Runtime's own kernels */
export async function fewRows(rounds: number, stock: boolean): Promise<Record<string, number[]>> {
  const device = await openDevice('wasm', { threads: 1, stock: stock ? 'to compare' : null });
  const found: Record<string, number[]> = {};
  for (const [batch, rows, depth, columns, transposed] of FEW) {
    const shape = transposed ? [batch, columns, depth] : [batch, depth, columns];
    const feeds = {
      b: host('float32', shape, Float32Array.from({ length: batch * depth * columns }, (_, i) => Math.sin(i))),
      ...Object.fromEntries(Array.from({ length: AT_ONCE }, (_, i) => [`a${i}`, host('float32', [batch, rows, depth], Float32Array.from({ length: batch * rows * depth }, (_none, j) => Math.cos(i + j)))])),
    };
    // What is the same without the products: copying B in, and once more, since a product's constant operand would be packed beforehand.
    const session = async (products: boolean) => {
      const g = new Graph('few rows');
      const b = mul(g.input('b', 'float32', shape), 1);
      const sums = Array.from({ length: AT_ONCE }, (_, i) => {
        const a = g.input(`a${i}`, 'float32', [batch, rows, depth]);
        return reduceSum(products ? (transposed ? matMulNT(a, b) : matMul(a, b)) : a, [1, 2]);
      });
      g.output('sum', sums.reduce((x, y) => add(x, y), reduceSum(b, [1, 2])));
      return device.program(g).bind({});
    };
    const [all, rest] = [await session(true), await session(false)];
    const time = async (own: typeof all): Promise<number> => {
      const started = performance.now();
      await own.run(feeds);
      return performance.now() - started;
    };
    for (const started = performance.now(); performance.now() - started < WARM_UP_MS; ) await time(all);
    const own: number[] = (found[`${batch} x ${rows} x ${depth} x ${columns}${transposed ? ', transposed' : ''}`] = []);
    for (let round = 0; round < rounds; round++) own.push(((await time(all)) - (await time(rest))) * 1000 / AT_ONCE);
  }
  return found;
}

/** Rows x depth x columns of matrix products with quantised weights: a layer of Qwen3-0.6B and a stretch of its head; one row, four, sixteen, a sequence. */
const QUANTIZED = [[128, 1024, 3072, 4], [128, 3072, 1024, 4], [63, 1024, 15360, 8], [16, 1024, 3072, 4], [4, 1024, 3072, 4], [1, 1024, 3072, 4]] as const;
const QUANTIZED_AT_ONCE = 4;

/** Microseconds of matrix products with quantised weights as a graph asks for them, and of the same with the decoded weights, of every round: x W^T, and dy W. */
export async function quantized(rounds: number, threads: number): Promise<Record<string, Record<'codes' | 'decoded', number[]>>> {
  const device = await openDevice('wasm', { threads });
  const found: Record<string, Record<'codes' | 'decoded', number[]>> = {};
  for (const transposed of [false, true]) for (const [rows, depth, columns, bits] of QUANTIZED) {
    const [out, into] = transposed ? [depth, columns] : [columns, depth];
    const data = Float32Array.from({ length: out * into }, (_, i) => Math.sin(i));
    const { codes, scales, zeros, block } = quantize(data, [out, into], bits);
    const a = Array.from({ length: QUANTIZED_AT_ONCE }, (_, i) => host('float32', [rows, depth], Float32Array.from({ length: rows * depth }, (_none, j) => Math.cos(i + j))));
    const session = async (kind: 'codes' | 'decoded', products: boolean) => {
      const g = new Graph('quantized');
      const w = kind === 'decoded' ? mul(g.input('w', 'float32', [out, into]), 1) : null;
      const parts = kind === 'codes' ? [g.input('codes', 'uint8', [out, into / block, (block * bits) / 8]), g.input('scale', 'float32', [scales.length]), g.input('zero', 'uint8', [zeros.length])] as const : null;
      const sums = a.map((_, i) => {
        const x = g.input(`a${i}`, 'float32', [rows, depth]);
        if (!products) return reduceSum(x, [0, 1]);
        const y = parts ? (transposed ? matMulTransposedNBits : matMulNBits)(x, ...parts) : gemm(x, w as Value, { transB: !transposed });
        return reduceSum(y, [0, 1]);
      });
      g.output('sum', sums.reduce((x, y) => add(x, y)));
      if (!products) for (const [i, value] of (parts ?? [w as Value]).entries()) g.output(`w${i}`, reduceSum(cast(slice(value, 0, 0, 1), 'float32'), value.shape.map((_, axis) => axis)));
      return device.program(g).bind({});
    };
    const feeds = { ...Object.fromEntries(a.map((x, i) => [`a${i}`, x])), codes: host('uint8', [out, into / block, (block * bits) / 8], codes), scale: host('float32', [scales.length], scales), zero: host('uint8', [zeros.length], zeros), w: host('float32', [out, into], data) };
    const own = (found[`${rows} x ${depth} x ${columns} of ${bits} bits${transposed ? ', transposed' : ''}`] = { codes: [] as number[], decoded: [] as number[] });
    for (const kind of ['codes', 'decoded'] as const) {
      const [all, rest] = [await session(kind, true), await session(kind, false)];
      const time = async (asked: typeof all): Promise<number> => {
        const started = performance.now();
        (await asked.run(feeds)).dispose();
        return performance.now() - started;
      };
      for (const started = performance.now(); performance.now() - started < WARM_UP_MS; ) await time(all);
      for (let round = 0; round < rounds; round++) own[kind].push(((await time(all)) - (await time(rest))) * 1000 / QUANTIZED_AT_ONCE);
    }
  }
  return found;
}
