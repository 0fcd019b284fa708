/** What computes losses and gradients of one micro-batch of every adapter. Two engines do, by whole step or by block. */
import type { DeviceTensor, HostTensor } from '../runtime/index.ts';
import type { StepInputs } from './inputs.ts';

export interface GradientEngine {
  readonly kind: 'whole' | 'blockwise';
  /**
   * @param adapters the adapters' numbers, [layers, K, size]
   * @param weightOf what each adapter's losses are multiplied by in the sum that is minimised
   * @param dropout fresh row keys (see dropout.ts); none without dropout
   */
  gradients(adapters: DeviceTensor, inputs: StepInputs, weightOf: readonly number[], dropout: Readonly<Record<string, HostTensor>>): Promise<StepGradients>;
  /** Without dropout and without gradients. */
  losses(adapters: DeviceTensor, inputs: StepInputs): Promise<StepLosses>;
  dispose(): Promise<void>;
}

export interface StepGradients {
  /** [layers, K, size]; the caller's to free. */
  gradients: DeviceTensor;
  /** On their way while the GPU goes on. */
  losses: Promise<StepLosses>;
}

/** By loss row, in the order of the inputs' places. */
export interface StepLosses {
  loss: Float32Array;
  /** 1 where the largest logit is the target's. */
  correct: Float32Array;
}
