/** A checkpoint on a device: frozen weights that training and generation share. */
import type { Device, DeviceTensor } from '../runtime/index.ts';
import { host } from '../runtime/index.ts';
import type { Checkpoint, Weight } from './checkpoint.ts';
import type { ModelConfig } from './config.ts';
import type { WeightPlan } from './families/family.ts';
import { familyOf } from './families/index.ts';
import { stacked } from './stacking.ts';

export interface BaseModel {
  readonly config: ModelConfig;
  /** Numbers in all weights; a tied head is counted once. */
  readonly parameters: number;
  readonly device: Device;
  /** [vocabulary, hidden] */
  readonly embedding: DeviceTensor;
  /** [vocabulary, hidden]; the embedding itself when the checkpoint ties them. */
  readonly head: DeviceTensor;
  /** The last norm, by the names in the family's `outer`. */
  readonly outer: Readonly<Record<string, DeviceTensor>>;
  /** By the names in the family's plan of a layer. */
  readonly layers: readonly Readonly<Record<string, DeviceTensor>>[];
  dispose(): void;
}

/**
 * Sends a checkpoint's weights to a device, with the projections that share an input stacked into one.
 * float16 matrices stay float16 where the device can decode them; vectors are float32 always.
 */
export function createBaseModel(checkpoint: Checkpoint, device: Device): BaseModel {
  const { config, weights } = checkpoint;
  const family = familyOf(config);
  const held: DeviceTensor[] = [];
  const send = (plan: WeightPlan, prefix = ''): DeviceTensor => {
    const parts = plan.parts.map(([tensor]) => weights.get(prefix + tensor) as Weight);
    const { shape, data } = stacked(parts, plan, device.halves);
    const tensor = device.upload(data instanceof Uint16Array ? host('float16', shape, data) : host('float32', shape, data));
    held.push(tensor);
    return tensor;
  };
  const all = (plans: Readonly<Record<string, WeightPlan>>, prefix?: string) => Object.fromEntries(Object.entries(plans).map(([name, plan]) => [name, send(plan, prefix)]));
  const table = (tensor: string): DeviceTensor => send({ parts: [[tensor, [config.vocab_size, config.hidden_size]]] });

  const embedding = table(family.paths.embedding);
  const plan = family.layer(config).weights;
  return {
    config,
    parameters: checkpoint.parameters,
    device,
    embedding,
    layers: Array.from({ length: config.num_hidden_layers }, (_, layer) => all(plan, `${family.paths.layers}.${layer}.`)),
    outer: all(family.outer(config)),
    head: config.tie_word_embeddings ? embedding : table(family.paths.head),
    dispose: () => {
      for (const tensor of held) tensor.dispose();
    },
  };
}
