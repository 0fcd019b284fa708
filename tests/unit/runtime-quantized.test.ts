import { expect, test } from '@playwright/test';
import { type Code, functionBody, get, i32, unreachable } from '../../src/engine/kernels/code.ts';
import { quantizedKernels } from '../../src/engine/kernels/quantized.ts';
import { quantizedModule } from '../../src/engine/kernels/quantized-proof.ts';
import { OPERATION_TYPE } from '../../src/engine/kernels/mlas.ts';
import { withPrologue, writeModule } from '../../src/engine/kernels/module.ts';

const MARK = Uint32Array.of(0x9e3779b9, 7, 0xffffffff, 0x80000000);
/** Node compiles no relaxed SIMD, which the product kernels are of: tests/browser/quantized.test.ts multiplies. */
const NO_KERNEL = functionBody('->', [], unreachable);
type Call = (...values: number[]) => void;

async function instance(): Promise<{ memory: WebAssembly.Memory; note4: Call; note8: Call }> {
  const quantized = quantizedKernels(MARK);
  const further = quantized.further.map(({ as, body }) => ({ as, body: as === 'operation' ? NO_KERNEL : body }));
  return (await WebAssembly.instantiate(quantizedModule({ zero: NO_KERNEL, add: NO_KERNEL, quantized: { ...quantized, further } }))).instance.exports as never;
}

const [CODES, SCALES, ZEROS, A, C, NOTED] = [16, 8192, 12_288, 16_384, 24_576, 32_768] as const;

test('a note is in every sixteenth row and says what the decoder was asked; between them nothing is written', async () => {
  const { memory, note4 } = await instance();
  const [columns, depth] = [40, 64];
  note4(NOTED, CODES, SCALES, ZEROS, 32, 1, depth, columns, 0);
  const words = new Uint32Array(memory.buffer, NOTED, columns * depth);
  for (const row of [0, 16, 32]) expect([...words.subarray(row * depth, row * depth + 11)]).toEqual([...MARK, CODES, SCALES, ZEROS, row, columns, 32, 0]);
  expect([...words].filter((word, i) => word !== 0 && (Math.floor(i / depth) % 16 > 0 || i % depth > 10))).toEqual([]);
});

test('the decoder stops at what the lab never asks it', async () => {
  const { note4, note8 } = await instance();
  const asked = { block: 32, columnWise: 1, zeros: Number(ZEROS), depth: 64 };
  const ask = (note: Call, { block, columnWise, zeros, depth }: typeof asked) => () => note(NOTED, CODES, SCALES, zeros, block, columnWise, depth, 5, 0);
  for (const note of [note4, note8]) {
    expect(ask(note, asked)).not.toThrow();
    for (const odd of [{ columnWise: 0 }, { zeros: 0 }, { block: 8 }, { depth: 80 }]) expect(ask(note, { ...asked, ...odd })).toThrow('unreachable');
  }
  // Of four bits, a column's zero points have to be whole bytes.
  expect(ask(note4, { ...asked, depth: 96 })).toThrow('unreachable');
  expect(ask(note8, { ...asked, depth: 96 })).not.toThrow();
});

test('only a matrix that begins with the whole mark is taken for a note', async () => {
  const written = (value: number): Code => [i32.constant(0), i32.constant(value), i32.store(0)];
  const operation = withPrologue(OPERATION_TYPE, functionBody(OPERATION_TYPE, [], written(1)), quantizedKernels(MARK).handsOver(1));
  const product = functionBody(OPERATION_TYPE, [], [i32.constant(0), get(8), i32.store(0)]);
  const { memory, asked } = (await WebAssembly.instantiate(writeModule([{ name: 'asked', type: OPERATION_TYPE, body: operation }, { name: 'product', type: OPERATION_TYPE, body: product }], 1))).instance.exports as unknown as { memory: WebAssembly.Memory; asked: Call };
  const words = new Uint32Array(memory.buffer);
  const ask = (transposed: number, depth: number): number => {
    asked(111, transposed, 1, 5, depth, 1, A, depth, 64, depth, 0, C, 5);
    return words[0] as number;
  };
  words.set(MARK, 16);
  expect([ask(112, 16), ask(111, 16), ask(112, 15)]).toEqual([64, 1, 1]);
  for (const i of MARK.keys()) {
    words.set(MARK, 16);
    words[16 + i] = (MARK[i] as number) ^ 1;
    expect(ask(112, 16), `word ${i}`).toBe(1);
  }
});

test('marks are new every time', () => {
  const note = (own: ReturnType<typeof quantizedKernels>): string => own.notes[4].join();
  expect(note(quantizedKernels())).not.toBe(note(quantizedKernels()));
  expect(note(quantizedKernels(MARK))).toBe(note(quantizedKernels(MARK)));
});
