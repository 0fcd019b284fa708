/** Mixtral (Jiang et al. 2024): Mistral whose feed-forward is a mixture of experts. */
import { add } from '../../onnx/index.ts';
import { selfAttention } from '../blocks/attention.ts';
import { mixtureOfExperts } from '../blocks/experts.ts';
import type { ModelConfig } from '../model-config.ts';
import type { Layer } from '../layer.ts';
import type { Value } from '../../onnx/index.ts';
import { oneRope, unsupported, windows } from '../fields.ts';
import { ATTENTION_INPUTS, type Family, attentionWeights, matrices, vector } from './family.ts';
import { llama } from './llama.ts';
import type { LayerPlan } from '../layer-plan.ts';

export const mixtral: Family = {
  ...llama,
  model_type: 'mixtral',
  architecture: 'MixtralForCausalLM',
  defaults: { intermediate_size: 14336, num_key_value_heads: 8, max_position_embeddings: 4096 * 32, rms_norm_eps: 1e-5, rope_theta: 1e6, num_local_experts: 8, num_experts_per_tok: 2 },
  config(fields) {
    const { rope, problems } = oneRope(fields);
    const { problems: strange, ...sliding } = windows(fields, () => true);
    const experts = { count: fields.num_local_experts ?? 8, per_token: fields.num_experts_per_tok ?? 2, normalise: true };
    return { config: { rope, ...sliding, experts }, problems: [...unsupported(fields), ...problems, ...strange] };
  },
  layer: (config) => expertsLayer(config, 'block_sparse_moe', { gate: 'w1', up: 'w3', down: 'w2' }),
  block: expertsBlock,
};

/**
 * A Llama layer whose feed-forward is of experts. Their matrices are stacked to one wide feed-forward: see experts.ts.
 * @param path of the router and the experts; what an expert's three matrices are called
 */
export function expertsLayer(config: ModelConfig, path: string, names: { gate: string; up: string; down: string }): LayerPlan {
  const { hidden_size: d, intermediate_size: ff, experts } = config;
  const count = experts?.count ?? 0;
  const { qkv, o } = attentionWeights(config);
  const stacked = (name: string, out: number, into: number) => matrices(into, ...Array.from({ length: count }, (_, e) => [`${path}.experts.${e}.${name}`, out] as const));
  return {
    weights: {
      input_norm: vector('input_layernorm.weight', d), qkv, o, post_norm: vector('post_attention_layernorm.weight', d),
      router: matrices(d, [`${path}.gate`, count]), gate: stacked(names.gate, ff, d), up: stacked(names.up, ff, d), down: { ...stacked(names.down, d, ff), axis: 1 },
    },
    inputs: { ...ATTENTION_INPUTS, mlp: ['router', 'gate', 'up'], down: ['down'] },
  };
}

export function expertsBlock(x: Value, layer: Layer): Value {
  const middle = add(x, selfAttention(layer.norm(x, 'input_norm'), layer));
  return add(middle, mixtureOfExperts(layer.norm(middle, 'post_norm'), layer));
}
