/** Milliseconds of a world-dense step as one thing grows and the others stay. */
import { createBaseModel } from '../../src/engine/models/base-model.ts';
import type { Weight } from '../../src/engine/models/checkpoint.ts';
import { openDevice } from '../../src/engine/runtime/index.ts';
import { Trainer } from '../../src/engine/training/index.ts';
import { LORA, TRAINING, WORLD_DENSE, randomBatches, randomWeights } from './shapes.ts';

export interface CostRequest {
  /** What is tried of each; the others stay at 128 tokens, one adapter and six layers. */
  tokens: number[];
  adapters: number[];
  layers: number[];
  /** Steps of each in a pass, and passes over all of them: what disturbs the machine for a while disturbs no point alone. */
  rounds: number;
  passes: number;
}
export type Axis = 'tokens' | 'adapters' | 'layers';

const USUAL = { tokens: 128, adapters: 1, layers: 6 } as const;

/** The browser compiles the runtime for good while it runs; until then steps are slower. */
const WARM_UP_SECONDS = 6;

/** Medians, by axis and value. */
export async function cost({ rounds, passes, ...axes }: CostRequest): Promise<Record<Axis, [value: number, ms: number][]>> {
  const device = await openDevice('wasm');
  const measure = async ({ tokens, adapters, layers }: Record<Axis, number>, seconds = 0): Promise<number[]> => {
    const config = { ...WORLD_DENSE, num_hidden_layers: layers, layer_types: Array.from({ length: layers }, () => 'full_attention' as const) };
    const weights = randomWeights(config);
    const model = await createBaseModel({ config, shapes: new Map([...weights].map(([name, { shape }]) => [name, shape])), weight: async (name) => weights.get(name) as Weight, parameters: 0 }, device);
    const trainer = await Trainer.create(model, { adapters: Array.from({ length: adapters }, (_, k) => ({ id: `adapter${k}`, batches: randomBatches(k, tokens), seed: k })), lora: LORA, training: TRAINING, engine: 'whole' });
    const times: number[] = [];
    const begun = performance.now();
    for (let round = 0; round < rounds + 2 || performance.now() - begun < 1000 * seconds; round++) {
      const started = performance.now();
      await trainer.step();
      times.push(performance.now() - started);
    }
    trainer.dispose();
    return times.slice(2);
  };
  await measure(USUAL, WARM_UP_SECONDS);
  const points = (['tokens', 'adapters', 'layers'] as const).flatMap((axis) => axes[axis].map((value) => ({ axis, value, times: [] as number[] })));
  for (let pass = 0; pass < passes; pass++) for (const { axis, value, times } of points) times.push(...(await measure({ ...USUAL, [axis]: value })));
  const median = (times: number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] as number;
  const of = (axis: Axis): [number, number][] => points.filter((point) => point.axis === axis).map(({ value, times }) => [value, median(times)]);
  return { tokens: of('tokens'), adapters: of('adapters'), layers: of('layers') };
}
