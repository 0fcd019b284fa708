/**
 * LoRA as graphs see it. All of an adapter's numbers in one layer form one flat vector, so that the optimiser updates
 * it with a few large operations; projections that read the same input share one product with their stacked A matrices.
 *
 * Order within a layer, for each group of projections: A of every adapted projection, [r, in] each; then B of each,
 * transposed to [r, out]. Transposed, because then both the forward and the gradient of B need no large transpose.
 */
import { type AdapterTensor, type LoraConfig, type TargetModule, TARGET_MODULES, loraNames, loraScale } from '../adapters/adapter.ts';
import { type Value, concat, reshape, slice, zeros } from '../onnx/index.ts';
import { projectionShapes } from './checkpoint.ts';
import type { ModelConfig } from './config.ts';
import type { LoraTerm } from './layers.ts';

/** Projections that read the same input, in the order their frozen weights are stacked. */
export const LORA_GROUPS = {
  qkv: ['q_proj', 'k_proj', 'v_proj'],
  o: ['o_proj'],
  gate_up: ['gate_proj', 'up_proj'],
  down: ['down_proj'],
} as const satisfies Record<string, readonly TargetModule[]>;

export type LoraGroup = keyof typeof LORA_GROUPS;
export type LayerLora = { [G in LoraGroup]?: LoraTerm };

/** One matrix of one projection within a layer's flat vector. */
interface Slot {
  group: LoraGroup;
  module: TargetModule;
  matrix: 'a' | 'b';
  offset: number;
  /** As stored here: A [r, in], B transposed [r, out]. */
  shape: readonly [rows: number, columns: number];
}

export class LoraLayout {
  readonly slots: readonly Slot[];
  /** Numbers an adapter has in one layer. */
  readonly size: number;

  constructor(
    readonly config: LoraConfig,
    private readonly model: ModelConfig,
  ) {
    const shapes = projectionShapes(model);
    const slots: Slot[] = [];
    let offset = 0;
    for (const group of Object.keys(LORA_GROUPS) as LoraGroup[]) {
      for (const matrix of ['a', 'b'] as const) {
        for (const module of this.modules(group)) {
          const [out, into] = shapes[`${TARGET_MODULES[module]}.${module}`] as [number, number];
          const shape = [config.r, matrix === 'a' ? into : out] as const;
          slots.push({ group, module, matrix, offset, shape });
          offset += shape[0] * shape[1];
        }
      }
    }
    this.slots = slots;
    this.size = offset;
  }

  /** The group's projections that are adapted. */
  modules(group: LoraGroup): TargetModule[] {
    return (LORA_GROUPS[group] as readonly TargetModule[]).filter((module) => this.config.target_modules.includes(module));
  }

  /** The inputs LoRA reads, with their widths. */
  inputs(): { group: LoraGroup; width: number }[] {
    return (Object.keys(LORA_GROUPS) as LoraGroup[]).flatMap((group) => {
      const slot = this.slots.find((candidate) => candidate.group === group && candidate.matrix === 'a');
      return slot ? [{ group, width: slot.shape[1] }] : [];
    });
  }

  /**
   * The pieces of a layer's vectors [K, size] that gradients are taken of, and the terms made from them.
   * @param keep dropout masks by group, [K, B T, in]
   */
  terms(flat: Value, keep: { [G in LoraGroup]?: Value } = {}): { lora: LayerLora; pieces: Value[] } {
    const adapters = flat.shape[0] as number;
    const shapes = projectionShapes(this.model);
    const lora: LayerLora = {};
    const pieces: Value[] = [];
    for (const group of Object.keys(LORA_GROUPS) as LoraGroup[]) {
      const [first, ...rest] = this.slots.filter((slot) => slot.group === group && slot.matrix === 'a');
      if (!first) continue;
      const ranks = first.shape[0] * (1 + rest.length);
      const end = first.offset + ranks * first.shape[1];
      const a = reshape(slice(flat, 1, first.offset, end), [adapters, ranks, first.shape[1]]);
      pieces.push(a);

      const widths = LORA_GROUPS[group].map((module) => (shapes[`${TARGET_MODULES[module]}.${module}`] as [number, number])[0]);
      const bands = this.slots.filter((slot) => slot.group === group && slot.matrix === 'b').map((slot) => {
        const [rows, columns] = slot.shape;
        const piece = reshape(slice(flat, 1, slot.offset, slot.offset + rows * columns), [adapters, rows, columns]);
        pieces.push(piece);
        // Its own columns among those of all the group's projections; the others are zero.
        const at = (LORA_GROUPS[group] as readonly TargetModule[]).indexOf(slot.module);
        const gap = (sizes: readonly number[]): Value[] => {
          const width = sizes.reduce((sum, size) => sum + size, 0);
          return width > 0 ? [zeros(piece, [adapters, rows, width])] : [];
        };
        return concat([...gap(widths.slice(0, at)), piece, ...gap(widths.slice(at + 1))], 2);
      });
      const mask = keep[group];
      lora[group] = { a, b: concat(bands, 1), scale: loraScale(this.config), ...(mask ? { keep: mask } : {}) };
    }
    return { lora, pieces };
  }

  /** Joins the gradients of `terms`' pieces to one of the layer's vectors, [K, size]. */
  join(gradients: readonly Value[]): Value {
    return concat(gradients.map((piece) => reshape(piece, [piece.shape[0] as number, -1])), 1);
  }

  /** Writes an adapter's tensors of one layer into `into`, from `offset` on. */
  pack(tensors: ReadonlyMap<string, AdapterTensor>, layer: number, into: Float32Array, offset: number): void {
    for (const slot of this.slots) {
      const { data } = tensors.get(loraNames(layer, slot.module)[slot.matrix]) as AdapterTensor;
      into.set(slot.matrix === 'a' ? data : transposed(data, slot.shape[1], slot.shape[0]), offset + slot.offset);
    }
  }

  /** The opposite of `pack`. */
  unpack(from: Float32Array, offset: number, layer: number, tensors: Map<string, AdapterTensor>): void {
    for (const slot of this.slots) {
      const [rows, columns] = slot.shape;
      const data = from.slice(offset + slot.offset, offset + slot.offset + rows * columns);
      tensors.set(loraNames(layer, slot.module)[slot.matrix], slot.matrix === 'a' ? { shape: [rows, columns], data } : { shape: [columns, rows], data: transposed(data, rows, columns) });
    }
  }
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j] as number;
  return out;
}
