import { expect, test } from '@playwright/test';
import { strToU8, unzipSync } from 'fflate';
import { initialAdapter } from '../../src/engine/adapters/adapter.ts';
import { Rng } from '../../src/core/rng.ts';
import { decoderOnnx, type FileParts, modelCard, type ModelCard, modelFiles, zipModel } from '../../src/engine/exports/index.ts';
import type { CheckpointFiles } from '../../src/records/checkpoint-files.ts';
import { readSafetensors, safetensorsHead, tensorToFloat32 } from '../../src/files/safetensors.ts';
import { weightShapes } from '../../src/engine/models/plan.ts';
import { parseConfig } from '../../src/engine/models/config.ts';

const CARD: ModelCard = {
  name: 'mine', base: { name: 'org/tiny', revision: 'c0ffee' }, format: 'safetensors', dataset: 'lima-x-world', mix: 'ENDE', languages: ['en', 'de'], records: 40, seed: 3, steps: 120, note: null, tuning: 'lora', storage: 'auto',
  settings: { r: 8, target_modules: ['q_proj', 'v_proj'], learning_rate: 0.003 },
  benchmark: 'mt-bench-x-world', questionsPerCategory: 2, judge: 'rules',
  scores: [{ language: 'en', raw: { mean: 6.5, low: 5.25, high: 7.5, n: 32 }, failed: 0 }, { language: 'de', raw: { mean: 4, low: NaN, high: NaN, n: 2 }, failed: 0 }, { language: 'fr', raw: { mean: NaN, low: NaN, high: NaN, n: 0 }, failed: 0 }],
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

test('judgments that failed are told of, beside scores and where there are none', () => {
  const all = (failed: number, n: number): ModelCard['scores'][number] => ({ language: 'all', raw: { mean: n > 0 ? 5 : NaN, low: NaN, high: NaN, n }, failed });
  const sentence = ' judgments have failed and count in no score.';
  expect(modelCard({ ...CARD, scores: [...CARD.scores, all(12, 34)] })).toContain(`bootstrap intervals by question. 12${sentence}\n`);
  expect(modelCard({ ...CARD, scores: [all(12, 0)] })).toContain(`It has not been graded. 12${sentence}\n`);
  expect(modelCard({ ...CARD, scores: [all(1, 2)] })).toContain(' 1 judgment has failed and counts in no score.\n');
  expect(modelCard({ ...CARD, scores: [...CARD.scores, all(0, 34)] })).not.toContain('failed');
});

test('turns without room for an answer are told of', () => {
  const all = { language: 'all', raw: { mean: 5, low: NaN, high: NaN, n: 426 }, failed: 0, noRoom: 54 };
  expect(modelCard({ ...CARD, scores: [all] })).toContain(" 54 turns have no answer, the dialogue filling the model's context, and count in no score.\n");
  expect(modelCard({ ...CARD, scores: [{ ...all, failed: 2, noRoom: 1 }] })).toContain(" 2 judgments have failed and count in no score. 1 turn has no answer, the dialogue filling the model's context, and counts in no score.\n");
});

test('weights alone are said to be that', () => {
  expect(modelCard({ ...CARD, format: 'weights', tuning: 'full' })).toContain("all weights were trained; these are the weights alone, which want the base's config.json and tokenizer beside them.");
  expect(modelCard({ ...CARD, tuning: 'full' })).not.toContain('alone');
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

test('a model of another family, or too large for one file, is refused with what to do', async () => {
  const config = parseConfig({ model_type: 'llama', vocab_size: 8, hidden_size: 4, intermediate_size: 4, num_hidden_layers: 1, num_attention_heads: 1 });
  const shapes = weightShapes(config);
  const read: string[] = [];
  const weights = (own: Map<string, number[]>): Parameters<typeof decoderOnnx>[1] => ({ shapes: own, weight: async (name) => (read.push(name), { shape: own.get(name) as number[], data: new Float32Array(8).fill(1) }) });
  expect(() => decoderOnnx({ ...config, model_type: 'mamba' }, weights(shapes))).toThrow(/mamba/);
  const huge = new Map([['model.embed_tokens.weight', [1_000_000, 750]]]);
  expect(() => decoderOnnx(config, weights(huge))).toThrow(/3\.0 GB/);
  expect(() => decoderOnnx(config, weights(new Map()))).toThrow(/model\.embed_tokens\.weight|layers/);
  expect(read, 'the refusal comes before anything is read').toEqual([]);
  const lying = { shapes, weight: async (name: string) => ({ shape: shapes.get(name) as number[], data: new Float32Array(3) }) };
  const written = async (): Promise<void> => {
    for await (const piece of decoderOnnx(config, lying)) expect(piece).toBeInstanceOf(Uint8Array);
  };
  await expect(written(), 'numbers that are too few').rejects.toThrow(/was to have \d+ bytes came with 12/);
});

const LLAMA = { model_type: 'llama', vocab_size: 16, hidden_size: 8, intermediate_size: 16, num_hidden_layers: 2, num_attention_heads: 2, tie_word_embeddings: true };

/** A checkpoint of random bfloat16 weights, or one that only claims to have them, and what is read of it. */
function checkpoint(change: Record<string, unknown> = {}, empty = false): { files: CheckpointFiles; reads: [number, number][]; shapes: Map<string, number[]> } {
  const config = { ...LLAMA, ...change };
  const shapes = weightShapes(parseConfig(config));
  const head = safetensorsHead([...shapes].map(([name, shape]) => [name, { dtype: 'BF16', shape }]));
  const numbers = [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
  const rng = new Rng('checkpoint');
  const data = empty ? new Uint16Array() : Uint16Array.from({ length: numbers }, () => 0x3c00 + rng.int(256));
  const whole = new Blob([head, data]);
  const reads: [number, number][] = [];
  const blob = { size: head.length + 2 * numbers, slice: (from: number, to: number) => (reads.push([from, to]), whole.slice(from, to)) } as unknown as Blob;
  const json = strToU8(JSON.stringify(config));
  return { shapes, reads, files: { names: ['config.json', 'model.safetensors', 'tokenizer.json'], json: async () => config, bytes: async () => json, blob: async () => blob } };
}

const adapterOf = (change: Record<string, unknown> = {}): ReturnType<typeof initialAdapter> => initialAdapter({ r: 1, lora_alpha: 2, lora_dropout: 0, target_modules: ['q_proj'] }, parseConfig({ ...LLAMA, ...change }), new Rng(1));

test('merged weights are read, folded and zipped one after the other, and the zip holds them all', async () => {
  const { files: base, reads, shapes } = checkpoint();
  const adapter = adapterOf();
  for (const [name, { data }] of adapter.tensors) if (name.includes('lora_B')) data.fill(0.5);
  const files = await modelFiles({ base, adapter, format: 'safetensors', chatTemplate: '', card: 'card' });
  const before = reads.length;
  const parts: Uint8Array[] = [];
  for await (const part of files.get('model.safetensors') as FileParts) {
    // Head first, then a weight for each read: none is read before it is asked for.
    expect(reads.length - before).toBe(parts.length);
    parts.push(part);
  }
  expect(parts).toHaveLength(1 + shapes.size);

  const again = await modelFiles({ base, adapter, format: 'safetensors', chatTemplate: '', card: 'card' });
  const zip = unzipSync(new Uint8Array(await (await zipModel(again, 'mine')).arrayBuffer()));
  expect(Object.keys(zip).sort()).toEqual(['README.md', 'config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'].map((name) => `mine/${name}`));
  const written = zip['mine/model.safetensors'] as Uint8Array;
  expect(Buffer.compare(written, Buffer.concat(parts))).toBe(0);
  const { tensors } = readSafetensors(written, 'model.safetensors');
  expect(new Map([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual(shapes);
  const plain = await modelFiles({ base, adapter: adapterOf(), format: 'safetensors', chatTemplate: '', card: '' });
  const unchanged = readSafetensors(unzipSync(new Uint8Array(await (await zipModel(plain, 'x')).arrayBuffer()))['x/model.safetensors'] as Uint8Array, 'x');
  const differing = [...tensors.keys()].filter((name) => String(tensorToFloat32(tensors.get(name)!, 'x')) !== String(tensorToFloat32(unchanged.tensors.get(name)!, 'x')));
  expect(differing).toEqual([0, 1].map((layer) => `model.layers.${layer}.self_attn.q_proj.weight`));
});

for (const format of ['onnx', 'onnx-q4'] as const) {
  test(`the weights of an ${format} file are read when their turn to be written comes, each once`, async () => {
    const change = { hidden_size: 32, intermediate_size: 64, max_position_embeddings: 16 };
    const { files: base, reads, shapes } = checkpoint(change);
    const files = await modelFiles({ base, adapter: adapterOf(change), format, chatTemplate: '', card: 'card' });
    const before = reads.length;
    const seen: number[] = [];
    let bytes = 0;
    for await (const part of files.get(format === 'onnx' ? 'onnx/model.onnx' : 'onnx/model_q4.onnx') as FileParts) {
      bytes += part.length;
      seen.push(reads.length - before);
    }
    expect(new Set(reads.slice(before).map(String)).size, 'each once').toBe(shapes.size);
    expect(reads.length - before).toBe(shapes.size);
    expect(seen[0], 'none before the graph').toBe(0);
    // Queries, keys and values are written as one matrix; nothing else is read ahead of its bytes.
    expect(Math.max(...seen.map((count, i) => count - (seen[i - 1] ?? 0)))).toBe(3);
    const numbers = [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
    expect(bytes).toBeGreaterThan(format === 'onnx' ? 4 * numbers : numbers / 2);
    expect(bytes).toBeLessThan((format === 'onnx' ? 4 : 1.2) * numbers + 60_000);
  });
}

test('a model larger than a zip file can be is refused before its weights are read', async () => {
  const large = { vocab_size: 1_100_000, hidden_size: 1000 };
  const { files: base, reads } = checkpoint(large, true);
  const refused = modelFiles({ base, adapter: adapterOf(), format: 'safetensors', chatTemplate: '', card: '' });
  await expect(refused).rejects.toMatchObject({ code: 'exports.too-large', message: expect.stringContaining('4.4 GB as float32'), hint: expect.stringContaining('merge_and_unload') });
  expect(reads, 'the header alone').toHaveLength(2);
});
