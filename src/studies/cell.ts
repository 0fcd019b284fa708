/** A manifest spread out: every model x dataset x mix x seed is a cell, and cells that can share a pass form a group. */
import type { Store } from '../storage/index.ts';
import type { Manifest } from '../records/manifest.ts';
import { type Adapter, isFull } from '../records/adapter.ts';
import type { CellState } from '../records/study.ts';

/** The composition that means "the untuned model". */
export const BASE_MIX = 'base';

/** Under this name a study keeps the adapter that it starts from, beside those of its cells. */
export const INIT_ADAPTER = 'init_adapter';

/** What a study starts from, where it starts from an adapter. */
export async function initialAdapterOf(store: Store, study: string): Promise<Adapter | undefined> {
  const found = await store.studies.adapter(study, INIT_ADAPTER);
  return found && !isFull(found) ? found : undefined;
}

export function cellId(cell: Pick<CellState, 'model' | 'dataset' | 'mix' | 'seed'>): string {
  return `${cell.model}/${cell.dataset}/${cell.mix}/${cell.seed}`;
}

/** Every cell of a study, waiting, in the order of the manifest: model, dataset, mix, seed. */
export function expand(manifest: Manifest): CellState[] {
  const cells: CellState[] = [];
  for (const model of unique(manifest.models)) {
    for (const dataset of unique(manifest.datasets)) {
      for (const mix of unique(manifest.mixes)) {
        for (const seed of unique(manifest.seeds)) {
          const id = cellId({ model, dataset, mix, seed });
          cells.push({ id, model, dataset, mix, seed, stage: 'waiting', trained: { done: 0, total: 0 }, answered: { done: 0, total: 0 }, judged: { done: 0, failed: 0, total: 0 } });
        }
      }
    }
  }
  return cells;
}

/** Cells that are trained, answered and graded together: one base model, and for tuned cells one pass over it. */
export interface Group {
  /** Names the group's checkpoint. */
  id: string;
  model: string;
  seed: number;
  tuned: boolean;
  /** Optimiser steps; the pass is shared, so every cell of a group has the same number. 0 for untuned cells. */
  steps: number;
  cells: string[];
}

/**
 * @param steps optimiser steps a tuned cell takes
 * @param perPass adapters trained at once at most
 * @returns untuned cells first, for they are answered at once; then groups that share model, seed and number of steps
 */
export function groupCells(cells: readonly CellState[], steps: (cell: CellState) => number, perPass: number): Group[] {
  const buckets = new Map<string, { model: string; seed: number; tuned: boolean; steps: number; cells: string[] }>();
  for (const cell of cells) {
    const tuned = cell.mix !== BASE_MIX;
    const length = tuned ? steps(cell) : 0;
    const key = tuned ? `${cell.model}/${cell.seed}/${length}` : `${cell.model}/${cell.seed}/${BASE_MIX}`;
    const bucket = buckets.get(key) ?? { model: cell.model, seed: cell.seed, tuned, steps: length, cells: [] };
    bucket.cells.push(cell.id);
    buckets.set(key, bucket);
  }
  const groups: Group[] = [];
  for (const [key, { cells: ids, ...shared }] of buckets) {
    const size = shared.tuned ? perPass : ids.length;
    for (let start = 0; start < ids.length; start += size) groups.push({ ...shared, id: `${key}/${start / size}`, cells: ids.slice(start, start + size) });
  }
  return groups.sort((a, b) => Number(a.tuned) - Number(b.tuned));
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
