/**
 * Frozen weights as they are stored, and how graphs read them: float32, float16, or integers in blocks beside their scales
 * and zero points, as in QLoRA (Dettmers et al. 2023). Arithmetic is float32 always.
 *
 * A quantised weight `x` is three tensors: the quantised values under its own name, `x.scale` and `x.zero`. It is decoded where it is used.
 */
import { type DType, type Graph, type Shape, type Value, add, cast, dequantizeLinear, gather, gemm, matMulNBits, matMulTransposedNBits, less, reshape, slice, canTransposeNBits, where } from '../onnx/index.ts';
import { LabError } from '../../core/errors.ts';
import type { Device, DeviceTensor, StoredTensors } from '../runtime/index.ts';
import { blockLength, quantize } from './quantize.ts';
import { float16ToFloat32, float32ToFloat16 } from '../../files/float16.ts';

/** How frozen matrices are kept. `auto`: as the checkpoint has them, bfloat16 converted to float32. */
export type Storage = 'auto' | 'float32' | 'float16' | 'int8' | 'int4';

/** What a set of weights is on a device or in a graph, by name. */
export type Named<T> = Readonly<Record<string, T>>;

export interface Matrix {
  shape: readonly number[];
  data: Float32Array | Uint16Array;
}

const SCALE = '.scale';
const ZERO = '.zero';

/** One tensor of a stored weight: what its name has behind the weight's, how it is kept, and its numbers. */
interface Part {
  suffix: string;
  dtype: 'float32' | 'float16' | 'uint8' | 'uint4';
  shape: number[];
  data: Float32Array | Uint16Array | Uint8Array;
}

function encoded({ shape, data }: Matrix, storage: Storage, halves: boolean): Part[] {
  const floats = (): Float32Array => (data instanceof Uint16Array ? float16ToFloat32(data) : data);
  const plain = (values: Float32Array | Uint16Array): Part[] => [{ suffix: '', dtype: values instanceof Uint16Array ? 'float16' : 'float32', shape: [...shape], data: values }];
  if (shape.length < 2 || storage === 'float32') return plain(floats());
  if (storage === 'auto') return plain(data instanceof Uint16Array && !halves ? floats() : data);
  if (storage === 'float16') return plain(halves ? (data instanceof Uint16Array ? data : halved(data)) : floats());
  const [rows, columns] = shape as [number, number];
  const block = blockLength(columns);
  // What cannot be cut into blocks is small: no checkpoint people use has such matrices.
  if (block === null) return plain(floats());
  const { codes, scales, zeros } = quantize(floats(), [rows, columns], storage === 'int4' ? 4 : 8);
  const dtype = storage === 'int4' ? 'uint4' : 'uint8';
  return [
    { suffix: '', dtype, shape: [rows, columns], data: codes },
    { suffix: SCALE, dtype: 'float32', shape: [rows, columns / block], data: scales },
    { suffix: ZERO, dtype, shape: [rows, columns / block], data: zeros },
  ];
}

/** @throws LabError `models.float16` for numbers that half precision cannot hold */
function halved(data: Float32Array): Uint16Array {
  const half = float32ToFloat16(data);
  if (half.some((bits) => (bits & 0x7c00) === 0x7c00)) throw new LabError('models.float16', 'A weight of this checkpoint is larger than float16 can hold (65,504).', 'Keep its weights as float32 or int8 (`storage` in the manifest).');
  return half;
}

/** Numbers that are float32 at once: the table of a large vocabulary never is as a whole. */
const PIECE = 2 ** 24;

/**
 * Sends one weight to a device; vectors stay float32.
 * @param read the rows from `from` up to `to`, or all of a vector
 * @returns the tensors it is stored as, under its own name and behind it
 */
export async function store(device: Device, name: string, shape: readonly number[], storage: Storage, read: (from: number, to: number) => Promise<Matrix>): Promise<Record<string, DeviceTensor>> {
  const rows = shape[0] as number;
  const step = shape.length < 2 ? rows : Math.max(1, Math.floor(PIECE / (shape[1] as number)));
  if (step >= rows) return uploaded(device, name, encoded(await read(0, rows), storage, device.halves));
  let whole: Part[] | null = null;
  for (let from = 0; from < rows; from += step) {
    const parts = encoded(await read(from, Math.min(rows, from + step)), storage, device.halves);
    whole ??= parts.map((part) => Object.assign({}, part, { shape: [rows, ...part.shape.slice(1)], data: new (part.data.constructor as Uint8ArrayConstructor)((part.data.length / (part.shape[0] as number)) * rows) }));
    for (const [i, part] of parts.entries()) (whole[i] as Part).data.set(part.data as never, (part.data.length / (part.shape[0] as number)) * from);
  }
  return uploaded(device, name, whole as Part[]);
}

function uploaded(device: Device, name: string, parts: readonly Part[]): Record<string, DeviceTensor> {
  return Object.fromEntries(parts.map(({ suffix, dtype, shape, data }) => [name + suffix, device.upload({ dtype, shape, data })]));
}

/** Embedding and head: at four bits they lose too much, so they are kept in eight. */
export function tableStorage(storage: Storage): Storage {
  return storage === 'int4' ? 'int8' : storage;
}

/**
 * Weights in the form that a run is fed, to be declared by `declareTrained`: quantised where the device multiplies quantised weights,
 * else float32 where the device decodes weights as a run reads them, else as stored.
 * @param whole whether graphs do more with them than multiply, and so need them decoded
 */
export function fed(device: Device, weights: Named<DeviceTensor>, whole = false): Named<DeviceTensor> {
  if (!device.decodesWeights) return weights;
  return Object.assign({}, ...Object.keys(weights).filter((name) => !isPart(name)).map((name) => (
    !whole && multiplied(device, weights, name) ? Object.fromEntries(['', SCALE, ZERO].map((suffix) => [name + suffix, weights[name + suffix]])) : { [name]: device.decodedWeight(partsOf(weights, name), name) })));
}

/** Some rows of a table in that form, under the name `table`. Only on a device with `decodesWeights`. */
export function fedRows(device: Device, weights: Named<DeviceTensor>, name: string, from: number, to: number): Named<DeviceTensor> {
  const { values, scale, zero } = partsOf(weights, name);
  if (!scale || !zero || values.dtype !== 'uint8' || !multiplied(device, weights, name) || !transposable(to - from, scale, values)) return { table: device.decodedWeight({ values, scale, zero }, `${name}, rows`, [from, to]) };
  const cut = (tensor: DeviceTensor): DeviceTensor => {
    const columns = tensor.shape[1] as number;
    return device.part(tensor, from * columns, [to - from, columns]);
  };
  return { table: cut(values), [`table${SCALE}`]: cut(scale), [`table${ZERO}`]: cut(zero) };
}

/** Whether the device multiplies by a weight without decoding it first, and by its transpose for gradients. */
function multiplied(device: Device, weights: Named<DeviceTensor>, name: string): boolean {
  const { values, scale } = partsOf(weights, name);
  return device.multipliesQuantized && scale !== undefined && packs(values, scale) && transposable(values.shape[0] as number, scale, values);
}

function transposable(rows: number, scale: Declared, values: Declared): boolean {
  return canTransposeNBits(rows, (values.shape[1] as number) / (scale.shape[1] as number), bitsOf(values));
}

/** Whether a row's zero points end with a byte. */
function packs(values: Declared, scale: Declared): boolean {
  return bitsOf(values) === 8 || (scale.shape[1] as number) % 2 === 0;
}

const bitsOf = ({ dtype }: Pick<Declared, 'dtype'>): 4 | 8 => (dtype === 'uint4' ? 4 : 8);

function partsOf(weights: Named<DeviceTensor>, name: string): StoredTensors {
  return { values: weights[name] as DeviceTensor, scale: weights[name + SCALE], zero: weights[name + ZERO] };
}

/** A weight of a graph as it is stored; a quantised one with what decodes it. */
export interface Stored {
  value: Value;
  scale?: Value;
  zero?: Value;
  /** Quantised values [out, blocks, bytes], scales and zero points flat, as `matMulNBits` takes them: for products without decoding. */
  packed?: { codes: Value; scale: Value; zero: Value };
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

/** The same with quantised matrices packed: they can be multiplied by few rows, and not be decoded. */
export function declarePacked(graph: Graph, weights: Named<Declared>, prefix = ''): Record<string, Stored> {
  const quantized = Object.keys(weights).filter((name) => {
    const scale = weights[name + SCALE];
    return scale !== undefined && packs(weights[name] as Declared, scale);
  });
  const rest = Object.fromEntries(Object.entries(weights).filter(([name]) => !quantized.includes(name.replace(/\.(scale|zero)$/, ''))));
  return {
    ...declareStored(graph, rest, prefix),
    ...Object.fromEntries(quantized.map((name) => {
      const [codes, scale] = [weights[name] as Declared, weights[name + SCALE] as Declared];
      const [out, columns] = codes.shape as [number, number];
      const blocks = scale.shape[1] as number;
      const bits = bitsOf(codes);
      const packed = {
        codes: graph.parameter(prefix + name, 'uint8', [out, blocks, (columns / blocks) * (bits / 8)]),
        scale: graph.parameter(prefix + name + SCALE, 'float32', [out * blocks]),
        zero: graph.parameter(prefix + name + ZERO, 'uint8', [(out * blocks * bits) / 8]),
      };
      return [name, { value: packed.codes, packed }];
    })),
  };
}

/** Weights that training multiplies by, quantised where the device multiplies those. @param whole as for `fed` */
export function declareTrained(graph: Graph, device: Device, weights: Named<DeviceTensor>, { prefix = '', whole = false } = {}): Record<string, Stored> {
  const isQuantized = (name: string): boolean => !whole && multiplied(device, weights, name.replace(/\.(scale|zero)$/, ''));
  const [packed, rest] = [true, false].map((wanted) => Object.fromEntries(Object.entries(weights).filter(([name]) => isQuantized(name) === wanted))) as [Named<DeviceTensor>, Named<DeviceTensor>];
  return { ...declareStored(graph, rest, prefix), ...declarePacked(graph, packed, prefix) };
}

/** A table that is looked up too, packed as well where the device multiplies by it both ways. */
export function trainedTable(device: Device, table: Stored): Stored {
  return device.multipliesQuantized && table.scale && table.value.dtype === 'uint8' && transposable(table.value.shape[0] as number, table.scale, table.value) ? packedTable(table) : table;
}

/** A table in eight bits, which is looked up too, packed as well. */
export function packedTable({ value, scale, zero }: Stored): Stored {
  if (!scale || !zero) return { value };
  const [out, blocks] = scale.shape as [number, number];
  return { value, scale, zero, packed: { codes: reshape(value, [out, blocks, (value.shape[1] as number) / blocks]), scale: reshape(scale, [out * blocks]), zero: reshape(zero, [out * blocks]) } };
}

/** The weight as float32. */
export function decoded({ value, scale, zero, packed }: Stored): Value {
  if (packed && !scale) throw new LabError('models.packed', 'A packed quantised weight was to be decoded as a whole.', 'This is a fault of the lab; please report it with the model you loaded.');
  return scale && zero ? dequantizeLinear(value, scale, zero) : cast(value, 'float32');
}

/**
 * Zero [1], but not known before `x` is: ONNX Runtime orders nodes by what they depend on alone, and would decode all
 * stretches of a weight before it uses the first.
 */
export function dependentZero(x: Value): Value {
  const first = x.shape.reduce<Value>((value, _, axis) => slice(value, axis, 0, 1), x);
  return where(less(reshape(first, [1]), 0), 0, 0);
}

/** x W^T for x [rows, in], plus `c` [rows, out]. */
export function product(x: Value, weight: Stored, c?: Value): Value {
  if (!weight.packed) return gemm(x, decoded(weight), { transB: true, ...(c ? { c } : {}) });
  const y = matMulNBits(x, weight.packed.codes, weight.packed.scale, weight.packed.zero);
  return c ? add(y, c) : y;
}

/** x W for x [rows, out], plus `c` [rows, in]. */
export function transposedProduct(x: Value, weight: Stored, c?: Value): Value {
  if (!weight.packed) return gemm(x, decoded(weight), c ? { c } : {});
  const y = matMulTransposedNBits(x, weight.packed.codes, weight.packed.scale, weight.packed.zero);
  return c ? add(y, c) : y;
}

/** Some rows of a table as float32; only these are decoded. @param rows int32 or int64 [n] */
export function lookedUp({ value, scale, zero }: Stored, rows: Value): Value {
  if (!scale || !zero) return cast(gather(value, rows), 'float32');
  return dequantizeLinear(gather(value, rows), gather(scale, rows), gather(zero, rows));
}
