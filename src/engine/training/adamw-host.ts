/** AdamW over arrays in JavaScript memory. */
import { type Device, type DeviceTensor, host, readFloats } from '../runtime/index.ts';
import { type AdamW, type AdamWOptions, CLIP_EPSILON, type OptimizerShape, type OptimizerState, corrections } from './adamw.ts';

export class HostAdamW implements AdamW {
  readonly adapters: DeviceTensor;
  private gradient: Float32Array | null = null;
  /** Changes the numbers by a step that is not committed. */
  private next: (() => void) | null = null;

  constructor(
    device: Device,
    private readonly shape: OptimizerShape,
    private readonly options: AdamWOptions,
    private readonly state: OptimizerState,
  ) {
    // The tensor is this very array: what a step changes in it, the next run is fed.
    this.adapters = device.upload(host('float32', [shape.layers, shape.adapters, shape.size], state.parameters));
  }

  async accumulate(gradient: DeviceTensor): Promise<void> {
    const data = await readFloats(gradient);
    const sum = this.gradient;
    if (!sum) this.gradient = data;
    else for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (data[i] as number);
    gradient.dispose();
  }

  forget(): void {
    this.gradient = this.next = null;
  }

  step(count: number, rates: readonly (number | null)[]): Promise<number[]> {
    const gradient = this.gradient ?? new Float32Array(this.state.parameters.length);
    const norms = rates.map((_, k) => Math.sqrt(this.sumOfSquares(gradient, k)));
    this.next = () => {
      for (const [k, rate] of rates.entries()) if (rate !== null) this.update(gradient, k, count, rate, norms[k] as number);
    };
    return Promise.resolve(norms);
  }

  commit(): void {
    this.next?.();
    this.forget();
  }

  read(): Promise<OptimizerState> {
    const { parameters, m, v } = this.state;
    return Promise.resolve({ parameters: parameters.slice(), m: m.slice(), v: v.slice() });
  }

  dispose(): void {
    this.adapters.dispose();
  }

  private sumOfSquares(gradient: Float32Array, k: number): number {
    let sum = 0;
    for (const [from, to] of this.stretches(k)) for (let i = from; i < to; i++) sum += (gradient[i] as number) ** 2;
    return sum;
  }

  private update(gradient: Float32Array, k: number, count: number, rate: number, norm: number): void {
    const { adam_beta1: b1, adam_beta2: b2, adam_epsilon, weight_decay, max_grad_norm } = this.options;
    const { parameters, m, v } = this.state;
    const clip = clipFactor(norm, max_grad_norm);
    const [c1, c2] = corrections(count, this.options);
    const keep = 1 - rate * weight_decay;
    const { size, decayed = size } = this.shape;
    for (const [from, to] of this.stretches(k)) {
      for (let i = from; i < to; i++) {
        const g = (gradient[i] as number) * clip;
        const mi = b1 * (m[i] as number) + (1 - b1) * g;
        const vi = b2 * (v[i] as number) + (1 - b2) * g * g;
        m[i] = mi;
        v[i] = vi;
        parameters[i] = (parameters[i] as number) * (i < from + decayed ? keep : 1) - (rate * c1 * mi) / (Math.sqrt(vi * c2) + adam_epsilon);
      }
    }
  }

  /** Where adapter k's numbers lie, a stretch a layer. */
  private stretches(k: number): [number, number][] {
    const { layers, adapters, size } = this.shape;
    return Array.from({ length: layers }, (_, layer) => [(layer * adapters + k) * size, (layer * adapters + k + 1) * size]);
  }
}

function clipFactor(norm: number, limit: number): number {
  return limit > 0 ? Math.min(1, limit / (norm + CLIP_EPSILON)) : 1;
}
