/** The product kernel alone, on one thread: the lab's against the one that ONNX Runtime's module has in its place. */
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { readModule, writeModule } from '../../src/runtime/wasm/module.ts';
import { ownKernels } from '../../src/runtime/wasm/proof.ts';
import { SGEMM_TYPE } from '../../src/runtime/wasm/sgemm.ts';

type Kernel = (a: number, b: number, c: number, depth: number, rows: number, columns: number, lda: number, ldc: number, alpha: number) => number;

const SHAPES = [[128, 128, 128], [128, 128, 8], [128, 8, 128], [8, 128, 128], [1, 128, 128]] as const;
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
    const { instance } = await WebAssembly.instantiate(writeModule([{ name: 'product', type: SGEMM_TYPE, body }], 16));
    const product = instance.exports['product'] as Kernel;
    for (const [rows, depth, columns] of SHAPES) {
      const [b, c] = [4 * rows * depth, 4 * depth * (rows + Math.ceil(columns / PANEL) * PANEL)];
      const flops = 2 * rows * depth * columns;
      const times = Math.ceil(FLOPS / flops);
      const started = performance.now();
      for (let i = 0; i < times; i++) for (let done = 0; done < rows; ) done += product(4 * done * depth, b, c + 4 * done * columns, depth, rows - done, columns, depth, columns, 1);
      const own = (found[`${rows} x ${depth} x ${columns}`] ??= { own: [], stock: [] });
      if (round >= 0) own[name].push((times * flops) / (performance.now() - started) / 1e6);
    }
  }
  return found;
}
