import { LabError } from '../../core/errors.ts';
import type { DType, Shape } from '../onnx/value.ts';
import { byteLength } from '../onnx/value.ts';

/** How a tensor's elements lie in JavaScript memory. Halves are bit patterns. */
export interface HostArrays {
  float32: Float32Array;
  float16: Uint16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint32: Uint32Array;
  uint8: Uint8Array;
  int8: Int8Array;
  bool: Uint8Array;
  uint4: Uint8Array;
}
export type HostArray = HostArrays[DType];

/** A tensor in JavaScript memory, to be sent to a device. */
export interface HostTensor {
  dtype: DType;
  shape: Shape;
  data: HostArray;
}

/** A tensor where its device wants it: in GPU memory, or in JavaScript memory for WASM. */
export interface DeviceTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly bytes: number;
  /** Its elements. On WebGPU a copy; on WASM the tensor's own memory, not to be changed. */
  read(): Promise<HostArray>;
  /** Frees device memory. Using the tensor afterwards is an error. */
  dispose(): void;
}

const ARRAYS = { float32: Float32Array, float16: Uint16Array, int32: Int32Array, int64: BigInt64Array, uint32: Uint32Array, uint8: Uint8Array, int8: Int8Array, bool: Uint8Array, uint4: Uint8Array } as const;

/** Bytes seen as the elements of a type, without a copy where alignment allows. */
export function viewAs(dtype: DType, bytes: Uint8Array): HostArray {
  const array = ARRAYS[dtype];
  const aligned = bytes.byteOffset % array.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new array(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / array.BYTES_PER_ELEMENT);
}

export function bytesOf(data: HostArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/** A float32, int32 or other tensor to feed; throws `runtime.shape` when data and shape disagree. */
export function host<T extends DType>(dtype: T, shape: Shape, data: HostArrays[T]): HostTensor {
  if (data.byteLength !== byteLength({ dtype, shape })) {
    throw new LabError('runtime.shape', `${data.length} elements do not make a ${dtype} tensor of shape [${shape.join(', ')}].`, 'This is a fault in the engine; please report it.');
  }
  return { dtype, shape, data };
}

export async function readFloats(tensor: DeviceTensor): Promise<Float32Array> {
  if (tensor.dtype !== 'float32') throw new LabError('runtime.dtype', `A ${tensor.dtype} tensor was read as float32.`, 'This is a fault in the engine; please report it.');
  return (await tensor.read()) as Float32Array;
}
