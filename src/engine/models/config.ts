/**
 * A checkpoint's config.json, checked once. Field names are transformers' where it has one for what graphs need; what no
 * graph needs stays out. Anything that would change the arithmetic and is not supported is refused by name.
 */
import * as v from 'valibot';
import { LabError } from '../../core/errors.ts';
import { FAMILIES } from './families/index.ts';
import { type Fields, FieldsSchema, withDefaults } from './fields.ts';
import { unreadFields } from './unread-fields.ts';
import type { ModelConfig, RopeConfig } from './model-config.ts';

export { FAMILIES } from './families/index.ts';

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
  const parsed = v.safeParse(FieldsSchema, withDefaults(json as Record<string, unknown>, family.defaults));
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? '(document)'}: ${issue.message}`);
    throw new LabError('models.config', `config.json is not valid: ${problems.join('; ')}`, 'Fetch the checkpoint again, or correct the named fields.', { problems });
  }
  const fields = parsed.output;
  const { config: own, problems: unsupported } = family.config(fields);
  const common = decoderConfig(fields);
  const config: ModelConfig = { ...common, ...own };
  const problems = [...misnamed(fields, family.architecture), ...unsupported, ...unreadFields(json as Record<string, unknown>), ...inconsistent(config, fields)];
  if (problems.length > 0) {
    throw new LabError('models.unsupported-config', `The lab cannot run this ${type} checkpoint: ${problems.join('; ')}.`, 'Use a checkpoint without these features.', { problems });
  }
  return config;
}

/** What all families read alike. */
function decoderConfig(fields: Fields): ModelConfig {
  const { hidden_size, num_attention_heads, num_hidden_layers } = fields;
  const head_dim = fields.head_dim ?? hidden_size / num_attention_heads;
  const rope: RopeConfig = { theta: fields.rope_parameters?.rope_theta ?? fields.rope_theta ?? 10000, scaling: null };
  return {
    model_type: fields.model_type,
    vocab_size: fields.vocab_size,
    hidden_size,
    intermediate_size: fields.intermediate_size,
    num_hidden_layers,
    num_attention_heads,
    num_key_value_heads: fields.num_key_value_heads ?? num_attention_heads,
    head_dim,
    norm_eps: fields.rms_norm_eps,
    rotary_dim: head_dim,
    rope: { full_attention: rope, sliding_attention: rope },
    layer_types: Array.from({ length: num_hidden_layers }, () => 'full_attention'),
    sliding_window: null,
    attention_scale: head_dim ** -0.5,
    embedding_scale: 1,
    experts: null,
    max_position_embeddings: fields.max_position_embeddings,
    tie_word_embeddings: fields.tie_word_embeddings,
    bos_token_id: fields.bos_token_id ?? null,
    eos_token_id: [fields.eos_token_id ?? []].flat(),
    // Some checkpoints write -1 for "none".
    pad_token_id: fields.pad_token_id != null && fields.pad_token_id >= 0 ? fields.pad_token_id : null,
    parallel_residual: false,
    gelu_tanh: false,
  };
}

function misnamed({ architectures }: Fields, architecture: string): string[] {
  return architectures?.length && !architectures.includes(architecture) ? [`architectures is ${JSON.stringify(architectures)}, not ${architecture}`] : [];
}

/** Numbers that cannot all be true. */
function inconsistent(config: ModelConfig, { head_dim }: Fields): string[] {
  const problems: string[] = [];
  const { hidden_size, num_attention_heads, num_key_value_heads, rotary_dim, experts } = config;
  if (num_attention_heads % num_key_value_heads !== 0) problems.push(`num_attention_heads ${num_attention_heads} is not a multiple of num_key_value_heads ${num_key_value_heads}`);
  if (head_dim == null && hidden_size % num_attention_heads !== 0) problems.push(`hidden_size ${hidden_size} is not a multiple of num_attention_heads ${num_attention_heads}`);
  else if (rotary_dim % 2 !== 0) problems.push(rotary_dim === config.head_dim ? `head_dim ${config.head_dim} is odd, so it cannot be rotated in halves` : `${rotary_dim} numbers of each head are to be rotated, which is odd`);
  if (config.layer_types.length !== config.num_hidden_layers) problems.push(`layer_types names ${config.layer_types.length} layers, num_hidden_layers ${config.num_hidden_layers}`);
  if (experts && experts.per_token > experts.count) problems.push(`${experts.per_token} experts a token are asked for, and there are ${experts.count}`);
  return problems;
}
