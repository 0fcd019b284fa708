import { expect, test } from '@playwright/test';
import { decoderOnnx, modelCard, type ModelCard } from '../../src/exports/index.ts';
import { weightShapes } from '../../src/models/plan.ts';
import { parseConfig } from '../../src/models/config.ts';

const CARD: ModelCard = {
  name: 'mine', base: { name: 'org/tiny', revision: 'c0ffee' }, format: 'safetensors', dataset: 'lima-x-world', mix: 'ENDE', languages: ['en', 'de'], records: 40, seed: 3, steps: 120, note: null, tuning: 'lora', storage: 'auto',
  settings: { r: 8, target_modules: ['q_proj', 'v_proj'], learning_rate: 0.003 },
  benchmark: 'mt-bench-x-world', questionsPerCategory: 2, judge: 'rules',
  scores: [{ language: 'en', raw: { mean: 6.5, low: 5.25, high: 7.5, n: 32 } }, { language: 'de', raw: { mean: 4, low: NaN, high: NaN, n: 2 } }, { language: 'fr', raw: { mean: NaN, low: NaN, high: NaN, n: 0 } }],
  version: '0.1.0',
};

test('a model card states data, mix, seed, settings and scores with their intervals', () => {
  const card = modelCard(CARD);
  for (const line of ['- mix: ENDE (en, de)', '- records: 40', '- seed: 3', '- optimiser steps: 120', '- learning_rate: 0.003', '- target_modules: q\\_proj, v\\_proj', '| en | 6.50 | 5.25 to 7.50 | 32 |', '| de | 4.00 | none | 2 |']) expect(card.split('\n')).toContain(line);
  expect(card).not.toContain('| fr |');
  expect(card).toMatch(/^---\nlibrary_name: transformers\n[\s\S]*language:\n- en\n- de\n[\s\S]*\n---\n/);
});

test('an ungraded model says so, and no other does', () => {
  expect(modelCard({ ...CARD, scores: [] })).toContain('It has not been graded.');
  expect(modelCard(CARD)).not.toContain('graded.');
});

test('a card names the base as the Hub does, what loads the files, and what they are to the base', () => {
  const head = (format: ModelCard['format']): string => modelCard({ ...CARD, format }).split('---')[1] as string;
  for (const [format, library, relation] of [['peft', 'peft', 'adapter'], ['safetensors', 'transformers', 'finetune'], ['onnx', 'transformers.js', 'finetune'], ['onnx-q4', 'transformers.js', 'quantized']] as const) {
    expect(head(format)).toContain(`library_name: ${library}\npipeline_tag: text-generation\nbase_model: "org/tiny"\nbase_model_relation: ${relation}\n`);
  }
  // PEFT's own tags, which its save_pretrained writes.
  expect(head('peft')).toContain('- lora\n- "base_model:adapter:org/tiny"\n- transformers\n');
  expect(head('safetensors')).not.toContain('base_model:adapter');
  expect(modelCard({ ...CARD, format: 'peft' })).toContain('org/tiny at revision c0ffee, tuned with LoRA in a browser by Pinch Lab 0.1.0; this is the adapter alone, for PEFT.');
  expect(modelCard({ ...CARD, base: { name: 'world-dense', revision: null } })).toContain('world-dense, tuned with LoRA in a browser by Pinch Lab 0.1.0; the adapter is folded into the weights.');
});

test('scores over a rounded base are said to be that', () => {
  const int4 = { ...CARD, storage: 'int4' as const };
  expect(modelCard(int4)).toContain('- storage of the frozen weights, while tuning and grading: int4 (rounded to four bits in blocks, embedding and head to eight)');
  expect(modelCard(int4)).toContain("They were given to the adapter over a base stored as int4; here the adapter is folded into the checkpoint's own weights, whose scores may differ.");
  expect(modelCard({ ...int4, format: 'peft' })).toContain('over a base stored as int4; over the checkpoint as it is they may differ.');
  expect(modelCard(CARD)).not.toContain('may differ');
});

test('names are text in the card: neither markup nor a second header', () => {
  const card = modelCard({ ...CARD, name: '<img src=x>\n---\n# [me](evil)', base: { name: 'a"b\nlicense: mit', revision: '<b>' }, note: 'a | b\n---', settings: { init_adapter: '`x`\n# y' } });
  expect(card).toContain('# \\<img src=x\\> --- \\# \\[me\\](evil)');
  expect(card).toContain('base_model: "a\\"b\\nlicense: mit"');
  expect(card).toContain('license: mit at revision \\<b\\>');
  expect(card.split('\n')).toContain('a \\| b ---');
  expect(card.split('\n')).toContain('- init_adapter: \\`x\\` \\# y');
  expect(card.match(/^---$/gm)).toHaveLength(2);
});

test('a model of another family, or too large for one file, is refused with what to do', () => {
  const config = parseConfig({ model_type: 'llama', vocab_size: 8, hidden_size: 4, intermediate_size: 4, num_hidden_layers: 1, num_attention_heads: 1 });
  expect(() => decoderOnnx({ ...config, model_type: 'mamba' }, new Map())).toThrow(/mamba/);
  const huge = { shape: [1], data: { byteLength: 3e9 } as unknown as Float32Array };
  expect(() => decoderOnnx(config, new Map([['model.embed_tokens.weight', huge]]))).toThrow(/3\.0 GB/);
  expect(() => decoderOnnx(config, new Map())).toThrow(/model\.embed_tokens\.weight|layers/);
  const weights = new Map([...weightShapes(config)].map(([name, shape]) => [name, { shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) }]));
  expect(decoderOnnx(config, weights).length).toBeGreaterThan([...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0));
});
