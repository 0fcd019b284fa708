/**
 * LoRA as graphs see it. All of an adapter's numbers in one layer form one flat vector, so that the optimiser updates
 * it with a few large operations; projections that read the same input share one product with their stacked A matrices.
 *
 * Order within a layer, for each input of projections (families/family.ts): A of every adapted projection, [r, in] each; then B of each,
 * transposed to [r, out]; then, with DoRA, each one's magnitudes, [out]. B is transposed because then both the forward and
 * its gradient need no large transpose.
 */
import { loraNames, loraScale } from '../adapters/adapter.ts';
import { type Value, add, concat, reshape, slice, split, zeros } from '../onnx/index.ts';
import type { ModelConfig } from './model-config.ts';
import { rowLengths } from './dora.ts';
import type { ProjectionInput } from './layer-plan.ts';
import { type Adaptable, adaptables } from './plan.ts';
import type { LoraInput, LoraStack } from './lora-values.ts';
import type { Named, Stored } from './stored.ts';
import type { AdapterTensor, LoraConfig } from '../../records/adapter.ts';

export type LayerLora = { [I in ProjectionInput]?: LoraInput };

/** One matrix of one projection within a layer's flat vector. */
interface Slot {
  target: Adaptable;
  matrix: 'a' | 'b' | 'magnitude';
  offset: number;
  /** As stored here: A [r, in], B transposed [r, out], magnitudes [1, out]. */
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
      for (const matrix of config.use_dora ? (['a', 'b', 'magnitude'] as const) : (['a', 'b'] as const)) {
        for (const target of this.all.filter((candidate) => candidate.input === input && config.target_modules.includes(candidate.module))) {
          // Computed as one product, these have no rows of their own; a DoRA adapter has none of them (engine/adapters/adapter.ts).
          if (matrix === 'magnitude' && target.beside) continue;
          const shape = [matrix === 'magnitude' ? 1 : config.r, matrix === 'a' ? target.into : target.out] as const;
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
    return [...new Set(this.slots.map(({ target }) => target.input))].map((input) => {
      const [first, ...others] = this.find(input, 'a') as [Slot, ...Slot[]];
      return { input, width: first.shape[1] * (first.target.beside ? others.length + 1 : 1) };
    });
  }

  /**
   * The pieces of a layer's vectors [K, size] that gradients are taken of, and what projections make of them.
   * @param keep dropout masks by input, [K, B T, in]
   * @param gains whether a magnitude is DoRA's own, or what is left of it once it is divided by its row's length
   */
  terms(flat: Value, keep: { [I in ProjectionInput]?: Value } = {}, gains: 'magnitudes' | 'divided' = 'magnitudes'): { lora: LayerLora; pieces: Value[] } {
    const lora: LayerLora = {};
    const pieces: Value[] = [];
    for (const { input } of this.inputs()) {
      const own = this.matrices(flat, input);
      pieces.push(...own.pieces);
      const mask = keep[input];
      lora[input] = { a: own.a, b: own.stacks.map((stack) => stack?.b ?? null), scale: loraScale(this.config), ...(mask ? { keep: mask } : {}) };
      if (!this.config.use_dora || own.beside) continue;
      // Cut anew: no gradient is taken of these, so rows' lengths count as constants, as DoRA has it (section 4.3).
      const fixed = gains === 'magnitudes' ? this.matrices(flat, input).stacks : null;
      lora[input].gains = own.stacks.map((stack, i) => stack && { magnitude: stack.magnitude, of: fixed?.[i] ?? undefined });
    }
    return { lora, pieces };
  }

  /** The adapted projections of one input: their parts of the layer's vectors, and what those make up for each stack of frozen weights. */
  private matrices(flat: Value, input: ProjectionInput): { a: Value; stacks: (LoraStack | null)[]; pieces: Value[]; beside: boolean } {
    const adapters = flat.shape[0] as number;
    const cut = ({ offset, shape: [rows, columns] }: Slot, count = 1): Value => reshape(slice(flat, 1, offset, offset + count * rows * columns), [adapters, count * rows, columns]);
    const slots = (matrix: Slot['matrix']): Map<Adaptable, Slot> => new Map(this.find(input, matrix).map((slot) => [slot.target, slot]));
    const [as, bs, magnitudes] = [slots('a'), slots('b'), slots('magnitude')];
    const first = [...as.values()][0] as Slot;
    const a = cut(first, as.size);
    const parts = new Map([...bs, ...magnitudes].map(([, slot]) => [slot, cut(slot)]));
    const reading = this.all.filter((target) => target.input === input);
    const stacks = [...new Set(reading.map(({ weight }) => weight))].map((weight) => {
      const stacked = reading.filter((target) => target.weight === weight);
      const adapted = stacked.filter((target) => as.has(target));
      const [leading] = adapted;
      if (!leading) return null;
      const widths = stacked.map(({ out }) => out);
      const own = (target: Adaptable): Value => parts.get(bs.get(target) as Slot) as Value;
      const bands = stacked.flatMap((target, at) => (!bs.has(target) ? [] : [target.beside ? own(target) : banded(own(target), widths.slice(0, at), widths.slice(at + 1))]));
      const lengths = stacked.map((target) => parts.get(magnitudes.get(target) as Slot) ?? add(zeros(flat, [adapters, 1, target.out]), 1));
      return { weight, bands: stacked.map((target) => ({ out: target.out, adapted: as.has(target) })), a: cut(as.get(leading) as Slot, adapted.length), b: concat(bands, 1), magnitude: concat(lengths, 2) };
    });
    return { a: first.target.beside ? beside(a, as.size) : a, stacks, pieces: [a, ...parts.values()], beside: first.target.beside };
  }

  /** The lengths |W + s B A| that DoRA's magnitudes are set against, [K, numbers of them], in the order of the slots. */
  lengths(flat: Value, weights: Named<Stored>): Value {
    const found = this.inputs().map(({ input }) => this.matrices(flat, input)).filter(({ beside }) => !beside).flatMap(({ stacks }) => stacks.flatMap((stack) => {
      if (!stack) return [];
      const lengths = rowLengths(weights[stack.weight] as Stored, stack, loraScale(this.config));
      return split(lengths, stack.bands.map(({ out }) => out), 2).filter((_, i) => stack.bands[i]?.adapted);
    }));
    const all = concat(found, 2);
    return reshape(all, [all.shape[0] as number, -1]);
  }

  private find(input: ProjectionInput, matrix: Slot['matrix']): Slot[] {
    return this.slots.filter((slot) => slot.target.input === input && slot.matrix === matrix);
  }

  /** Joins the gradients of `terms`' pieces to one of the layer's vectors, [K, size]. */
  join(gradients: readonly Value[]): Value {
    return concat(gradients.map((piece) => reshape(piece, [piece.shape[0] as number, -1])), 1);
  }

  /** Where DoRA's magnitudes lie in a layer's vector, in the order of `lengths`. */
  magnitudes(): { offset: number; count: number }[] {
    return this.slots.filter(({ matrix }) => matrix === 'magnitude').map(({ offset, shape }) => ({ offset, count: shape[1] }));
  }

  /** Writes an adapter's tensors of one layer into `into`, from `offset` on. */
  pack(tensors: ReadonlyMap<string, AdapterTensor>, layer: number, into: Float32Array, offset: number): void {
    for (const { target, matrix, offset: at, shape } of this.slots) {
      const { data } = tensors.get(loraNames(this.model, layer, target.path)[matrix]) as AdapterTensor;
      into.set(matrix === 'b' ? transposed(data, shape[1], shape[0]) : data, offset + at);
    }
  }

  /** The opposite of `pack`. */
  unpack(from: Float32Array, offset: number, layer: number, tensors: Map<string, AdapterTensor>): void {
    for (const { target, matrix, offset: at, shape: [rows, columns] } of this.slots) {
      const data = from.slice(offset + at, offset + at + rows * columns);
      const tensor = { a: { shape: [rows, columns], data }, b: { shape: [columns, rows], data: matrix === 'b' ? transposed(data, rows, columns) : data }, magnitude: { shape: [columns], data } }[matrix];
      tensors.set(loraNames(this.model, layer, target.path)[matrix], tensor);
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

/** A matrices [K, n r, in] of n projections that each read their own columns: [K, n r, n in]. */
function beside(a: Value, count: number): Value {
  const [, rows, width] = a.shape as [number, number, number];
  const rank = rows / count;
  const others = (n: number): number[] => Array.from({ length: n }, () => width);
  return concat(Array.from({ length: count }, (_, i) => banded(slice(a, 1, i * rank, (i + 1) * rank), others(i), others(count - 1 - i))), 1);
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j] as number;
  return out;
}
