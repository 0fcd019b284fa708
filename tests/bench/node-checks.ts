/** The checks against PyTorch that run on a GPU server: each gives the figures it is judged by, or says what went wrong. */
import * as agreement from '../golden/agreement-checks.ts';
import * as dora from '../golden/dora-checks.ts';
import * as full from '../golden/full-checks.ts';
import { generateAll } from '../golden/generation-page.ts';
import { useDevice } from '../kept-device.ts';
import type { ReadGolden } from '../golden/golden-set.ts';
import * as checks from '../golden/training-checks.ts';
import type { Device } from '../../src/engine/runtime/index.ts';

const FAMILIES = ['llama3', 'mistral', 'qwen2', 'qwen3', 'gemma3_text', 'mixtral', 'qwen3_moe', 'gpt_neox', 'gpt_neox-serial', 'llama-int8', 'llama-int4', 'llama-deep', 'qwen2-dora'];
/** Between them all that differs by layer: int4, two kinds of layers, experts. */
const LAYER_BY_LAYER = ['llama-int4', 'gemma3_text', 'qwen3_moe'];
const FULLY_TUNED = ['llama3', 'qwen2', 'gemma3_text', 'mixtral', 'gpt_neox'];
/** Rows at once that are fewer than asked for, so that rows are replaced. */
const ANSWERING = { untied: 6, 'untied-f16': 6, tied: 6, 'families/gemma3_text': 4, 'families/qwen3_moe': 4, 'families/llama-int4': 4, 'families/llama-deep': 4, 'families/gpt_neox': 4 };

/** @param read golden files; answers also fetch them from `/tests/golden/data` */
export function checksOf(device: Device, read: ReadGolden): Record<string, () => Promise<unknown>> {
  useDevice(device);
  return {
    ...Object.fromEntries(['untied', 'untied-f16', 'tied'].map((name) => [`logits of ${name}`, () => checks.logitsErrors(device, read, name)])),
    ...Object.fromEntries((['whole', 'blockwise'] as const).map((engine) => [`LoRA gradients, ${engine}`, async () => {
      const { losses, tensors } = await checks.gradientErrors(device, read, engine);
      return { loss: Math.max(...losses), gradient: Math.max(...tensors.map(({ error }) => error)), tensors: tensors.length };
    }])),
    'twenty AdamW steps, largest relative error of the loss': async () => {
      const { curves } = JSON.parse(new TextDecoder().decode(await read('untied/goldens.json'))) as { curves: { loss: number[] }[] };
      const found = await checks.curves(device, read, [0, 1, 2], 'whole');
      return Math.max(...curves.flatMap(({ loss }, k) => loss.map((known, step) => Math.abs((found[k]?.loss[step] as number) / known - 1))));
    },
    ...Object.fromEntries(Object.entries(ANSWERING).map(([name, rows]) => [`${name}: greedy answers in ${rows} rows`, () => answersOf(read, name, rows)])),
    ...Object.fromEntries(FAMILIES.map((name) => [`${name}: logits, gradients, curve`, () => checks.familyErrors(device, read, `families/${name}`, 'whole', 20)])),
    ...Object.fromEntries(LAYER_BY_LAYER.map((name) => [`${name}, layer by layer`, () => checks.familyErrors(device, read, `families/${name}`, 'blockwise', 20)])),
    ...Object.fromEntries(FULLY_TUNED.map((name) => [`${name}: all weights`, () => full.fullErrors(device, read, `families/${name}`)])),
    'whole and blockwise, with dropout': () => agreement.wholeAndBlockwise(device, read, 0.2),
    'resumed and unbroken': () => agreement.brokenAndUnbroken(device, read, 'whole'),
    'a fresh DoRA adapter': () => dora.freshDora(device, read),
    'DoRA beside LoRA': async () => {
      const { found, known } = await dora.doraBesideLora(device, read);
      return { same: JSON.stringify(found) === JSON.stringify(known) };
    },
    'float16 and float32 weights': () => checks.halvesAndFloats(device, read),
  };
}

/** How many of all golden answers, of the base and of the adapters, are PyTorch's to the token. */
async function answersOf(read: ReadGolden, model: string, rowsAtOnce: number): Promise<{ answers: number; same: number; tokens: number }> {
  const { generations } = JSON.parse(new TextDecoder().decode(await read(`${model}/goldens.json`))) as { generations: { adapter: number; prompt: number[]; tokens: number[] }[] };
  const adapters = [...new Set(generations.map(({ adapter }) => adapter).filter((adapter) => adapter >= 0))];
  const lengths = [3, 24, 10];
  let [answers, same, tokens] = [0, 0, 0];
  for (const of of adapters.length > 0 ? [[], adapters] : [[]]) {
    const own = generations.filter(({ adapter }) => (of.length > 0 ? adapter >= 0 : adapter < 0)).map((generation, i) => ({ ...generation, tokens: generation.tokens.slice(0, lengths[i % lengths.length]) }));
    const requests = own.map(({ adapter, prompt, tokens: known }, i) => ({ id: String(i), adapter: Math.max(0, adapter), prompt, maxNewTokens: known.length, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: '' }));
    const [outcome] = await generateAll([{ kind: 'webgpu', model, adapters: of, requests, options: { stops: [1e6], rowsAtOnce } }]);
    if (outcome?.error) throw new Error(outcome.error.message);
    own.forEach(({ tokens: known }, i) => {
      answers++;
      tokens += known.length;
      if (JSON.stringify(outcome?.results[i]?.tokens) === JSON.stringify(known)) same++;
    });
  }
  return { answers, same, tokens };
}
