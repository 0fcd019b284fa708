import { expect, test } from '@playwright/test';
import { Rng } from '../../src/core/rng.ts';
import { float16ToFloat32 } from '../../src/files/float16.ts';
import { dequantize, quantize } from '../../src/engine/models/quantize.ts';
import { WeightDecoder } from '../../src/engine/kernels/weight-decoder.ts';

test('every finite half becomes the float32 it stands for, to the bit', () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((bits) => (bits & 0x7c00) !== 0x7c00);
  const decoder = new WeightDecoder();
  for (const count of [halves.length, 1, 7, 8, 9]) {
    const stored = { kind: 'float16', values: halves.subarray(0, count) } as const;
    decoder.prepare('halves', stored);
    expect(Buffer.from(decoder.decode('halves', stored).slice().buffer)).toEqual(Buffer.from(float16ToFloat32(stored.values).buffer));
  }
});

for (const bits of [4, 8] as const) for (const [rows, columns] of [[3, 32], [5, 96], [2, 48], [7, 16]] as const) {
  test(`codes of ${bits} bits, ${rows} by ${columns}, become the numbers that they stand for, to the bit`, () => {
    const rng = new Rng(`${bits}/${columns}`);
    const quantized = quantize(Float32Array.from({ length: rows * columns }, () => rng.float() - 0.3), [rows, columns], bits);
    const stored = { kind: bits === 4 ? 'uint4' : 'uint8', values: quantized.codes, scales: quantized.scales, zeros: quantized.zeros, count: rows * columns } as const;
    const decoder = new WeightDecoder();
    decoder.prepare('codes', stored);
    expect([...decoder.decode('codes', stored)]).toEqual([...dequantize(quantized)]);
  });
}

test('matrices in places of their own do not disturb each other, and a place can be used again', () => {
  const decoder = new WeightDecoder();
  const half = (values: number[]): { kind: 'float16'; values: Uint16Array } => ({ kind: 'float16', values: Uint16Array.from(values) });
  const [one, two, larger] = [half([0x3c00, 0x4000]), half([0xbc00]), half(Array.from({ length: 40_000 }, () => 0x4200))];
  for (const [place, stored] of [['a', one], ['b', two], ['c', larger]] as const) decoder.prepare(place, stored);
  const [a, b, c] = [decoder.decode('a', one), decoder.decode('b', two), decoder.decode('c', larger)];
  expect([[...a], [...b], c.length, c.every((value) => value === 3)]).toEqual([[1, 2], [-1], 40_000, true]);
  decoder.decode('b', half([0x4000]));
  expect([[...a], [...b]]).toEqual([[1, 2], [2]]);
});
