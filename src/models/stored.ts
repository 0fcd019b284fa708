/**
 * Frozen weights as they are stored, and how graphs read them: float32, float16, or integers in blocks beside their scales
 * and zero points, as in QLoRA (Dettmers et al. 2023). Arithmetic is float32 always.
 *
 * A quantised weight `x` is three tensors: the codes under its own name, `x.scale` and `x.zero`. It is decoded where it is used.
 */
import { type DType, type Graph, type Shape, type Value, cast, dequantizeLinear, gather } from '../onnx/index.ts';
import { type Device, type DeviceTensor, host } from '../runtime/index.ts';
import { blockLength, quantize } from './quantize.ts';
import { float16ToFloat32, float32ToFloat16 } from './float16.ts';

/** How frozen matrices are kept. `auto`: as the checkpoint has them, bfloat16 widened to float32. */
export type Storage = 'auto' | 'float32' | 'float16' | 'int8' | 'int4';

/** What a set of weights is on a device or in a graph, by name. */
export type Named<T> = Readonly<Record<string, T>>;

export interface Matrix {
  shape: readonly number[];
  data: Float32Array | Uint16Array;
}

const SCALE = '.scale';
const ZERO = '.zero';

/** Sends one weight to a device; vectors stay float32. @returns the tensors it is stored as, under its own name and behind it */
export function store(device: Device, name: string, { shape, data }: Matrix, storage: Storage): Record<string, DeviceTensor> {
  const upload = (values: Float32Array | Uint16Array): Record<string, DeviceTensor> => ({ [name]: device.upload(values instanceof Uint16Array ? host('float16', shape, values) : host('float32', shape, values)) });
  const floats = (): Float32Array => (data instanceof Uint16Array ? float16ToFloat32(data) : data);
  if (shape.length < 2 || storage === 'float32') return upload(floats());
  if (storage === 'auto') return upload(data instanceof Uint16Array && !device.halves ? floats() : data);
  const [rows, columns] = shape as [number, number];
  const half = data instanceof Uint16Array ? data : float32ToFloat16(data);
  const overflows = (): boolean => half.some((bits) => (bits & 0x7c00) === 0x7c00);
  if (storage === 'float16') return upload(device.halves && !overflows() ? half : floats());
  const block = blockLength(columns);
  // What cannot be cut into blocks is small: no checkpoint people use has such matrices.
  if (block === null) return upload(floats());
  const { codes, scales, zeros } = quantize(floats(), [rows, columns], storage === 'int4' ? 4 : 8);
  const dtype = storage === 'int4' ? 'uint4' : 'uint8';
  return {
    [name]: device.upload(host(dtype, shape, codes)),
    [name + SCALE]: device.upload(host('float32', [rows, columns / block], scales)),
    [name + ZERO]: device.upload(host(dtype, [rows, columns / block], zeros)),
  };
}

/** Embedding and head: at four bits they lose too much, so they are kept in eight. */
export function tableStorage(storage: Storage): Storage {
  return storage === 'int4' ? 'int8' : storage;
}

/** A weight of a graph as it is stored; a quantised one with what decodes it. */
export interface Stored {
  value: Value;
  scale?: Value;
  zero?: Value;
}

type Declared = { dtype: DType; shape: Shape };

const isPart = (name: string): boolean => name.endsWith(SCALE) || name.endsWith(ZERO);

/** Declares the parameters of a set of weights. `prefix` tells the layers of a graph apart. */
export function declareStored(graph: Graph, weights: Named<Declared>, prefix = ''): Record<string, Stored> {
  const declare = (name: string): Value => graph.parameter(prefix + name, (weights[name] as Declared).dtype, (weights[name] as Declared).shape);
  return Object.fromEntries(
    Object.keys(weights)
      .filter((name) => !isPart(name))
      .map((name) => [name, name + SCALE in weights ? { value: declare(name), scale: declare(name + SCALE), zero: declare(name + ZERO) } : { value: declare(name) }]),
  );
}

/** The weight as float32. */
export function decoded({ value, scale, zero }: Stored): Value {
  return scale && zero ? dequantizeLinear(value, scale, zero) : cast(value, 'float32');
}

/** Some rows of a table as float32; only these are decoded. @param rows int32 or int64 [n] */
export function lookedUp({ value, scale, zero }: Stored, rows: Value): Value {
  if (!scale || !zero) return cast(gather(value, rows), 'float32');
  return dequantizeLinear(gather(value, rows), gather(scale, rows), gather(zero, rows));
}
