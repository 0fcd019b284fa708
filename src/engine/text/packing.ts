/**
 * Examples to fixed [B, T] batches. Packing puts several conversations into one row; each is a segment with its own
 * positions and sees only itself, so packing changes the speed and not the arithmetic.
 *
 * The stream of batches is a function of the options alone: epoch e is shuffled by a generator named after the seed and e,
 * and any batch can be had by its index, so a resumed run sees exactly what an unbroken one would.
 */
import { LabError } from '../../core/errors.ts';
import { Rng } from '../../core/rng.ts';
import type { Example } from './chat.ts';

/** One [B, T] batch, row-major. */
export interface Batch {
  ids: Int32Array;
  /** Positions for the rotary embedding; they restart at 0 with each segment. */
  positions: Int32Array;
  /** 0, 1, ... within a row; -1 is padding. A token attends to the earlier tokens, and itself, of its own segment. */
  segments: Int32Array;
  /** The id each position predicts; -1 where there is no loss. */
  targets: Int32Array;
}

export interface PackingOptions {
  /** T: tokens a row. Longer examples lose their end. */
  maxLength: number;
  /** B: rows a batch. */
  batchSize: number;
  /** Several examples a row; otherwise one, padded. */
  packing: boolean;
  shuffle: boolean;
  seed: number | string;
  /** Passes over the examples, fractions allowed. Exactly one of `epochs` and `batches` is given. */
  epochs?: number;
  /** Batches in all, over as many passes as that takes. */
  batches?: number;
  /** What fills the rest of a row. */
  padId: number;
}

/** What packing did to the examples. */
export interface PackingReport {
  examples: number;
  /** Examples cut at `maxLength`. */
  truncated: number;
  /** Examples left out because nothing that carries loss was left of them. */
  dropped: number;
  /** Tokens of one pass, and how many of them carry loss. */
  tokens: number;
  lossTokens: number;
  /** Rows of the first pass, and the part of them that is padding, 0 to 1. */
  rows: number;
  padding: number;
}

export interface Batches {
  /** Batches in all. */
  readonly length: number;
  readonly batchSize: number;
  readonly maxLength: number;
  readonly report: PackingReport;
  /** Passes over the examples, counting the part of the last one. */
  readonly epochs: number;
  /** The batch of this index, 0 to length - 1; the same every time. */
  at(index: number): Batch;
}

/** How many rows first-fit keeps open: enough to fill rows to a few per cent, few enough to keep the order random. */
const OPEN_ROWS = 64;

/**
 * @throws LabError `text.nothing-to-train` when no example carries loss within `maxLength`
 */
export function packBatches(examples: readonly Example[], options: PackingOptions): Batches {
  const { maxLength, batchSize, packing, shuffle, seed, padId } = options;
  if ((options.epochs === undefined) === (options.batches === undefined)) throw new TypeError('packBatches needs either epochs or batches');

  const kept: Example[] = [];
  let truncated = 0;
  for (const example of examples) {
    const cut = example.ids.length > maxLength ? { ids: example.ids.slice(0, maxLength), loss: example.loss.slice(0, maxLength) } : example;
    if (cut !== example) truncated++;
    // The first token of a segment has nothing before it that could predict it.
    if (cut.loss.some((on, i) => on && i > 0)) kept.push(cut);
  }
  if (kept.length === 0) {
    throw new LabError('text.nothing-to-train', examples.length === 0 ? 'There are no examples to train on.' : `None of the ${examples.length} examples has an assistant token within max_length ${maxLength}.`, 'Raise max_length, or choose records with shorter prompts.', { examples: examples.length, maxLength });
  }
  const lengths = kept.map((example) => example.ids.length);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);

  /** The rows of each epoch so far, as lists of example indices, and where in the stream of rows each epoch begins. */
  const epochs: number[][][] = [];
  const starts: number[] = [0];
  const rowsOf = (epoch: number): number[][] => {
    for (let e = epochs.length; e <= epoch; e++) {
      const order = kept.map((_, i) => i);
      const rows = fill(shuffle ? new Rng(`${seed}/shuffle/epoch-${e}`).shuffle(order) : order, lengths, maxLength, packing);
      epochs.push(rows);
      starts.push((starts[e] as number) + rows.length);
    }
    return epochs[epoch] as number[][];
  };
  const totalRows = (passes: number): number => {
    const whole = Math.floor(passes);
    if (whole > 0) rowsOf(whole - 1);
    const rest = passes - whole;
    return (starts[whole] as number) + (rest > 0 ? Math.ceil(rest * rowsOf(whole).length) : 0);
  };

  const firstRows = rowsOf(0).length;
  const rows = options.epochs === undefined ? (options.batches as number) * batchSize : totalRows(options.epochs);
  const row = (index: number): number[] => {
    let epoch = 0;
    while (index >= (starts[epoch] as number) + rowsOf(epoch).length) epoch++;
    return rowsOf(epoch)[index - (starts[epoch] as number)] as number[];
  };

  return {
    length: Math.ceil(rows / batchSize),
    batchSize,
    maxLength,
    report: {
      examples: examples.length,
      truncated,
      dropped: examples.length - kept.length,
      tokens,
      lossTokens: kept.reduce((sum, { loss }) => sum + loss.reduce((n, on, i) => n + (on && i > 0 ? 1 : 0), 0), 0),
      rows: firstRows,
      padding: 1 - tokens / (firstRows * maxLength),
    },
    epochs: options.epochs ?? rows / firstRows,
    at(index) {
      if (!Number.isInteger(index) || index < 0 || index * batchSize >= rows) throw new RangeError(`there is no batch ${index} of ${Math.ceil(rows / batchSize)}`);
      const batch = emptyBatch(batchSize, maxLength, padId);
      // Only the very last batch can have rows left over; they stay padding.
      for (let b = 0; b < batchSize && index * batchSize + b < rows; b++) {
        writeRow(batch, b * maxLength, row(index * batchSize + b).map((i) => kept[i] as Example));
      }
      return batch;
    },
  };
}

/** A batch of nothing but padding. */
export function emptyBatch(batchSize: number, maxLength: number, padId: number): Batch {
  const n = batchSize * maxLength;
  return { ids: new Int32Array(n).fill(padId), positions: new Int32Array(n), segments: new Int32Array(n).fill(-1), targets: new Int32Array(n).fill(-1) };
}

/** First-fit over the last few open rows, in the given order; without packing, one example a row. */
function fill(order: readonly number[], lengths: readonly number[], maxLength: number, packing: boolean): number[][] {
  if (!packing) return order.map((i) => [i]);
  const rows: number[][] = [];
  let open: { row: number[]; free: number }[] = [];
  for (const i of order) {
    const length = lengths[i] as number;
    const fit = open.find(({ free }) => free >= length);
    if (fit) {
      fit.row.push(i);
      fit.free -= length;
    } else {
      const row = [i];
      rows.push(row);
      open.push({ row, free: maxLength - length });
      if (open.length > OPEN_ROWS) open = open.slice(1);
    }
  }
  return rows;
}

function writeRow(batch: Batch, start: number, examples: readonly Example[]): void {
  let at = start;
  examples.forEach(({ ids, loss }, segment) => {
    for (let i = 0; i < ids.length; i++) {
      batch.ids[at + i] = ids[i] as number;
      batch.positions[at + i] = i;
      batch.segments[at + i] = segment;
      if (loss[i + 1]) batch.targets[at + i] = ids[i + 1] as number;
    }
    at += ids.length;
  });
}
