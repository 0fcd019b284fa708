/** Times one contender in a dedicated worker, as the product computes in one. */
import { openDevice } from '../../src/engine/runtime/index.ts';
import { CONTENDERS, type Contender } from './contenders.ts';

export interface BenchRequest {
  device: 'wasm' | 'webgpu';
  threads: number;
  contender: string;
  rounds: number;
}

export interface BenchResult {
  /** Milliseconds of every timed call. */
  times: number[];
  tokens: number;
}

/** Untimed calls first: compilation, first allocations, and until the browser has compiled what is hot for good. */
const WARM_UP = { calls: 2, ms: 5000 };

async function bench({ device, threads, contender, rounds }: BenchRequest): Promise<BenchResult> {
  const { tokens, make } = CONTENDERS[contender] as Contender;
  const work = await make((more) => openDevice(device, { threads, ...more }), threads, device);
  const began = performance.now();
  for (let calls = 0; calls < WARM_UP.calls || performance.now() - began < WARM_UP.ms; calls++) await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return { times, tokens };
}

globalThis.addEventListener('message', ({ data }: MessageEvent<BenchRequest>) => {
  void bench(data).then(
    (result) => postMessage({ result }),
    (error: unknown) => postMessage({ error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) }),
  );
});
