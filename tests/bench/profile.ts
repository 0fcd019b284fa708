/** What is profiled: a step of training or decoding, again and again, and what the runtime's functions are called. */
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { initialAdapter } from '../../src/adapters/adapter.ts';
import { Rng } from '../../src/core/rng.ts';
import { Generator } from '../../src/generation/index.ts';
import { openDevice } from '../../src/runtime/index.ts';
import { readModule } from '../../src/runtime/wasm/module.ts';
import { OPERATION_TYPE } from '../../src/runtime/wasm/few-rows.ts';
import { ownKernels } from '../../src/runtime/wasm/proof.ts';
import { SGEMM_TYPE } from '../../src/runtime/wasm/sgemm.ts';
import { withOwnKernels } from '../../src/runtime/wasm/swap.ts';
import { DEQUANTIZER_TYPE } from '../../src/runtime/wasm/widen.ts';
import { trainingStep, type Work } from './ours.ts';
import { LORA, WORLD_DENSE, randomModel } from './shapes.ts';

const KERNELS: Readonly<Record<string, string>> = { [SGEMM_TYPE]: 'product kernel', [OPERATION_TYPE]: 'product of few rows', [DEQUANTIZER_TYPE]: 'decoding weights' };
const PROMPT = 8;
export const ANSWER = 96;

/** The lab's functions in the module, as the browser's profiler calls them: those that ONNX Runtime's own has not. */
export async function kernelNames(): Promise<Record<string, string>> {
  const stock = new Uint8Array(await (await fetch(wasmUrl)).arrayBuffer());
  const before = readModule(stock);
  const after = readModule(withOwnKernels(stock, ownKernels()) as Uint8Array);
  const body = ({ bytes, functions }: typeof before, index: number): string | undefined => functions[index] && bytes.subarray(functions[index].from, functions[index].to).join();
  return Object.fromEntries(after.functions.flatMap(({ type }, index) => {
    const name = KERNELS[after.types[type] ?? ''];
    return name && body(before, index) !== body(after, index) ? [[`wasm-function[${after.imported + index}]`, name]] : [];
  }));
}

/** One step of K adapters of world-dense: 128 tokens of training each, or a whole greedy answer each. One thread. */
export async function work(kind: 'training' | 'decoding', adapters: number): Promise<Work> {
  const device = await openDevice('wasm', { threads: 1 });
  if (kind === 'training') return trainingStep(device, WORLD_DENSE, { adapters });
  const rng = new Rng('profile');
  const generator = await Generator.create(await randomModel(WORLD_DENSE, device), Array.from({ length: adapters }, (_, i) => initialAdapter(LORA, WORLD_DENSE, new Rng(i))), { stops: [WORLD_DENSE.vocab_size * 2] });
  const prompt = Array.from({ length: PROMPT }, () => 3 + rng.int(WORLD_DENSE.vocab_size - 3));
  return async () => {
    await generator.generate(Array.from({ length: adapters }, (_, adapter) => ({ id: String(adapter), adapter, prompt, maxNewTokens: ANSWER, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: '' })));
  };
}
