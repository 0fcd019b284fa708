/**
 * Gemma 3, text only (Gemma Team 2025; transformers' Gemma3DecoderLayer): norms before and after attention and
 * feed-forward, norms on query and key heads, GeGLU, scaled embeddings, and five layers with a window of attention and
 * positions of their own to one without.
 */
import { add, geGlu } from '../../onnx/index.ts';
import { selfAttention } from '../blocks/attention.ts';
import { gatedMlp } from '../blocks/mlp.ts';
import { ropeOf, unsupported, windows } from '../fields.ts';
import { type Family, GATED_INPUTS, LLAMA_PATHS, attentionWeights, gatedWeights, vector } from './family.ts';
import { headNorms } from './qwen3.ts';

export const gemma3: Family = {
  model_type: 'gemma3_text',
  architecture: 'Gemma3ForCausalLM',
  paths: LLAMA_PATHS,
  defaults: {
    vocab_size: 262208, hidden_size: 2304, intermediate_size: 9216, num_hidden_layers: 26, num_attention_heads: 8, num_key_value_heads: 4, head_dim: 256, max_position_embeddings: 131072,
    tie_word_embeddings: true, rope_theta: 1e6, rope_local_base_freq: 1e4, query_pre_attn_scalar: 256, sliding_window: 4096,
  },
  config(fields) {
    // The window's layers have positions of their own, which long-context scaling leaves alone.
    const nested = fields.rope_parameters;
    const full = ropeOf(fields, nested?.full_attention ? { scaling: nested.full_attention } : {});
    const local = ropeOf(fields, nested?.sliding_attention ? { scaling: nested.sliding_attention } : { theta: fields.rope_local_base_freq ?? 1e4, scaling: {} });
    const pattern = fields.sliding_window_pattern ?? fields['_sliding_window_pattern'] ?? 6;
    const { problems: strange, ...sliding } = windows(fields, (layer) => (layer + 1) % pattern !== 0);
    return {
      config: {
        rope: { full_attention: full.rope, sliding_attention: local.rope },
        ...sliding,
        attention_scale: (fields.query_pre_attn_scalar ?? 256) ** -0.5,
        embedding_scale: Math.fround(Math.sqrt(fields.hidden_size)),
      },
      problems: [...unsupported(fields, { activation: ['gelu_pytorch_tanh'] }), ...full.problems, ...local.problems, ...strange],
    };
  },
  outer: ({ hidden_size }) => ({ norm: vector('model.norm.weight', hidden_size, 1) }),
  layer(config) {
    const { qkv, o } = attentionWeights(config);
    const norm = (tensor: string) => vector(`${tensor}.weight`, config.hidden_size, 1);
    return {
      weights: {
        input_norm: norm('input_layernorm'), qkv, o, ...headNorms(config, 1), post_norm: norm('post_attention_layernorm'),
        mlp_norm: norm('pre_feedforward_layernorm'), ...gatedWeights(config), post_mlp_norm: norm('post_feedforward_layernorm'),
      },
      inputs: GATED_INPUTS,
    };
  },
  block(x, layer) {
    const middle = add(x, layer.norm(selfAttention(layer.norm(x, 'input_norm'), layer), 'post_norm'));
    return add(middle, layer.norm(gatedMlp(layer.norm(middle, 'mlp_norm'), layer, geGlu), 'post_mlp_norm'));
  },
};
