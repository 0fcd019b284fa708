/**
 * The safetensors format: an 8-byte little-endian header length, a JSON header, then the tensors' bytes.
 * Reading trusts nothing: the checks are those of the reference implementation (no holes, no overlaps, sizes that agree).
 */
import { LabError } from '../core/errors.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './float16.ts';

/** Bits of a value: every type of the format's reference implementation (safetensors 0.7), whether the lab can use it or not. */
const BITS = {
  C64: 64, F64: 64, F32: 32, F16: 16, BF16: 16, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8, F6_E2M3: 6, F6_E3M2: 6, F4: 4,
  I64: 64, I32: 32, I16: 16, I8: 8, U64: 64, U32: 32, U16: 16, U8: 8, BOOL: 8,
} as const;
export type StoredDtype = keyof typeof BITS;

/** One tensor as it lies in the file. `bytes` is a view, not a copy. */
export interface StoredTensor {
  name: string;
  dtype: StoredDtype;
  shape: number[];
  bytes: Uint8Array;
}

export interface Safetensors {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

/** Where a tensor lies in its file. */
export interface TensorEntry {
  name: string;
  dtype: StoredDtype;
  shape: number[];
  /** Bytes of the file, from its very start. */
  begin: number;
  end: number;
}

/** The reference implementation's limit; a larger "header" is some other file read as one. */
const LARGEST_HEADER = 100_000_000;

function damaged(file: string): (what: string, data?: Record<string, unknown>) => LabError {
  return (what, data = {}) =>
    new LabError('models.safetensors', `${file} is not a usable safetensors file: ${what}.`, 'The file is damaged or cut short: download it again. (An HTML page or a Git LFS pointer saved under this name looks like this too.)', { file, ...data });
}

/**
 * Bytes from the start of a file to the end of its header.
 * @param first its first eight bytes, or all it has
 * @param size of the whole file
 * @throws LabError `models.safetensors`
 */
export function headerLength(first: Uint8Array, size: number, file: string): number {
  const bad = damaged(file);
  if (size < 8 || first.length < 8) throw bad(`it has ${size} bytes, fewer than its first field`);
  const length = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true));
  if (length > LARGEST_HEADER) throw bad(`it claims a header of ${length} bytes, more than the format's limit of ${LARGEST_HEADER}`);
  if (8 + length > size) throw bad(`it claims a header of ${length} bytes but has only ${size} bytes in all`);
  return 8 + length;
}

/**
 * What a file holds, from its header alone.
 * @param head the file up to `headerLength`
 * @param size of the whole file
 * @throws LabError `models.safetensors`, saying where the file contradicts itself
 */
export function readHeader(head: Uint8Array, size: number, file: string): { entries: Map<string, TensorEntry>; metadata: Record<string, string> } {
  const bad = damaged(file);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(8)));
  } catch (cause) {
    throw bad(`its header is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (!isRecord(header)) throw bad('its header is not a JSON object');

  const start = head.length;
  const length = size - start;
  const metadata: Record<string, string> = {};
  const entries = new Map<string, TensorEntry>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (isRecord(entry)) for (const [key, value] of Object.entries(entry)) metadata[key] = String(value);
      continue;
    }
    if (!isRecord(entry)) throw bad(`the header entry of ${name} is not an object`);
    const { dtype, shape, data_offsets: offsets } = entry;
    if (typeof dtype !== 'string') throw bad(`${name} has the type ${JSON.stringify(dtype)}`, { tensor: name });
    if (!isStoredDtype(dtype)) throw new LabError('models.dtype', `${name} in ${file} is stored as ${JSON.stringify(dtype)}, a type that the lab does not know.`, 'Save the checkpoint as F32, F16 or BF16: model.half().save_pretrained(...).', { file, tensor: name, dtype });
    if (!isSizes(shape)) throw bad(`${name} has the shape ${JSON.stringify(shape)}`, { tensor: name });
    if (!isSizes(offsets) || offsets.length !== 2) throw bad(`${name} has the offsets ${JSON.stringify(offsets)}`, { tensor: name });
    const [begin, end] = offsets as [number, number];
    if (begin > end || end > length) throw bad(`${name} should lie at bytes ${begin} to ${end}, but there are ${length} bytes of data`, { tensor: name });
    const expected = shape.reduce((product, n) => product * n, 1) * (BITS[dtype] / 8);
    if (end - begin !== expected) throw bad(`${name}, ${dtype} [${shape.join(', ')}], needs ${expected} bytes but has ${end - begin}`, { tensor: name });
    entries.set(name, { name, dtype, shape, begin: start + begin, end: start + end });
  }

  let covered = start;
  for (const { name, begin, end } of [...entries.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) throw bad(`${name} overlaps the tensor before it`, { tensor: name });
    if (begin > covered) throw bad(`bytes ${covered - start} to ${begin - start}, before ${name}, belong to no tensor`, { tensor: name });
    covered = end;
  }
  if (covered !== size) throw bad(`the last ${size - covered} bytes belong to no tensor`);
  return { entries, metadata };
}

/**
 * @param file its name, for messages
 * @throws LabError `models.safetensors`, saying where the file contradicts itself
 */
export function readSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const { entries, metadata } = readHeader(bytes.subarray(0, headerLength(bytes, bytes.length, file)), bytes.length, file);
  return { tensors: new Map([...entries].map(([key, { name, dtype, shape, begin, end }]) => [key, { name, dtype, shape, bytes: bytes.subarray(begin, end) }])), metadata };
}

/**
 * A floating-point tensor's values as float32: a view where the file has float32 and is aligned, a conversion otherwise.
 * @throws LabError `models.dtype` when the tensor does not hold F32, F16 or BF16
 */
export function tensorToFloat32(tensor: StoredTensor, file: string): Float32Array {
  switch (tensor.dtype) {
    case 'F32': {
      const { buffer, byteOffset, length } = aligned(tensor.bytes, 4);
      return new Float32Array(buffer, byteOffset, length / 4);
    }
    case 'F16':
      return float16ToFloat32(tensorHalves(tensor));
    case 'BF16':
      return bfloat16ToFloat32(tensorHalves(tensor));
    default:
      throw new LabError('models.dtype', `${tensor.name} in ${file} is stored as ${tensor.dtype}; weights must be F32, F16 or BF16.`, 'Save the checkpoint in one of these types: model.half().save_pretrained(...).', { file, tensor: tensor.name, dtype: tensor.dtype });
  }
}

/** The 16-bit patterns of an F16 or BF16 tensor, for storing weights as they are. */
export function tensorHalves(tensor: StoredTensor): Uint16Array {
  if (tensor.dtype !== 'F16' && tensor.dtype !== 'BF16') throw new TypeError(`${tensor.name} is ${tensor.dtype}, not a 16-bit type`);
  const { buffer, byteOffset, length } = aligned(tensor.bytes, 2);
  return new Uint16Array(buffer, byteOffset, length / 2);
}

/** What can be written: float32 values, 16-bit float patterns with their type named, or int32 values. */
export type WritableTensor = { shape: readonly number[] } & ({ data: Float32Array | Int32Array } | { dtype: 'F16' | 'BF16'; data: Uint16Array });

/**
 * A safetensors file, tensors in the order given, its header padded so that the data starts at a multiple of 8.
 * @param metadata string to string, as the format wants it; transformers and PEFT expect `{format: 'pt'}`
 */
export function writeSafetensors(tensors: Iterable<readonly [string, WritableTensor]>, metadata: Record<string, string> = { format: 'pt' }): Uint8Array<ArrayBuffer> {
  const entries = [...tensors];
  for (const [name, { shape, data }] of entries) {
    const size = sizeOf(shape);
    if (size !== data.length) throw new RangeError(`${name} of shape [${shape.join(', ')}] has ${data.length} values, not ${size}`);
  }
  const head = safetensorsHead(entries.map(([name, tensor]) => [name, { dtype: dtypeOf(tensor), shape: tensor.shape }]), metadata);
  const out = new Uint8Array(head.length + entries.reduce((sum, [, { data }]) => sum + data.byteLength, 0));
  out.set(head);
  let at = head.length;
  for (const [, { data }] of entries) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

/** The file up to its data, for whoever writes the tensors' bytes behind it one after the other. */
export function safetensorsHead(tensors: Iterable<readonly [string, { dtype: StoredDtype; shape: readonly number[] }]>, metadata: Record<string, string> = { format: 'pt' }): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { dtype, shape }] of tensors) {
    const end = offset + sizeOf(shape) * (BITS[dtype] / 8);
    header[name] = { dtype, shape: [...shape], data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(out.buffer).setBigUint64(0, BigInt(out.length - 8), true);
  out.set(text, 8);
  return out;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function dtypeOf(tensor: WritableTensor): StoredDtype {
  if ('dtype' in tensor) return tensor.dtype;
  return tensor.data instanceof Int32Array ? 'I32' : 'F32';
}

/** The bytes themselves when a typed array of `size`-byte elements can lie on them, a copy otherwise. */
function aligned(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function isStoredDtype(name: string): name is StoredDtype {
  return Object.hasOwn(BITS, name);
}
