/**
 * All of a base's weights as one flat vector, as full fine-tuning trains them: the optimiser updates it as it does an
 * adapter's. Matrices lie before vectors, since weight decay is for the first alone: transformers' Trainer leaves norms and
 * biases out of it.
 */
import { LabError } from '../../core/errors.ts';
import { type Value, reshape, slice } from '../onnx/index.ts';
import type { DeviceTensor } from '../runtime/index.ts';
import type { BaseModel } from './base-model.ts';
import type { ModelConfig } from './model-config.ts';
import type { WeightPlan } from './layer-plan.ts';
import { familyOf } from './families/index.ts';
import { float16ToFloat32 } from '../../files/float16.ts';
import type { OuterValues } from './outer.ts';
import { stackedShape, unstacked } from './stacking.ts';
import type { Named, Stored } from './stored.ts';
import type { AdapterTensor } from '../../records/adapter.ts';

/** One weight of the graphs within the vector. `layer` is null for those around the layers. */
interface Slot {
  layer: number | null;
  name: string;
  plan: WeightPlan;
  shape: number[];
  offset: number;
  size: number;
}

export class FullLayout {
  readonly slots: readonly Slot[];
  readonly size: number;
  /** How many numbers, from the first on, weight decay is for. */
  readonly decayed: number;

  constructor(private readonly config: ModelConfig) {
    const family = familyOf(config);
    const table = (tensor: string): WeightPlan => ({ parts: [[tensor, [config.vocab_size, config.hidden_size]]] });
    const outer = { embedding: table(family.paths.embedding), ...family.outer(config), ...(config.tie_word_embeddings ? {} : { head: table(family.paths.head) }) };
    const { weights } = family.layer(config);
    const below = (layer: number, plan: WeightPlan): WeightPlan => ({ ...plan, parts: plan.parts.map(([tensor, shape]) => [`${family.paths.layers}.${layer}.${tensor}`, shape]) });
    const all = [
      ...Object.entries(outer).map(([name, plan]) => ({ layer: null, name, plan })),
      ...Array.from({ length: config.num_hidden_layers }, (_, layer) => Object.entries(weights).map(([name, plan]) => ({ layer, name, plan: below(layer, plan) }))).flat(),
    ].map((one) => ({ ...one, shape: stackedShape(one.plan) }));
    let offset = 0;
    const placed = (some: typeof all): Slot[] => some.map((one) => {
      const size = one.shape.reduce((product, length) => product * length, 1);
      offset += size;
      return { ...one, offset: offset - size, size };
    });
    const matrices = placed(all.filter(({ shape }) => shape.length > 1));
    this.decayed = offset;
    this.slots = [...matrices, ...placed(all.filter(({ shape }) => shape.length === 1))];
    this.size = offset;
  }

  /** The weights of a graph, cut out of a vector [1, size]; gradients are taken of `pieces`, which are in the order of the slots. */
  weights(flat: Value): { outer: OuterValues; layers: Named<Stored>[]; pieces: Value[] } {
    const pieces = this.slots.map(({ offset, size, shape }) => reshape(slice(flat, 1, offset, offset + size), shape));
    const of = (layer: number | null): Named<Stored> => Object.fromEntries(this.slots.flatMap((slot, i) => (slot.layer === layer ? [[slot.name, { value: pieces[i] as Value }]] : [])));
    const outer = of(null);
    return { outer: { ...outer, head: outer['head'] ?? outer['embedding'] } as unknown as OuterValues, layers: Array.from({ length: this.config.num_hidden_layers }, (_, layer) => of(layer)), pieces };
  }

  /** The base's weights as they are. @throws LabError `training.full-storage` where they were rounded to integers */
  async pack(model: BaseModel): Promise<Float32Array> {
    const flat = new Float32Array(this.size);
    for (const { layer, name, offset } of this.slots) {
      const tensor = (layer === null ? model.outer : (model.layers[layer] as Named<DeviceTensor>))[name] as DeviceTensor;
      const data = await tensor.read();
      if (!(data instanceof Float32Array || data instanceof Uint16Array)) throw new LabError('training.full-storage', 'All weights can be trained only where they are kept as floating-point numbers.', 'Set storage to auto or float32, or tune LoRA adapters over the rounded weights (QLoRA).', { storage: model.storage });
      flat.set(data instanceof Uint16Array ? float16ToFloat32(data) : data, offset);
    }
    return flat;
  }

  /** A vector of weights, or of their gradients, as the checkpoint's tensors, under their Hugging Face names. */
  unpack(flat: Float32Array, of: 'weights' | 'gradients' = 'weights'): Map<string, AdapterTensor> {
    // What a family adds to its weights has no part in their gradients.
    return new Map(this.slots.flatMap(({ plan, offset, size }) => unstacked(flat.subarray(offset, offset + size), of === 'weights' ? plan : { ...plan, plus: 0 })));
  }
}
