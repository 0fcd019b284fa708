/** From the adapters' batches to what the graphs of a step are fed. */
import { LabError } from '../../core/errors.ts';
import { type Rows, rowCount } from '../models/rows.ts';
import { type HostTensor, host } from '../runtime/index.ts';
import type { Batch } from '../text/packing.ts';

export interface StepInputs {
  ids: HostTensor;
  positions: HostTensor;
  segments: HostTensor;
  /** Row, target and adapter of every position that carries loss, in row order. */
  places: Int32Array;
  targets: Int32Array;
  owners: Int32Array;
}

/** Joins one batch of each adapter; null where an adapter has none, whose rows then hold nothing. */
export function joinBatches(batches: readonly (Batch | null)[], rows: Rows): StepInputs {
  const perAdapter = rows.batch * rows.length;
  const total = rowCount(rows);
  const ids = new Int32Array(total);
  const segments = new Int32Array(total).fill(-1);
  // Positions are int64 in the rotary op; their low words are written through an int32 view.
  const words = new Int32Array(2 * total);
  const places: number[] = [];
  const targets: number[] = [];
  const owners: number[] = [];
  batches.forEach((batch, k) => {
    if (!batch) return;
    if (batch.ids.length !== perAdapter) throw new LabError('training.shapes', `A batch holds ${batch.ids.length} tokens where ${rows.batch} x ${rows.length} are trained at once.`, 'Use one batch size and one max_length for training and validation.');
    const start = k * perAdapter;
    ids.set(batch.ids, start);
    segments.set(batch.segments, start);
    for (let i = 0; i < perAdapter; i++) {
      words[2 * (start + i)] = batch.positions[i] as number;
      const target = batch.targets[i] as number;
      if (target < 0) continue;
      places.push(start + i);
      targets.push(target);
      owners.push(k);
    }
  });
  const sequences = [rows.adapters * rows.batch, rows.length];
  return {
    ids: host('int32', [total], ids),
    positions: host('int64', sequences, new BigInt64Array(words.buffer)),
    segments: host('int32', sequences, segments),
    places: Int32Array.from(places),
    targets: Int32Array.from(targets),
    owners: Int32Array.from(owners),
  };
}

/** A stretch of loss rows as the head takes it. */
export type HeadFeeds = Record<'places' | 'targets' | 'weights' | 'sources', HostTensor>;

/**
 * Loss rows `from` to `to`, filled up to `count` with rows that weigh nothing.
 * @param weightOf what an adapter's losses are multiplied by
 */
export function headFeeds({ places, targets, owners }: StepInputs, from: number, to: number, count: number, total: number, weightOf: readonly number[]): HeadFeeds {
  const filled = (source: Int32Array): Int32Array => {
    const out = new Int32Array(count);
    out.set(source.subarray(from, to));
    return out;
  };
  const weights = new Float32Array(count);
  const sources = new Int32Array(total).fill(count);
  for (let i = from; i < to; i++) {
    weights[i - from] = weightOf[owners[i] as number] as number;
    sources[places[i] as number] = i - from;
  }
  return { places: host('int32', [count], filled(places)), targets: host('int32', [count], filled(targets)), weights: host('float32', [count], weights), sources: host('int32', [total], sources) };
}
