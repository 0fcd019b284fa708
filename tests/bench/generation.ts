/**
 * How fast answers come: a model of world-dense's shape with random weights, prompts and answer lengths like the home
 * study's. Runs in a page; `bench` gives figures as plain data.
 */
import { initialAdapter } from '../../src/engine/adapters/adapter.ts';
import { Rng } from '../../src/core/rng.ts';
import { Generator, type GenerationRequest } from '../../src/engine/generation/index.ts';
import { createBaseModel } from '../../src/engine/models/base-model.ts';
import { weightShapes } from '../../src/engine/models/plan.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import { type Device, openDevice } from '../../src/engine/runtime/index.ts';
import type { Adapter } from '../../src/records/adapter.ts';

export interface GenerationBench {
  device: 'wasm' | 'webgpu';
  adapters: number;
  /** Requests an adapter. */
  requests: number;
  /** Prompt lengths, drawn evenly from this range. */
  prompt: [number, number];
  /** Answer lengths, likewise. */
  answer: [number, number];
  /** Part of the answers that do not end by themselves, and how long they may get. */
  endless: [part: number, length: number];
  temperature: number;
  topP: number;
  rowsAtOnce?: number;
  threads?: number;
}

export const HOME: GenerationBench = { device: 'wasm', adapters: 9, requests: 40, prompt: [40, 80], answer: [10, 30], endless: [0.03, 64], temperature: 0, topP: 1 };

const WORLD_DENSE = { model_type: 'llama', vocab_size: 4096, hidden_size: 192, intermediate_size: 512, num_hidden_layers: 6, num_attention_heads: 6, num_key_value_heads: 3, max_position_embeddings: 512, tie_word_embeddings: true, eos_token_id: 2 };

/** @param given a device that is open already */
export async function bench(options: Partial<GenerationBench> = {}, given?: Device): Promise<Record<string, number | string>> {
  const { device: kind, adapters, requests, prompt, answer, endless, temperature, topP, rowsAtOnce, threads } = { ...HOME, ...options };
  const config = parseConfig(WORLD_DENSE);
  const rng = new Rng('bench/generation');
  const weights = new Map([...weightShapes(config)].map(([name, shape]) => {
    const data = Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => (shape.length === 1 ? 1 : 0.05 * (rng.float() - 0.5)));
    return [name, { shape, dtype: 'float32' as const, data }];
  }));
  const spent: Record<string, number> = {};
  const runs: Record<string, number> = {};
  const device = clocked(given ?? (await openDevice(kind, threads ? { threads } : {})), spent, runs);
  const model = await createBaseModel({ config, shapes: weightShapes(config), weight: async (name) => weights.get(name) as never, parameters: [...weights.values()].reduce((sum, { data }) => sum + data.length, 0) }, device);
  const lora = { r: 8, lora_alpha: 16, lora_dropout: 0, target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] } satisfies Adapter['config'];
  const between = ([from, to]: [number, number]): number => from + rng.int(to - from + 1);
  const prompts = Array.from({ length: requests }, () => Array.from({ length: between(prompt) }, () => 3 + rng.int(4000)));
  const asked: GenerationRequest[] = Array.from({ length: Math.max(1, adapters) }, (_, adapter) => prompts.map((own, i) => ({ id: `${adapter}/${i}`, adapter, prompt: own, maxNewTokens: rng.float() < endless[0] ? endless[1] : between(answer), temperature, topP, topK: 0, repetitionPenalty: 1, seed: `${i}` }))).flat();
  const generator = await Generator.create(model, Array.from({ length: adapters }, (_, i) => initialAdapter(lora, config, new Rng(i))), { stops: [config.vocab_size * 2], ...(rowsAtOnce ? { rowsAtOnce } : {}) });

  let started = performance.now();
  await generator.generate(asked.slice(0, 1));
  const first = (performance.now() - started) / 1000;
  for (const figures of [spent, runs]) for (const graph of Object.keys(figures)) figures[graph] = 0;
  started = performance.now();
  let firstResult = 0;
  const results = await generator.generate(asked, { onResult: () => (firstResult ||= (performance.now() - started) / 1000) });
  const seconds = (performance.now() - started) / 1000;
  const made = results.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const read = asked.reduce((sum, request) => sum + request.prompt.length, 0);
  return {
    device: device.report.name, threads: device.report.threads, adapters, generations: asked.length, promptTokens: read, newTokens: made,
    seconds: round(seconds), generationsPerSecond: round(asked.length / seconds), newTokensPerSecond: round(made / seconds), allTokensPerSecond: round((made + read) / seconds), secondsToFirstAnswer: round(firstResult), secondsOfOneAlone: round(first),
    ...Object.fromEntries(Object.entries(spent).map(([graph, own]) => [`seconds: ${graph}`, round(own)])),
    ...Object.fromEntries(Object.entries(runs).map(([graph, own]) => [`runs: ${graph}`, own])),
  };
}

/** The device with a clock on every compilation and every run of its graphs, and a count of the runs. */
function clocked(device: Device, spent: Record<string, number>, runs: Record<string, number>): Device {
  const count = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const started = performance.now();
    try {
      return await work;
    } finally {
      spent[name] = (spent[name] ?? 0) + (performance.now() - started) / 1000;
    }
  };
  const program: Device['program'] = (graph, options) => {
    const inner = device.program(graph, options);
    return { ...inner, bind: async (parameters) => {
      const session = await count(`compile ${graph.name}`, inner.bind(parameters));
      return { ...session, run: (feeds) => {
        runs[graph.name] = (runs[graph.name] ?? 0) + 1;
        return count(graph.name, session.run(feeds));
      } };
    } };
  };
  return new Proxy(device, { get: (target, key) => (key === 'program' ? program : Reflect.get(target, key, target)) });
}

const round = (x: number): number => Math.round(x * 100) / 100;
