/** A computation of ONNX Runtime's WASM build that a kernel of the lab's has taken over: see engine/kernels/swap.ts. */
export type OwnKernel = 'products' | 'few-rows' | 'quantised';

/** Where the engine runs, and why there. */
export interface DeviceReport {
  kind: 'webgpu' | 'wasm';
  /** `NVIDIA H200`, `SwiftShader`, `WebAssembly relaxed SIMD`. */
  name: string;
  threads: number;
  /** On WASM: null where the lab's own kernel multiplies matrices (relaxed SIMD), else why ONNX Runtime's does. */
  stockProducts?: string | null;
  /** On WASM: which computations are the lab's; none where the runtime is as it was published. */
  ownKernels?: readonly OwnKernel[];
  crossOriginIsolated: boolean;
  /** GB of memory as the browser tells it, roughly and up to a limit; not all do. */
  memory?: number;
  /** Of a GPU: bytes of the largest buffer that it binds. */
  largestBuffer?: number;
  /** One sentence a person reads: why this device and not a better one. */
  reason: string;
  selfTest: { passed: boolean; maxRelativeError: number; milliseconds: number };
}
