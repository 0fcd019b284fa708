/** Drives the lab's own page through `window.lab`, as a script or a notebook would. */
import { expect, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { readFileSync } from 'node:fs';
import type { PageLab } from '../../src/app/lab.ts';
import { Rng } from '../../src/core/rng.ts';
import { FAMILIES, parseConfig } from '../../src/engine/models/config.ts';
import { weightShapes } from '../../src/engine/models/plan.ts';
import { writeSafetensors } from '../../src/files/safetensors.ts';
import type { ManifestInput } from '../../src/records/manifest.ts';

export type LabWindow = Window & { lab: PageLab };

/** Opens the lab and waits until it can be driven. */
export async function openLab(page: Page, address = '/?device=wasm'): Promise<void> {
  await page.goto(address);
  await ready(page);
}

export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => 'lab' in window, undefined, { timeout: 60_000 });
}

/** A Llama (or what `change` makes of it) of a few thousand parameters with random weights and the world's tokenizer, as Hugging Face files. */
export function tinyCheckpoint(change: Record<string, unknown> = {}): Record<string, Buffer> {
  const tokenizer = readFileSync('public/world/tokenizer.json');
  const { model, added_tokens: added } = JSON.parse(tokenizer.toString('utf8')) as { model: { vocab: Record<string, number> }; added_tokens: { id: number }[] };
  const config = {
    architectures: ['LlamaForCausalLM'], model_type: 'llama', vocab_size: Math.max(...Object.values(model.vocab), ...added.map((token) => token.id)) + 1,
    hidden_size: 16, intermediate_size: 32, num_hidden_layers: 2, num_attention_heads: 2, num_key_value_heads: 1, head_dim: 8, hidden_act: 'silu',
    max_position_embeddings: 512, rms_norm_eps: 1e-5, rope_theta: 10000, tie_word_embeddings: true, bos_token_id: 1, eos_token_id: 2, pad_token_id: 0,
    ...change,
  };
  const rng = new Rng('tiny');
  const supported = Object.hasOwn(FAMILIES, config.model_type);
  const weights = [...weightShapes(parseConfig({ ...config, model_type: supported ? config.model_type : 'llama', architectures: undefined }))].map(([name, shape]) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return [name, { shape, data: Float32Array.from({ length: size }, () => (shape.length === 1 ? 1 : rng.normal() * 0.05)) }] as const;
  });
  return {
    'config.json': Buffer.from(JSON.stringify(config)),
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': readFileSync('public/world/tokenizer_config.json'),
    'model.safetensors': Buffer.from(writeSafetensors(supported ? weights : weights.slice(0, 1))),
  };
}

/** Imports files through `lab.models.importFiles`. @returns the model's id */
export async function importModel(page: Page, files: Record<string, Buffer>): Promise<string> {
  const encoded = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, bytes.toString('base64')]));
  return page.evaluate(async (all) => {
    const decode = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const picked = Object.entries(all).map(([name, text]) => new File([decode(text)], name));
    return (await (window as unknown as LabWindow).lab.models.importFiles(picked)).id;
  }, encoded);
}

/** The smallest study that goes through every stage. */
export function tinyStudy(model: string, change: Partial<ManifestInput> = {}): ManifestInput {
  return {
    schema: 1,
    name: 'tiny study',
    models: [model],
    datasets: ['lima-x-world'],
    mixes: ['EN', 'ENDEFRITES-sampled'],
    records: 40,
    lora: { r: 2 },
    training: { max_steps: 6, learning_rate: 1e-2, per_device_train_batch_size: 1, max_length: 64, save_steps: 2 },
    benchmark: { id: 'mt-bench-x-world', languages: ['en', 'de'], questions_per_category: 1, max_new_tokens: 4 },
    ...change,
  };
}

/** Runs a study to its end through `lab.studies`. @returns its state */
export async function runStudy(page: Page, input: ManifestInput): Promise<Awaited<ReturnType<PageLab['studies']['run']>>> {
  return page.evaluate((manifest) => (window as unknown as LabWindow).lab.studies.run(manifest), input);
}

/** The files of a cell's exported adapter. */
export async function adapterFiles(page: Page, study: string, cell: string): Promise<Record<string, string>> {
  const encoded = await page.evaluate(async ([id, cellId]) => {
    const zip = await (window as unknown as LabWindow).lab.studies.exportAdapter(id, cellId);
    return btoa(Array.from(new Uint8Array(await zip.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''));
  }, [study, cell] as const);
  return Object.fromEntries(Object.entries(unzipSync(Buffer.from(encoded, 'base64'))).map(([name, bytes]) => [name, Buffer.from(bytes).toString('latin1')]));
}

/** The error of a call as the page sees it. */
export interface SeenError {
  name: string;
  code: string;
  message: string;
  hint: string;
}

export async function failureOf(page: Page, script: string): Promise<SeenError> {
  const seen = await page.evaluate(async (text) => {
    try {
      await (new Function('lab', `return (async () => { ${text} })()`) as (lab: unknown) => Promise<unknown>)((window as unknown as LabWindow).lab);
      return null;
    } catch (thrown) {
      const { name, code, message, hint } = thrown as SeenError;
      return { name, code, message, hint };
    }
  }, script);
  expect(seen, 'the call fails').not.toBeNull();
  return seen as SeenError;
}
