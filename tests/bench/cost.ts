/** Milliseconds of a world-dense step as one thing grows and the others stay. */
import { createBaseModel } from '../../src/models/base-model.ts';
import type { Weight } from '../../src/models/checkpoint.ts';
import { openDevice } from '../../src/runtime/index.ts';
import { Trainer } from '../../src/training/index.ts';
import { LORA, TRAINING, WORLD_DENSE, randomBatches, randomWeights } from './shapes.ts';

export interface CostRequest {
  /** What is tried of each; the others stay at 128 tokens, one adapter and six layers. */
  tokens: number[];
  adapters: number[];
  layers: number[];
  rounds: number;
}
export type Axis = 'tokens' | 'adapters' | 'layers';

const USUAL = { tokens: 128, adapters: 1, layers: 6 } as const;

/** Medians, by axis and value. */
export async function cost({ rounds, ...axes }: CostRequest): Promise<Record<Axis, [value: number, ms: number][]>> {
  const device = await openDevice('wasm');
  const measure = async ({ tokens, adapters, layers }: Record<Axis, number>): Promise<number> => {
    const config = { ...WORLD_DENSE, num_hidden_layers: layers, layer_types: Array.from({ length: layers }, () => 'full_attention' as const) };
    const weights = randomWeights(config);
    const model = await createBaseModel({ config, shapes: new Map([...weights].map(([name, { shape }]) => [name, shape])), weight: async (name) => weights.get(name) as Weight, parameters: 0 }, device);
    const trainer = await Trainer.create(model, { adapters: Array.from({ length: adapters }, (_, k) => ({ id: `adapter${k}`, batches: randomBatches(k, tokens), seed: k })), lora: LORA, training: TRAINING, engine: 'whole' });
    const times: number[] = [];
    for (let round = 0; round < rounds + 2; round++) {
      const started = performance.now();
      await trainer.step();
      times.push(performance.now() - started);
    }
    trainer.dispose();
    return times.slice(2).sort((a, b) => a - b)[rounds >> 1] as number;
  };
  const found = { tokens: [], adapters: [], layers: [] } as Record<Axis, [number, number][]>;
  for (const axis of ['tokens', 'adapters', 'layers'] as const) for (const value of axes[axis]) found[axis].push([value, await measure({ ...USUAL, [axis]: value })]);
  return found;
}
