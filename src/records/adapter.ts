/** A LoRA adapter (Hu et al. 2021), or all weights of a tuned model, as data: PEFT's configuration and tensor names, float32 values. */
import type { TargetModule } from './modules.ts';

/** PEFT's LoraConfig, the fields the lab uses. */
export interface LoraConfig {
  r: number;
  lora_alpha: number;
  lora_dropout: number;
  target_modules: TargetModule[];
  /** Rank-stabilised LoRA (Kalajdzievski 2023): scaled by alpha / sqrt(r), so that a higher rank does not learn slower. */
  use_rslora?: boolean;
  /** Weight-decomposed LoRA (Liu et al. 2024): rows keep a learned length, and B A only turns them. See engine/models/dora.ts. */
  use_dora?: boolean;
}

export interface AdapterTensor {
  shape: number[];
  data: Float32Array;
}

/** One adapter's weights. Keys are the names PEFT writes: see `loraNames`. */
export interface Adapter {
  config: LoraConfig;
  tensors: Map<string, AdapterTensor>;
  /** Its configuration lets modules of some layers lack; `completed` fills them in. */
  someLayers?: boolean;
}

/** What full fine-tuning leaves: a float32 tensor for every weight of the base, under its Hugging Face name. */
export interface FullWeights {
  full: true;
  tensors: Map<string, AdapterTensor>;
}

/** What a composition's training gives. */
export type Tuned = Adapter | FullWeights;

/** A LoRA adapter from elsewhere. */
export interface AdapterSummary {
  id: string;
  r: number;
  lora_alpha: number;
  use_rslora: boolean;
  use_dora: boolean;
  modules: string[];
  parameters: number;
  bytes: number;
}

/** What an adapter was tuned on: a repository of the Hub at one commit, or a model by its name in the lab where it came from elsewhere. */
export interface BaseReference {
  /** `org/name`, or the lab's name. */
  name: string;
  /** The commit; null where nothing pins it. */
  revision: string | null;
}

export function isFull(tuned: Tuned): tuned is FullWeights {
  return 'full' in tuned;
}
