/** The fields of config.json that any family reads, and what several families make of them. */
import * as v from 'valibot';
import type { AttentionKind, RopeConfig } from './model-config.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 24));
const positive = v.pipe(v.number(), v.gtValue(0));
const tokenId = v.pipe(v.number(), v.integer(), v.minValue(0));

const RopeSchema = v.looseObject({
  rope_type: v.nullish(v.string()),
  /** The name before transformers 4.45. */
  type: v.nullish(v.string()),
  rope_theta: v.nullish(positive),
  factor: v.nullish(positive),
  low_freq_factor: v.nullish(positive),
  high_freq_factor: v.nullish(positive),
  original_max_position_embeddings: v.nullish(count),
  partial_rotary_factor: v.nullish(positive),
});
type RopeFields = v.InferOutput<typeof RopeSchema>;

/** Defaults are LlamaConfig's; a family's own come first. Loose, because checkpoints carry many fields that only other tools read. */
export const FieldsSchema = v.looseObject({
  model_type: v.string(),
  architectures: v.nullish(v.array(v.string())),
  vocab_size: v.optional(count, 32000),
  hidden_size: v.optional(count, 4096),
  intermediate_size: v.optional(count, 11008),
  num_hidden_layers: v.optional(count, 32),
  num_attention_heads: v.optional(count, 32),
  num_key_value_heads: v.nullish(count),
  head_dim: v.nullish(count),
  hidden_act: v.nullish(v.string()),
  hidden_activation: v.nullish(v.string()),
  rms_norm_eps: v.optional(positive, 1e-6),
  layer_norm_eps: v.optional(positive, 1e-5),
  rope_theta: v.nullish(positive),
  rope_scaling: v.nullish(RopeSchema),
  /** Where transformers 5 keeps both of the above; one for each kind of attention in Gemma 3. */
  rope_parameters: v.nullish(v.looseObject({ ...RopeSchema.entries, full_attention: v.nullish(RopeSchema), sliding_attention: v.nullish(RopeSchema) })),
  rope_local_base_freq: v.nullish(positive),
  rotary_emb_base: v.nullish(positive),
  rotary_pct: v.nullish(positive),
  partial_rotary_factor: v.nullish(positive),
  max_position_embeddings: v.optional(count, 2048),
  tie_word_embeddings: v.optional(v.boolean(), false),
  attention_bias: v.optional(v.boolean(), false),
  mlp_bias: v.optional(v.boolean(), false),
  bos_token_id: v.nullish(tokenId),
  eos_token_id: v.nullish(v.union([tokenId, v.array(tokenId)])),
  pad_token_id: v.nullish(v.pipe(v.number(), v.integer())),
  sliding_window: v.nullish(count),
  use_sliding_window: v.nullish(v.boolean()),
  sliding_window_pattern: v.nullish(count),
  /** What Gemma 3's own files call it. */
  _sliding_window_pattern: v.nullish(count),
  max_window_layers: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0))),
  layer_types: v.nullish(v.array(v.string())),
  query_pre_attn_scalar: v.nullish(positive),
  attn_logit_softcapping: v.nullish(v.number()),
  final_logit_softcapping: v.nullish(v.number()),
  use_bidirectional_attention: v.nullish(v.unknown()),
  num_local_experts: v.nullish(count),
  num_experts: v.nullish(count),
  num_experts_per_tok: v.nullish(count),
  norm_topk_prob: v.nullish(v.boolean()),
  moe_intermediate_size: v.nullish(count),
  decoder_sparse_step: v.nullish(count),
  mlp_only_layers: v.nullish(v.array(v.number())),
  use_parallel_residual: v.nullish(v.boolean()),
  quantization_config: v.nullish(v.unknown()),
});
export type Fields = v.InferOutput<typeof FieldsSchema>;

/** Where null is a value of its own: no window. In every other field it means the default. */
const NULL_IS_A_VALUE: ReadonlySet<string> = new Set(['sliding_window']);

/** A config.json over its family's defaults, as transformers' configuration classes read it. */
export function withDefaults(json: Readonly<Record<string, unknown>>, defaults: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...defaults, ...Object.fromEntries(Object.entries(json).filter(([field, value]) => value !== null || NULL_IS_A_VALUE.has(field))) };
}

/** Something a checkpoint asks for that no graph here computes. */
export function unsupported(fields: Fields, { activation = ['silu', 'swish'], bias = false }: { activation?: readonly string[]; bias?: boolean } = {}): string[] {
  const problems: string[] = [];
  const act = fields.hidden_activation ?? fields.hidden_act ?? activation[0];
  if (!activation.includes(act as string)) problems.push(`hidden_act is "${act}" (only ${activation[0]} is supported)`);
  if (fields.attention_bias && !bias) problems.push('attention_bias is true (biases are not supported in this family)');
  if (fields.mlp_bias) problems.push('mlp_bias is true (biases are not supported in this family)');
  if (fields.partial_rotary_factor != null && fields.partial_rotary_factor !== 1 && fields.rotary_pct == null) problems.push(`partial_rotary_factor is ${fields.partial_rotary_factor} (only 1 is supported)`);
  if (fields.attn_logit_softcapping != null) problems.push('attn_logit_softcapping is set');
  if (fields.final_logit_softcapping != null) problems.push('final_logit_softcapping is set');
  if (fields.use_bidirectional_attention) problems.push('use_bidirectional_attention is set (only causal models are supported)');
  if (fields.quantization_config != null) problems.push('the weights are quantized (quantization_config); only float32, float16 and bfloat16 weights are supported');
  return problems;
}

/** The rotary positions that `rope_theta`, `rope_scaling` and their newer form `rope_parameters` ask for. */
export function ropeOf(fields: Fields, given: { theta?: number | undefined; scaling?: RopeFields | null | undefined } = {}): { rope: RopeConfig; problems: string[] } {
  const asked = given.scaling ?? fields.rope_parameters ?? fields.rope_scaling;
  const theta = given.theta ?? asked?.rope_theta ?? fields.rope_theta ?? 10000;
  const type = asked?.rope_type ?? asked?.type ?? 'default';
  const named = (names: readonly (keyof RopeFields)[]): string[] => names.filter((name) => asked?.[name] == null).map((name) => `rope_scaling of the type "${type}" has no ${name}`);
  if (type === 'default') return { rope: { theta, scaling: null }, problems: [] };
  if (type === 'linear') return { rope: { theta, scaling: { rope_type: 'linear', factor: asked?.factor ?? 1 } }, problems: named(['factor']) };
  if (type === 'llama3') {
    const scaling = {
      rope_type: 'llama3' as const,
      factor: asked?.factor ?? 1,
      low_freq_factor: asked?.low_freq_factor ?? 1,
      high_freq_factor: asked?.high_freq_factor ?? 4,
      original_max_position_embeddings: asked?.original_max_position_embeddings ?? 8192,
    };
    return { rope: { theta, scaling }, problems: named(['factor', 'low_freq_factor', 'high_freq_factor', 'original_max_position_embeddings']) };
  }
  return { rope: { theta, scaling: null }, problems: [`rope_scaling asks for "${type}" rotary positions (default, linear and llama3 ones are supported)`] };
}

/** The same rotary positions for both kinds of attention. */
export function oneRope(fields: Fields): { rope: Record<AttentionKind, RopeConfig>; problems: string[] } {
  const { rope, problems } = ropeOf(fields);
  return { rope: { full_attention: rope, sliding_attention: rope }, problems };
}

/**
 * What each layer sees: `layer_types` where config.json has them, else `otherwise` by layer; all of it full attention
 * where there is no window.
 */
export function windows(fields: Fields, otherwise: (layer: number) => boolean, window = fields.sliding_window ?? null): { layer_types: AttentionKind[]; sliding_window: number | null; problems: string[] } {
  const strange = (fields.layer_types ?? []).filter((kind) => kind !== 'full_attention' && kind !== 'sliding_attention');
  const layer_types = Array.from({ length: fields.layer_types?.length ?? fields.num_hidden_layers }, (_, layer): AttentionKind => {
    const sliding = fields.layer_types ? fields.layer_types[layer] === 'sliding_attention' : otherwise(layer);
    return sliding && window !== null ? 'sliding_attention' : 'full_attention';
  });
  return { layer_types, sliding_window: layer_types.includes('sliding_attention') ? window : null, problems: strange.length > 0 ? [`layer_types names ${JSON.stringify([...new Set(strange)])}`] : [] };
}
