import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { call, functionBody, get, giveBack, i32, unsigned, when } from '../../src/runtime/wasm/code.ts';
import { readModule, type WasmFunction, withBodies, withPrologue, writeModule } from '../../src/runtime/wasm/module.ts';
import { ownKernels } from '../../src/runtime/wasm/proof.ts';
import { withOwnKernels } from '../../src/runtime/wasm/swap.ts';

const TYPE = 'i32 i32 -> i32';
const body = (operation: readonly number[]): Uint8Array => functionBody([], [get(0), get(1), operation as number[]]);
const sample = (): Uint8Array<ArrayBuffer> => writeModule([
  { name: 'first', type: TYPE, body: body(i32.add as number[]) },
  { name: 'second', type: TYPE, body: body(i32.sub as number[]) },
  { name: 'third', type: 'i32 -> i32', body: functionBody([], [get(0)]) },
], 1);

type Call = (...values: number[]) => number;
async function calls(bytes: Uint8Array): Promise<Record<'first' | 'second' | 'third', Call>> {
  return (await WebAssembly.instantiate(bytes as Uint8Array<ArrayBuffer>)).instance.exports as never;
}

test('numbers are LEB128', () => {
  expect([0, 127, 128, 16384, 2 ** 32 - 1].map(unsigned)).toEqual([[0], [0x7f], [0x80, 1], [0x80, 0x80, 1], [0xff, 0xff, 0xff, 0xff, 0x0f]]);
});

test('negative constants keep their sign', async () => {
  for (const value of [-1, -64, -65, 63, 64, 2 ** 31 - 1, -(2 ** 31)]) {
    const module = writeModule([{ name: 'first', type: ' -> i32', body: functionBody([], i32.constant(value)) }], 1);
    expect((await calls(module)).first()).toBe(value);
  }
});

test('a module is read as it was written', () => {
  const { types, functions } = readModule(sample());
  expect(functions.map(({ type }) => types[type])).toEqual([TYPE, TYPE, 'i32 -> i32']);
});

test('a replaced function computes the new, its neighbours what they did', async () => {
  const module = readModule(sample());
  // Bodies of another length, of one function in the middle and of both ends.
  const longer = functionBody([{ type: 'i32', count: 200 }], [get(0), get(1), i32.and as number[]]);
  const middle = await calls(withBodies(module, new Map([[1, longer]])));
  expect([middle.first(6, 3), middle.second(6, 3), middle.third(7)]).toEqual([9, 2, 7]);
  const ends = await calls(withBodies(module, new Map([[2, functionBody([], i32.constant(5))], [0, longer]])));
  expect([ends.first(6, 3), ends.second(6, 3), ends.third(7)]).toEqual([2, 3, 5]);
  const none = withBodies(module, new Map());
  expect([...none]).toEqual([...sample()]);
});

test('a prologue returns or goes on, and calls a function that was put behind all others', async () => {
  const module = readModule(sample());
  const tripled = functionBody([], [get(0), i32.constant(3), i32.mul]);
  const first = module.functions[0] as WasmFunction;
  const third = module.functions[2] as WasmFunction;
  const large = [get(0), i32.constant(100), i32.greaterUnsigned];
  const changed = withBodies(module, new Map([[0, withPrologue(module.bytes.subarray(first.from, first.to), when(large, get(0), call(module.functions.length), giveBack))]]), [{ type: third.type, body: tripled }]);
  const own = await calls(changed);
  expect([own.first(6, 3), own.first(101, 3), own.second(6, 3), own.third(7)]).toEqual([9, 303, 3, 7]);
});

test('imports count before the module’s own functions', () => {
  const name = (text: string): number[] => [text.length, ...Buffer.from(text)];
  const imports = [3, ...name('env'), ...name('f'), 0, 0, ...name('env'), ...name('memory'), 2, 3, 1, 128, 1, ...name('e'), ...name('g'), 0, 0];
  const bytes = sample();
  // Behind the header and the section of types.
  const at = 8 + 2 + (bytes[9] as number);
  expect(readModule(Uint8Array.from([...bytes.subarray(0, at), 2, imports.length, ...imports, ...bytes.subarray(at)])).imported).toBe(2);
  expect(() => readModule(Uint8Array.from([...bytes.subarray(0, at), 2, 6, 1, 1, 101, 1, 103, 3, ...bytes.subarray(at)]))).toThrow('neither a function nor a memory');
});

test('bytes that are no module, or end early, are refused', () => {
  expect(() => readModule(new Uint8Array([1, 2, 3, 4]))).toThrow('no WebAssembly module');
  expect(() => readModule(sample().subarray(0, 40))).toThrow('ends too early');
});

test('the runtime that is installed has the kernels of products and of decoding, and only they change', () => {
  const stock = new Uint8Array(readFileSync('node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'));
  const before = readModule(stock);
  const swapped = withOwnKernels(stock, ownKernels());
  expect(swapped).not.toBeNull();
  const after = readModule(swapped as Uint8Array);
  const changed = before.functions.filter(({ from, to }, i) => {
    const own = after.functions[i] as { from: number; to: number };
    return Buffer.compare(stock.subarray(from, to), (swapped as Uint8Array).subarray(own.from, own.to)) !== 0;
  });
  // Two products, two decoders, the operation that hands over, and what it hands over to.
  expect(changed).toHaveLength(5);
  expect(after.functions).toHaveLength(before.functions.length + 1);
});

test('a runtime without the two kernels stays as it is', () => {
  expect(withOwnKernels(sample(), ownKernels())).toBeNull();
});
