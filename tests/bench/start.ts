/** What the start of the engine on WASM takes, in a page that has just been opened. */
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { openDevice } from '../../src/engine/runtime/index.ts';
import { findQuantizedFault } from '../../src/engine/kernels/quantized-proof.ts';
import { findFault, ownKernels } from '../../src/engine/kernels/proof.ts';
import { withOwnKernels } from '../../src/engine/kernels/swap.ts';

/** Milliseconds until the device is open and has proved itself. */
export async function opening(threads: number, stockProducts: boolean): Promise<Record<string, number>> {
  const started = performance.now();
  await openDevice('wasm', { threads, stock: stockProducts ? 'to compare' : null });
  return { [stockProducts ? 'ready, ONNX Runtime as it is' : "ready, with the lab's kernels"]: performance.now() - started };
}

/** Milliseconds of what the lab's kernels add, each by itself. */
export async function parts(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    found[name] = performance.now() - started;
    return result;
  };
  const kernels = await timed('writing the kernels', ownKernels);
  await timed('proving them, codes among them', () => findFault(kernels));
  await timed('proving the products with quantised weights alone, once more', () => findQuantizedFault(kernels));
  const stock = await timed('fetching the runtime', async () => new Uint8Array(await (await fetch(wasmUrl)).arrayBuffer()));
  await timed('putting them in', () => withOwnKernels(stock, kernels));
  return found;
}
