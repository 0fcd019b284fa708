import { expect, test } from '@playwright/test';
import { LabError } from '../../src/core/errors.ts';
import { FAMILIES, parseConfig } from '../../src/engine/models/config.ts';
import { FieldsSchema } from '../../src/engine/models/fields.ts';
import { TARGET_MODULES } from '../../src/records/modules.ts';
import { adaptables } from '../../src/engine/models/plan.ts';
import { inverseFrequencies } from '../../src/engine/models/rotary.ts';
import { runCampaign } from '../fuzz/campaign.ts';
import { JSON_MUTATIONS } from '../fuzz/mutate.ts';
import { goldenJson } from '../golden/files.ts';

/** The shape of SmolLM2-135M's config.json. */
const smol = {
  architectures: ['LlamaForCausalLM'], model_type: 'llama', vocab_size: 49152, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30,
  num_attention_heads: 9, num_key_value_heads: 3, max_position_embeddings: 8192, hidden_act: 'silu', rms_norm_eps: 1e-5, rope_theta: 100000,
  rope_scaling: null, attention_bias: false, mlp_bias: false, tie_word_embeddings: true, bos_token_id: 0, eos_token_id: 0, torch_dtype: 'bfloat16', use_cache: true,
};

function refusal(json: unknown): LabError {
  try {
    parseConfig(json);
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    return error as LabError;
  }
  throw new Error('the config was accepted');
}

test("a real checkpoint's config is read, with head_dim worked out", () => {
  const rope = { theta: 100000, scaling: null };
  expect(parseConfig(smol)).toEqual({
    model_type: 'llama', vocab_size: 49152, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, head_dim: 64,
    norm_eps: 1e-5, rotary_dim: 64, rope: { full_attention: rope, sliding_attention: rope }, layer_types: Array.from({ length: 30 }, () => 'full_attention'), sliding_window: null,
    attention_scale: 1 / 8, embedding_scale: 1, experts: null, max_position_embeddings: 8192, tie_word_embeddings: true, bos_token_id: 0, eos_token_id: [0], pad_token_id: null,
    parallel_residual: false, gelu_tanh: false,
  });
});

test('an explicit head_dim and a list of end tokens are kept', async () => {
  expect(parseConfig(await goldenJson('tied/config.json'))).toMatchObject({ head_dim: 16, num_key_value_heads: 1, eos_token_id: [50, 33], rope: { full_attention: { theta: 500000 } }, pad_token_id: 0 });
});

test("a config without the fields that have defaults gets transformers' defaults", () => {
  expect(parseConfig({ model_type: 'llama' })).toMatchObject({ hidden_size: 4096, intermediate_size: 11008, num_key_value_heads: 32, head_dim: 128, norm_eps: 1e-6, rope: { full_attention: { theta: 10000 } }, tie_word_embeddings: false, eos_token_id: [] });
  expect(parseConfig({ model_type: 'mistral' })).toMatchObject({ intermediate_size: 14336, num_key_value_heads: 8, sliding_window: 4096, layer_types: Array.from({ length: 32 }, () => 'sliding_attention') });
  expect(parseConfig({ model_type: 'gpt_neox', hidden_size: 512, num_attention_heads: 8, num_hidden_layers: 6 })).toMatchObject({ rotary_dim: 16, norm_eps: 1e-5, parallel_residual: true, num_key_value_heads: 8 });
});

test('rope settings are read from where transformers 5 keeps them', () => {
  const { rope_theta: _, rope_scaling: __, ...rest } = smol;
  expect(parseConfig({ ...rest, rope_parameters: { rope_type: 'default', rope_theta: 250000 } }).rope.full_attention.theta).toBe(250000);
  const gemma = { model_type: 'gemma3_text', num_hidden_layers: 2, layer_types: ['sliding_attention', 'full_attention'], sliding_window: 512, rope_parameters: { full_attention: { rope_type: 'linear', rope_theta: 1e6, factor: 8 }, sliding_attention: { rope_type: 'default', rope_theta: 1e4 } } };
  expect(parseConfig(gemma).rope).toEqual({ full_attention: { theta: 1e6, scaling: { rope_type: 'linear', factor: 8 } }, sliding_attention: { theta: 1e4, scaling: null } });
});

/** The config.json of real checkpoints, what sets each apart. */
const families: [title: string, fields: object, expected: Record<string, unknown>][] = [
  ['Llama 3.2', { model_type: 'llama', rope_theta: 500000, rope_scaling: { factor: 32, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192, rope_type: 'llama3' } }, { rope: { full_attention: { theta: 500000, scaling: { rope_type: 'llama3', factor: 32 } } } }],
  ['Mistral v0.3, without a window', { model_type: 'mistral', sliding_window: null, num_hidden_layers: 2 }, { sliding_window: null, layer_types: ['full_attention', 'full_attention'] }],
  ['Qwen2.5, its window turned off', { model_type: 'qwen2', use_sliding_window: false, sliding_window: 32768, max_window_layers: 21, num_hidden_layers: 2, hidden_size: 896, num_attention_heads: 14, num_key_value_heads: 2 }, { sliding_window: null, head_dim: 64 }],
  ['a Qwen2 with a window in its later layers', { model_type: 'qwen2', use_sliding_window: true, sliding_window: 64, max_window_layers: 1, num_hidden_layers: 3 }, { sliding_window: 64, layer_types: ['full_attention', 'sliding_attention', 'sliding_attention'] }],
  ['Qwen3-0.6B', { model_type: 'qwen3', hidden_size: 1024, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128 }, { head_dim: 128, attention_scale: 128 ** -0.5 }],
  ['Gemma 3 270M', { model_type: 'gemma3_text', hidden_size: 640, num_attention_heads: 4, num_key_value_heads: 1, head_dim: 256, num_hidden_layers: 18, sliding_window: 512, _sliding_window_pattern: 6, rope_theta: 1e6, rope_local_base_freq: 1e4, hidden_activation: 'gelu_pytorch_tanh' }, { embedding_scale: Math.fround(Math.sqrt(640)), sliding_window: 512, attention_scale: 1 / 16, tie_word_embeddings: true }],
  ['Mixtral', { model_type: 'mixtral', num_local_experts: 8, num_experts_per_tok: 2 }, { experts: { count: 8, per_token: 2, normalise: true } }],
  ['Qwen3-30B-A3B', { model_type: 'qwen3_moe', num_experts: 128, num_experts_per_tok: 8, norm_topk_prob: true, moe_intermediate_size: 768 }, { intermediate_size: 768, experts: { count: 128, per_token: 8, normalise: true } }],
  ['Pythia', { model_type: 'gpt_neox', hidden_size: 768, num_attention_heads: 12, rotary_pct: 0.25, hidden_act: 'gelu', use_parallel_residual: true, layer_norm_eps: 1e-5, rotary_emb_base: 10000 }, { rotary_dim: 16, head_dim: 64, gelu_tanh: false }],
];
for (const [title, fields, expected] of families) {
  test(`the config of ${title} is read`, () => {
    expect(parseConfig(fields)).toMatchObject(expected);
  });
}

test('Gemma 3 has five layers with a window to one without', () => {
  const { layer_types } = parseConfig({ model_type: 'gemma3_text', num_hidden_layers: 18 });
  expect(layer_types.flatMap((kind, layer) => (kind === 'full_attention' ? [layer] : []))).toEqual([5, 11, 17]);
});

test('an unsupported architecture is refused by name, with what is supported', () => {
  const error = refusal({ ...smol, model_type: 'phi3' });
  expect(error.code).toBe('models.unsupported-architecture');
  expect(error.message).toContain('"phi3"');
  for (const name of ['llama', 'mistral', 'qwen2', 'qwen3', 'gemma3_text', 'mixtral', 'qwen3_moe', 'gpt_neox']) expect(error.hint).toContain(name);
  expect(refusal({ ...smol, model_type: 'constructor' }).code).toBe('models.unsupported-architecture');
});

test('a file that is no model configuration is refused', () => {
  for (const json of [null, [], 'llama', { hidden_size: 4 }]) expect(refusal(json).code).toBe('models.config');
});

test('wrong fields are all named at once', () => {
  const error = refusal({ ...smol, hidden_size: '576', num_hidden_layers: 0 });
  expect(error.code).toBe('models.config');
  expect(error.message).toContain('hidden_size');
  expect(error.message).toContain('num_hidden_layers');
});

const features: [title: string, fields: object, message: string][] = [
  ['rotary positions scaled by YaRN', { rope_scaling: { rope_type: 'yarn', factor: 8 } }, '"yarn" rotary positions'],
  ['scaled rotary positions under their old name', { rope_scaling: { type: 'dynamic', factor: 2 } }, '"dynamic" rotary positions'],
  ['half of what scaling needs', { rope_scaling: { rope_type: 'llama3', factor: 8 } }, 'has no low_freq_factor'],
  ['capped logits', { model_type: 'gemma3_text', architectures: ['Gemma3ForCausalLM'], hidden_act: 'gelu_pytorch_tanh', final_logit_softcapping: 30 }, 'final_logit_softcapping'],
  ['layers without experts among others', { model_type: 'qwen3_moe', architectures: ['Qwen3MoeForCausalLM'], mlp_only_layers: [0] }, 'some layers have no experts'],
  ['more experts a token than there are', { model_type: 'mixtral', architectures: ['MixtralForCausalLM'], num_local_experts: 2, num_experts_per_tok: 3 }, '3 experts a token'],
  ['layers named wrongly', { model_type: 'qwen3', architectures: ['Qwen3ForCausalLM'], layer_types: ['linear_attention'] }, 'layer_types names'],
  ['biases', { attention_bias: true, mlp_bias: true }, 'attention_bias is true'],
  ['another activation', { hidden_act: 'gelu' }, 'hidden_act is "gelu"'],
  ['quantized weights', { quantization_config: { quant_method: 'gptq' } }, 'quantized'],
  ['another head', { architectures: ['LlamaForSequenceClassification'] }, 'LlamaForSequenceClassification'],
  ['heads that do not divide', { num_attention_heads: 9, num_key_value_heads: 2 }, 'not a multiple of num_key_value_heads 2'],
  ['a width the heads do not divide', { hidden_size: 577 }, 'hidden_size 577'],
  ['an odd head', { head_dim: 63 }, 'head_dim 63 is odd'],
];
for (const [title, fields, message] of features) {
  test(`a checkpoint with ${title} is refused with the reason`, () => {
    const error = refusal({ ...smol, ...fields });
    expect(error.code).toBe('models.unsupported-config');
    expect(error.message).toContain(message);
  });
}

test('the default rotary positions are accepted when they are spelled out', () => {
  expect(parseConfig({ ...smol, rope_scaling: { rope_type: 'default' } }).rope.full_attention.theta).toBe(100000);
});

test("Llama 3's frequencies: fast ones stay, slow ones are divided, those between go over", () => {
  const scaling = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 } as const;
  const [plain, scaled] = [inverseFrequencies({ theta: 500000, scaling: null }, 128), inverseFrequencies({ theta: 500000, scaling }, 128)];
  // Wavelengths 2 pi 500000^(2i/128): below 2048 up to i = 28, above 8192 from i = 35 on.
  for (let i = 0; i <= 28; i++) expect(scaled[i]).toBe(plain[i]);
  for (let i = 35; i < 64; i++) expect(scaled[i]).toBeCloseTo((plain[i] as number) / 8, 12);
  // i = 32: wavelength 4442.88, smooth (8192 / 4442.88 - 1) / 3 = 0.281283, so 0.281283 + 0.718717 / 8 = 0.371123 of it.
  expect((scaled[32] as number) / (plain[32] as number)).toBeCloseTo(0.371123, 5);
});

test('every module that LoRA can adapt is one a manifest may name, and the other way round', () => {
  const found = new Map<string, Set<string>>();
  for (const model_type of Object.keys(FAMILIES)) {
    for (const { module, path } of adaptables(parseConfig({ model_type }))) found.set(module, (found.get(module) ?? new Set()).add(path.replace(/\.experts\.\d+/, '').split('.').at(-2) as string));
  }
  expect(new Set(found.keys())).toEqual(new Set(Object.keys(TARGET_MODULES)));
  for (const [module, parents] of found) expect(parents).toEqual(new Set(TARGET_MODULES[module as keyof typeof TARGET_MODULES]));
});

test('null means the default in every field, but for a window, where it means none', async () => {
  for (const name of Object.keys(FAMILIES)) {
    const plain = parseConfig({ model_type: name });
    const { model_type: _, sliding_window: __, ...entries } = FieldsSchema.entries;
    for (const field of Object.keys(entries)) expect(parseConfig({ model_type: name, [field]: null }), `${name} ${field}`).toEqual(plain);
    expect(parseConfig({ model_type: name, ...Object.fromEntries(Object.keys(entries).map((field) => [field, null])) })).toEqual(plain);
  }
  expect(parseConfig({ ...smol, attention_bias: null, mlp_bias: null, tie_word_embeddings: null }).tie_word_embeddings).toBe(false);
  expect(parseConfig({ model_type: 'mistral', sliding_window: null }).sliding_window).toBeNull();
  expect(parseConfig({ ...smol, rope_scaling: { rope_type: 'linear', type: null, factor: 2, low_freq_factor: null } }).rope.full_attention.scaling).toEqual({ rope_type: 'linear', factor: 2 });
});

test('a field that would change the arithmetic and that no graph computes is refused by name, and one that is off says nothing', () => {
  const on: Record<string, unknown> = { clip_qkv: 8, qk_norm: true, residual_multiplier: 0.22, logits_scaling: 8, attention_multiplier: 0.0078, logit_scale: 0.0625, n_routed_experts: 64, no_rope_layers: [1, 1, 0], kv_lora_rank: 512, alibi: true, is_encoder_decoder: true, position_embedding_type: 'alibi' };
  for (const [field, value] of Object.entries(on)) expect(refusal({ ...smol, [field]: value })).toMatchObject({ code: 'models.unsupported-config', message: expect.stringContaining(`${field} is ${JSON.stringify(value)}`) });
  const off = { clip_qkv: null, qk_norm: false, residual_multiplier: 1, no_rope_layers: [], pruned_heads: {}, add_cross_attention: false, position_embedding_type: 'rope', use_cache: true, torch_dtype: 'float16', transformers_version: '5.0.0' };
  expect(parseConfig({ ...smol, ...off })).toEqual(parseConfig(smol));
});

test('Gemma 3’s own name for its pattern of layers is read', () => {
  expect(parseConfig({ model_type: 'gemma3_text', num_hidden_layers: 4, _sliding_window_pattern: 2 }).layer_types).toEqual(['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention']);
});

test('malformed configurations end clearly', async () => {
  const seeds = [smol, { ...(await goldenJson<object>('families/gemma3_text/config.json')) }, { ...(await goldenJson<object>('families/qwen3_moe/config.json')) }];
  await runCampaign<unknown>({
    reader: 'config.json', seeds, mutations: JSON_MUTATIONS, files: 400,
    read(json) {
      const config = parseConfig(json);
      const numbers = [config.hidden_size, config.head_dim, config.norm_eps, config.attention_scale, config.rope.full_attention.theta, config.rotary_dim, config.vocab_size];
      return numbers.every((value) => Number.isFinite(value) && value > 0) ? null : `read as ${JSON.stringify(config)}`;
    },
  });
});
