import type { BenchRequest, BenchResult } from './worker.ts';

export function bench(request: BenchRequest): Promise<BenchResult> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<{ result?: BenchResult; error?: string }>) => (data.result ? resolve(data.result) : reject(new Error(data.error))));
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
    worker.postMessage(request);
  });
}
