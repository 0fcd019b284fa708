/** What is timed of the lab's own engine. Each function sets up and returns one unit of work to be called again and again. */
import { Rng } from '../../src/core/rng.ts';
import { createBaseModel } from '../../src/engine/models/base-model.ts';
import type { ModelConfig } from '../../src/engine/models/model-config.ts';
import { LoraLayout } from '../../src/engine/models/lora.ts';
import type { Named, Storage } from '../../src/engine/models/stored.ts';
import { type Device, type DeviceTensor, host, readFloats } from '../../src/engine/runtime/index.ts';
import { blockBackward } from '../../src/engine/training/graphs.ts';
import { Trainer, type TrainerOptions } from '../../src/engine/training/index.ts';
import { BLOCK_576, BLOCK_TOKENS, LORA, TRAINING, WORLD_DENSE, madeUp, randomBatches, randomModel } from './shapes.ts';

export type Work = () => Promise<void>;

/** One optimiser step of K adapters of world-dense at once, one sequence each. */
export async function worldStep(device: Device, adapters: number, more: { engine?: TrainerOptions['engine']; tokens?: number } = {}): Promise<Work> {
  return trainingStep(device, WORLD_DENSE, { adapters, ...more });
}

/** One optimiser step of K adapters of any shape at once, one sequence each. */
export async function trainingStep(device: Device, config: ModelConfig, { adapters = 1, engine, tokens, storage }: { adapters?: number; engine?: TrainerOptions['engine']; tokens?: number; storage?: Storage } = {}): Promise<Work> {
  const trainer = await Trainer.create(await createBaseModel(madeUp(config), device, { storage: storage ?? 'auto' }), {
    adapters: Array.from({ length: adapters }, (_, k) => ({ id: `adapter${k}`, batches: randomBatches(k, tokens), seed: k })),
    lora: LORA,
    training: TRAINING,
    ...(engine ? { engine } : {}),
  });
  return async () => {
    await trainer.step();
  };
}

/** One layer of 576: forward and backward of 256 tokens, gradients of its input and of LoRA on all seven projections. */
export async function blockStep(device: Device): Promise<Work> {
  const model = await randomModel(BLOCK_576, device);
  const layout = new LoraLayout(LORA, BLOCK_576);
  const weights = model.layers[0] as Named<DeviceTensor>;
  const graph = blockBackward({ model, layout, rows: { adapters: 1, batch: 1, length: BLOCK_TOKENS }, dropout: 0 }, weights, 'full_attention', true);
  // As the engine has it: captured on a GPU.
  const session = await device.program(graph, { capture: true }).bind(weights);
  const rng = new Rng(2);
  const random = (shape: number[], scale: number) => device.upload(host('float32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (2 * rng.float() - 1) * scale)));
  const feeds = {
    x: random([BLOCK_TOKENS, BLOCK_576.hidden_size], 1),
    dy: random([BLOCK_TOKENS, BLOCK_576.hidden_size], 0.1),
    adapters: random([1, layout.size], 0.05),
    positions: host('int64', [1, BLOCK_TOKENS], BigInt64Array.from({ length: BLOCK_TOKENS }, (_, i) => BigInt(i))),
    segments: host('int32', [1, BLOCK_TOKENS], new Int32Array(BLOCK_TOKENS)),
  };
  return async () => {
    const outputs = await session.run(feeds);
    await Promise.all([readFloats(outputs.get('gradients')), readFloats(outputs.get('dx'))]);
    outputs.dispose();
  };
}
