/** A checkpoint on a device: frozen weights that training and generation share. */
import type { Device, DeviceTensor } from '../runtime/index.ts';
import type { Checkpoint, Weight } from './checkpoint.ts';
import type { ModelConfig } from './config.ts';
import type { WeightPlan } from './families/family.ts';
import { familyOf } from './families/index.ts';
import { stacked } from './stacking.ts';
import { type Named, type Storage, store, tableStorage } from './stored.ts';

export interface BaseModel {
  readonly config: ModelConfig;
  /** Numbers in all weights; a tied head is counted once. */
  readonly parameters: number;
  readonly device: Device;
  readonly storage: Storage;
  /** `embedding` [vocabulary, hidden], the last norm by the names in the family's plan, and `head` where it is not the embedding. */
  readonly outer: Named<DeviceTensor>;
  /** By the names in the family's plan of a layer. */
  readonly layers: readonly Named<DeviceTensor>[];
  dispose(): void;
}

/**
 * Sends a checkpoint's weights to a device, with the projections that share an input stacked into one.
 * @param storage of matrices; vectors are float32 always
 */
export function createBaseModel(checkpoint: Checkpoint, device: Device, storage: Storage = 'auto'): BaseModel {
  const { config, weights } = checkpoint;
  const family = familyOf(config);
  const held: DeviceTensor[] = [];
  const send = (name: string, plan: WeightPlan, kind: Storage, prefix = ''): Record<string, DeviceTensor> => {
    const tensors = store(device, name, stacked(plan.parts.map(([tensor]) => weights.get(prefix + tensor) as Weight), plan), kind);
    held.push(...Object.values(tensors));
    return tensors;
  };
  const all = (plans: Named<WeightPlan>, prefix?: string): Record<string, DeviceTensor> => Object.assign({}, ...Object.entries(plans).map(([name, plan]) => send(name, plan, storage, prefix))) as Record<string, DeviceTensor>;
  const table = (name: string, tensor: string): Record<string, DeviceTensor> => send(name, { parts: [[tensor, [config.vocab_size, config.hidden_size]]] }, tableStorage(storage));

  const plan = family.layer(config).weights;
  return {
    config,
    parameters: checkpoint.parameters,
    device,
    storage,
    outer: { ...table('embedding', family.paths.embedding), ...all(family.outer(config)), ...(config.tie_word_embeddings ? {} : table('head', family.paths.head)) },
    layers: Array.from({ length: config.num_hidden_layers }, (_, layer) => all(plan, `${family.paths.layers}.${layer}.`)),
    dispose: () => {
      for (const tensor of held) tensor.dispose();
    },
  };
}
