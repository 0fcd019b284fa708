/**
 * Fields of config.json that would change the arithmetic and that no graph here computes. They stand in checkpoints whose
 * model_type the lab knows but whose code goes beyond it; each is refused by name unless it says that it is off.
 */

/** What a field is worth when it changes nothing. */
const OFF: Readonly<Record<string, readonly unknown[]>> = {
  // Granite's and MiniCPM's factors on embeddings, attention, residuals and logits.
  ...each(['embedding_multiplier', 'residual_multiplier', 'logits_scaling', 'logit_scale', 'scale_emb', 'dim_model_base', 'scale_depth', 'mlp_multiplier'], [1]),
  ...each(['attention_multiplier'], []),
  // Attention.
  ...each(['clip_qkv', 'qk_norm', 'use_qk_norm', 'qk_layernorm', 'use_qkv_bias', 'qkv_bias', 'attention_out_bias', 'o_bias', 'attention_sinks', 'attn_temperature_tuning', 'attention_chunk_size', 'rope_interleaved', 'partial_rotary_dim'], [false, 0]),
  ...each(['no_rope_layers', 'no_rope_layer_interval', 'nope_layer_interval', 'alibi', 'num_kv_shared_layers', 'kv_lora_rank', 'q_lora_rank', 'cross_attention_layers', 'position_embedding_type'], [false, 0, 'rope', 'rotary']),
  // Feed-forward and experts.
  ...each(['n_routed_experts', 'n_shared_experts', 'num_shared_experts', 'shared_expert_intermediate_size', 'first_k_dense_replace', 'moe_layer_freq', 'routed_scaling_factor', 'activation_sparsity_pattern', 'hidden_size_per_layer_input', 'altup_num_inputs', 'laurel_rank'], [false, 0, 1]),
  // What a head or a task adds.
  ...each(['add_cross_attention', 'is_encoder_decoder', 'pruned_heads'], [false]),
};

function each(fields: readonly string[], off: readonly unknown[]): Record<string, readonly unknown[]> {
  return Object.fromEntries(fields.map((field) => [field, off]));
}

/** @returns what is on, for the message of a refusal: `clip_qkv is 8` */
export function unreadFields(json: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(json).flatMap(([field, value]) => {
    const off = Object.hasOwn(OFF, field) ? OFF[field] : undefined;
    const empty = value == null || (typeof value === 'object' && Object.keys(value).length === 0);
    return !off || empty || off.includes(value) ? [] : [`${field} is ${JSON.stringify(value)}, which no model of the lab computes`];
  });
}
