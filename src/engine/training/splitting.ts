/**
 * Splits micro-batches that do not fit into memory. Every part has the same sequences of every adapter. Each token's loss keeps its
 * weight, so the sum of the parts' gradients is the gradient of the whole.
 */
import type { Rows } from '../models/rows.ts';
import { type Device, type DeviceTensor, type HostTensor, host, isOutOfMemory } from '../runtime/index.ts';
import type { GradientEngine, StepLosses } from './engine.ts';
import type { StepInputs } from './inputs.ts';

/** One part of a micro-batch, computed. */
export interface PartGradients {
  inputs: StepInputs;
  gradients: DeviceTensor;
  losses: Promise<StepLosses>;
}

export class SplittingEngine {
  private engine: GradientEngine;

  /**
   * @param device where the engines compute
   * @param make an engine for other rows
   * @param whole the rows of a micro-batch
   * @param parts has to divide the batch
   */
  constructor(
    private readonly device: Device,
    private readonly make: (rows: Rows) => GradientEngine,
    private readonly whole: Rows,
    private parts = 1,
  ) {
    this.engine = make(this.rows);
  }

  get kind(): GradientEngine['kind'] {
    return this.engine.kind;
  }

  /** What is computed at once. */
  get rows(): Rows {
    return { ...this.whole, batch: this.whole.batch / this.parts };
  }

  /** An engine of other rows, in as many parts. */
  like(rows: Rows): SplittingEngine {
    return new SplittingEngine(this.device, this.make, rows, this.parts);
  }

  /**
   * After a failure for lack of memory, goes on with fewer sequences at once.
   * @param thrown everything that was, in its order
   * @throws the first error where none is about memory; the memory error where a part has only one sequence already
   */
  async lower(thrown: readonly unknown[]): Promise<void> {
    // Late GPU errors of the larger parts must not count as failures of the smaller ones.
    const want = [...thrown, await this.device.settled()].find(isOutOfMemory);
    if (!want) throw thrown[0];
    if (!(await this.split())) throw want;
  }

  /** Half of the sequences at once, or the next divisor. @returns false where it is one already */
  private async split(): Promise<boolean> {
    const next = nextParts(this.whole.batch, this.parts);
    if (next === null) return false;
    await this.engine.dispose().catch(() => {});
    this.parts = next;
    this.engine = this.make(this.rows);
    return true;
  }

  /** As `GradientEngine.gradients`, a part at a time. */
  async *gradients(adapters: DeviceTensor, inputs: StepInputs, weightOf: readonly number[], dropout: Readonly<Record<string, HostTensor>>): AsyncGenerator<PartGradients> {
    for (let part = 0; part < this.parts; part++) {
      const own = partOf(inputs, this.whole, this.parts, part);
      const computed = await this.engine.gradients(adapters, own, weightOf, partOfKeys(dropout, this.whole, this.parts, part));
      // The caller awaits the losses of every part. A part that is dropped after another's failure must not raise an unhandled rejection.
      computed.losses.catch(() => {});
      yield { inputs: own, ...computed };
    }
  }

  async *losses(adapters: DeviceTensor, inputs: StepInputs): AsyncGenerator<{ inputs: StepInputs; losses: StepLosses }> {
    for (let part = 0; part < this.parts; part++) {
      const own = partOf(inputs, this.whole, this.parts, part);
      yield { inputs: own, losses: await this.engine.losses(adapters, own) };
    }
  }

  dispose(): Promise<void> {
    return this.engine.dispose();
  }
}

/** The next larger number of parts that divides a batch; null where its sequences are alone already. */
export function nextParts(batch: number, parts: number): number | null {
  for (let next = 2 * parts; next <= batch; next++) if (batch % next === 0) return next;
  return parts < batch ? batch : null;
}

/** The sequences of a part, each adapter's own. */
function partOf({ ids, positions, segments, places, targets, owners }: StepInputs, { adapters, batch, length }: Rows, parts: number, part: number): StepInputs {
  if (parts === 1) return { ids, positions, segments, places, targets, owners };
  const size = batch / parts;
  const each = size * length;
  const cut = <T extends Int32Array | BigInt64Array>(data: T): T => {
    const out = data.slice(0, adapters * each) as T;
    for (let k = 0; k < adapters; k++) out.set(data.subarray((k * batch + part * size) * length, (k * batch + (part + 1) * size) * length) as never, k * each);
    return out;
  };
  const rows = [...places.keys()].filter((i) => {
    const sequence = Math.floor(((places[i] as number) % (batch * length)) / length);
    return sequence >= part * size && sequence < (part + 1) * size;
  });
  const moved = (place: number): number => Math.floor(place / (batch * length)) * each + (place % (batch * length)) - part * each;
  return {
    ids: host('int32', [adapters * each], cut(ids.data as Int32Array)),
    positions: host('int64', [adapters * size, length], cut(positions.data as BigInt64Array)),
    segments: host('int32', [adapters * size, length], cut(segments.data as Int32Array)),
    places: Int32Array.from(rows, (i) => moved(places[i] as number)),
    targets: Int32Array.from(rows, (i) => targets[i] as number),
    owners: Int32Array.from(rows, (i) => owners[i] as number),
  };
}

/** Dropout's keys are a token's own, so a part masks what the whole would have masked. */
function partOfKeys(keys: Readonly<Record<string, HostTensor>>, { adapters, batch, length }: Rows, parts: number, part: number): Readonly<Record<string, HostTensor>> {
  if (parts === 1) return keys;
  const each = (batch / parts) * length;
  return Object.fromEntries(Object.entries(keys).map(([name, { data }]) => {
    const out = new Int32Array(adapters * each);
    for (let k = 0; k < adapters; k++) out.set((data as Int32Array).subarray(k * batch * length + part * each, k * batch * length + (part + 1) * each), k * each);
    return [name, host('int32', [adapters, each, 1], out)];
  }));
}
