/** Llama (Touvron et al. 2023; transformers' LlamaDecoderLayer): RMSNorm, grouped-query attention with rotary positions, RMSNorm, SwiGLU. */
import { type Value, add, swiGlu } from '../../onnx/index.ts';
import { selfAttention } from '../blocks/attention.ts';
import { gatedMlp } from '../blocks/mlp.ts';
import type { ModelConfig } from '../model-config.ts';
import { oneRope, unsupported } from '../fields.ts';
import type { Layer } from '../layer.ts';
import { type Family, GATED_INPUTS, LLAMA_PATHS, attentionWeights, gatedWeights, vector } from './family.ts';
import type { LayerPlan } from '../layer-plan.ts';

export const llama: Family = {
  model_type: 'llama',
  architecture: 'LlamaForCausalLM',
  paths: LLAMA_PATHS,
  defaults: {},
  config(fields) {
    const { rope, problems } = oneRope(fields);
    return { config: { rope }, problems: [...unsupported(fields), ...problems] };
  },
  outer: ({ hidden_size }) => ({ norm: vector('model.norm.weight', hidden_size) }),
  layer: llamaLayer,
  block: llamaBlock,
};

export function llamaLayer(config: ModelConfig): LayerPlan {
  const { qkv, o } = attentionWeights(config);
  return {
    weights: { input_norm: vector('input_layernorm.weight', config.hidden_size), qkv, o, post_norm: vector('post_attention_layernorm.weight', config.hidden_size), ...gatedWeights(config) },
    inputs: GATED_INPUTS,
  };
}

/** Pre-norm attention and feed-forward, each added to what it read. */
export function llamaBlock(x: Value, layer: Layer): Value {
  const middle = add(x, selfAttention(layer.norm(x, 'input_norm'), layer));
  return add(middle, gatedMlp(layer.norm(middle, 'post_norm'), layer, swiGlu));
}
