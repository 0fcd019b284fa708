/** Continuous batching's queue: which waiting rows take the places of finished ones, and when that is worth a prefill. */
import type { Rows } from './decoder.ts';
import type { Row } from './rows.ts';

/** A prefill is worth its cost when it takes at least this part of the rows it could take with every place free. */
const WORTH = 0.5;

/** Rows to be prefilled together, and where they go. */
export interface Refill {
  /** K * size rows, those of an adapter together; null where an adapter has no more. */
  rows: Rows;
  /** For every place of the batch: which of `rows` takes it, or null where all stays as it is. */
  from: (number | null)[];
}

export class Waiting {
  /** An adapter each, in the order of the batches: longest prompts first. */
  private readonly queues: Row[][];

  /** @param batches of rows whose places belong to one adapter after the other */
  constructor(batches: readonly Rows[], private readonly adapters: number) {
    this.queues = Array.from({ length: adapters }, (_, slot) => batches.flatMap((rows) => this.placesOf(slot, rows.length).flatMap((place) => rows[place] ?? [])));
  }

  /**
   * Takes rows out of the queues for places that are free: never held, or whose row is done.
   * @param size rows that are prefilled together, an adapter
   * @returns null when nothing waits for a free place, or when waiting for more of them saves a prefill
   */
  take(places: Rows, size: number): Refill | null {
    const free = this.queues.map((_, slot) => this.placesOf(slot, places.length).filter((place) => places[place]?.done ?? true));
    const counts = this.queues.map((queue, slot) => Math.min(queue.length, free[slot]?.length ?? 0, size));
    const possible = this.queues.reduce((sum, queue) => sum + Math.min(queue.length, size), 0);
    const taken = counts.reduce((sum, count) => sum + count, 0);
    if (taken === 0 || taken < WORTH * possible) return null;
    const from = places.map((): number | null => null);
    const rows = this.queues.flatMap((queue, slot) => {
      const next = queue.splice(0, counts[slot]);
      next.forEach((_, i) => {
        from[free[slot]?.[i] as number] = slot * size + i;
      });
      return Array.from({ length: size }, (_, i) => next[i] ?? null);
    });
    return { rows, from };
  }

  private placesOf(slot: number, count: number): number[] {
    const size = count / this.adapters;
    return Array.from({ length: size }, (_, i) => slot * size + i);
  }
}
