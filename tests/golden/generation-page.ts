/** Runs in the page: generates with the golden checkpoints and gives the answers back to the test. */
import { Rng } from '../../src/core/rng.ts';
import { nextToken, samplingFeeds, samplingInputs, samplingOf } from '../../src/engine/generation/sampling.ts';
import { Generator, type GenerationRequest, type GenerationResult, type GeneratorOptions } from '../../src/engine/generation/index.ts';
import type { BaseModel } from '../../src/engine/models/base-model.ts';
import type { CheckpointFiles } from '../../src/records/checkpoint-files.ts';
import { loadCheckpoint } from '../../src/engine/models/load.ts';
import { Graph } from '../../src/engine/onnx/index.ts';
import { type Device, host } from '../../src/engine/runtime/index.ts';
import { type Kind, keptDevice } from '../kept-device.ts';
import { type GoldenNumbers, GoldenSet } from './golden-set.ts';
import { cramped, starved } from './shortage.ts';
import type { Adapter } from '../../src/records/adapter.ts';

export type { Kind };

const fetched = async (path: string): Promise<Response> => fetch(`/tests/golden/data/${path}`);

function files(name: string, positions: number | null): CheckpointFiles {
  return {
    names: ['config.json', 'model.safetensors'],
    json: async (file) => ({ ...((await (await fetched(`${name}/${file}`)).json()) as object), ...(positions === null ? {} : { max_position_embeddings: positions }) }),
    bytes: async (file) => new Uint8Array(await (await fetched(`${name}/${file}`)).arrayBuffer()),
  };
}

const models = new Map<string, Promise<BaseModel>>();

async function loaded(device: Device, name: string, positions: number | null = null): Promise<BaseModel> {
  const { storage } = (await (await fetched(`${name}/goldens.json`)).json()) as GoldenNumbers;
  return loadCheckpoint(files(name, positions), device, storage ? { storage } : {});
}

export function goldenModel(kind: Kind, name: string): Promise<BaseModel> {
  const key = `${kind}/${name}`;
  let model = models.get(key);
  if (!model) models.set(key, (model = keptDevice(kind).then((device) => loaded(device, name))));
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
  /** Positions of the model, in place of its own. */
  positions?: number;
  /** Rows at once that memory suffices for, after so many results. */
  room?: { rows: number; after: number };
  /** Bytes of the largest buffer that the GPU has memory for. */
  largest?: number;
}

export interface Outcome {
  results: GenerationResult[];
  /** Ids in the order in which they were finished. */
  order: string[];
  /** What was told of rows that memory did not suffice for: now, and wanted. */
  fewer: [rows: number, wanted: number][];
  /** Buffers that the GPU refused. */
  refused: number;
  error: { name: string; message: string; code?: string } | null;
}

/** Several jobs with one generator each, so that a test pays for one page. */
export async function generateAll(jobs: Job[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { kind, model, adapters, requests, options, abortAfter, times = 1, positions, room, largest } of jobs) {
    const all = adapters.length > 0 ? await goldenAdapters(model) : [];
    const order: string[] = [];
    const device = room ? cramped(await keptDevice(kind), () => (order.length < room.after ? Number.POSITIVE_INFINITY : room.rows)) : await keptDevice(kind);
    const base = room || positions ? await loaded(device, model, positions) : await goldenModel(kind, model);
    const generator = await Generator.create(base, adapters.map((k) => all[k] as Adapter), options);
    const controller = new AbortController();
    const outcome: Outcome = { results: [], order, fewer: [], refused: 0, error: null };
    const ask = async (): Promise<void> => {
      for (let call = 0; call < times; call++) {
        const results = await generator.generate(requests, {
          signal: controller.signal,
          onResult: ({ id }) => {
            order.push(id);
            if (order.length === abortAfter) controller.abort();
          },
          onFewer: (rows, wanted) => outcome.fewer.push([rows, wanted]),
        });
        outcome.results.push(...results);
      }
    };
    try {
      if (largest === undefined) await ask();
      else outcome.refused = await starved((size) => size > largest, ask);
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
  const program = device.program(graph);
  const session = await program.bind({});
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
  outputs.dispose();
  await program.dispose();
  return counts;
}
