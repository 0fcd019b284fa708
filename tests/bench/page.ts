import type { LargeRequest, LargeResult } from './large.ts';
import type { BenchRequest, BenchResult } from './worker.ts';

export function bench(request: BenchRequest): Promise<BenchResult> {
  return answered(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), request);
}

export function large(request: LargeRequest): Promise<LargeResult> {
  return answered(new Worker(new URL('./large-worker.ts', import.meta.url), { type: 'module' }), request);
}

function answered<T>(worker: Worker, request: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<{ result?: T; error?: string }>) => (data.result ? resolve(data.result) : reject(new Error(data.error))));
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
    worker.postMessage(request);
  });
}
