/**
 * WebAssembly instructions as bytes, as many as a kernel of ours needs. Code nests; `flat` is the plain list.
 * Encodings: the core specification, sections 5.4 and 5.5; relaxed_madd from the relaxed-simd proposal, part of core 3.0.
 */
export type Code = readonly (number | Code)[];

export function flat(code: Code, into: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === 'number') into.push(part);
    else flat(part, into);
  }
  return into;
}

/** LEB128 of an unsigned number below 2^32. */
export function unsigned(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) | 0x80);
  }
}

/** LEB128 of a signed 32-bit number. */
function signed(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f;
    if (rest >> 6 === 0 || rest >> 6 === -1) return [...out, low];
    out.push(low | 0x80);
  }
}

const vector = (opcode: number, ...immediates: number[]): Code => [0xfd, unsigned(opcode), immediates];
const at = (offset: number): number[] => [0, ...unsigned(offset)];

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number): Code => [0x21, unsigned(local)];
/** The first global: where the stack ends, which grows downwards, in every module that clang's linker has written. */
export const stackPointer: Code = [0x23, 0];
export const moveStackPointer: Code = [0x24, 0];
export const i32 = {
  constant: (value: number): Code => [0x41, signed(value)],
  equalsZero: [0x45] as Code,
  equals: [0x46] as Code,
  lessUnsigned: [0x49] as Code,
  lessOrEqualUnsigned: [0x4d] as Code,
  greaterUnsigned: [0x4b] as Code,
  greaterOrEqualUnsigned: [0x4f] as Code,
  add: [0x6a] as Code,
  sub: [0x6b] as Code,
  and: [0x71] as Code,
  shiftLeft: [0x74] as Code,
  shiftRight: [0x76] as Code,
  or: [0x72] as Code,
  mul: [0x6c] as Code,
  divide: [0x6e] as Code,
  remainder: [0x70] as Code,
  trailingZeros: [0x68] as Code,
  loadByte: [0x2d, 0, 0] as Code,
  load: (offset: number): Code => [0x28, ...at(offset)],
  store: (offset: number): Code => [0x36, ...at(offset)],
};
export const f32 = {
  constant: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  equals: [0x5b] as Code,
  differs: [0x5c] as Code,
};
/** The first of two values where the condition holds, else the second. */
export const choose = (first: Code, second: Code, condition: Code): Code => [first, second, condition, 0x1b];

/** Four floats at once; memory is addressed from the i32 on the stack plus a fixed offset in bytes. */
export const f32x4 = {
  zero: vector(12, ...Array.from({ length: 16 }, () => 0)),
  splat: vector(19),
  add: vector(228),
  mul: vector(230),
  sub: vector(229),
  /** a * b + c of the three on the stack, rounded once where the machine can, else twice. */
  relaxedMadd: vector(261),
  load: (offset: number): Code => vector(0, ...at(offset)),
  loadSplat: (offset: number): Code => vector(9, ...at(offset)),
  /** Of the address and the vector on the stack. */
  loadLane: (lane: number): Code => vector(86, ...at(0), lane),
  loadOne: vector(92, ...at(0)),
  loadTwo: vector(93, ...at(0)),
  store: (offset: number): Code => vector(11, ...at(offset)),
  storeOne: vector(90, ...at(0), 0),
  storeTwo: vector(91, ...at(0), 0),
  /** The upper two floats, in the place of the lower. */
  upper: (local: number): Code => [get(local), get(local), vector(13, ...Array.from({ length: 16 }, (_, i) => 8 + (i % 8)))],
};

/** Sixteen bytes seen as integers of eight, sixteen or thirty-two bits. */
export const v128 = {
  /** All lanes the same. */
  words: (value: number): Code => vector(12, ...Array.from({ length: 16 }, (_, i) => (value >>> (8 * (i % 4))) & 0xff)),
  and: vector(78),
  or: vector(80),
  /** Of two vectors, bit by bit, the first where the third has ones. */
  select: vector(82),
};
export const i8x16 = {
  splat: vector(15),
  shiftRight: vector(109),
  sub: vector(113),
  /** The bytes at these places of the first vector (0 to 15) and the second (16 to 31). */
  shuffle: (places: readonly number[]): Code => vector(13, ...places),
};
export const i16x8 = {
  splat: vector(16),
  sub: vector(145),
  widenLowSigned: vector(135),
  widenHighSigned: vector(136),
  widenLow: vector(137),
  widenHigh: vector(138),
};
export const i32x4 = {
  splat: vector(17),
  add: vector(174),
  shiftLeft: vector(171),
  lessUnsigned: vector(58),
  widenLowSigned: vector(167),
  widenHighSigned: vector(168),
  widenLow: vector(169),
  widenHigh: vector(170),
  toFloats: vector(250),
};

const EMPTY = 0x40;
export const END = 0x0b;
export const block = (...body: Code[]): Code => [0x02, EMPTY, body, END];
/** `branch(0)` directly inside starts it again. */
export const loop = (...body: Code[]): Code => [0x03, EMPTY, body, END];
export const when = (condition: Code, ...body: Code[]): Code => [condition, 0x04, EMPTY, body, END];
export const whenElse = (condition: Code, then: Code, otherwise: Code): Code => [condition, 0x04, EMPTY, then, 0x05, otherwise, END];
export const branch = (depth: number): Code => [0x0c, unsigned(depth)];
export const branchIf = (depth: number): Code => [0x0d, unsigned(depth)];
export const call = (functionIndex: number): Code => [0x10, unsigned(functionIndex)];
export const giveBack: Code = [0x0f];
export const unreachable: Code = [0x00];

/** local += amount */
export const increase = (local: number, amount: Code): Code => [get(local), amount, i32.add, set(local)];

const TYPES = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;

/** A function body as the code section holds it, without its size: declarations of locals, instructions, end. */
export function functionBody(locals: readonly { type: keyof typeof TYPES; count: number }[], code: Code): Uint8Array {
  return Uint8Array.from(flat([unsigned(locals.length), locals.map(({ type, count }) => [unsigned(count), TYPES[type]]), code, END]));
}
