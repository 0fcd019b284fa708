/**
 * AdamW (Loshchilov and Hutter 2019) with the arithmetic of torch.optim.AdamW, after clip_grad_norm_ of each adapter by its
 * own global norm. State lies as [layers, K, size]. There are two implementations: WASM keeps its state in JavaScript
 * memory, where one loop over it is cheaper than twenty passes of a graph and their copies (adamw-host.ts); WebGPU keeps it
 * in buffers and runs a graph (adamw-graph.ts).
 */
import type { DeviceTensor } from '../runtime/index.ts';

export interface AdamWOptions {
  adam_beta1: number;
  adam_beta2: number;
  adam_epsilon: number;
  weight_decay: number;
  /** 0 does not clip. */
  max_grad_norm: number;
}

/** What [layers, K, size] arrays an optimiser holds. */
export interface OptimizerShape {
  layers: number;
  adapters: number;
  size: number;
  /** How many of an adapter's numbers in a layer, from the first on, weight decay is for; all where left out. */
  decayed?: number;
}

export interface OptimizerState {
  parameters: Float32Array;
  /** Exponential averages of the gradient and of its square. */
  m: Float32Array;
  v: Float32Array;
}

export interface AdamW {
  /** The adapters as graphs take them; valid until the next `commit`. */
  readonly adapters: DeviceTensor;
  /** Takes a gradient over, adding it to those taken since the last step. */
  accumulate(gradient: DeviceTensor): Promise<void>;
  /** Lets go of what was accumulated since the last commit, and of a step made with it: all is as it was then. */
  forget(): void;
  /**
   * One step with what was accumulated; until `commit` nothing has changed.
   * @param count which step it is, from 1: for the bias correction
   * @param rates learning rate of each adapter; null leaves an adapter and its state as they are
   * @returns each adapter's gradient norm before clipping
   */
  step(count: number, rates: readonly (number | null)[]): Promise<number[]>;
  /** Makes the last step count. A GPU tells of missing memory only once something is read: until then a step is on trial. */
  commit(): void;
  read(): Promise<OptimizerState>;
  dispose(): void;
}

/** torch.nn.utils.clip_grad_norm_ divides by norm + 1e-6. */
export const CLIP_EPSILON = 1e-6;

/** 1 / (1 - beta^t) of both averages. */
export function corrections(count: number, { adam_beta1, adam_beta2 }: AdamWOptions): [number, number] {
  return [1 / (1 - adam_beta1 ** count), 1 / (1 - adam_beta2 ** count)];
}
