/** Times work in a dedicated worker, as the product computes in one. */
import { type Device, type DeviceWish, openDevice } from '../../src/runtime/index.ts';
import * as jax from './jax.ts';
import { type Work, blockStep, worldStep } from './ours.ts';

export interface BenchRequest {
  device: DeviceWish;
  rounds: number;
  /** Names of the contenders below; all when left out. */
  only?: string[];
}

export interface BenchResult {
  device: Device['report'];
  /** Milliseconds of every timed call, by contender. */
  times: Record<string, number[]>;
}

/** Untimed calls first: compilation, first allocations. */
const WARM_UP = 2;

function contenders(device: Device): Record<string, () => Promise<Work>> {
  const ours: Record<string, () => Promise<Work>> = {
    'world-dense, 1 adapter': () => worldStep(device, 1),
    'world-dense, 9 adapters at once': () => worldStep(device, 9, { engine: 'whole' }),
    'world-dense, 9 adapters at once, layer by layer': () => worldStep(device, 9, { engine: 'blockwise' }),
    'world-dense, 1 adapter, 16 tokens': () => worldStep(device, 1, { tokens: 16 }),
    'world-dense, 9 adapters at once, 16 tokens': () => worldStep(device, 9, { tokens: 16 }),
    'block of 576': () => blockStep(device),
  };
  const others = { 'world-dense, 1 adapter, jax-js': jax.worldStep, 'block of 576, jax-js': jax.blockStep };
  return device.kind === 'wasm' ? { ...ours, ...others } : ours;
}

async function bench({ device: wish, rounds, only }: BenchRequest): Promise<BenchResult> {
  const device = await openDevice(wish);
  if (device.kind === 'wasm') await jax.prepare();
  const works: [string, Work][] = [];
  for (const [name, make] of Object.entries(contenders(device))) {
    if (only && !only.includes(name)) continue;
    const work = await make();
    for (let i = 0; i < WARM_UP; i++) await work();
    works.push([name, work]);
  }
  const times: Record<string, number[]> = {};
  // In turns, so that whatever else the machine does falls on all alike.
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of works) {
      const started = performance.now();
      await work();
      (times[name] ??= []).push(performance.now() - started);
    }
  }
  return { device: device.report, times };
}

globalThis.addEventListener('message', ({ data }: MessageEvent<BenchRequest>) => {
  void bench(data).then(
    (result) => postMessage({ result }),
    (error: unknown) => postMessage({ error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) }),
  );
});
