/**
 * Decoding on WASM: many steps in a run, and runs short enough to cancel between them. When most rows of a batch are done, the
 * rest are preempted. They go on later in a batch of preempted rows, so that many rows always share a step's cost.
 */
import { type Feeds, host, readFloats } from '../runtime/index.ts';
import { counting, type Decoding, lastFeeds, lowestFeeds, memoryNames, type MemoryTensors, pastFeeds, prefill, type Rows, seenTokens, settingFeeds } from './decoder.ts';
import { type MemoryShape, type PreemptedRow, type Part, stackRows, preempt } from './preemption.ts';
import { slides } from './shape.ts';

/** A run should not last longer: between runs a person can cancel, and results can be shown. */
const RUN_SECONDS = 0.5;
const FIRST_STEPS = 16;
/** A batch is preempted when no more than this fraction of its first rows are left. */
const FEW = 0.3;

/** Learns how many steps fit into a run; kept from call to call. */
export class Pace {
  private secondsPerStep: number | null = null;

  steps(wanted: number): number {
    return Math.max(1, Math.min(wanted, this.secondsPerStep === null ? FIRST_STEPS : Math.round(RUN_SECONDS / this.secondsPerStep)));
  }

  observe(seconds: number, steps: number): void {
    this.secondsPerStep = seconds / steps;
  }
}

/** A batch's key-value cache before it began to decode, and each row's length in it. */
interface Past {
  memory: MemoryTensors;
  lengths: readonly number[];
  longest: number;
}

export async function decodeOnWasm(decoding: Decoding, pace: Pace): Promise<void> {
  const { shape, batches } = decoding;
  const slots = shape.adapters;
  let preempted: PreemptedRow[] = [];
  const resume = async (waitingBatches: number): Promise<void> => {
    const { rows, rest, size } = nextBatch(preempted, slots, shape.batch);
    preempted = rest;
    const last = waitingBatches === 0 && rest.length === 0 && size === smallest(shape.batch);
    preempted.push(...(await advance({ ...decoding, shape: { ...shape, batch: size } }, pace, rows.map((one) => one?.row ?? null), stackRows(memoryShape(decoding), rows), last ? 0 : FEW)));
  };
  for (const [i, rows] of batches.entries()) {
    decoding.signal?.throwIfAborted();
    preempted.push(...(await advance(decoding, pace, rows, await prefill(decoding, rows), FEW)));
    // Preempted rows resume as soon as they fill most of a batch.
    while (preempted.length >= 0.75 * slots * shape.batch) await resume(batches.length - i - 1);
  }
  while (preempted.length > 0) await resume(0);
}

/** Runs a batch until no more than `few` of its rows are left. @returns those, preempted */
async function advance(decoding: Decoding, pace: Pace, rows: Rows, past: Past, few: number): Promise<PreemptedRow[]> {
  const { shape, sessions, stops, signal, onDone } = decoding;
  const session = await sessions.get('loop', shape);
  const count = rows.length;
  const size = memoryShape(decoding);
  const names = memoryNames(size.layers);
  const fixed: Feeds = {
    ...Object.fromEntries(names.map((name) => [`past_${name}`, past.memory[name] as MemoryTensors[string]])),
    ...pastFeeds(decoding, past.lengths, past.longest),
    ...settingFeeds(decoding, rows),
    stops: host('int32', [stops.length], Int32Array.from(stops)),
    tokens_before: host('int32', [count, 0], new Int32Array(0)),
  };
  let recent: MemoryTensors = Object.fromEntries(names.map((name) => [name, host('float32', name.startsWith('key') ? [count, size.groups, size.width, 0] : [count, size.groups, 0, size.width], new Float32Array(0))]));
  let decoded = 0;
  const alive = (): number[] => rows.flatMap((row, i) => (row && !row.done ? [i] : []));
  const mayRemain = Math.floor(few * alive().length);

  for (let running = alive(); running.length > mayRemain; running = alive()) {
    signal?.throwIfAborted();
    const steps = pace.steps(Math.max(...running.map((i) => rows[i]?.left ?? 0)));
    const started = performance.now();
    const outputs = await session.run({
      ...fixed,
      ...Object.fromEntries(names.map((name) => [`recent_${name}`, recent[name] as MemoryTensors[string]])),
      ...lastFeeds(rows),
      ...lowestFeeds(decoding, rows.map((row) => row?.last.position ?? 0)),
      ...(slides(shape) ? { recent_order: counting(decoded), decoded: host('float32', [1, 1, 1, 1], Float32Array.of(decoded)) } : {}),
      ...(shape.sampling.penalise ? { seen: seenTokens(decoding, rows) } : {}),
      ...(shape.sampling.draw ? { uniforms: host('float32', [count, steps], Float32Array.from({ length: count * steps }, (_, i) => rows[Math.floor(i / steps)]?.uniform(i % steps) ?? 0)) } : {}),
      steps: host('int64', [], BigInt64Array.of(BigInt(steps))),
      done: host('float32', [count], Float32Array.from(rows, (_, i) => (running.includes(i) ? 0 : 1))),
      limit: host('float32', [count], Float32Array.from(rows, (row) => row?.left ?? 0)),
      enough: host('float32', [], Float32Array.of(count - mayRemain)),
    });
    const tokens = outputs.get('tokens');
    const taken = tokens.shape[1] as number;
    pace.observe((performance.now() - started) / 1000, taken);
    decoded += taken;
    const ids = (await tokens.read()) as Int32Array;
    for (const i of running) {
      const row = rows[i];
      row?.take(ids.subarray(i * taken, (i + 1) * taken));
      if (row?.done) onDone(row);
    }
    recent = Object.fromEntries(names.map((name) => [name, outputs.get(`recent_${name}_after`)]));
  }

  const left = alive();
  if (left.length === 0) return [];
  const [before, since] = [await partOf(past.memory, past.longest, size.layers), await partOf(recent, decoded, size.layers)];
  return left.map((i) => preempt(size, rows[i] as NonNullable<Rows[number]>, i, Math.floor(i / shape.batch), before, past.lengths[i] as number, since));
}

/** The largest batch preempted rows can make: up to `size` rows an adapter, in no larger a graph than they need. */
function nextBatch(preempted: readonly PreemptedRow[], slots: number, size: number): { rows: (PreemptedRow | null)[]; rest: PreemptedRow[]; size: number } {
  const bySlot = Array.from({ length: slots }, (_, slot) => preempted.filter((one) => one.slot === slot));
  const most = Math.min(size, Math.max(...bySlot.map((own) => own.length)));
  // One smaller size, so that little is ever compiled.
  const fitting = most <= smallest(size) ? smallest(size) : size;
  return { rows: bySlot.flatMap((own) => Array.from({ length: fitting }, (_, i) => own[i] ?? null)), rest: bySlot.flatMap((own) => own.slice(fitting)), size: fitting };
}

const smallest = (size: number): number => Math.ceil(size / 4);

function memoryShape({ shape }: Decoding): MemoryShape {
  const { num_hidden_layers: layers, num_key_value_heads: groups, head_dim: width } = shape.model.config;
  return { layers, groups, width };
}

async function partOf(memory: MemoryTensors, length: number, layers: number): Promise<Part> {
  const floats = (name: string): Promise<Float32Array> => {
    const tensor = memory[name] as MemoryTensors[string];
    return 'read' in tensor ? readFloats(tensor) : Promise.resolve(tensor.data as Float32Array);
  };
  const all = (part: string): Promise<Float32Array[]> => Promise.all(Array.from({ length: layers }, (_, layer) => floats(`${part}${layer}`)));
  return { keys: await all('key'), values: await all('value'), length };
}
