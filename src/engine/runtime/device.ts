/** What a device is to those who compute on it. */
import type { DeviceReport } from '../../records/device.ts';
import { LabError } from '../../core/errors.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Shape } from '../onnx/value.ts';
import type { Columns } from './columns.ts';
import type { Ort } from './ort.ts';
import type { Program, ProgramOptions } from './session.ts';
import type { DeviceTensor, HostTensor } from './tensor.ts';

export interface Device {
  readonly kind: 'webgpu' | 'wasm';
  readonly report: DeviceReport;
  /** Whether float16 tensors can be stored and decoded here. */
  readonly halves: boolean;
  /** Bytes of weights and state held on the device. */
  readonly bytesHeld: number;
  /** Resolves, with what to tell the person, if the GPU goes away. Never rejects. */
  readonly lost: Promise<LabError>;
  /** Sends a tensor to the device. On WASM it keeps the array itself, which must not be changed afterwards. */
  upload(tensor: HostTensor): DeviceTensor;
  /** A stretch of a tensor's elements, which are float32 or (on WASM) uint8, as a tensor of its own. On WASM it is a view of the same memory. */
  part(tensor: DeviceTensor, from: number, shape: Shape): DeviceTensor;
  /** Tensors one behind the other, as one. */
  join(tensors: readonly DeviceTensor[], shape: Shape): DeviceTensor;
  zeros(dtype: 'float32' | 'int32', shape: Shape): DeviceTensor;
  /**
   * Columns of tensors written into others where they lie, in order, after all runs that were awaited.
   * @throws LabError `runtime.insert` on WASM, where runs copy what they are given anyway
   */
  insert(writes: readonly Columns<DeviceTensor>[]): void;
  /** Whether `decodedWeight` is available: on WASM. On WebGPU graphs decode weights themselves. */
  readonly decodesWeights: boolean;
  /**
   * A stored weight as a float32 tensor to feed. It is decoded each time a run reads it, so that no decoded copy is kept.
   * Create it before a run, not while a run reads its feeds.
   * @param place tensors that no run takes in together may be given the same
   * @param rows from and up to which; all when left out. Four-bit rows must begin and end with whole bytes
   * @throws LabError `runtime.widen` on WebGPU
   */
  decodedWeight(stored: StoredTensors, place: string, rows?: readonly [from: number, to: number]): DeviceTensor;
  /**
   * Whether graphs may multiply by quantised weights without decoding them first, transposed too (`matMulTransposedNBits`).
   * True on WASM with the lab's kernels.
   */
  readonly multipliesQuantized: boolean;
  /** @throws LabError `runtime.turned` for a graph with such products, where they cannot be computed */
  program(graph: Graph, options?: ProgramOptions): Program;
  /** Waits until all submitted work is done. @returns its error that was not reported yet; on WASM always null, since every call reports its own */
  settled(): Promise<LabError | null>;
  dispose(): void;
}

/** What to use in place of the browser's own: a server without a browser brings its GPU and its runtime. */
export interface Surroundings {
  /** An adapter to ask for a device, e.g. Dawn's in Node. */
  adapter?: GPUAdapter;
  /** An ONNX Runtime Web module with its files already set, where no page serves them (Node). */
  ort?: Ort;
  threads?: number;
  /** On WASM: leave ONNX Runtime as it is published, and why: to compare, or since with the lab's kernels it computed wrongly. */
  stock?: string | null;
}

/** A weight as it is stored: float32, float16, or quantised with a scale and a zero point for each block. */
export interface StoredTensors {
  values: DeviceTensor;
  scale?: DeviceTensor | undefined;
  zero?: DeviceTensor | undefined;
}

export type DeviceWish = 'auto' | 'webgpu' | 'wasm';
