/**
 * A checkpoint's config.json, checked once. Field names are transformers'; what stays out of the result is what no
 * graph needs. Anything that would change the arithmetic and is not supported is refused by name.
 */
import * as v from 'valibot';
import { LabError } from '../core/errors.ts';

/** Architectures (config.json's `model_type`) the lab can build, with the class their checkpoints name. */
export const FAMILIES: Readonly<Record<string, { architecture: string }>> = {
  llama: { architecture: 'LlamaForCausalLM' },
};

/** What the graphs are built from: transformers' LlamaConfig with every default resolved. */
export interface ModelConfig {
  model_type: string;
  vocab_size: number;
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim: number;
  rms_norm_eps: number;
  rope_theta: number;
  max_position_embeddings: number;
  tie_word_embeddings: boolean;
  bos_token_id: number | null;
  /** Any of these ends a generation; Llama 3 has several. */
  eos_token_id: number[];
  pad_token_id: number | null;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 24));
const positive = v.pipe(v.number(), v.gtValue(0));
const tokenId = v.pipe(v.number(), v.integer(), v.minValue(0));

const RopeSchema = v.looseObject({
  rope_type: v.optional(v.string()),
  /** The name before transformers 4.45. */
  type: v.optional(v.string()),
  rope_theta: v.optional(positive),
});

/** Defaults are LlamaConfig's. Loose, because checkpoints carry many fields that only other tools read. */
const LlamaSchema = v.looseObject({
  model_type: v.string(),
  vocab_size: v.optional(count, 32000),
  hidden_size: v.optional(count, 4096),
  intermediate_size: v.optional(count, 11008),
  num_hidden_layers: v.optional(count, 32),
  num_attention_heads: v.optional(count, 32),
  num_key_value_heads: v.nullish(count),
  head_dim: v.nullish(count),
  hidden_act: v.optional(v.string(), 'silu'),
  rms_norm_eps: v.optional(positive, 1e-6),
  rope_theta: v.nullish(positive),
  rope_scaling: v.nullish(RopeSchema),
  /** Where transformers 5 keeps both of the above. */
  rope_parameters: v.nullish(RopeSchema),
  partial_rotary_factor: v.nullish(v.number()),
  max_position_embeddings: v.optional(count, 2048),
  tie_word_embeddings: v.optional(v.boolean(), false),
  attention_bias: v.optional(v.boolean(), false),
  mlp_bias: v.optional(v.boolean(), false),
  bos_token_id: v.nullish(tokenId),
  eos_token_id: v.nullish(v.union([tokenId, v.array(tokenId)])),
  pad_token_id: v.nullish(v.pipe(v.number(), v.integer())),
  quantization_config: v.nullish(v.unknown()),
});
type LlamaFields = v.InferOutput<typeof LlamaSchema>;

/**
 * Reads a parsed config.json.
 * @throws LabError `models.config` (not a model configuration, or fields wrong), `models.unsupported-architecture`,
 *   `models.unsupported-config` (a known family with arithmetic the lab does not have; all of it named at once)
 */
export function parseConfig(json: unknown): ModelConfig {
  const type = typeof json === 'object' && json !== null ? (json as Record<string, unknown>)['model_type'] : undefined;
  if (typeof type !== 'string') {
    throw new LabError('models.config', 'config.json has no "model_type", so it does not say which architecture the checkpoint has.', 'Use the config.json that lies beside model.safetensors in a Hugging Face checkpoint.');
  }
  const family = Object.hasOwn(FAMILIES, type) ? FAMILIES[type] : undefined;
  if (!family) {
    throw new LabError('models.unsupported-architecture', `The checkpoint's architecture is "${type}", which the lab cannot run.`, `Use a checkpoint of one of these architectures: ${Object.keys(FAMILIES).join(', ')}.`, { model_type: type, supported: Object.keys(FAMILIES) });
  }
  const parsed = v.safeParse(LlamaSchema, json);
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? '(document)'}: ${issue.message}`);
    throw new LabError('models.config', `config.json is not valid: ${problems.join('; ')}`, 'Fetch the checkpoint again, or correct the named fields.', { problems });
  }
  const fields = parsed.output;
  const problems = [...unsupported(fields, family.architecture), ...inconsistent(fields)];
  if (problems.length > 0) {
    throw new LabError('models.unsupported-config', `The lab cannot run this ${type} checkpoint: ${problems.join('; ')}.`, 'Use a checkpoint without these features; plain Llama-architecture ones such as SmolLM2 work.', { problems });
  }
  return {
    model_type: type,
    vocab_size: fields.vocab_size,
    hidden_size: fields.hidden_size,
    intermediate_size: fields.intermediate_size,
    num_hidden_layers: fields.num_hidden_layers,
    num_attention_heads: fields.num_attention_heads,
    num_key_value_heads: fields.num_key_value_heads ?? fields.num_attention_heads,
    head_dim: fields.head_dim ?? fields.hidden_size / fields.num_attention_heads,
    rms_norm_eps: fields.rms_norm_eps,
    rope_theta: fields.rope_parameters?.rope_theta ?? fields.rope_theta ?? 10000,
    max_position_embeddings: fields.max_position_embeddings,
    tie_word_embeddings: fields.tie_word_embeddings,
    bos_token_id: fields.bos_token_id ?? null,
    eos_token_id: [fields.eos_token_id ?? []].flat(),
    // Some checkpoints write -1 for "none".
    pad_token_id: fields.pad_token_id != null && fields.pad_token_id >= 0 ? fields.pad_token_id : null,
  };
}

/** Features that change the arithmetic and that the graphs do not have. */
function unsupported(fields: LlamaFields, architecture: string): string[] {
  const problems: string[] = [];
  const named = fields['architectures'];
  if (Array.isArray(named) && named.length > 0 && !named.includes(architecture)) problems.push(`architectures is ${JSON.stringify(named)}, not ${architecture}`);
  for (const key of ['rope_scaling', 'rope_parameters'] as const) {
    const rope = fields[key];
    const type = rope?.rope_type ?? rope?.type ?? 'default';
    if (rope && type !== 'default') problems.push(`${key} asks for "${type}" rotary positions (only the default ones are supported)`);
  }
  if (fields.partial_rotary_factor != null && fields.partial_rotary_factor !== 1) problems.push(`partial_rotary_factor is ${fields.partial_rotary_factor} (only 1 is supported)`);
  if (fields.hidden_act !== 'silu' && fields.hidden_act !== 'swish') problems.push(`hidden_act is "${fields.hidden_act}" (only silu is supported)`);
  if (fields.attention_bias) problems.push('attention_bias is true (biases are not supported)');
  if (fields.mlp_bias) problems.push('mlp_bias is true (biases are not supported)');
  if (fields.quantization_config != null) problems.push('the weights are quantized (quantization_config); only float32, float16 and bfloat16 weights are supported');
  return problems;
}

/** Numbers that cannot all be true. */
function inconsistent(fields: LlamaFields): string[] {
  const problems: string[] = [];
  const { hidden_size, num_attention_heads } = fields;
  const keyValueHeads = fields.num_key_value_heads ?? num_attention_heads;
  if (num_attention_heads % keyValueHeads !== 0) problems.push(`num_attention_heads ${num_attention_heads} is not a multiple of num_key_value_heads ${keyValueHeads}`);
  if (fields.head_dim == null && hidden_size % num_attention_heads !== 0) problems.push(`hidden_size ${hidden_size} is not a multiple of num_attention_heads ${num_attention_heads}`);
  else if ((fields.head_dim ?? hidden_size / num_attention_heads) % 2 !== 0) problems.push(`head_dim ${fields.head_dim ?? hidden_size / num_attention_heads} is odd, so it cannot be rotated in halves`);
  return problems;
}
