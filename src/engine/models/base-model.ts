/** A checkpoint on a device: frozen weights that training and generation share. */
import type { OnProgress } from '../../core/progress.ts';
import type { Device, DeviceTensor } from '../runtime/index.ts';
import type { Checkpoint, Weight } from './checkpoint.ts';
import type { ModelConfig } from './model-config.ts';
import type { WeightPlan } from './layer-plan.ts';
import { familyOf } from './families/index.ts';
import { stacked } from './stacking.ts';
import { type Matrix, type Named, type Storage, store, tableStorage } from './stored.ts';

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

export interface LoadOptions {
  /** Of matrices; vectors are float32 always. */
  storage?: Storage;
  onProgress?: OnProgress | undefined;
}

/**
 * Sends a checkpoint's weights to a device, with the projections that share an input stacked into one.
 * @throws LabError what `Checkpoint.weight` throws; `runtime.buffer-limit` when a weight is larger than the GPU can bind
 */
export async function createBaseModel(checkpoint: Checkpoint, device: Device, { storage = 'auto', onProgress }: LoadOptions = {}): Promise<BaseModel> {
  const { config } = checkpoint;
  const family = familyOf(config);
  const held: DeviceTensor[] = [];
  let done = 0;
  const keep = (tensors: Record<string, DeviceTensor>, numbers: number): Record<string, DeviceTensor> => {
    held.push(...Object.values(tensors));
    done += numbers;
    onProgress?.({ phase: 'Loading weights', done, total: checkpoint.parameters, unit: 'parameters', secondsLeft: null });
    return tensors;
  };
  const send = async (name: string, plan: WeightPlan, prefix = ''): Promise<Record<string, DeviceTensor>> => {
    const parts: Weight[] = [];
    for (const [tensor] of plan.parts) parts.push(await checkpoint.weight(prefix + tensor));
    const matrix = stacked(parts, plan);
    return keep(await store(device, name, matrix.shape, storage, async (from, to) => rowsOf(matrix, from, to)), matrix.data.length);
  };
  const all = async (plans: Named<WeightPlan>, prefix?: string): Promise<Record<string, DeviceTensor>> => {
    const tensors: Record<string, DeviceTensor> = {};
    for (const [name, plan] of Object.entries(plans)) Object.assign(tensors, await send(name, plan, prefix));
    return tensors;
  };
  const table = async (name: string, tensor: string): Promise<Record<string, DeviceTensor>> => {
    const shape = [config.vocab_size, config.hidden_size] as const;
    return keep(await store(device, name, shape, tableStorage(storage), (from, to) => checkpoint.weight(tensor, from === 0 && to === shape[0] ? undefined : [from, to])), shape[0] * shape[1]);
  };

  const plan = family.layer(config).weights;
  // One after the other: each weight's own numbers can go before the next one's come.
  const outer = { ...(await table('embedding', family.paths.embedding)), ...(await all(family.outer(config))), ...(config.tie_word_embeddings ? {} : await table('head', family.paths.head)) };
  const layers: Named<DeviceTensor>[] = [];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) layers.push(await all(plan, `${family.paths.layers}.${layer}.`));
  return {
    config,
    parameters: checkpoint.parameters,
    device,
    storage,
    outer,
    layers,
    dispose: () => {
      for (const tensor of held) tensor.dispose();
    },
  };
}

function rowsOf({ shape, data }: Matrix, from: number, to: number): Matrix {
  const [rows, ...rest] = shape as [number, ...number[]];
  const each = data.length / rows;
  return from === 0 && to === rows ? { shape, data } : { shape: [to - from, ...rest], data: data.subarray(from * each, to * each) };
}
