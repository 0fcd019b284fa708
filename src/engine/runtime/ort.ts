/**
 * Loads ONNX Runtime Web: the WASM build or one of the two WebGPU builds, each from the page's own origin. Outside a
 * browser the caller brings a module that is ready (see Surroundings in device.ts).
 */
import type * as OrtModule from 'onnxruntime-web/wasm';
import { type Kernels, ownKernels } from '../kernels/proof.ts';
import type { OwnKernel } from '../../records/device.ts';
import { obstacle, withOwnKernels } from '../kernels/swap.ts';

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

export interface Loaded {
  ort: Ort;
  /** Of the WASM build: why it multiplies with its own kernel; null where it has the lab's (wasm/sgemm.ts). */
  stockProducts: string | null;
  /** And which of its computations are the lab's (wasm/swap.ts). */
  ownKernels: readonly OwnKernel[];
}

const loaded = new Map<OrtBuild, Promise<Loaded>>();

/**
 * The build's module with its paths and thread count set. One instance a build and page, since it cannot be unloaded.
 * @param stock leave the WASM build's kernels as they are, and why
 */
export function loadOrt(build: OrtBuild, threads: number, stock: string | null = null): Promise<Loaded> {
  const known = loaded.get(build);
  if (known) return known;
  const loading = load(build, threads, stock);
  loaded.set(build, loading);
  loading.catch(() => loaded.delete(build));
  return loading;
}

async function load(build: OrtBuild, threads: number, stock: string | null): Promise<Loaded> {
  const entry = BUILDS[build];
  const ort = (await entry.module()) as Ort;
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  const [mjs, wasm] = await Promise.all([entry.mjs(), entry.wasm()]);
  const files = { mjs: absolute(mjs.default), wasm: absolute(wasm.default) };
  ort.env.wasm.wasmPaths = files;
  if (build !== 'wasm') return { ort, stockProducts: null, ownKernels: [] };
  if (stock !== null) return { ort, stockProducts: stock, ownKernels: [] };
  const { bytes, ...found } = await withKernels(files.wasm);
  ort.env.wasm.wasmBinary = bytes;
  return { ort, ...found };
}

/** The module, fetched once, with the lab's kernels, or as it is and why. @throws when it cannot be fetched */
async function withKernels(url: string): Promise<Omit<Loaded, 'ort'> & { bytes: Uint8Array }> {
  // The kernels are written and proved while the module is on its way.
  const [stock, { kernels, reason }] = await Promise.all([fetched(url), provedKernels()]);
  const asItIs = (why: string) => ({ bytes: stock, stockProducts: why, ownKernels: [] });
  if (reason) return asItIs(reason);
  try {
    const swapped = await withOwnKernels(stock, kernels);
    return typeof swapped === 'string' ? asItIs(swapped) : { bytes: swapped.bytes, ownKernels: swapped.kernels, stockProducts: null };
  } catch (error) {
    return asItIs(`its module could not be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

async function provedKernels(): Promise<{ kernels: Kernels; reason: string | null }> {
  const kernels = ownKernels();
  return { kernels, reason: await obstacle(kernels) };
}

async function fetched(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function absolute(url: string): string {
  return new URL(url, globalThis.location?.href).href;
}
