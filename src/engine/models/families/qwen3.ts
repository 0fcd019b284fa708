/** Qwen3 (Yang et al. 2025): Llama with an RMSNorm on every query and key head. */
import { type Family, vector } from './family.ts';
import { llama, llamaLayer } from './llama.ts';
import { qwen2, qwenConfig } from './qwen2.ts';
import type { ModelConfig } from '../model-config.ts';
import type { LayerPlan } from '../layer-plan.ts';

export const qwen3: Family = {
  ...llama,
  model_type: 'qwen3',
  architecture: 'Qwen3ForCausalLM',
  defaults: { ...qwen2.defaults, head_dim: 128 },
  config: qwenConfig,
  layer(config) {
    const { weights, inputs } = llamaLayer(config);
    return { weights: { ...weights, ...headNorms(config) }, inputs };
  },
};

/** @param plus what the checkpoint's numbers are short of */
export function headNorms({ head_dim }: ModelConfig, plus?: number): LayerPlan['weights'] {
  return { q_norm: vector('self_attn.q_norm.weight', head_dim, plus), k_norm: vector('self_attn.k_norm.weight', head_dim, plus) };
}
