/**
 * LoRA as graphs see it. All of an adapter's numbers in one layer form one flat vector, so that the optimiser updates
 * it with a few large operations; projections that read the same input share one product with their stacked A matrices.
 *
 * Order within a layer, for each input of projections (families/family.ts): A of every adapted projection, [r, in] each; then B of each,
 * transposed to [r, out]. Transposed, because then both the forward and the gradient of B need no large transpose.
 */
import { type AdapterTensor, type LoraConfig, loraNames, loraScale } from '../adapters/adapter.ts';
import { type Value, concat, reshape, slice, zeros } from '../onnx/index.ts';
import type { ModelConfig } from './config.ts';
import type { ProjectionInput } from './families/family.ts';
import { type Adaptable, adaptables } from './plan.ts';
import type { LoraInput } from './projections.ts';

export type LayerLora = { [I in ProjectionInput]?: LoraInput };

/** One matrix of one projection within a layer's flat vector. */
interface Slot {
  target: Adaptable;
  matrix: 'a' | 'b';
  offset: number;
  /** As stored here: A [r, in], B transposed [r, out]. */
  shape: readonly [rows: number, columns: number];
}

export class LoraLayout {
  readonly slots: readonly Slot[];
  /** Numbers an adapter has in one layer. */
  readonly size: number;
  /** Adapted or not. */
  private readonly all: readonly Adaptable[];

  constructor(
    readonly config: LoraConfig,
    private readonly model: ModelConfig,
  ) {
    this.all = adaptables(model);
    const slots: Slot[] = [];
    let offset = 0;
    for (const input of new Set(this.all.map((target) => target.input))) {
      for (const matrix of ['a', 'b'] as const) {
        for (const target of this.all.filter((candidate) => candidate.input === input && config.target_modules.includes(candidate.module))) {
          const shape = [config.r, matrix === 'a' ? target.into : target.out] as const;
          slots.push({ target, matrix, offset, shape });
          offset += shape[0] * shape[1];
        }
      }
    }
    this.slots = slots;
    this.size = offset;
  }

  /** The inputs that adapted projections read, with their widths. */
  inputs(): { input: ProjectionInput; width: number }[] {
    return [...new Set(this.slots.map(({ target }) => target.input))].map((input) => ({ input, width: (this.find(input, 'a')[0] as Slot).shape[1] }));
  }

  /**
   * The pieces of a layer's vectors [K, size] that gradients are taken of, and what projections make of them.
   * @param keep dropout masks by input, [K, B T, in]
   */
  terms(flat: Value, keep: { [I in ProjectionInput]?: Value } = {}): { lora: LayerLora; pieces: Value[] } {
    const adapters = flat.shape[0] as number;
    const lora: LayerLora = {};
    const pieces: Value[] = [];
    const piece = (first: Slot, count: number): Value => {
      const [rows, columns] = first.shape;
      const value = reshape(slice(flat, 1, first.offset, first.offset + count * rows * columns), [adapters, count * rows, columns]);
      pieces.push(value);
      return value;
    };
    for (const { input } of this.inputs()) {
      const stacked = this.find(input, 'a');
      const a = piece(stacked[0] as Slot, stacked.length);
      const slots = new Map(this.find(input, 'b').map((slot) => [slot.target, slot]));
      const reading = this.all.filter((target) => target.input === input);
      const b = [...new Set(reading.map(({ weight }) => weight))].map((weight) => {
        const stacked = reading.filter((target) => target.weight === weight);
        const widths = stacked.map(({ out }) => out);
        const bands = stacked.flatMap((target, at) => {
          const slot = slots.get(target);
          return slot ? [banded(piece(slot, 1), widths.slice(0, at), widths.slice(at + 1))] : [];
        });
        return bands.length > 0 ? concat(bands, 1) : null;
      });
      const mask = keep[input];
      lora[input] = { a, b, scale: loraScale(this.config), ...(mask ? { keep: mask } : {}) };
    }
    return { lora, pieces };
  }

  private find(input: ProjectionInput, matrix: Slot['matrix']): Slot[] {
    return this.slots.filter((slot) => slot.target.input === input && slot.matrix === matrix);
  }

  /** Joins the gradients of `terms`' pieces to one of the layer's vectors, [K, size]. */
  join(gradients: readonly Value[]): Value {
    return concat(gradients.map((piece) => reshape(piece, [piece.shape[0] as number, -1])), 1);
  }

  /** Writes an adapter's tensors of one layer into `into`, from `offset` on. */
  pack(tensors: ReadonlyMap<string, AdapterTensor>, layer: number, into: Float32Array, offset: number): void {
    for (const slot of this.slots) {
      const { data } = tensors.get(loraNames(this.model, layer, slot.target.path)[slot.matrix]) as AdapterTensor;
      into.set(slot.matrix === 'a' ? data : transposed(data, slot.shape[1], slot.shape[0]), offset + slot.offset);
    }
  }

  /** The opposite of `pack`. */
  unpack(from: Float32Array, offset: number, layer: number, tensors: Map<string, AdapterTensor>): void {
    for (const slot of this.slots) {
      const [rows, columns] = slot.shape;
      const data = from.slice(offset + slot.offset, offset + slot.offset + rows * columns);
      tensors.set(loraNames(this.model, layer, slot.target.path)[slot.matrix], slot.matrix === 'a' ? { shape: [rows, columns], data } : { shape: [columns, rows], data: transposed(data, rows, columns) });
    }
  }
}

/** A matrix in its own columns among those of the projections it is stacked with, which stay zero. */
function banded(matrix: Value, before: readonly number[], after: readonly number[]): Value {
  const gap = (widths: readonly number[]): Value[] => {
    const width = widths.reduce((sum, size) => sum + size, 0);
    return width > 0 ? [zeros(matrix, [...matrix.shape.slice(0, 2), width])] : [];
  };
  return concat([...gap(before), matrix, ...gap(after)], 2);
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j] as number;
  return out;
}
