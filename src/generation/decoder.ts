/** What decoding a batch takes on either device: the prompts' memory, and the feeds that steps share. */
import { type DeviceTensor, type Feeds, host, type HostTensor } from '../runtime/index.ts';
import type { Batch } from './batches.ts';
import { type GenerationShape, HIDDEN } from './graphs.ts';
import type { GenerationRequest } from './request.ts';
import type { Row } from './rows.ts';
import { samplingFeeds } from './sampling.ts';
import type { Sessions } from './sessions.ts';

export interface Decoding {
  batch: Batch;
  shape: GenerationShape;
  sessions: Sessions;
  /** The batch's adapters, [layers, K, size]. */
  adapters: DeviceTensor | null;
  /** The batch's rows; null where one idles. */
  rows: readonly (Row | null)[];
  stops: readonly number[];
  signal?: AbortSignal;
  /** Called for each row as it finishes. */
  onDone(row: Row): void;
}

/** An idle row's stand-in: greedy, so that it draws nothing. */
const IDLE: Omit<GenerationRequest, 'id'> = { adapter: 0, prompt: [0], maxNewTokens: 0, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: '' };

/** Runs the prompts but their last tokens. @returns past_* feeds; those in `owned` are the caller's to dispose */
export async function prefill({ shape, sessions, adapters, rows }: Decoding): Promise<{ past: Feeds; owned: DeviceTensor[] }> {
  const prompts = rows.map((row) => row?.request.prompt ?? IDLE.prompt);
  const length = Math.max(1, ...prompts.map((prompt) => prompt.length - 1));
  const session = await sessions.get('prefill', shape);
  const count = prompts.length;
  const ids = new Int32Array(count * length);
  const positions = new BigInt64Array(count * length);
  const pastMask = new Float32Array(count * length).fill(HIDDEN);
  prompts.forEach((prompt, row) => {
    for (let i = 0; i < length; i++) positions[row * length + i] = BigInt(i);
    for (let i = 0; i < prompt.length - 1; i++) {
      ids[row * length + i] = prompt[i] as number;
      pastMask[row * length + i] = 0;
    }
  });
  const causal = new Float32Array(length * length);
  for (let query = 0; query < length; query++) causal.fill(HIDDEN, query * length + query + 1, (query + 1) * length);
  const outputs = await session.run({
    ids: host('int32', [count, length], ids),
    positions: host('int64', [count, length], positions),
    mask: host('float32', [length, length], causal),
    ...(adapters ? { adapters } : {}),
  });
  const owned: DeviceTensor[] = [];
  const past: Record<string, DeviceTensor | HostTensor> = { past_mask: host('float32', [count, 1, 1, length], pastMask), past_length: host('int64', [1], BigInt64Array.of(BigInt(length))) };
  for (let layer = 0; layer < shape.model.layers.length; layer++) {
    for (const part of ['key', 'value']) {
      const tensor = outputs.get(`${part}${layer}`);
      owned.push(tensor);
      past[`past_${part}${layer}`] = tensor;
    }
  }
  return { past, owned };
}

/** Feeds that stay the same for all steps of a batch. */
export function constantFeeds({ rows, shape, adapters }: Decoding): Feeds {
  const requests = rows.map((row) => row?.request ?? { ...IDLE, id: '' });
  const settings = samplingFeeds(requests, shape.sampling, shape.model.config.vocab_size);
  return { ...Object.fromEntries(Object.entries(settings).map(([name, data]) => [name, host('float32', [rows.length, 1], data)])), ...(adapters ? { adapters } : {}) };
}

/** Which tokens a row's prompt has, for the repetition penalty: float32 [B, V] of 0 and 1. */
export function seenInPrompts({ rows, shape }: Decoding): HostTensor | null {
  if (!shape.sampling.penalise) return null;
  const vocabulary = shape.model.config.vocab_size;
  const seen = new Float32Array(rows.length * vocabulary);
  rows.forEach((row, i) => {
    for (const id of row?.request.prompt ?? []) seen[i * vocabulary + id] = 1;
  });
  return host('float32', [rows.length, vocabulary], seen);
}

/** Where every row goes on from: token int32 [B], position int64 [B, 1]. */
export function lastFeeds(rows: Decoding['rows']): { token: HostTensor; position: HostTensor } {
  const last = rows.map((row) => row?.last ?? { token: 0, position: 0 });
  return { token: host('int32', [rows.length], Int32Array.from(last, ({ token }) => token)), position: host('int64', [rows.length, 1], BigInt64Array.from(last, ({ position }) => BigInt(position))) };
}
