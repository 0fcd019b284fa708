/** One LoRA step on checkpoints of the size people use, their weights random: how long it takes and how much memory. */
import { parseConfig } from '../../src/engine/models/config.ts';
import { createBaseModel } from '../../src/engine/models/base-model.ts';
import type { Storage } from '../../src/engine/models/stored.ts';
import { Generator } from '../../src/engine/generation/index.ts';
import { openDevice, type DeviceWish } from '../../src/engine/runtime/index.ts';
import { Trainer } from '../../src/engine/training/index.ts';
import { LARGE, LORA, type LargeName, TRAINING, madeUp, randomBatches } from './shapes.ts';
import type { ModelConfig } from '../../src/engine/models/model-config.ts';

export interface LargeRequest {
  device: DeviceWish;
  model: LargeName;
  storage: Storage;
  tokens: number;
  adapters: number;
  steps: number;
  /** Fewer layers than the checkpoint has. */
  layers?: number;
  /** Left out, what the lab would choose. */
  engine?: 'whole' | 'blockwise';
  /** Answer instead of training. */
  answers?: boolean;
}

/** Answers a few prompts instead of training: seconds to the first and to the last token. */
export interface AnswerResult {
  parameters: number;
  seconds: { load: number; one: number; sixteen: number };
  tokens: number;
}

export interface LargeResult {
  parameters: number;
  engine: string;
  seconds: { load: number; steps: number[] };
  loss: number[];
}

function configOf(name: LargeName, layers?: number): ModelConfig {
  return parseConfig({ ...LARGE[name], ...(layers ? { num_hidden_layers: layers } : {}) });
}

export async function large({ device: wish, model: name, storage, tokens, adapters, steps, layers, engine }: LargeRequest): Promise<LargeResult> {
  const device = await openDevice(wish);
  let at = performance.now();
  const lap = (): number => {
    const now = performance.now();
    const seconds = (now - at) / 1000;
    at = now;
    return seconds;
  };
  const model = await createBaseModel(madeUp(configOf(name, layers)), device, { storage });
  const trainer = await Trainer.create(model, { adapters: Array.from({ length: adapters }, (_, k) => ({ id: `adapter${k}`, batches: randomBatches(k, tokens), seed: k })), lora: LORA, training: TRAINING, ...(engine ? { engine } : {}) });
  const load = lap();
  const seconds: number[] = [];
  const loss: number[] = [];
  for (let step = 0; step < steps; step++) {
    const report = await trainer.step();
    seconds.push(lap());
    loss.push(report.adapters[0]?.loss ?? Number.NaN);
  }
  return { parameters: model.parameters, engine: trainer.engine_kind, seconds: { load, steps: seconds }, loss };
}

/** One prompt, then sixteen at once, each of 64 tokens with 16 new ones, from the untuned model. */
export async function largeAnswers({ device: wish, model: name, storage, layers }: LargeRequest): Promise<AnswerResult> {
  const device = await openDevice(wish);
  let at = performance.now();
  const lap = (): number => {
    const seconds = (performance.now() - at) / 1000;
    at = performance.now();
    return seconds;
  };
  const model = await createBaseModel(madeUp(configOf(name, layers)), device, { storage });
  const generator = await Generator.create(model, [], { stops: [model.config.vocab_size * 2] });
  const load = lap();
  const ask = (count: number) => generator.generate(Array.from({ length: count }, (_, i) => ({ id: String(i), adapter: 0, prompt: Array.from({ length: 64 }, (_none, j) => 3 + ((i * 97 + j * 31) % 4000)), maxNewTokens: 16, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: '' })));
  await ask(1);
  lap();
  await ask(1);
  const one = lap();
  const answers = await ask(16);
  return { parameters: model.parameters, seconds: { load, one, sixteen: lap() }, tokens: answers.reduce((sum, { tokens }) => sum + tokens.length, 0) };
}
