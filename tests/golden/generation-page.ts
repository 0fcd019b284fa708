/** Runs in the page: generates with the golden checkpoints and gives the answers back to the test. */
import type { Adapter } from '../../src/adapters/adapter.ts';
import { Rng } from '../../src/core/rng.ts';
import { nextToken, samplingFeeds, samplingInputs, samplingOf } from '../../src/generation/sampling.ts';
import { Generator, type GenerationRequest, type GenerationResult, type GeneratorOptions } from '../../src/generation/index.ts';
import type { BaseModel } from '../../src/models/base-model.ts';
import type { CheckpointFiles } from '../../src/models/checkpoint.ts';
import { loadCheckpoint } from '../../src/models/load.ts';
import { Graph } from '../../src/onnx/index.ts';
import { type Device, host, openDevice } from '../../src/runtime/index.ts';
import { type GoldenNumbers, GoldenSet } from './golden-set.ts';

export type Kind = 'wasm' | 'webgpu';

const fetched = async (path: string): Promise<Response> => fetch(`/tests/golden/data/${path}`);

function files(name: string): CheckpointFiles {
  return {
    names: ['config.json', 'model.safetensors'],
    json: async (file) => (await fetched(`${name}/${file}`)).json(),
    bytes: async (file) => new Uint8Array(await (await fetched(`${name}/${file}`)).arrayBuffer()),
  };
}

const devices = new Map<Kind, Promise<Device>>();
const models = new Map<string, Promise<BaseModel>>();

export function goldenModel(kind: Kind, name: string): Promise<BaseModel> {
  let device = devices.get(kind);
  if (!device) devices.set(kind, (device = openDevice(kind)));
  const key = `${kind}/${name}`;
  let model = models.get(key);
  if (!model) models.set(key, (model = Promise.all([device, fetched(`${name}/goldens.json`).then((response) => response.json() as Promise<GoldenNumbers>)]).then(([opened, { storage }]) => loadCheckpoint(files(name), opened, storage ? { storage } : {}))));
  return model;
}

/** A checkpoint's golden adapters, as PEFT would have saved them. */
export async function goldenAdapters(name: string): Promise<Adapter[]> {
  const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await (await fetched(path)).arrayBuffer());
  const set = await GoldenSet.open(name, read);
  return set.numbers.losses.map((_, k) => set.adapter(k));
}

export interface Job {
  kind: Kind;
  model: string;
  /** Which golden adapters the generator has, in this order; empty: the base. */
  adapters: number[];
  requests: GenerationRequest[];
  options?: GeneratorOptions;
  /** Abort once this many results have come. */
  abortAfter?: number;
  /** Ask so often, one call after the other; results are of all calls. */
  times?: number;
}

export interface Outcome {
  results: GenerationResult[];
  /** Ids in the order in which they were finished. */
  order: string[];
  error: { name: string; message: string; code?: string } | null;
}

/** Several jobs with one generator each, so that a test pays for one page. */
export async function generateAll(jobs: Job[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { kind, model, adapters, requests, options, abortAfter, times = 1 } of jobs) {
    const all = adapters.length > 0 ? await goldenAdapters(model) : [];
    const generator = await Generator.create(await goldenModel(kind, model), adapters.map((k) => all[k] as Adapter), options);
    const order: string[] = [];
    const controller = new AbortController();
    const outcome: Outcome = { results: [], order, error: null };
    try {
      for (let call = 0; call < times; call++) {
        const results = await generator.generate(requests, {
          signal: controller.signal,
          onResult: ({ id }) => {
            order.push(id);
            if (order.length === abortAfter) controller.abort();
          },
        });
        outcome.results.push(...results);
      }
    } catch (thrown) {
      const { name, message, code } = thrown as Error & { code?: string };
      outcome.error = { name, message, ...(typeof code === 'string' ? { code } : {}) };
    }
    await generator.dispose();
    outcomes.push(outcome);
  }
  return outcomes;
}

export interface Draw {
  kind: Kind;
  logits: number[];
  request: { temperature: number; topP: number; topK: number; repetitionPenalty: number };
  /** Tokens that occurred already. */
  seen: number[];
  rows: number;
}

/** How often each token is drawn, from the sampling nodes alone: every row has the same logits and a uniform number of its own. */
export async function drawMany({ kind, logits, request, seen, rows }: Draw): Promise<number[]> {
  const { device } = await goldenModel(kind, 'untied');
  const asked: GenerationRequest = { id: '', adapter: 0, prompt: seen, maxNewTokens: 1, seed: '', ...request };
  const sampling = samplingOf(asked);
  const vocabulary = logits.length;
  const graph = new Graph('draws');
  const settings = samplingInputs(graph, rows, sampling);
  const uniform = graph.input('uniform', 'float32', [rows, 1]);
  const marks = graph.input('seen', 'float32', [rows, vocabulary]);
  const { token } = nextToken({ logits: graph.input('logits', 'float32', [rows, vocabulary]), settings, ...(sampling.draw ? { uniform } : {}), ...(sampling.penalise ? { seen: marks } : {}) });
  graph.output('token', token);
  const session = await device.program(graph).bind({});
  const rng = new Rng('draws');
  const repeated = Array.from({ length: rows }, () => asked);
  const outputs = await session.run({
    ...Object.fromEntries(Object.entries(samplingFeeds(repeated, sampling, vocabulary)).map(([name, data]) => [name, host('float32', [rows, 1], data)])),
    logits: host('float32', [rows, vocabulary], Float32Array.from({ length: rows * vocabulary }, (_, i) => logits[i % vocabulary] as number)),
    uniform: host('float32', [rows, 1], Float32Array.from({ length: rows }, () => rng.float())),
    seen: host('float32', [rows, vocabulary], Float32Array.from({ length: rows * vocabulary }, (_, i) => (seen.includes(i % vocabulary) ? 1 : 0))),
  });
  const counts = Array.from({ length: vocabulary }, () => 0);
  for (const id of (await outputs.get('token').read()) as Int32Array) counts[id] = (counts[id] ?? 0) + 1;
  return counts;
}
