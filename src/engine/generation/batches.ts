/**
 * Which requests are decoded together. Rows of one batch are as long as the longest prompt among them, so requests are
 * sorted by prompt length; every adapter of a batch brings equally many rows.
 */
import type { GenerationRequest } from './request.ts';
import { type Sampling, samplingKey, samplingOf } from './sampling.ts';

/** Requests for some of the adapters that are chosen alike, and so are served by the same graphs. */
export interface Team {
  sampling: Sampling;
  /** The generator's adapters that take part, in the order of their rows. */
  adapters: number[];
  /** N: rows an adapter in a batch. */
  size: number;
  /** Each of adapters.length * size rows, those of an adapter together; null where it has no more requests. */
  batches: (GenerationRequest | null)[][];
}

/**
 * @param rowsAtOnce rows of all adapters together
 * @returns teams whose batches hold every request once
 */
export function planTeams(requests: readonly GenerationRequest[], rowsAtOnce: number): Team[] {
  const groups = grouped(requests, (request) => samplingKey(samplingOf(request)));
  return [...groups.values()].flatMap((group) => {
    const sampling = samplingOf(group[0] as GenerationRequest);
    return busiestFirst(grouped(group, (request) => request.adapter), rowsAtOnce).map((members): Team => {
      const queues = members.map(([, own]) => own.toSorted((a, b) => b.prompt.length - a.prompt.length));
      const most = Math.max(...queues.map((own) => own.length));
      const fits = Math.max(1, Math.floor(rowsAtOnce / members.length));
      // As many batches as are needed, and then as equal ones as can be.
      const size = Math.ceil(most / Math.ceil(most / fits));
      const batches = Array.from({ length: Math.ceil(most / size) }, (_, batch) => queues.flatMap((own) => Array.from({ length: size }, (__, i) => own[batch * size + i] ?? null)));
      return { sampling, adapters: members.map(([adapter]) => adapter), size, batches };
    });
  });
}

/** Adapters that go together: no more than there are rows, and none with less than half as much to do as another, since it would mostly idle. */
function busiestFirst(byAdapter: Map<number, GenerationRequest[]>, rowsAtOnce: number): [adapter: number, requests: GenerationRequest[]][][] {
  const teams: [number, GenerationRequest[]][][] = [];
  for (const one of [...byAdapter].sort(([a, own], [b, others]) => others.length - own.length || a - b)) {
    const team = teams.at(-1);
    const busiest = team?.[0]?.[1].length ?? 0;
    if (team && team.length < rowsAtOnce && one[1].length * 2 >= busiest) team.push(one);
    else teams.push([one]);
  }
  return teams;
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
