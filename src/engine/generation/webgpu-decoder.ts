/**
 * Decoding on WebGPU: one step a run, the memory staying on the GPU. Finished rows are replaced by waiting ones, so that the
 * batch stays full as long as there is anything to answer.
 */
import type { Decoding } from './decoder.ts';
import { GpuBatch } from './gpu-batch.ts';
import { Waiting } from './waiting.ts';

/** Steps between looks at the tokens: each look waits for the GPU. */
const LOOK = 4;
/** New rows are prefilled together, as many as this part of the batch. */
const REFILL = 1 / 4;

/** A batch that is kept for the next call, its step compiled. */
export interface CachedBatch {
  batch: GpuBatch | null;
}

export async function decodeOnWebGpu(decoding: Decoding, kept: CachedBatch): Promise<void> {
  if (kept.batch && !kept.batch.serves(decoding)) await forget(kept);
  const batch = (kept.batch ??= new GpuBatch(decoding));
  try {
    await answer(decoding, batch);
  } catch (error) {
    await forget(kept).catch(() => undefined);
    throw error;
  }
}

export async function forget(kept: CachedBatch): Promise<void> {
  const { batch } = kept;
  kept.batch = null;
  await batch?.dispose();
}

async function answer({ shape, batches, signal, onDone }: Decoding, batch: GpuBatch): Promise<void> {
  const waiting = new Waiting(batches, shape.adapters);
  const together = batches.length === 1 ? shape.batch : Math.ceil(shape.batch * REFILL);
  for (;;) {
    for (let refill = waiting.take(batch.rows, together); refill; refill = waiting.take(batch.rows, together)) {
      signal?.throwIfAborted();
      await batch.place(refill);
    }
    const { running } = batch;
    if (running.length === 0) return;
    const steps = Math.min(LOOK, ...running.map(({ left }) => left));
    await batch.makeRoom(steps);
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted();
      await batch.advance();
    }
    for (const row of await batch.look()) onDone(row);
  }
}
