/** What is profiled: a step of training or decoding, again and again, and what the runtime's functions are called. */
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { initialAdapter } from '../../src/engine/adapters/adapter.ts';
import { Rng } from '../../src/core/rng.ts';
import { Generator } from '../../src/engine/generation/index.ts';
import { createBaseModel } from '../../src/engine/models/base-model.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import type { Storage } from '../../src/engine/models/stored.ts';
import { openDevice } from '../../src/engine/runtime/index.ts';
import { readModule } from '../../src/engine/kernels/module.ts';
import { ownKernels } from '../../src/engine/kernels/proof.ts';
import { OPERATION_TYPE, SGEMM_TYPE } from '../../src/engine/kernels/mlas.ts';
import { type Swapped, withOwnKernels } from '../../src/engine/kernels/swap.ts';
import { trainingStep, type Work } from './ours.ts';
import { LARGE, type LargeName, LORA, madeUp, WORLD_DENSE, randomModel } from './shapes.ts';

const KERNELS: Readonly<Record<string, string>> = { [SGEMM_TYPE]: 'product kernel', [OPERATION_TYPE]: 'packing (MLAS)' };
const PROMPT = 8;
/** New tokens of an answer: a large checkpoint's take long. */
const ANSWER = { small: 96, large: 16 } as const;

/** Steps that `work` takes each time. */
export function steps(kind: 'training' | 'decoding', large: boolean): number {
  return kind === 'training' ? 1 : ANSWER[large ? 'large' : 'small'];
}

/** What the lab puts behind all others, in order. */
const BEHIND = ['product of few rows', ...ownKernels().quantized.further.map(({ as }) => (as === 'decoder' ? 'decoding weights' : 'a few rows, quantised')), 'product of quantised weights'];

/** The lab's functions in the module, as the browser's profiler calls them: those that ONNX Runtime's own has not, and the operation in front of which one stands. */
export async function kernelNames(): Promise<Record<string, string>> {
  const stock = new Uint8Array(await (await fetch(wasmUrl)).arrayBuffer());
  const before = readModule(stock);
  const after = readModule((await withOwnKernels(stock, ownKernels()) as Swapped).bytes);
  const body = ({ bytes, functions }: typeof before, index: number): string | undefined => functions[index] && bytes.subarray(functions[index].from, functions[index].to).join();
  return Object.fromEntries(after.functions.flatMap(({ type }, index) => {
    // What packs matrices for the rest is MLAS's own.
    const name = index >= before.functions.length ? BEHIND[index - before.functions.length] : KERNELS[after.types[type] ?? ''];
    return name && body(before, index) !== body(after, index) ? [[`wasm-function[${after.imported + index}]`, name]] : [];
  }));
}

/** A large checkpoint's step on 128 tokens, or its answers; with few layers it is soon done. */
export interface LargeWork {
  model: LargeName;
  storage: Storage;
  layers: number;
  engine: 'whole' | 'blockwise';
}

/** One step of K adapters of world-dense: 128 tokens of training each, or a whole greedy answer each. One thread. @param large this in its place, K prompts of the base where it answers */
export async function work(kind: 'training' | 'decoding', adapters: number, large?: LargeWork): Promise<Work> {
  const device = await openDevice('wasm', { threads: 1 });
  const config = large ? parseConfig({ ...LARGE[large.model], num_hidden_layers: large.layers }) : WORLD_DENSE;
  if (large && kind === 'training') return trainingStep(device, config, { adapters, storage: large.storage, engine: large.engine });
  if (kind === 'training') return trainingStep(device, WORLD_DENSE, { adapters });
  const rng = new Rng('profile');
  const answer = steps(kind, large !== undefined);
  const generator = await Generator.create(await (large ? createBaseModel(madeUp(config), device, { storage: large.storage }) : randomModel(config, device)), large ? [] : Array.from({ length: adapters }, (_, i) => initialAdapter(LORA, WORLD_DENSE, new Rng(i))), { stops: [config.vocab_size * 2] });
  const prompt = Array.from({ length: PROMPT }, () => 3 + rng.int(config.vocab_size - 3));
  return async () => {
    await generator.generate(Array.from({ length: adapters }, (_, adapter) => ({ id: String(adapter), adapter: large ? 0 : adapter, prompt, maxNewTokens: answer, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: '' })));
  };
}
