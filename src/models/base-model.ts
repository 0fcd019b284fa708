/** A checkpoint on a device: frozen weights that training and generation share. */
import type { Device, DeviceTensor } from '../runtime/index.ts';
import { host } from '../runtime/index.ts';
import type { Checkpoint, Weight } from './checkpoint.ts';
import type { ModelConfig } from './config.ts';
import { float16ToFloat32 } from './float16.ts';
import { LAYER_WEIGHTS, LLAMA_LAYER, type LayerWeightName } from './llama.ts';

export interface BaseModel {
  readonly config: ModelConfig;
  /** Numbers in all weights; a tied head is counted once. */
  readonly parameters: number;
  readonly device: Device;
  /** [vocabulary, hidden] */
  readonly embedding: DeviceTensor;
  /** [hidden] */
  readonly norm: DeviceTensor;
  /** [vocabulary, hidden]; the embedding itself when the checkpoint ties them. */
  readonly head: DeviceTensor;
  readonly layers: readonly Readonly<Record<LayerWeightName, DeviceTensor>>[];
  dispose(): void;
}

/**
 * Sends a checkpoint's weights to a device, with the projections that share an input stacked into one.
 * float16 weights stay float16 where the device can decode them; norms are float32 always.
 */
export function createBaseModel(checkpoint: Checkpoint, device: Device): BaseModel {
  const { config, weights } = checkpoint;
  const held: DeviceTensor[] = [];
  const send = (names: readonly string[], single: boolean): DeviceTensor => {
    const parts = names.map((name) => weights.get(name) as Weight);
    const [rows, columns] = [parts.reduce((sum, part) => sum + (part.shape[0] as number), 0), parts[0]?.shape[1]];
    const shape = columns === undefined ? [rows] : [rows, columns];
    const halves = device.halves && !single && parts.every((part) => part.dtype === 'float16');
    const tensor = device.upload(halves ? host('float16', shape, joined(parts.map((part) => part.data as Uint16Array), Uint16Array)) : host('float32', shape, joined(parts.map(floats), Float32Array)));
    held.push(tensor);
    return tensor;
  };
  const embedding = send(['model.embed_tokens.weight'], false);
  const layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => {
    const tensors = LAYER_WEIGHTS.map((name) => [name, send(LLAMA_LAYER[name].map((part) => `model.layers.${layer}.${part}.weight`), name.endsWith('norm'))] as const);
    return Object.fromEntries(tensors) as Record<LayerWeightName, DeviceTensor>;
  });
  return {
    config,
    parameters: checkpoint.parameters,
    device,
    embedding,
    norm: send(['model.norm.weight'], true),
    head: config.tie_word_embeddings ? embedding : send(['lm_head.weight'], false),
    layers,
    dispose: () => {
      for (const tensor of held) tensor.dispose();
    },
  };
}

function floats(weight: Weight): Float32Array {
  return weight.dtype === 'float16' ? float16ToFloat32(weight.data) : weight.data;
}

function joined<T extends Float32Array | Uint16Array>(parts: readonly T[], array: new (length: number) => T): T {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const out = new array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part as never, at);
    at += part.length;
  }
  return out;
}
