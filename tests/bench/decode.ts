/**
 * Greedy decoding of the same prompts by the lab and by transformers.js, on the same weights: the lab's own export of them.
 * Both answer in the page's main thread with as many WASM threads, or on the same GPU.
 */
import { initialAdapter } from '../../src/engine/adapters/adapter.ts';
import { Rng } from '../../src/core/rng.ts';
import { decoderOnnx } from '../../src/engine/exports/index.ts';
import { Generator, type GenerationRequest } from '../../src/engine/generation/index.ts';
import { createBaseModel } from '../../src/engine/models/base-model.ts';
import type { Checkpoint, Weight } from '../../src/engine/models/checkpoint.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import { type Device, openDevice } from '../../src/engine/runtime/index.ts';
import { LARGE, LORA, madeUp, randomWeights } from './shapes.ts';

const SHAPES = {
  // To try the bench itself where a software GPU would need minutes.
  tiny: { model_type: 'llama', vocab_size: 96, hidden_size: 32, intermediate_size: 64, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1, head_dim: 16, hidden_act: 'silu', rms_norm_eps: 1e-5, rope_theta: 10000, max_position_embeddings: 512, tie_word_embeddings: true, bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 },
  'world-dense': { model_type: 'llama', vocab_size: 4096, hidden_size: 192, intermediate_size: 512, num_hidden_layers: 6, num_attention_heads: 6, num_key_value_heads: 3, head_dim: 32, hidden_act: 'silu', rms_norm_eps: 1e-5, rope_theta: 10000, max_position_embeddings: 512, tie_word_embeddings: true, bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 },
  'SmolLM2-135M': { ...LARGE['SmolLM2-135M'], max_position_embeddings: 512, head_dim: 64, hidden_act: 'silu', bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 },
  'SmolLM2-135M, six layers': { ...LARGE['SmolLM2-135M'], num_hidden_layers: 6, max_position_embeddings: 512, head_dim: 64, hidden_act: 'silu', bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 },
  'Qwen3-0.6B as int4': { ...LARGE['Qwen3-0.6B'], max_position_embeddings: 512, hidden_act: 'silu', bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 },
} as const;

/** Until the browser has compiled what is hot on WASM for good. */
const WARM_UP_MS = 6000;

export interface DecodeRequest {
  model: keyof typeof SHAPES;
  rounds: number;
  threads: number;
  prompt: number;
  answer: number;
  /** Also nine adapters at once against nine in turn. */
  nine: boolean;
}

/** Where both answer: the page's WASM, or a GPU. */
export interface Place {
  device: Device;
  transformers: () => Promise<Transformers>;
  warmUp: number;
}

async function page(threads: number): Promise<Place> {
  const transformers = async (): Promise<Transformers> => {
    const module = (await import(/* @vite-ignore */ `${location.origin}/node_modules/@huggingface/transformers/dist/transformers.min.js`)) as Transformers;
    Object.assign(module.env.backends.onnx.wasm, { wasmPaths: `${location.origin}/node_modules/onnxruntime-web/dist/`, numThreads: threads });
    return module;
  };
  return { device: await openDevice('wasm', { threads }), transformers, warmUp: WARM_UP_MS };
}

async function allOf({ shapes, weight }: Checkpoint): Promise<Map<string, Weight>> {
  const weights = new Map<string, Weight>();
  for (const name of shapes.keys()) weights.set(name, await weight(name));
  return weights;
}

/** Not by way of a Blob, which Chromium keeps on the disk where it is large, and then sometimes cannot read. */
async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  const whole = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of all) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** An answer that the two give differently: on a GPU sums are made in another order, and two tokens can be nearly as likely. */
export interface Difference {
  prompt: number[];
  ours: number[];
  theirs: number[];
}

/** Milliseconds of every round, by contender; the names say how many prompts were answered at once. */
export async function decode({ model: name, rounds, threads, prompt, answer, nine: alsoNine }: DecodeRequest, place?: Place): Promise<{ times: Record<string, number[]>; same: boolean; differences: Difference[] }> {
  const json = SHAPES[name];
  const config = parseConfig(json);
  const rounded = name.endsWith('int4');
  const weights = rounded ? await allOf(madeUp(config)) : randomWeights(config);
  const shapes = new Map([...weights].map(([key, { shape }]) => [key, shape]));
  const { device, transformers, warmUp } = place ?? (await page(threads));
  const model = await createBaseModel({ config, shapes, weight: async (key, rows) => part(weights.get(key) as Weight, rows), parameters: 0 }, device, { storage: rounded ? 'int4' : 'auto' });
  const rng = new Rng('decode');
  const prompts = Array.from({ length: 32 }, () => Array.from({ length: prompt }, () => 3 + rng.int(config.vocab_size - 3)));
  const requests = (adapters: readonly number[], count: number): GenerationRequest[] => adapters.flatMap((adapter) => prompts.slice(0, count).map((own, i) => ({ id: `${adapter}/${i}`, adapter, prompt: own, maxNewTokens: answer, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: '' })));
  const options = { stops: [config.vocab_size * 2] };
  const adapters = Array.from({ length: 9 }, (_, i) => initialAdapter(LORA, config, new Rng(i)));
  // A generator each: one that is asked for two sizes in turn would give up the sessions of the one for those of the other.
  const made = async (count: number) => Generator.create(model, adapters.slice(0, count), options);

  const theirs = await loadTheirs(await joined(decoderOnnx(config, { shapes, weight: async (key) => weights.get(key) as { shape: number[]; data: Float32Array } }, rounded)), { ...json, architectures: [rounded ? 'Qwen3ForCausalLM' : 'LlamaForCausalLM'], 'transformers.js_config': { dtype: rounded ? 'q4' : 'fp32' } }, name.replaceAll(/\W+/g, '-'), transformers, device.kind);
  weights.clear();
  const ask = (count: number) => theirs(prompts.slice(0, count), answer);
  const ours = (generator: Generator, all: readonly number[], count: number) => async () => (await generator.generate(requests(all, count))).map(({ tokens }) => tokens);
  const every = adapters.map((_, i) => i);
  // Pairs that are compared; what a pair has compiled is let go of before the next one.
  const pairs: Record<string, () => Promise<number[][]>>[] = [];
  const generators: Generator[][] = [];
  for (const [count, name] of rounded && device.kind === 'wasm' ? ([[1, 'one prompt']] as const) : ([[1, 'one prompt'], [32, '32 prompts']] as const)) {
    const base = await made(0);
    generators.push([base]);
    pairs.push({ [name]: ours(base, [0], count), [`${name}, transformers.js`]: () => ask(count) });
  }
  for (const [count, name] of alsoNine ? ([[1, 'one prompt'], [4, '4 prompts']] as const) : []) {
    const [one, nine] = [await made(1), await made(9)];
    generators.push([one, nine]);
    pairs.push({ [`${name}, one adapter`]: ours(one, [0], count), [`${name} each, nine adapters at once`]: ours(nine, every, count) });
  }
  const times: Record<string, number[]> = {};
  const differences: Difference[] = [];
  for (const [i, pair] of pairs.entries()) {
    const answers: number[][][] = [];
    for (const work of Object.values(pair)) answers.push(await work());
    if (Object.keys(pair).some((key) => key.endsWith('transformers.js'))) {
      answers[0]?.forEach((own, row) => {
        const other = answers[1]?.[row] ?? [];
        if (String(own) !== String(other)) differences.push({ prompt: prompts[row] as number[], ours: own, theirs: other });
      });
    }
    for (const [key, work] of Object.entries(pair)) {
      // One after the other, with a rest: a runtime's idle threads go on spinning for a while, and there are two runtimes here.
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (const started = performance.now(); performance.now() - started < warmUp; ) await work();
      for (let round = 0; round < rounds; round++) {
        const started = performance.now();
        await work();
        (times[key] ??= []).push(performance.now() - started);
      }
    }
    for (const generator of generators[i] ?? []) await generator.dispose();
  }
  return { times, same: differences.length === 0, differences };
}

function part({ shape, data }: Weight, rows?: readonly [number, number]): Weight {
  const floats = data as Float32Array;
  const width = floats.length / (shape[0] as number);
  return rows ? { shape: [rows[1] - rows[0], ...shape.slice(1)], dtype: 'float32', data: floats.subarray(rows[0] * width, rows[1] * width) } : { shape, dtype: 'float32', data: floats };
}

export interface Transformers {
  env: { backends: { onnx: { wasm: { wasmPaths: string; numThreads: number } } } };
  Tensor: new (type: 'int64', data: BigInt64Array, dims: number[]) => unknown;
  AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<{ generate(inputs: object): Promise<{ slice(rows: null, columns: [number, null]): { tolist(): bigint[][] } }> }> };
}

/**
 * transformers.js on the export, whose files are handed to it by a `fetch` that knows them.
 * @param folder a name of the model's own: what was loaded under a name is remembered
 */
async function loadTheirs(onnx: Uint8Array, config: object, folder: string, transformers: Place['transformers'], device: Device['kind']): Promise<(prompts: number[][], answer: number) => Promise<number[][]>> {
  const files: Record<string, BodyInit> = {
    'config.json': JSON.stringify(config),
    'generation_config.json': JSON.stringify({ bos_token_id: 1, pad_token_id: 0, do_sample: false }),
    'onnx/model.onnx': onnx as Uint8Array<ArrayBuffer>,
    'onnx/model_q4.onnx': onnx as Uint8Array<ArrayBuffer>,
  };
  const before = globalThis.fetch.bind(globalThis);
  globalThis.fetch = async (input, init) => {
    const path = new URL(input instanceof Request ? input.url : String(input), globalThis.location?.href ?? 'http://localhost').pathname;
    const prefix = `/exported/${folder}/`;
    if (!path.startsWith(prefix)) return before(input, init);
    const body = files[path.slice(prefix.length)];
    return body === undefined ? new Response(null, { status: 404 }) : new Response(body);
  };
  const { env, Tensor, AutoModelForCausalLM } = await transformers();
  Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, localModelPath: '/exported/', useBrowserCache: false });
  const model = await AutoModelForCausalLM.from_pretrained(folder, { device });
  return async (prompts, answer) => {
    const length = prompts[0]?.length ?? 0;
    const tensor = (fill?: number): unknown => new Tensor('int64', BigInt64Array.from(prompts.flat(), (token) => BigInt(fill ?? token)), [prompts.length, length]);
    // An end token would end an answer before the others.
    const output = await model.generate({ input_ids: tensor(), attention_mask: tensor(1), max_new_tokens: answer, min_new_tokens: answer, do_sample: false, eos_token_id: null });
    return output.slice(null, [length, null]).tolist().map((row) => row.map(Number));
  };
}
