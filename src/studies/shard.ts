/**
 * Which cells of a study one of N machines computes. What is trained in one pass stays in one pass, so a shard's numbers
 * are those that a single machine computes for the same cells.
 */
import { LabError } from '../core/errors.ts';
import { BASE_MIX, expand } from './cell.ts';
import type { Manifest } from '../records/manifest.ts';

export interface Shard {
  /** 1 to `of`. */
  index: number;
  of: number;
}

/** @throws LabError `studies.shard` for anything but I/N with I from 1 to N */
export function parseShard(text: string): Shard {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (!(shard.index >= 1 && shard.index <= shard.of)) throw new LabError('studies.shard', `"${text}" is no shard.`, 'Write I/N, such as 1/4 to 4/4.', { shard: text });
  return shard;
}

/**
 * Cells that must go together: for each model and seed the untuned cells, and the tuned ones in passes. Where epochs decide
 * how long a cell trains, passes are known only from the data, and all tuned cells of a model and seed are one unit.
 */
export function shardUnits(manifest: Manifest): string[][] {
  const { training, adapters_per_pass: perPass } = manifest;
  const groups = new Map<string, string[]>();
  for (const cell of expand(manifest)) {
    const key = JSON.stringify([cell.model, cell.seed, cell.mix === BASE_MIX]);
    groups.set(key, [...(groups.get(key) ?? []), cell.id]);
  }
  return [...groups.values()].flatMap((cells) => {
    const size = training.max_steps > 0 ? perPass : cells.length;
    return Array.from({ length: Math.ceil(cells.length / size) }, (_, i) => cells.slice(i * size, (i + 1) * size));
  });
}

/** The cells of a shard: units dealt in turn. Every cell is in exactly one of the N shards; with more shards than units, some are empty. */
export function cellsOfShard(manifest: Manifest, { index, of }: Shard): string[] {
  return shardUnits(manifest).flatMap((unit, i) => (i % of === index - 1 ? unit : []));
}
