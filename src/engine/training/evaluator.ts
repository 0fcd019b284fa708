/**
 * Validation losses of all adapters. A union's validation set is several times as long as a single language's, and a
 * pass costs as much for adapters that have run out of batches as for the others; so once half of them have, the rest
 * go on in a pass of their own.
 */
import type { Rows } from '../models/rows.ts';
import { type Device, type DeviceTensor, host } from '../runtime/index.ts';
import type { Batches } from '../text/packing.ts';
import type { AdapterNumbers } from './adapter-numbers.ts';
import type { AdamW } from './adamw.ts';
import type { StepLosses } from './engine.ts';
import { type StepInputs, joinBatches } from './inputs.ts';
import type { SplittingEngine } from './splitting.ts';
import { type Sums, addTo, noSums } from './sums.ts';

/** Batches `from` to `to` of some adapters, evaluated in one pass. */
export interface Stretch {
  members: number[];
  from: number;
  to: number;
}

/** @param lengths batches each adapter has */
export function stretches(lengths: readonly number[]): Stretch[] {
  const out: Stretch[] = [];
  const end = Math.max(0, ...lengths);
  for (let from = 0; from < end; ) {
    const members = lengths.flatMap((length, k) => (length > from ? [k] : []));
    const ends = members.map((k) => lengths[k] as number).sort((a, b) => a - b);
    // Up to where no more than half of them have batches left.
    const to = ends[Math.ceil(members.length / 2) - 1] as number;
    out.push({ members, from, to });
    from = to;
  }
  return out;
}

/** The losses of a batch; where memory does not suffice for it, in smaller parts from now on. */
async function allParts(engine: SplittingEngine, adapters: DeviceTensor, input: StepInputs): Promise<{ inputs: StepInputs; losses: StepLosses }[]> {
  for (;;) {
    const parts: { inputs: StepInputs; losses: StepLosses }[] = [];
    try {
      for await (const part of engine.losses(adapters, input)) parts.push(part);
      return parts;
    } catch (thrown) {
      await engine.lower([thrown]);
    }
  }
}

export class Evaluator {
  /** Engines of fewer adapters than are trained, by how many. */
  private readonly smaller = new Map<string, SplittingEngine>();

  constructor(
    private readonly device: Device,
    private readonly rows: Rows,
    private readonly numbers: AdapterNumbers,
    private readonly whole: SplittingEngine,
  ) {}

  /** Mean loss of each adapter over all its batches; null where it has none. */
  async evaluate(optimizer: AdamW, batches: readonly (Batches | null)[]): Promise<(number | null)[]> {
    const sums = noSums(this.rows.adapters);
    for (const stretch of stretches(batches.map((own) => own?.length ?? 0))) await this.pass(optimizer, batches, stretch, sums);
    return sums.map(({ loss, positions }) => (positions > 0 ? loss / positions : null));
  }

  async dispose(): Promise<void> {
    for (const engine of this.smaller.values()) await engine.dispose();
  }

  private async pass(optimizer: AdamW, batches: readonly (Batches | null)[], { members, from, to }: Stretch, sums: readonly Sums[]): Promise<void> {
    const all = members.length === this.rows.adapters;
    const rows = { ...this.rows, adapters: members.length };
    const adapters = all ? optimizer.adapters : await this.some(optimizer, members);
    const engine = all ? this.whole : this.engine(rows);
    try {
      for (let i = from; i < to; i++) {
        const input = joinBatches(members.map((k) => (i < (batches[k]?.length ?? 0) ? (batches[k]?.at(i) ?? null) : null)), rows);
        for (const { inputs, losses } of await allParts(engine, adapters, input)) addTo(sums, inputs, losses, (k) => members[k] as number);
      }
    } finally {
      if (!all) adapters.dispose();
    }
  }

  private async some(optimizer: AdamW, members: readonly number[]): Promise<DeviceTensor> {
    const { layers, size } = this.numbers.shape;
    return this.device.upload(host('float32', [layers, members.length, size], this.numbers.some((await optimizer.read()).parameters, members)));
  }

  private engine(rows: Rows): SplittingEngine {
    const key = `${rows.adapters} x ${this.whole.rows.batch}`;
    let engine = this.smaller.get(key);
    if (!engine) {
      engine = this.whole.like(rows);
      this.smaller.set(key, engine);
    }
    return engine;
  }
}
