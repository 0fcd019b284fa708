import { expect, test } from '@playwright/test';
import { LabError } from '../../src/core/errors.ts';
import { bfloat16ToFloat32, float16ToFloat32, float32ToFloat16 } from '../../src/files/float16.ts';
import { readSafetensors, tensorToFloat32, writeSafetensors } from '../../src/files/safetensors.ts';
import { goldenBytes, goldenJson } from '../golden/files.ts';

/** A file with this header text (or object) and this many zero bytes of data. */
function file(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const out = new Uint8Array(8 + text.length + dataBytes);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  return out;
}

function refusal(bytes: Uint8Array): LabError {
  try {
    readSafetensors(bytes, 'model.safetensors');
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    return error as LabError;
  }
  throw new Error('the file was accepted');
}

const f32 = (shape: number[], begin: number, end: number): object => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

test('a file written by PyTorch is read with its names, shapes, types and values', async () => {
  const { tensors, metadata } = readSafetensors(await goldenBytes('untied/model.safetensors'), 'model.safetensors');
  expect(metadata).toEqual({ format: 'pt' });
  expect(tensors.size).toBe(1 + 2 * 9 + 2);
  expect(tensors.get('model.layers.1.self_attn.k_proj.weight')).toMatchObject({ dtype: 'F32', shape: [16, 32] });
  const norm = tensorToFloat32(tensors.get('model.norm.weight')!, 'model.safetensors');
  const mean = norm.reduce((sum, x) => sum + x, 0) / norm.length;
  expect(mean).toBeGreaterThan(0.8);
  expect(mean).toBeLessThan(1.2);
});

test('float16 conversion agrees with PyTorch in both directions, bit for bit', async () => {
  const full = readSafetensors(await goldenBytes('untied/model.safetensors'), 'a').tensors;
  const half = readSafetensors(await goldenBytes('untied-f16/model.safetensors'), 'b').tensors;
  for (const [name, tensor] of half) {
    const rounded = float32ToFloat16(tensorToFloat32(full.get(name)!, 'a'));
    expect(Buffer.from(rounded.buffer).equals(Buffer.from(tensor.bytes)), name).toBe(true);
    const values = tensorToFloat32(tensor, 'b');
    expect(Buffer.from(float32ToFloat16(values).buffer).equals(Buffer.from(tensor.bytes)), name).toBe(true);
  }
});

test('float16 has its known values at the edges of its range', () => {
  const known: [number, number][] = [[0, 0x0000], [1, 0x3c00], [-2, 0xc000], [65504, 0x7bff], [65519, 0x7bff], [65520, 0x7c00], [Infinity, 0x7c00], [-Infinity, 0xfc00], [2 ** -14, 0x0400], [2 ** -24, 0x0001], [2 ** -25, 0x0000], [1.5 * 2 ** -24, 0x0002], [1023 * 2 ** -24, 0x03ff], [1 / 3, 0x3555], [1 + 2 ** -11, 0x3c00], [1 + 3 * 2 ** -11, 0x3c02]];
  const bits = float32ToFloat16(new Float32Array(known.map(([value]) => value)));
  expect([...bits]).toEqual(known.map(([, pattern]) => pattern));
  expect([...float16ToFloat32(new Uint16Array([0x3555, 0x0001, 0x7bff, 0x8000]))]).toEqual([0.333251953125, 2 ** -24, 65504, -0]);
  expect(Number.isNaN(float16ToFloat32(float32ToFloat16(new Float32Array([NaN])))[0])).toBe(true);
});

test('bfloat16 is the upper half of float32', () => {
  expect([...bfloat16ToFloat32(new Uint16Array([0x3f80, 0xc040, 0x4049, 0x7f80]))]).toEqual([1, -3, 3.140625, Infinity]);
});

test('what is written is read back equal, padded to eight bytes', () => {
  const a = new Float32Array([1.5, -2, 3.25, 0, 5, 6]);
  const bytes = writeSafetensors([['a', { shape: [2, 3], data: a }], ['ü', { shape: [], data: new Int32Array([-7]) }], ['h', { shape: [1], dtype: 'F16', data: new Uint16Array([0x3c00]) }]], { format: 'pt', by: 'test' });
  expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  const { tensors, metadata } = readSafetensors(bytes, 'x');
  expect(metadata).toEqual({ format: 'pt', by: 'test' });
  expect(tensors.get('a')).toMatchObject({ dtype: 'F32', shape: [2, 3] });
  expect([...tensorToFloat32(tensors.get('a')!, 'x')]).toEqual([...a]);
  expect([...tensorToFloat32(tensors.get('h')!, 'x')]).toEqual([1]);
  expect(tensors.get('ü')).toMatchObject({ dtype: 'I32', shape: [] });
  expect(() => writeSafetensors([['a', { shape: [2, 2], data: a }]])).toThrow('6 values, not 4');
});

test('tensors whose data starts at an odd address are still read', () => {
  const bytes = writeSafetensors([['a', { shape: [2], data: new Float32Array([1, 2]) }]]);
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  expect([...tensorToFloat32(readSafetensors(shifted.subarray(1), 'x').tensors.get('a')!, 'x')]).toEqual([1, 2]);
});

const broken: [title: string, bytes: Uint8Array, message: RegExp][] = [
  ['shorter than its length field', new Uint8Array(5), /has 5 bytes/],
  ['an HTML page saved in its place', new TextEncoder().encode('<!doctype html><html>not found</html>'), /header of \d+ bytes, more than/],
  ['cut short inside its header', file({ a: f32([1], 0, 4) }, 4).subarray(0, 20), /has only 20 bytes in all/],
  ['cut short inside its data', file({ a: f32([4], 0, 16) }, 16).subarray(0, -3), /a should lie at bytes 0 to 16, but there are 13/],
  ['with a header that is not JSON', file('{"a": ', 0), /header is not JSON/],
  ['with a header that is a list', file('[]', 0), /not a JSON object/],
  ['with a negative size', file({ a: f32([-1], 0, 4) }, 4), /a has the shape \[-1\]/],
  ['with a shape that does not match its bytes', file({ a: f32([3], 0, 4) }, 4), /a, F32 \[3\], needs 12 bytes but has 4/],
  ['with a shape whose product overflows', file({ a: f32([2 ** 52, 2 ** 52], 0, 4) }, 4), /needs .* bytes but has 4/],
  ['with offsets that run backwards', file({ a: f32([1], 4, 0) }, 4), /a should lie at bytes 4 to 0/],
  ['with three offsets', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] } }, 8), /offsets \[0,4,8\]/],
  ['with overlapping tensors', file({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8), /b overlaps/],
  ['with a hole', file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /bytes 4 to 8, before b, belong to no tensor/],
  ['with bytes after the last tensor', file({ a: f32([1], 0, 4) }, 7), /last 3 bytes belong to no tensor/],
];
for (const [title, bytes, message] of broken) {
  test(`a file ${title} is refused with the reason`, () => {
    const error = refusal(bytes);
    expect(error.code).toBe('models.safetensors');
    expect(error.message).toContain('model.safetensors');
    expect(error.message).toMatch(message);
    expect(error.hint).toContain('download');
  });
}

test('integer weights are refused by name and type', () => {
  const { tensors } = readSafetensors(writeSafetensors([['w', { shape: [1], data: new Int32Array([1]) }]]), 'x');
  expect(() => tensorToFloat32(tensors.get('w')!, 'x')).toThrow('w in x is stored as I32');
});

test('the goldens file is itself a safetensors file with the documented tensors', async () => {
  const { tensors } = readSafetensors(await goldenBytes('untied/goldens.safetensors'), 'goldens.safetensors');
  const goldens = await goldenJson<{ curves: unknown[] }>('untied/goldens.json');
  expect(goldens.curves).toHaveLength(3);
  expect(tensors.get('input.ids')).toMatchObject({ dtype: 'I32', shape: [2, 20] });
  expect(tensors.get('grad2.model.layers.1.mlp.down_proj.lora_A.weight')).toMatchObject({ dtype: 'F32', shape: [4, 48] });
});

test('a type that weights cannot have is unsupported by its name, not a damaged file', () => {
  const code = (call: () => unknown): [string, string] => {
    try {
      call();
    } catch (thrown) {
      return [(thrown as LabError).code, (thrown as LabError).message];
    }
    throw new Error('nothing was thrown');
  };
  const read = (dtype: string, shape: number[], length: number): unknown => {
    const { tensors } = readSafetensors(file({ a: { dtype, shape, data_offsets: [0, length] } }, length), 'x');
    return tensorToFloat32(tensors.get('a')!, 'x');
  };
  for (const [dtype, shape, length] of [['F8_E8M0', [4], 4], ['F8_E4M3', [4], 4], ['F6_E2M3', [4], 3], ['F4', [4], 2], ['C64', [2], 16], ['I16', [2], 4], ['BOOL', [4], 4]] as const) {
    expect(code(() => read(dtype, [...shape], length))).toEqual(['models.dtype', expect.stringContaining(dtype)]);
  }
  // One that comes after this version of the format.
  expect(code(() => read('F12', [1], 4))).toEqual(['models.dtype', expect.stringContaining('"F12"')]);
  expect(code(() => read(7 as never, [1], 4))).toEqual(['models.safetensors', expect.stringContaining('the type 7')]);
});
