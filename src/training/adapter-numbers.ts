/** All adapters' numbers as the graphs take them, [layers, K, size], and each adapter's own. */
import { type Adapter, type AdapterTensor, type LoraConfig, checkAdapter, initialAdapter } from '../adapters/adapter.ts';
import { Rng } from '../core/rng.ts';
import type { BaseModel } from '../models/base-model.ts';
import { changeMagnitudes } from '../models/dora.ts';
import type { LoraLayout } from '../models/lora.ts';
import type { OptimizerShape, OptimizerState } from './adamw.ts';
import type { TrainerState } from './state.ts';

export class AdapterNumbers {
  readonly shape: OptimizerShape;

  constructor(
    private readonly layout: LoraLayout,
    layers: number,
    adapters: number,
  ) {
    this.shape = { layers, adapters, size: layout.size };
  }

  /**
   * Adapters before their first step: as given, or initialised from their own seed alone.
   * @throws LabError `adapters.mismatch` for one of another base
   */
  async fresh(model: BaseModel, lora: LoraConfig, adapters: readonly { id: string; seed: number; init?: Adapter }[]): Promise<OptimizerState> {
    const parameters = this.zeros();
    adapters.forEach(({ id, seed, init }, k) => {
      if (init) checkAdapter({ config: lora, tensors: init.tensors }, model.config, `The adapter that "${id}" starts from`);
      const { tensors } = init ?? initialAdapter(lora, model.config, new Rng(`${seed}/lora`));
      for (let layer = 0; layer < this.shape.layers; layer++) this.layout.pack(tensors, layer, parameters, this.offset(layer, k));
    });
    if (lora.use_dora) await changeMagnitudes(model, this.layout, adapters.length, parameters, (given, length, k) => (adapters[k]?.init ? given : length));
    return { parameters, m: this.zeros(), v: this.zeros() };
  }

  resumed({ adapters }: TrainerState): OptimizerState {
    const { layers, size } = this.shape;
    const joined = (part: keyof OptimizerState): Float32Array => {
      const out = this.zeros();
      adapters.forEach((adapter, k) => {
        for (let layer = 0; layer < layers; layer++) out.set(adapter[part].subarray(layer * size, (layer + 1) * size), this.offset(layer, k));
      });
      return out;
    };
    return { parameters: joined('parameters'), m: joined('m'), v: joined('v') };
  }

  /** Adapter k's part of an array of all, layer behind layer. */
  own(all: Float32Array, k: number): Float32Array {
    return this.some(all, [k]);
  }

  /** The parts of some adapters, [layers, members, size]. */
  some(all: Float32Array, members: readonly number[]): Float32Array {
    const { layers, size } = this.shape;
    const out = new Float32Array(layers * members.length * size);
    for (let layer = 0; layer < layers; layer++) {
      members.forEach((k, i) => out.set(all.subarray(this.offset(layer, k), this.offset(layer, k) + size), (layer * members.length + i) * size));
    }
    return out;
  }

  /** Adapter k's part by PEFT's names. */
  tensors(all: Float32Array, k: number): Map<string, AdapterTensor> {
    const tensors = new Map<string, AdapterTensor>();
    for (let layer = 0; layer < this.shape.layers; layer++) this.layout.unpack(all, this.offset(layer, k), layer, tensors);
    return tensors;
  }

  private offset(layer: number, k: number): number {
    return (layer * this.shape.adapters + k) * this.shape.size;
  }

  private zeros(): Float32Array {
    return new Float32Array(this.shape.layers * this.shape.adapters * this.shape.size);
  }
}
