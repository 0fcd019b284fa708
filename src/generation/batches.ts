/**
 * Which requests are decoded together. Rows of one batch wait for the longest prompt and the longest answer among them,
 * so requests are sorted by prompt length; every adapter of a batch brings equally many rows.
 */
import type { GenerationRequest } from './request.ts';
import { type Sampling, samplingKey, samplingOf } from './sampling.ts';

export interface Batch {
  sampling: Sampling;
  /** The generator's adapters that take part, in the order of their rows. */
  adapters: number[];
  /** N: rows an adapter. */
  size: number;
  /** adapters.length * size rows, those of an adapter together; null where it has no more requests. */
  rows: (GenerationRequest | null)[];
}

/**
 * @param rowsAtOnce rows of all adapters together
 * @returns batches that hold every request once; those that need the same graphs lie together
 */
export function planBatches(requests: readonly GenerationRequest[], rowsAtOnce: number): Batch[] {
  const groups = grouped(requests, (request) => samplingKey(samplingOf(request)));
  return [...groups.values()].flatMap((group) => planGroup(group, samplingOf(group[0] as GenerationRequest), rowsAtOnce));
}

/** Batches of requests that are sampled alike. */
function planGroup(requests: readonly GenerationRequest[], sampling: Sampling, rowsAtOnce: number): Batch[] {
  return teams(grouped(requests, (request) => request.adapter), rowsAtOnce).flatMap((team) => {
    const queues = team.map(([, own]) => own.sort((a, b) => b.prompt.length - a.prompt.length));
    const most = Math.max(...queues.map((own) => own.length));
    const fits = Math.max(1, Math.floor(rowsAtOnce / team.length));
    const size = Math.ceil(most / Math.ceil(most / fits));
    return Array.from({ length: Math.ceil(most / size) }, (_, batch) => ({
      sampling,
      adapters: team.map(([adapter]) => adapter),
      size,
      rows: queues.flatMap((own) => Array.from({ length: size }, (__, i) => own[batch * size + i] ?? null)),
    }));
  });
}

/** Adapters that go together: no more than there are rows, and none with less than half as much to do as another, since it would mostly idle. */
function teams(byAdapter: Map<number, GenerationRequest[]>, rowsAtOnce: number): [adapter: number, requests: GenerationRequest[]][][] {
  const busiest = [...byAdapter].sort(([a, own], [b, others]) => others.length - own.length || a - b);
  const formed: [number, GenerationRequest[]][][] = [];
  for (const one of busiest) {
    const team = formed.at(-1);
    if (team && team.length < rowsAtOnce && one[1].length * 2 >= (team[0] as [number, GenerationRequest[]])[1].length) team.push(one);
    else formed.push([one]);
  }
  return formed;
}

function grouped<K>(requests: readonly GenerationRequest[], key: (request: GenerationRequest) => K): Map<K, GenerationRequest[]> {
  const groups = new Map<K, GenerationRequest[]>();
  for (const request of requests) {
    const group = groups.get(key(request));
    if (group) group.push(request);
    else groups.set(key(request), [request]);
  }
  return groups;
}
