import { expect, test } from '@playwright/test';
import { LabError } from '../../src/core/errors.ts';
import { parseConfig } from '../../src/models/config.ts';
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
  expect(parseConfig(smol)).toEqual({
    model_type: 'llama', vocab_size: 49152, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, head_dim: 64,
    rms_norm_eps: 1e-5, rope_theta: 100000, max_position_embeddings: 8192, tie_word_embeddings: true, bos_token_id: 0, eos_token_id: [0], pad_token_id: null,
  });
});

test('an explicit head_dim and a list of end tokens are kept', async () => {
  expect(parseConfig(await goldenJson('tied/config.json'))).toMatchObject({ head_dim: 16, num_key_value_heads: 1, eos_token_id: [50, 33], rope_theta: 500000, pad_token_id: 0 });
});

test("a config without the fields that have defaults gets transformers' defaults", () => {
  expect(parseConfig({ model_type: 'llama' })).toMatchObject({ hidden_size: 4096, intermediate_size: 11008, num_key_value_heads: 32, head_dim: 128, rms_norm_eps: 1e-6, rope_theta: 10000, tie_word_embeddings: false, eos_token_id: [] });
});

test('rope settings are read from where transformers 5 keeps them', () => {
  const { rope_theta: _, rope_scaling: __, ...rest } = smol;
  expect(parseConfig({ ...rest, rope_parameters: { rope_type: 'default', rope_theta: 250000 } }).rope_theta).toBe(250000);
});

test('an unsupported architecture is refused by name, with what is supported', () => {
  const error = refusal({ ...smol, model_type: 'qwen2' });
  expect(error.code).toBe('models.unsupported-architecture');
  expect(error.message).toContain('"qwen2"');
  expect(error.hint).toContain('llama');
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
  ['scaled rotary positions', { rope_scaling: { rope_type: 'llama3', factor: 8 } }, '"llama3" rotary positions'],
  ['scaled rotary positions under their old name', { rope_scaling: { type: 'linear', factor: 2 } }, '"linear" rotary positions'],
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
  expect(parseConfig({ ...smol, rope_scaling: { rope_type: 'default' } }).rope_theta).toBe(100000);
});
