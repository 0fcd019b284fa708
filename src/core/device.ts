/** Where the engine runs, and why there. */
export interface DeviceReport {
  kind: 'webgpu' | 'wasm';
  /** `NVIDIA H200`, `SwiftShader`, `WebAssembly SIMD`. */
  name: string;
  threads: number;
  crossOriginIsolated: boolean;
  /** Of a GPU: bytes of the largest buffer that it binds. */
  largestBuffer?: number;
  /** One sentence a person reads: why this device and not a better one. */
  reason: string;
  selfTest: { passed: boolean; maxRelativeError: number; milliseconds: number };
}
