/** What `npm run bench` times in training: the lab's engine and its peers, by name. */
import type { Device, Surroundings } from '../../src/engine/runtime/index.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import * as ours from './ours.ts';
import type { Work } from './ours.ts';
import { BLOCK_TOKENS, LARGE, WORLD_DENSE, WORLD_TOKENS } from './shapes.ts';

export interface Contender {
  /** Tokens that one call computes, of all adapters together. */
  tokens: number;
  /** @param device opened for the lab's own; peers open theirs, of the same kind */
  make(device: OpenDevice, threads: number, kind: 'wasm' | 'webgpu'): Promise<Work>;
}

type OpenDevice = (more?: Surroundings) => Promise<Device>;

const SHAPES = { 'world-dense': { config: WORLD_DENSE, storage: 'auto' }, 'SmolLM2-135M': { config: parseConfig(LARGE['SmolLM2-135M']), storage: 'float16' }, 'Qwen3-0.6B': { config: parseConfig(LARGE['Qwen3-0.6B']), storage: 'int4' } } as const;

function jaxOf(make: (jax: typeof import('./jax.ts')) => Promise<Work>): Contender['make'] {
  return async (_device, _threads, kind) => {
    const jax = await import('./jax.ts');
    await jax.prepare(kind);
    return make(jax);
  };
}

const world = (adapters: number, more: Parameters<typeof ours.worldStep>[2] = {}): Contender => ({ tokens: adapters * (more.tokens ?? WORLD_TOKENS), make: async (device) => ours.worldStep(await device(), adapters, more) });

export const CONTENDERS: Readonly<Record<string, Contender>> = {
  'world-dense, 9 adapters at once': world(9),
  'world-dense, 9 adapters at once, layer by layer': world(9, { engine: 'blockwise' }),
  'world-dense, 16 tokens': world(1, { tokens: 16 }),
  'world-dense, 16 tokens, 9 adapters at once': world(9, { tokens: 16 }),
  'block of 576': { tokens: BLOCK_TOKENS, make: async (device) => ours.blockStep(await device()) },
  "block of 576, ONNX Runtime's products": { tokens: BLOCK_TOKENS, make: async (device) => ours.blockStep(await device({ stock: 'to compare' })) },
  'block of 576, jax-js': { tokens: BLOCK_TOKENS, make: jaxOf((jax) => jax.blockStep()) },
  ...Object.fromEntries(Object.entries(SHAPES).flatMap(([name, { config, storage }]): [string, Contender][] => {
    const tokens = WORLD_TOKENS;
    return [
      [name, { tokens, make: async (device) => ours.trainingStep(await device(), config, { tokens, storage }) }],
      ...(name === 'SmolLM2-135M' ? [[`${name}, layer by layer`, { tokens, make: async (device: OpenDevice) => ours.trainingStep(await device(), config, { tokens, storage, engine: 'blockwise' }) }] as [string, Contender]] : []),
      ...(name === 'world-dense' ? [[`${name}, ONNX Runtime's products`, { tokens, make: async (device: OpenDevice) => ours.trainingStep(await device({ stock: 'to compare' }), config, { tokens, storage }) }] as [string, Contender]] : []),
      [`${name}, jax-js`, { tokens, make: jaxOf((jax) => jax.trainingStep(config, tokens)) }],
      [`${name}, TensorFlow.js`, {
        tokens,
        make: async (_device, threads) => {
          const tfjs = await import('./tfjs.ts');
          await tfjs.prepare(threads);
          return tfjs.trainingStep(config, tokens);
        },
      }],
    ];
  })),
};
