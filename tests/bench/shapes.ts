/** The shapes that are measured, with random weights: the speed does not depend on their values. */
import { Rng } from '../../src/core/rng.ts';
import { type BaseModel, createBaseModel } from '../../src/engine/models/base-model.ts';
import type { Checkpoint, Weight } from '../../src/engine/models/checkpoint.ts';
import { weightShapes } from '../../src/engine/models/plan.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import type { ModelConfig } from '../../src/engine/models/model-config.ts';
import type { Device } from '../../src/engine/runtime/index.ts';
import type { Batch, Batches } from '../../src/engine/text/packing.ts';
import type { TrainingOptions } from '../../src/engine/training/index.ts';
import type { LoraConfig } from '../../src/records/adapter.ts';

const shared = { model_type: 'llama', rms_norm_eps: 1e-5, rope_theta: 10000, max_position_embeddings: 1024, tie_word_embeddings: true, bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 };

/** The embedded world's dense model. */
export const WORLD_DENSE: ModelConfig = parseConfig({ ...shared, vocab_size: 4096, hidden_size: 192, intermediate_size: 512, num_hidden_layers: 6, num_attention_heads: 6, num_key_value_heads: 3 });
/** One layer of SmolLM2-135M. */
export const BLOCK_576: ModelConfig = parseConfig({ ...shared, vocab_size: 64, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 1, num_attention_heads: 9, num_key_value_heads: 3 });

export const LORA: LoraConfig = { r: 8, lora_alpha: 16, lora_dropout: 0, target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] };
export const TRAINING: TrainingOptions = { learning_rate: 1e-4, lr_scheduler_type: 'constant', warmup_steps: 0, gradient_accumulation_steps: 1, adam_beta1: 0.9, adam_beta2: 0.999, adam_epsilon: 1e-8, weight_decay: 0, max_grad_norm: 1 };
/** Tokens of a world-dense sequence, the part of them that carries loss (an answer behind its question), tokens of the block. */
export const WORLD_TOKENS = 128;
export const LOSS_PART = 0.5;
export const BLOCK_TOKENS = 256;

/** The config.json of the checkpoints, what graphs need of them. */
export const LARGE = {
  'SmolLM2-135M': { model_type: 'llama', vocab_size: 49152, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, rms_norm_eps: 1e-5, rope_theta: 100000, max_position_embeddings: 8192, tie_word_embeddings: true, eos_token_id: 0 },
  'Qwen3-0.6B': { model_type: 'qwen3', vocab_size: 151936, hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, rms_norm_eps: 1e-6, rope_theta: 1e6, max_position_embeddings: 40960, tie_word_embeddings: true, eos_token_id: 151645 },
} as const;
export type LargeName = keyof typeof LARGE;


/** Weights made up as they are asked for, so that they are never in memory together. */
export function madeUp(config: ModelConfig): Checkpoint {
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

export function randomWeights(config: ModelConfig): Map<string, Weight> {
  const rng = new Rng(1);
  return new Map([...weightShapes(config)].map(([name, shape]) => {
    const data = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => (shape.length === 1 ? 1 : (2 * rng.float() - 1) * 0.08));
    return [name, { shape, dtype: 'float32', data }];
  }));
}

export function randomModel(config: ModelConfig, device: Device): Promise<BaseModel> {
  const weights = randomWeights(config);
  return createBaseModel({ config, shapes: weightShapes(config), weight: async (name) => weights.get(name) as Weight, parameters: [...weights.values()].reduce((sum, { data }) => sum + data.length, 0) }, device);
}

/** One sequence a batch: a single conversation, loss on its second part. */
export function randomBatches(seed: number, tokens = WORLD_TOKENS): Batches {
  return {
    length: 100_000,
    batchSize: 1,
    maxLength: tokens,
    epochs: 1,
    report: { examples: 0, truncated: 0, dropped: 0, tokens: 0, lossTokens: 0, rows: 0, padding: 0 },
    at: (index) => randomBatch(new Rng(`${seed}/${index}`), tokens),
  };
}

export function randomBatch(rng: Rng, tokens = WORLD_TOKENS): Batch {
  const ids = Int32Array.from({ length: tokens }, () => rng.int(WORLD_DENSE.vocab_size));
  return {
    ids,
    positions: ids.map((_, i) => i),
    segments: ids.map(() => 0),
    targets: ids.map((_, i) => (i >= tokens * (1 - LOSS_PART) && i < tokens - 1 ? (ids[i + 1] as number) : -1)),
  };
}
