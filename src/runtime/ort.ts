/**
 * Loads ONNX Runtime Web: the WASM build or one of the two WebGPU builds, each from the page's own origin. Outside a
 * browser the caller brings a module that is ready (see Surroundings in device.ts).
 */
import type * as OrtModule from 'onnxruntime-web/wasm';

export type Ort = typeof OrtModule;
export type OrtTensor = OrtModule.Tensor;
export type OrtSession = OrtModule.InferenceSession;

export type OrtBuild = 'wasm' | 'jspi' | 'asyncify';

const inNode = typeof process !== 'undefined' && Boolean(process.versions?.node) && typeof window === 'undefined';

/** Bundlers see each import literally, so each build becomes a chunk that is fetched only when wanted. */
const BUILDS: Record<OrtBuild, { module: () => Promise<unknown>; mjs: () => Promise<{ default: string }>; wasm: () => Promise<{ default: string }> }> = {
  wasm: {
    module: () => import('onnxruntime-web/wasm'),
    mjs: () => import('onnxruntime-web/ort-wasm-simd-threaded.mjs?url'),
    wasm: () => import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url'),
  },
  jspi: {
    module: () => import('onnxruntime-web/jspi'),
    mjs: () => import('onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url'),
    wasm: () => import('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url'),
  },
  asyncify: {
    module: () => import('onnxruntime-web/webgpu'),
    mjs: () => import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'),
    wasm: () => import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'),
  },
};

/** The smaller WebGPU build needs JavaScript Promise Integration. */
export function webgpuBuild(): OrtBuild {
  return 'Suspending' in WebAssembly ? 'jspi' : 'asyncify';
}

/** Threads that pay: all cores of a small machine, some kept for the page on a larger one. One without shared memory. */
export function usableThreads(): number {
  const isolated = inNode || globalThis.crossOriginIsolated === true;
  if (!isolated || typeof SharedArrayBuffer === 'undefined') return 1;
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  return cores <= 4 ? cores : Math.min(8, cores - 2);
}

const loaded = new Map<OrtBuild, Promise<Ort>>();

/** The build's module with its paths and thread count set. One instance a build and page, since it cannot be unloaded. */
export function loadOrt(build: OrtBuild, threads: number): Promise<Ort> {
  const known = loaded.get(build);
  if (known) return known;
  const loading = (async () => {
    const entry = BUILDS[build];
    const ort = (await entry.module()) as Ort;
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = 'error';
    const [mjs, wasm] = await Promise.all([entry.mjs(), entry.wasm()]);
    ort.env.wasm.wasmPaths = { mjs: absolute(mjs.default), wasm: absolute(wasm.default) };
    return ort;
  })();
  loaded.set(build, loading);
  loading.catch(() => loaded.delete(build));
  return loading;
}

function absolute(url: string): string {
  return new URL(url, globalThis.location?.href).href;
}
