/** All adapters' numbers as the graphs take them, [layers, K, size], and each adapter's own. */
import type { OptimizerShape, OptimizerState } from './adamw.ts';
import type { TrainerState } from '../../records/trainer-state.ts';

export class AdapterNumbers {
  constructor(readonly shape: OptimizerShape) {}

  /** Before the first step. */
  fresh(parameters: Float32Array): OptimizerState {
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

  private offset(layer: number, k: number): number {
    return (layer * this.shape.adapters + k) * this.shape.size;
  }

  private zeros(): Float32Array {
    return new Float32Array(this.shape.layers * this.shape.adapters * this.shape.size);
  }
}
