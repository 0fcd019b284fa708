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

export async function decodeOnWebGpu(decoding: Decoding): Promise<void> {
  const { shape, batches, signal, onDone } = decoding;
  const waiting = new Waiting(batches, shape.adapters);
  const together = batches.length === 1 ? shape.batch : Math.ceil(shape.batch * REFILL);
  const batch = new GpuBatch(decoding);
  try {
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
  } finally {
    await batch.dispose();
  }
}
