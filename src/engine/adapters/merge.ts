/**
 * Folding an adapter into its base, PEFT's `merge_and_unload`: W + (alpha / r) B A, with DoRA each row brought to its learned
 * length. What comes out needs no LoRA to be run.
 */
import { LabError } from '../../core/errors.ts';
import type { Weight } from '../models/checkpoint.ts';
import { float16ToFloat32 } from '../../files/float16.ts';
import { loraScale, PEFT_PREFIX } from './adapter.ts';
import { type AdapterTensor, isFull, type Tuned } from '../../records/adapter.ts';

const A = '.lora_A.weight';

/** A weight with the adapter in it. */
export interface Merged {
  shape: number[];
  data: Float32Array;
}

/** What one weight of the base becomes; its own array stays as it is. */
export type Fold = (name: string, weight: Weight) => Merged;

/**
 * Merging weight by weight, so that a large model is never in memory as a whole.
 * @param shapes of the base's tensors by their Hugging Face names
 * @param adapter or all weights as full fine-tuning left them, which take the base's place
 * @throws LabError `adapters.mismatch` when the adapter names a tensor the base has not, or of another shape
 */
export function folding(shapes: ReadonlyMap<string, readonly number[]>, adapter: Tuned): Fold {
  if (isFull(adapter)) {
    for (const name of shapes.keys()) if (!adapter.tensors.has(name)) throw missing(name);
    return (name) => adapter.tensors.get(name) as Merged;
  }
  const scale = loraScale(adapter.config);
  const deltas = new Map<string, Delta>();
  for (const [name, a] of adapter.tensors) {
    if (!name.endsWith(A)) continue;
    const base = `${name.slice(PEFT_PREFIX.length, -A.length)}.weight`;
    const b = adapter.tensors.get(name.replace('.lora_A.', '.lora_B.'));
    const shape = shapes.get(base);
    if (!b || !shape || shape[0] !== b.shape[0] || shape[1] !== a.shape[1]) {
      throw new LabError('adapters.mismatch', `The adapter changes ${base}, which this base model ${shape ? `has as [${shape.join(', ')}]` : 'has not'}.`, 'Choose the base model the adapter was trained on.', { tensor: base });
    }
    deltas.set(base, { a, b, lengths: adapter.tensors.get(name.replace('.lora_A.weight', '.lora_magnitude_vector'))?.data ?? null });
  }
  return (name, weight) => {
    const data = weight.dtype === 'float16' ? float16ToFloat32(weight.data) : weight.data;
    const delta = deltas.get(name);
    return { shape: [...weight.shape], data: delta ? plus(data, delta, scale) : data };
  };
}

function missing(name: string): LabError {
  return new LabError('adapters.mismatch', `The tuned weights have no ${name}, which this base model has.`, 'Choose the base model they were tuned from.', { tensor: name });
}

interface Delta {
  a: AdapterTensor;
  b: AdapterTensor;
  /** DoRA's magnitudes, [out]. */
  lengths: Float32Array | null;
}

/** data [out, in] + scale * B [out, r] A [r, in], rows then scaled to their lengths; sums in float64, rounded once. */
function plus(data: Float32Array, { a, b, lengths }: Delta, scale: number): Float32Array {
  const [r, columns] = a.shape as [number, number];
  const out = new Float32Array(data.length);
  const row = new Float64Array(columns);
  for (let i = 0; i * columns < data.length; i++) {
    row.fill(0);
    for (let k = 0; k < r; k++) {
      const factor = b.data[i * r + k] as number;
      for (let j = 0; j < columns; j++) row[j] = (row[j] as number) + factor * (a.data[k * columns + j] as number);
    }
    let squares = 0;
    for (let j = 0; j < columns; j++) {
      const sum = (data[i * columns + j] as number) + scale * (row[j] as number);
      row[j] = sum;
      squares += sum * sum;
    }
    const gain = lengths ? (lengths[i] as number) / Math.sqrt(squares) : 1;
    for (let j = 0; j < columns; j++) out[i * columns + j] = gain * (row[j] as number);
  }
  return out;
}
