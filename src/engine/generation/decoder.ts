/** What decoding needs on either device: the prompts' key-value cache, and the feeds that steps share. */
import { type DeviceTensor, type Feeds, host, type HostTensor } from '../runtime/index.ts';
import { type GenerationShape, HIDDEN, slides } from './shape.ts';
import type { GenerationRequest } from './request.ts';
import type { Row } from './rows.ts';
import { samplingFeeds } from './sampling.ts';
import type { Sessions } from './sessions.ts';

/** The rows of a batch, grouped by adapter; null where a slot idles. */
export type Rows = readonly (Row | null)[];

/** What batches with the same adapters have in common. */
export interface Decoding {
  shape: GenerationShape;
  sessions: Sessions;
  /** The team's adapters, [layers, K, size]. */
  adapters: DeviceTensor | null;
  batches: readonly Rows[];
  stops: readonly number[];
  signal?: AbortSignal;
  /** Called for each row as it finishes. */
  onDone(row: Row): void;
}

/** An idle row's stand-in. */
const IDLE: GenerationRequest = { id: '', adapter: 0, prompt: [0], maxNewTokens: 0, temperature: 1, topP: 1, topK: 0, repetitionPenalty: 1, seed: '' };

/** Keys and values of every layer, `key0`, `value0`, ..., by whatever names their graph has for them. */
export type MemoryTensors = Record<string, DeviceTensor | HostTensor>;

export function memoryNames(layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [`key${layer}`, `value${layer}`]).flat();
}

/** The mask and length that go with a past: how many tokens of it each row has. */
export function pastFeeds({ shape }: Decoding, lengths: readonly number[], longest: number): Feeds {
  const mask = new Float32Array(lengths.length * longest).fill(HIDDEN);
  lengths.forEach((length, row) => mask.fill(0, row * longest, row * longest + length));
  return {
    past_mask: host('float32', [lengths.length, 1, 1, longest], mask),
    past_length: host('int64', [1], BigInt64Array.of(BigInt(longest))),
    ...(slides(shape) ? { past_index: counting(longest) } : {}),
  };
}

/** 0, 1, 2, ... along the last of four axes. */
export function counting(length: number): HostTensor {
  return host('float32', [1, 1, 1, length], Float32Array.from({ length }, (_, i) => i));
}

/** The lowest position that sliding-window layers still attend to, for rows at `positions`. */
export function lowestFeeds({ shape }: Decoding, positions: readonly number[]): Feeds {
  if (!slides(shape)) return {};
  const window = shape.model.config.sliding_window as number;
  return { lowest: host('float32', [positions.length, 1, 1, 1], Float32Array.from(positions, (position) => position - window + 1)) };
}

/** Runs the prompts but their last tokens. @returns the keys and values, and how many each row has of them */
export async function prefill({ shape, sessions, adapters }: Pick<Decoding, 'shape' | 'sessions' | 'adapters'>, rows: Rows): Promise<{ memory: Record<string, DeviceTensor>; lengths: number[]; longest: number }> {
  const prompts = rows.map((row) => row?.request.prompt ?? IDLE.prompt);
  const lengths = prompts.map((prompt) => prompt.length - 1);
  const longest = Math.max(1, ...lengths);
  const count = prompts.length;
  const ids = new Int32Array(count * longest);
  prompts.forEach((prompt, row) => ids.set(prompt.slice(0, -1), row * longest));
  const session = await sessions.get('prefill', shape);
  const outputs = await session.run({
    ids: host('int32', [count, longest], ids),
    positions: host('int64', [count, longest], BigInt64Array.from({ length: count * longest }, (_, i) => BigInt(i % longest))),
    mask: causalMask(longest, longest),
    ...(slides(shape) ? { near_mask: causalMask(longest, shape.model.config.sliding_window as number) } : {}),
    ...(adapters ? { adapters } : {}),
  });
  return { memory: Object.fromEntries(memoryNames(shape.model.layers.length).map((name) => [name, outputs.get(name)])), lengths, longest };
}

/** [length, length]: each token attends to the last `window` tokens up to itself. */
function causalMask(length: number, window: number): HostTensor {
  const mask = new Float32Array(length * length).fill(HIDDEN);
  for (let query = 0; query < length; query++) mask.fill(0, query * length + Math.max(0, query - window + 1), query * length + query + 1);
  return host('float32', [length, length], mask);
}

/** The requests' settings and the adapters: the same for all steps. */
export function settingFeeds({ shape, adapters }: Pick<Decoding, 'shape' | 'adapters'>, rows: Rows): Feeds {
  const settings = samplingFeeds(rows.map((row) => row?.request ?? IDLE), shape.sampling, shape.model.config.vocab_size);
  return { ...Object.fromEntries(Object.entries(settings).map(([name, data]) => [name, host('float32', [rows.length, 1], data)])), ...(adapters ? { adapters } : {}) };
}

/** Which tokens a row has so far, for the repetition penalty: float32 [B, V] of 0 and 1. */
export function seenTokens({ shape }: Pick<Decoding, 'shape'>, rows: Rows): HostTensor {
  const vocabulary = shape.model.config.vocab_size;
  const seen = new Float32Array(rows.length * vocabulary);
  rows.forEach((row, i) => {
    if (row) for (const id of [...row.request.prompt, ...row.tokens]) seen[i * vocabulary + id] = 1;
  });
  return host('float32', [rows.length, vocabulary], seen);
}

/** Where every row goes on from: token int32 [B], position int64 [B, 1]. */
export function lastFeeds(rows: Rows): { token: HostTensor; position: HostTensor } {
  const last = rows.map((row) => row?.last ?? { token: 0, position: 0 });
  return { token: host('int32', [rows.length], Int32Array.from(last, ({ token }) => token)), position: host('int64', [rows.length, 1], BigInt64Array.from(last, ({ position }) => BigInt(position))) };
}
