/** Qwen3-MoE (Yang et al. 2025): Qwen3 whose feed-forward is a mixture of experts in every layer. */
import type { Family } from './family.ts';
import { llama } from './llama.ts';
import { expertsBlock, expertsLayer } from './mixtral.ts';
import { headNorms } from './qwen3.ts';
import { qwenConfig } from './qwen2.ts';

export const qwen3Moe: Family = {
  ...llama,
  model_type: 'qwen3_moe',
  architecture: 'Qwen3MoeForCausalLM',
  defaults: {
    vocab_size: 151936, hidden_size: 2048, intermediate_size: 6144, num_hidden_layers: 24, num_key_value_heads: 4, max_position_embeddings: 32768, use_sliding_window: false, sliding_window: 4096, max_window_layers: 28,
    num_experts: 128, num_experts_per_tok: 8, norm_topk_prob: false, moe_intermediate_size: 768, decoder_sparse_step: 1, mlp_only_layers: [],
  },
  config(fields) {
    const { config, problems } = qwenConfig(fields);
    const dense = fields.decoder_sparse_step !== 1 || (fields.mlp_only_layers?.length ?? 0) > 0;
    return {
      config: {
        ...config,
        intermediate_size: fields.moe_intermediate_size ?? 768,
        experts: { count: fields.num_experts ?? 128, per_token: fields.num_experts_per_tok ?? 8, normalise: fields.norm_topk_prob ?? false },
      },
      problems: dense ? [...problems, 'some layers have no experts (decoder_sparse_step, mlp_only_layers)'] : problems,
    };
  },
  layer(config) {
    const { weights, inputs } = expertsLayer(config, 'mlp', { gate: 'gate_proj', up: 'up_proj', down: 'down_proj' });
    return { weights: { ...weights, ...headNorms(config) }, inputs };
  },
  block: expertsBlock,
};
