/** Chooses where to compute, proves that it computes rightly there, and says why. */
import { LabError } from '../../core/errors.ts';
import type { DeviceReport } from '../../records/device.ts';
import { loadOrt, usableThreads, webgpuBuild } from './ort.ts';
import { findRuntimeFault } from './runtime-proof.ts';
import { selfTest } from './self-test.ts';
import { WasmDevice } from './wasm-device.ts';
import { WebGpuDevice } from './webgpu-device.ts';
import type { Device, DeviceWish, Surroundings } from './device.ts';

/**
 * Opens the wished device, or with `auto` the best that works here: a real GPU, else WASM. A software GPU is taken only
 * when `webgpu` is asked for by name. `report.reason` says why, in a sentence.
 * @throws `runtime.no-webgpu` when `webgpu` was asked for and cannot be had; `runtime.self-test` when no device computes rightly;
 *   `runtime.own-kernels` when ONNX Runtime does not with the lab's kernels in it. It cannot be unloaded: a new worker may open it as it is (`stock`)
 */
export async function openDevice(wish: DeviceWish = 'auto', surroundings: Surroundings = {}): Promise<Device> {
  let reason = 'WebAssembly was asked for.';
  if (wish !== 'wasm') {
    const attempt = await openWebGpu(wish, surroundings);
    if (typeof attempt !== 'string') return attempt;
    if (wish === 'webgpu') throw new LabError('runtime.no-webgpu', attempt, 'Use ?device=wasm, or a current Chrome, Edge, Firefox or Safari on a machine with a GPU.');
    reason = attempt;
  }
  return openWasm(reason, surroundings);
}

async function openWasm(reason: string, { ort: given, threads = usableThreads(), stock = null }: Surroundings): Promise<Device> {
  if (given) given.env.wasm.numThreads = threads;
  const { ort, stockProducts, ownKernels } = given ? { ort: given, stockProducts: 'the runtime was brought along', ownKernels: [] } : (await loadOrt('wasm', threads, stock).catch((error: unknown) => {
    throw new LabError('runtime.load', `ONNX Runtime could not be loaded: ${String(error)}`, 'Check the connection and reload the page.', {}, { cause: error });
  }));
  const why = threads === 1 && globalThis.crossOriginIsolated === false ? `${reason} One thread only: this page is not cross-origin isolated.` : reason;
  const base = { kind: 'wasm', name: stockProducts ? 'WebAssembly SIMD' : 'WebAssembly relaxed SIMD', threads, stockProducts, ownKernels, crossOriginIsolated: globalThis.crossOriginIsolated === true, ...told(), reason: why } as const;
  const quantised = ownKernels.includes('quantised');
  const untested = new WasmDevice(ort, { ...base, selfTest: UNTESTED }, quantised);
  const test = await selfTest(untested);
  const fault = test.passed ? (ownKernels.length > 0 ? await findRuntimeFault(untested) : null) : explain(test);
  if (fault !== null && ownKernels.length > 0) throw ownKernelsFail(fault);
  if (!test.passed) throw failed('WebAssembly', test);
  return new WasmDevice(ort, { ...base, selfTest: plain(test) }, quantised);
}

/** What a worker that can be started again does not show anybody. */
function ownKernelsFail(fault: string): LabError {
  return new LabError('runtime.own-kernels', `With the lab's kernels ONNX Runtime computes wrongly here: ${fault}.`, 'Reload the page: the lab then leaves ONNX Runtime as it is, which is slower.', { fault });
}

/** The machine's memory, where the browser tells it (Chromium does). */
function told(): { memory?: number } {
  const memory = (globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory;
  return memory === undefined ? {} : { memory };
}

/** The device, or the sentence that says why there is none. */
async function openWebGpu(wish: DeviceWish, { adapter: given, ort: module }: Surroundings): Promise<Device | string> {
  const gpu = globalThis.navigator?.gpu;
  if (!given && !gpu) return 'This browser offers no WebGPU.';
  const adapter = given ?? (await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null));
  if (!adapter) return 'WebGPU found no graphics adapter here.';
  const { info } = adapter;
  const software = info.isFallbackAdapter === true || /swiftshader|llvmpipe|software/i.test(`${info.description} ${info.device} ${info.architecture}`);
  if (software && wish !== 'webgpu') return 'WebGPU here is a software emulation, slower than WebAssembly.';
  const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'GPU';
  try {
    const device = await adapter.requestDevice({ requiredLimits: ownLimits(adapter), requiredFeatures: wantedFeatures(adapter) });
    const ort = module ?? (await loadOrt(webgpuBuild(), 1)).ort;
    const base = { kind: 'webgpu', name, threads: 1, largestBuffer: device.limits.maxStorageBufferBindingSize, crossOriginIsolated: globalThis.crossOriginIsolated === true, reason: software ? 'WebGPU was asked for; this adapter is a software emulation.' : 'A GPU was found and computes rightly.' } as const;
    const test = await selfTest(new WebGpuDevice(ort, device, { ...base, selfTest: UNTESTED }));
    if (test.passed) return new WebGpuDevice(ort, device, { ...base, selfTest: plain(test) });
    device.destroy();
    return `The GPU (${name}) failed the self-test: ${explain(test)}.`;
  } catch (error) {
    return `The GPU (${name}) could not be used: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

const UNTESTED: DeviceReport['selfTest'] = { passed: false, maxRelativeError: Number.POSITIVE_INFINITY, milliseconds: 0 };

/** Everything this adapter can do: the default limits bind 128 MB at most. */
function ownLimits(adapter: GPUAdapter): Record<string, number> {
  const names = [
    'maxBufferSize', 'maxStorageBufferBindingSize', 'maxStorageBuffersPerShaderStage', 'maxComputeWorkgroupStorageSize', 'maxComputeInvocationsPerWorkgroup',
    'maxComputeWorkgroupSizeX', 'maxComputeWorkgroupSizeY', 'maxComputeWorkgroupSizeZ', 'maxComputeWorkgroupsPerDimension',
  ] as const;
  return Object.fromEntries(names.map((name) => [name, adapter.limits[name]]).filter(([, limit]) => limit !== undefined));
}

function wantedFeatures(adapter: GPUAdapter): GPUFeatureName[] {
  return (['shader-f16', 'subgroups', 'timestamp-query'] as GPUFeatureName[]).filter((feature) => adapter.features.has(feature));
}

type TestResult = Awaited<ReturnType<typeof selfTest>>;

function plain({ passed, maxRelativeError, milliseconds }: TestResult): DeviceReport['selfTest'] {
  return { passed, maxRelativeError, milliseconds };
}

function explain({ error, maxRelativeError }: TestResult): string {
  return error ? (error instanceof Error ? error.message : String(error)) : `its numbers are off by ${(maxRelativeError * 100).toPrecision(2)} %`;
}

function failed(name: string, test: TestResult): LabError {
  return new LabError('runtime.self-test', `${name} failed the self-test: ${explain(test)}.`, 'Update the browser, or try another one.', { maxRelativeError: test.maxRelativeError });
}
