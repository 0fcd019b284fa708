/**
 * Preemption: unfinished rows leave their batch with their keys and values, so that a few long answers do not hold up a batch that
 * is otherwise done. Preempted rows of several batches make up new batches.
 */
import { type HostTensor, host } from '../runtime/index.ts';
import type { Row } from './rows.ts';

/** Sizes of one row's key-value cache in one layer. */
export interface MemoryShape {
  layers: number;
  /** Key-value heads. */
  groups: number;
  /** head_dim */
  width: number;
}

export interface PreemptedRow {
  row: Row;
  /** Index of its adapter. */
  slot: number;
  /** Tokens in its key-value cache. */
  length: number;
  /** A layer each: keys [groups, width, length], values [groups, length, width]. */
  keys: Float32Array[];
  values: Float32Array[];
}

/** Part of a batch's key-value cache: keys [B, groups, width, length] and values [B, groups, length, width] of every layer. */
export interface Part {
  keys: readonly Float32Array[];
  values: readonly Float32Array[];
  length: number;
}

/** Copies one row's key-value cache out of a batch: `own` tokens of the past, then all of the recent ones. */
export function preempt({ layers, groups, width }: MemoryShape, row: Row, index: number, slot: number, past: Part, own: number, recent: Part): PreemptedRow {
  const length = own + recent.length;
  const keys: Float32Array[] = [];
  const values: Float32Array[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const k = new Float32Array(groups * width * length);
    const v = new Float32Array(groups * length * width);
    for (const [part, at, count] of [[past, 0, own], [recent, own, recent.length]] as const) {
      const [partKeys, partValues] = [part.keys[layer] as Float32Array, part.values[layer] as Float32Array];
      for (let line = 0; line < groups * width; line++) {
        const from = (index * groups * width + line) * part.length;
        k.set(partKeys.subarray(from, from + count), line * length + at);
      }
      for (let group = 0; group < groups; group++) {
        const from = (index * groups + group) * part.length * width;
        v.set(partValues.subarray(from, from + count * width), (group * length + at) * width);
      }
    }
    keys.push(k);
    values.push(v);
  }
  return { row, slot, length, keys, values };
}

/** The key-value cache of a new batch. Rows that are null, and columns beyond a row's own length, stay zero and have to be masked. */
export function stackRows({ layers, groups, width }: MemoryShape, rows: readonly (PreemptedRow | null)[]): { memory: Record<string, HostTensor>; lengths: number[]; longest: number } {
  const lengths = rows.map((preempted) => preempted?.length ?? 0);
  const longest = Math.max(1, ...lengths);
  const memory: Record<string, HostTensor> = {};
  for (let layer = 0; layer < layers; layer++) {
    const keys = new Float32Array(rows.length * groups * width * longest);
    const values = new Float32Array(rows.length * groups * longest * width);
    rows.forEach((preempted, index) => {
      if (!preempted) return;
      const { length } = preempted;
      const [k, v] = [preempted.keys[layer] as Float32Array, preempted.values[layer] as Float32Array];
      for (let line = 0; line < groups * width; line++) keys.set(k.subarray(line * length, (line + 1) * length), (index * groups * width + line) * longest);
      for (let group = 0; group < groups; group++) values.set(v.subarray(group * length * width, (group + 1) * length * width), (index * groups + group) * longest * width);
    });
    memory[`key${layer}`] = host('float32', [rows.length, groups, width, longest], keys);
    memory[`value${layer}`] = host('float32', [rows.length, groups, longest, width], values);
  }
  return { memory, lengths, longest };
}
