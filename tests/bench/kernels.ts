/** The product kernels on one thread: the lab's against those that ONNX Runtime's module has in their place. */
import { add, Graph, matMul, matMulNT, mul, reduceSum } from '../../src/onnx/index.ts';
import { host, openDevice } from '../../src/runtime/index.ts';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { readModule, writeModule } from '../../src/runtime/wasm/module.ts';
import { ownKernels } from '../../src/runtime/wasm/proof.ts';
import { SGEMM_TYPE } from '../../src/runtime/wasm/sgemm.ts';

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

/** Batches x rows x depth x columns; B turned or as it lies. LoRA's A and B, attention's scores and mix for nine rows of world-dense; a layer of Qwen3-0.6B. */
const FEW = [[9, 1, 192, 24, true], [9, 1, 24, 384, false], [27, 2, 32, 100, false], [27, 2, 100, 32, false], [1, 1, 1024, 3072, true], [1, 4, 1024, 3072, true], [1, 16, 1024, 3072, true]] as const;
const AT_ONCE = 12;
const WARM_UP_MS = 300;

/** Microseconds of a product of few rows as a graph asks for it, of every round. @param stock with ONNX Runtime's own kernels */
export async function fewRows(rounds: number, stock: boolean): Promise<Record<string, number[]>> {
  const device = await openDevice('wasm', { threads: 1, stockProducts: stock });
  const found: Record<string, number[]> = {};
  for (const [batch, rows, depth, columns, turned] of FEW) {
    const shape = turned ? [batch, columns, depth] : [batch, depth, columns];
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
        return reduceSum(products ? (turned ? matMulNT(a, b) : matMul(a, b)) : a, [1, 2]);
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
    const own: number[] = (found[`${batch} x ${rows} x ${depth} x ${columns}${turned ? ', turned' : ''}`] = []);
    for (let round = 0; round < rounds; round++) own.push(((await time(all)) - (await time(rest))) * 1000 / AT_ONCE);
  }
  return found;
}
