/** Qwen2 and Qwen2.5 (Yang et al. 2024): Llama with biases on queries, keys and values, and in some checkpoints a window in the later layers. */
import type { Fields } from '../fields.ts';
import { oneRope, unsupported, windows } from '../fields.ts';
import type { ModelConfig } from '../model-config.ts';
import { type Family, biases } from './family.ts';
import { llama, llamaLayer } from './llama.ts';

export const qwen2: Family = {
  ...llama,
  model_type: 'qwen2',
  architecture: 'Qwen2ForCausalLM',
  defaults: { vocab_size: 151936, intermediate_size: 22016, num_key_value_heads: 32, max_position_embeddings: 32768, use_sliding_window: false, sliding_window: 4096, max_window_layers: 28 },
  config: qwenConfig,
  layer(config) {
    const { weights, inputs } = llamaLayer(config);
    const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: width } = config;
    return { weights: { ...weights, qkv_bias: biases(['self_attn.q_proj', heads * width], ['self_attn.k_proj', groups * width], ['self_attn.v_proj', groups * width]) }, inputs };
  },
};

/** The windows of Qwen's models: from layer `max_window_layers` on, where `use_sliding_window` turns them on. */
export function qwenConfig(fields: Fields): { config: Partial<ModelConfig>; problems: string[] } {
  const { rope, problems } = oneRope(fields);
  const { problems: strange, ...sliding } = windows(fields, (layer) => layer >= (fields.max_window_layers ?? 0), fields.use_sliding_window ? (fields.sliding_window ?? null) : null);
  return { config: { rope, ...sliding }, problems: [...unsupported(fields), ...problems, ...strange] };
}
