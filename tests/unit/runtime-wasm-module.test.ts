import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { BUILDS, type KnownBuild, type Role } from '../../src/engine/kernels/builds.ts';
import { call, type Code, f32, functionBody, get, returnInstruction, i32, unsigned, when } from '../../src/engine/kernels/code.ts';
import { handsOver } from '../../src/engine/kernels/few-rows.ts';
import { calledIn } from '../../src/engine/kernels/instructions.ts';
import { DECODER_TYPE, OPERATION_TYPE } from '../../src/engine/kernels/mlas.ts';
import { readModule, type WasmFunction, withBodies, withPrologue, writeModule } from '../../src/engine/kernels/module.ts';
import { ownKernels } from '../../src/engine/kernels/proof.ts';
import { type Swapped, withOwnKernels } from '../../src/engine/kernels/swap.ts';
import type { Instruction } from '../../src/engine/kernels/instruction.ts';

const RUNTIME = 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm';
const TYPE = 'i32 i32 -> i32';
const body = (operation: Instruction): Uint8Array => functionBody(TYPE, [], [get(0), get(1), operation]);
const sample = (): Uint8Array<ArrayBuffer> => writeModule([
  { name: 'first', type: TYPE, body: body(i32.add) },
  { name: 'second', type: TYPE, body: body(i32.sub) },
  { name: 'third', type: 'i32 -> i32', body: functionBody('i32 -> i32', [], [get(0)]) },
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
    const module = writeModule([{ name: 'first', type: ' -> i32', body: functionBody('-> i32', [], i32.constant(value)) }], 1);
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
  const longer = functionBody(TYPE, [{ type: 'i32', count: 200 }], [get(0), get(1), i32.and]);
  const middle = await calls(withBodies(module, new Map([[1, longer]])));
  expect([middle.first(6, 3), middle.second(6, 3), middle.third(7)]).toEqual([9, 2, 7]);
  const ends = await calls(withBodies(module, new Map([[2, functionBody('i32 -> i32', [], i32.constant(5))], [0, longer]])));
  expect([ends.first(6, 3), ends.second(6, 3), ends.third(7)]).toEqual([2, 3, 5]);
  const none = withBodies(module, new Map());
  expect([...none]).toEqual([...sample()]);
});

test('a prologue returns or goes on, and calls a function that was put behind all others', async () => {
  const module = readModule(sample());
  const tripled = functionBody('i32 -> i32', [], [get(0), i32.constant(3), i32.mul]);
  const first = module.functions[0] as WasmFunction;
  const third = module.functions[2] as WasmFunction;
  const large = [get(0), i32.constant(100), i32.greaterUnsigned];
  const changed = withBodies(module, new Map([[0, withPrologue(TYPE, module.bytes.subarray(first.from, first.to), when(large, get(0), call(module.functions.length, 'i32 -> i32'), returnInstruction))]]), [{ type: third.type, body: tripled }]);
  const own = await calls(changed);
  expect([own.first(6, 3), own.first(101, 3), own.second(6, 3), own.third(7)]).toEqual([9, 303, 3, 7]);
});

test('imports count before the module’s own functions', () => {
  const name = (text: string): number[] => [text.length, ...Buffer.from(text)];
  const imports = [3, ...name('env'), ...name('f'), 0, 0, ...name('env'), ...name('memory'), 2, 3, 1, 128, 1, ...name('e'), ...name('g'), 0, 0];
  const bytes = sample();
  // Behind the header and the section of types.
  const at = 8 + 2 + (bytes[9] as number);
  const importing = readModule(Uint8Array.from([...bytes.subarray(0, at), 2, imports.length, ...imports, ...bytes.subarray(at)]));
  expect([importing.imported, importing.functions.length]).toEqual([2, 3]);
  expect(() => readModule(Uint8Array.from([...bytes.subarray(0, at), 2, 6, 1, 1, 101, 1, 103, 3, ...bytes.subarray(at)]))).toThrow('neither a function nor a memory');
});

test('bytes that are no module, or end early, are refused', () => {
  expect(() => readModule(new Uint8Array([1, 2, 3, 4]))).toThrow('no WebAssembly module');
  expect(() => readModule(sample().subarray(0, 40))).toThrow('ends too early');
});

test('the runtime that is installed has the kernels of products and of decoding, and only they change', async () => {
  const stock = new Uint8Array(readFileSync(RUNTIME));
  const before = readModule(stock);
  const kernels = ownKernels();
  const { bytes: swapped, kernels: own, strange } = (await withOwnKernels(stock, kernels)) as Swapped;
  expect([own, strange]).toEqual([['products', 'few-rows', 'quantised'], []]);
  const after = readModule(swapped);
  const changed = before.functions.filter(({ from, to }, i) => {
    const own = after.functions[i] as { from: number; to: number };
    return Buffer.compare(stock.subarray(from, to), swapped.subarray(own.from, own.to)) !== 0;
  });
  // Two products, two decoders, and the operation that hands over to functions behind all others.
  expect(changed).toHaveLength(5);
  const behind = after.functions.slice(before.functions.length);
  expect(behind.map(({ type }) => after.types[type])).toEqual([OPERATION_TYPE, ...kernels.quantized.further.map(({ as }) => (as === 'decoder' ? DECODER_TYPE : OPERATION_TYPE)), OPERATION_TYPE]);
});

test('products of few rows are handed over with all their arguments, others not', async () => {
  // What takes over writes its arguments down; what is behind the prologue writes down that it was asked.
  const store = (at: number, index: number): Code => [i32.constant(at), get(index), OPERATION_TYPE.split(' ')[index] === 'f32' ? f32.store(0) : i32.store(0)];
  const product = functionBody(OPERATION_TYPE, [], Array.from({ length: 13 }, (_, index) => store(4 * index, index)));
  const operation = withPrologue(OPERATION_TYPE, functionBody(OPERATION_TYPE, [], [i32.constant(0), i32.constant(-1), i32.store(0)]), handsOver(1));
  const { memory, asked } = (await WebAssembly.instantiate(writeModule([{ name: 'asked', type: OPERATION_TYPE, body: operation }, { name: 'product', type: OPERATION_TYPE, body: product }], 1))).instance.exports as unknown as { memory: WebAssembly.Memory; asked: (...values: number[]) => void };
  const found = new DataView(memory.buffer);
  const turns = { N: 111, T: 112 } as const;
  const ask = (a: 'N' | 'T', b: 'N' | 'T', rows: number, depth: number, beta: number): 'product' | 'MLAS' => {
    const given = [turns[a], turns[b], rows, 40, depth, 0.5, 600, 61, 700, 71, beta, 800, 81];
    asked(...given);
    if (found.getInt32(0, true) === -1) return 'MLAS';
    expect(given.map((_, i) => (i === 5 || i === 10 ? found.getFloat32(4 * i, true) : found.getInt32(4 * i, true)))).toEqual(given);
    return 'product';
  };
  expect([1, 6, 7, 16, 17].map((rows) => ask('N', 'N', rows, 9, 0))).toEqual(['product', 'product', 'MLAS', 'MLAS', 'MLAS']);
  expect([1, 6, 7, 16, 17].map((rows) => ask('N', 'T', rows, 9, 0))).toEqual(['product', 'product', 'product', 'product', 'MLAS']);
  expect([ask('T', 'N', 1, 9, 0), ask('T', 'T', 1, 9, 0)]).toEqual(['MLAS', 'MLAS']);
  expect([ask('N', 'N', 0, 9, 0), ask('N', 'T', 0, 9, 0), ask('N', 'T', 1, 0, 0), ask('N', 'T', 1, 1, 0)]).toEqual(['MLAS', 'MLAS', 'MLAS', 'product']);
  expect([0, 1, 0.5, -1, Number.NaN].map((beta) => ask('N', 'T', 2, 9, beta))).toEqual(['product', 'product', 'MLAS', 'MLAS', 'MLAS']);
});

/** The runtime with one bit of a function's body changed, and what is then replaced. */
async function changed(index: number): Promise<{ kernels: readonly string[]; strange: readonly string[]; functions: number } | string> {
  const stock = new Uint8Array(readFileSync(RUNTIME));
  const { functions } = readModule(stock);
  const { to } = functions[index] as WasmFunction;
  // The end of a body stays its end: what is before it is some instruction's last byte.
  stock[to - 2] = (stock[to - 2] as number) ^ 1;
  const found = await withOwnKernels(stock, ownKernels());
  if (typeof found === 'string') return found;
  const before = functions.filter((_, i) => i !== index);
  const after = readModule(found.bytes);
  const replaced = before.filter((own) => {
    const now = after.functions[functions.indexOf(own)] as WasmFunction;
    return Buffer.compare(stock.subarray(own.from, own.to), found.bytes.subarray(now.from, now.to)) !== 0;
  });
  return { kernels: found.kernels, strange: found.strange, functions: replaced.length };
}

const KNOWN = (BUILDS[0] as KnownBuild).functions;
/** A caller that is none of those replaced, and calls nothing else that is. */
const onlyCallerOf = (role: Role): number => {
  const others = new Set(Object.entries(KNOWN).flatMap(([name, { index, callers }]) => (name === role ? [] : [index, ...Object.keys(callers).map(Number)])));
  return Object.keys(KNOWN[role].callers).map(Number).find((caller) => !others.has(caller)) as number;
};

test('an operation that is another, or is called by another, keeps its own way with few rows; products are replaced', async () => {
  const index = onlyCallerOf('operation');
  expect(await changed(index)).toEqual({ kernels: ['products'], strange: [`operation (function ${KNOWN.operation.index}): its caller ${index} is another`], functions: 2 });
});

test('a decoder that is another leaves both decoders, and so do its callers; products of few rows are replaced', async () => {
  for (const role of ['decoder4', 'decoder8'] as const) {
    expect(await changed(KNOWN[role].index)).toEqual({ kernels: ['products', 'few-rows'], strange: [`${role} (function ${KNOWN[role].index}): it is another`], functions: 3 });
  }
  const caller = Number(Object.keys(KNOWN.decoder4.callers)[0]);
  expect(await changed(caller)).toMatchObject({ kernels: ['products', 'few-rows'], functions: 3 });
});

test('a product kernel that is another, or is called by another, leaves the runtime as it is', async () => {
  for (const role of ['zero', 'add'] as const) expect(await changed(KNOWN[role].index)).toBe(`its product kernels are not those that are known (${role} (function ${KNOWN[role].index}): it is another)`);
  expect(await changed(onlyCallerOf('zero'))).toContain(`zero (function ${KNOWN.zero.index}): its caller ${onlyCallerOf('zero')} is another`);
});

test('who calls a function is found in its body, in its own module and in the runtime', () => {
  const called = functionBody('i32 ->', [], [when(get(0), get(0), call(300, 'i32 ->')), get(0), call(2, 'i32 ->')]);
  expect([...calledIn(called)]).toEqual([300, 2]);
  const stock = new Uint8Array(readFileSync(RUNTIME));
  const module = readModule(stock);
  const callers = (index: number): number[] => module.functions.flatMap(({ from, to }, i) => (calledIn(stock.subarray(from, to)).has(index + module.imported) ? [i] : []));
  for (const { index, callers: known } of Object.values(KNOWN)) expect(callers(index)).toEqual(Object.keys(known).map(Number));
});

test('a runtime without the two kernels stays as it is, and so does one without a stack', async () => {
  expect(await withOwnKernels(sample(), ownKernels())).toContain('its product kernels are not those that are known');
  const stock = new Uint8Array(readFileSync(RUNTIME));
  // The section of globals begins with how many there are; the first of them is an i32 that changes.
  const { code: { from } } = readModule(stock);
  const at = globalsOf(stock);
  expect([at < from, stock[at], stock[at + 1]]).toEqual([true, 0x7f, 1]);
  stock[at + 1] = 0;
  expect(await withOwnKernels(stock, ownKernels())).toBe('its first global is no stack pointer');
});

/** Where the first global of a module is described. */
function globalsOf(bytes: Uint8Array): number {
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  for (;;) {
    const id = bytes[at++];
    const size = number();
    if (id === 6) {
      number();
      return at;
    }
    at += size;
  }
}
