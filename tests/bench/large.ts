/** One LoRA step on checkpoints of the size people use, their weights random: how long it takes and how much memory. */
import { parseConfig } from '../../src/models/config.ts';
import { createBaseModel } from '../../src/models/base-model.ts';
import type { Checkpoint } from '../../src/models/checkpoint.ts';
import { weightShapes } from '../../src/models/plan.ts';
import type { Storage } from '../../src/models/stored.ts';
import { Generator } from '../../src/generation/index.ts';
import { openDevice, type DeviceWish } from '../../src/runtime/index.ts';
import { Trainer } from '../../src/training/index.ts';
import { LORA, TRAINING, randomBatches } from './shapes.ts';

/** The config.json of the checkpoints, what graphs need of them. */
export const LARGE = {
  'SmolLM2-135M': { model_type: 'llama', vocab_size: 49152, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, rms_norm_eps: 1e-5, rope_theta: 100000, max_position_embeddings: 8192, tie_word_embeddings: true, eos_token_id: 0 },
  'Qwen3-0.6B': { model_type: 'qwen3', vocab_size: 151936, hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, rms_norm_eps: 1e-6, rope_theta: 1e6, max_position_embeddings: 40960, tie_word_embeddings: true, eos_token_id: 151645 },
} as const;
export type LargeName = keyof typeof LARGE;

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

/** Weights made up as they are asked for, so that they are never in memory together. */
function madeUp(json: object): Checkpoint {
  const config = parseConfig(json);
  const shapes = weightShapes(config);
  const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
  let state = 1;
  const noise = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
  return {
    config,
    shapes,
    parameters: [...shapes.values()].reduce((sum, shape) => sum + size(shape), 0),
    weight: async (name, rows) => {
      const shape = [...(shapes.get(name) as readonly number[])];
      if (rows) shape[0] = rows[1] - rows[0];
      const scale = shape.length === 1 ? 0 : 1.7 / Math.sqrt(shape[1] as number);
      const data = new Float32Array(size(shape));
      for (let i = 0; i < data.length; i++) data[i] = shape.length === 1 ? 1 : scale * noise();
      return { shape, dtype: 'float32', data };
    },
  };
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
  const model = await createBaseModel(madeUp({ ...LARGE[name], ...(layers ? { num_hidden_layers: layers } : {}) }), device, { storage });
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
  const model = await createBaseModel(madeUp({ ...LARGE[name], ...(layers ? { num_hidden_layers: layers } : {}) }), device, { storage });
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
