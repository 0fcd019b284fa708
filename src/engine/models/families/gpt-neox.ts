/**
 * GPT-NeoX (Black et al. 2022), the architecture of Pythia: LayerNorms and linear layers with biases, positions that turn
 * part of each head, a plain GELU feed-forward, and attention and feed-forward side by side.
 */
import { add, gelu, geluTanh } from '../../onnx/index.ts';
import { attended, fusedHeads } from '../blocks/attention.ts';
import { ropeOf, unsupported } from '../fields.ts';
import { type Family, biases, matrices, vector } from './family.ts';
import type { WeightPlan } from '../layer-plan.ts';

const TANH = ['gelu_new', 'gelu_fast', 'gelu_pytorch_tanh'];

export const gptNeox: Family = {
  model_type: 'gpt_neox',
  architecture: 'GPTNeoXForCausalLM',
  paths: { embedding: 'gpt_neox.embed_in.weight', head: 'embed_out.weight', layers: 'gpt_neox.layers' },
  defaults: { vocab_size: 50432, hidden_size: 6144, intermediate_size: 24576, num_hidden_layers: 44, num_attention_heads: 64, hidden_act: 'gelu', rotary_pct: 0.25, rotary_emb_base: 10000, use_parallel_residual: true, attention_bias: true },
  config(fields) {
    const { rope, problems } = ropeOf(fields, { theta: fields.rope_parameters?.rope_theta ?? fields.rotary_emb_base ?? undefined });
    const share = fields.rope_parameters?.partial_rotary_factor ?? fields.rotary_pct ?? 0.25;
    return {
      config: {
        num_key_value_heads: fields.num_attention_heads,
        norm_eps: fields.layer_norm_eps,
        rotary_dim: Math.floor((fields.hidden_size / fields.num_attention_heads) * share),
        rope: { full_attention: rope, sliding_attention: rope },
        parallel_residual: fields.use_parallel_residual ?? true,
        gelu_tanh: TANH.includes(fields.hidden_act ?? ''),
      },
      problems: [...unsupported(fields, { activation: ['gelu', ...TANH], bias: true }), ...(fields.attention_bias ? [] : ['attention_bias is false (this family has biases)']), ...problems],
    };
  },
  outer: ({ hidden_size: d }) => ({ norm: vector('gpt_neox.final_layer_norm.weight', d), norm_bias: vector('gpt_neox.final_layer_norm.bias', d) }),
  layer({ hidden_size: d, intermediate_size: ff }) {
    const weights: Record<string, WeightPlan> = {};
    for (const [name, tensor] of [['input_norm', 'input_layernorm'], ['post_norm', 'post_attention_layernorm']] as const) {
      weights[name] = vector(`${tensor}.weight`, d);
      weights[`${name}_bias`] = vector(`${tensor}.bias`, d);
    }
    for (const [name, path, out, into] of [['qkv', 'attention.query_key_value', 3 * d, d], ['o', 'attention.dense', d, d], ['up', 'mlp.dense_h_to_4h', ff, d], ['down', 'mlp.dense_4h_to_h', d, ff]] as const) {
      weights[name] = matrices(into, [path, out]);
      weights[`${name}_bias`] = biases([path, out]);
    }
    return { weights, inputs: { attention: ['qkv'], output: ['o'], mlp: ['up'], down: ['down'] } };
  },
  block(x, layer) {
    const { config } = layer;
    const seen = attended(fusedHeads(layer.norm(x, 'input_norm'), layer), layer);
    const middle = add(x, seen);
    const [up] = layer.project('mlp', layer.norm(config.parallel_residual ? x : middle, 'post_norm'));
    const [down] = layer.project('down', (config.gelu_tanh ? geluTanh : gelu)(up as typeof x));
    return add(middle, down as typeof x);
  },
};
