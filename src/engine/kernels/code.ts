/**
 * WebAssembly instructions as bytes, as many as a kernel of ours needs. Code nests; `flat` is the plain list. Each instruction
 * says what it takes from the operand stack and what it leaves there, so that a kernel is checked as it is written
 * (stack-check.ts) and a slip is named where it was made.
 * Encodings: the core specification, sections 5.4 and 5.5; relaxed_madd from the relaxed-simd proposal, part of core 3.0.
 */
import type { Instruction, Signature, ValueType } from './instruction.ts';
import { checkStack } from './stack-check.ts';

export type Code = Instruction | readonly Code[];

/** The types on either side of `i32 i32 -> f32`, as function types are written here. */
export function signature(type: string): Signature {
  let known = SIGNATURES.get(type);
  if (!known) {
    const [takes = [], leaves = []] = type.split('->').map((side) => side.split(' ').filter(Boolean) as ValueType[]);
    SIGNATURES.set(type, (known = { kind: 'plain', takes, leaves }));
  }
  return known;
}

/** A kernel has thousands of instructions of a few types. */
const SIGNATURES = new Map<string, Signature>();

/** @param type what it takes and leaves: `i32 i32 -> i32` */
export function instruction(name: string, bytes: readonly number[], type: string): Instruction {
  return { name, bytes, effect: signature(type) };
}

export function flat(code: Code, into: Instruction[] = []): Instruction[] {
  if ('bytes' in code) into.push(code);
  else for (const part of code) flat(part, into);
  return into;
}

export function bytesOf(code: Code, into: number[] = []): number[] {
  if ('bytes' in code) for (const byte of code.bytes) into.push(byte);
  else for (const part of code) bytesOf(part, into);
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

const vector = (name: string, opcode: number, type: string, ...immediates: number[]): Instruction => instruction(name, [0xfd, ...unsigned(opcode), ...immediates], type);
const at = (offset: number): number[] => [0, ...unsigned(offset)];
const sixteen = (byte: (i: number) => number): number[] => Array.from({ length: 16 }, (_, i) => byte(i));

const UNARY = 'v128 -> v128';
const BINARY = 'v128 v128 -> v128';
const TERNARY = 'v128 v128 v128 -> v128';
const integer = (name: string, opcode: number): Instruction => instruction(`i32.${name}`, [opcode], 'i32 i32 -> i32');

export const get = (local: number): Instruction => ({ name: `local.get ${local}`, bytes: [0x20, ...unsigned(local)], effect: { kind: 'get', local } });
export const set = (local: number): Instruction => ({ name: `local.set ${local}`, bytes: [0x21, ...unsigned(local)], effect: { kind: 'set', local } });
/** The first global: where the stack ends, which grows downwards, in every module that clang's linker has written. */
export const stackPointer = instruction('global.get 0', [0x23, 0], '-> i32');
export const moveStackPointer = instruction('global.set 0', [0x24, 0], 'i32 ->');
export const i32 = {
  constant: (value: number): Instruction => instruction(`i32.const ${value}`, [0x41, ...signed(value)], '-> i32'),
  equalsZero: instruction('i32.eqz', [0x45], 'i32 -> i32'),
  equals: integer('eq', 0x46),
  lessUnsigned: integer('lt_u', 0x49),
  lessOrEqualUnsigned: integer('le_u', 0x4d),
  greaterUnsigned: integer('gt_u', 0x4b),
  greaterOrEqualUnsigned: integer('ge_u', 0x4f),
  add: integer('add', 0x6a),
  sub: integer('sub', 0x6b),
  and: integer('and', 0x71),
  shiftLeft: integer('shl', 0x74),
  shiftRight: integer('shr_u', 0x76),
  or: integer('or', 0x72),
  mul: integer('mul', 0x6c),
  divide: integer('div_u', 0x6e),
  remainder: integer('rem_u', 0x70),
  trailingZeros: instruction('i32.ctz', [0x68], 'i32 -> i32'),
  loadByte: instruction('i32.load8_u', [0x2d, 0, 0], 'i32 -> i32'),
  load: (offset: number): Instruction => instruction('i32.load', [0x28, ...at(offset)], 'i32 -> i32'),
  store: (offset: number): Instruction => instruction('i32.store', [0x36, ...at(offset)], 'i32 i32 ->'),
};
export const f32 = {
  constant: (value: number): Instruction => instruction(`f32.const ${value}`, [0x43, ...new Uint8Array(Float32Array.of(value).buffer)], '-> f32'),
  equals: instruction('f32.eq', [0x5b], 'f32 f32 -> i32'),
  differs: instruction('f32.ne', [0x5c], 'f32 f32 -> i32'),
  store: (offset: number): Instruction => instruction('f32.store', [0x38, ...at(offset)], 'i32 f32 ->'),
};
/** The first of two values where the condition holds, else the second. */
export const choose = (first: Code, second: Code, condition: Code): Code => [first, second, condition, { name: 'select', bytes: [0x1b], effect: { kind: 'choose' } }];

/** Four floats at once; memory is addressed from the i32 on the stack plus a fixed offset in bytes. */
export const f32x4 = {
  zero: vector('v128.const', 12, '-> v128', ...sixteen(() => 0)),
  splat: vector('f32x4.splat', 19, 'f32 -> v128'),
  add: vector('f32x4.add', 228, BINARY),
  mul: vector('f32x4.mul', 230, BINARY),
  sub: vector('f32x4.sub', 229, BINARY),
  /** a * b + c of the three on the stack, rounded once where the machine can, else twice. */
  relaxedMadd: vector('f32x4.relaxed_madd', 261, TERNARY),
  load: (offset: number): Instruction => vector('v128.load', 0, 'i32 -> v128', ...at(offset)),
  loadSplat: (offset: number): Instruction => vector('v128.load32_splat', 9, 'i32 -> v128', ...at(offset)),
  /** Of the address and the vector on the stack. */
  loadLane: (lane: number): Instruction => vector('v128.load32_lane', 86, 'i32 v128 -> v128', ...at(0), lane),
  loadOne: vector('v128.load32_zero', 92, 'i32 -> v128', ...at(0)),
  loadTwo: vector('v128.load64_zero', 93, 'i32 -> v128', ...at(0)),
  store: (offset: number): Instruction => vector('v128.store', 11, 'i32 v128 ->', ...at(offset)),
  storeOne: vector('v128.store32_lane', 90, 'i32 v128 ->', ...at(0), 0),
  storeTwo: vector('v128.store64_lane', 91, 'i32 v128 ->', ...at(0), 0),
  /** The upper two floats, in the place of the lower. */
  upper: (local: number): Code => [get(local), get(local), vector('i8x16.shuffle', 13, BINARY, ...sixteen((i) => 8 + (i % 8)))],
};

/** Sixteen bytes seen as integers of eight, sixteen or thirty-two bits. */
export const v128 = {
  /** All lanes the same. */
  words: (value: number): Instruction => vector('v128.const', 12, '-> v128', ...sixteen((i) => (value >>> (8 * (i % 4))) & 0xff)),
  and: vector('v128.and', 78, BINARY),
  or: vector('v128.or', 80, BINARY),
  /** Of two vectors, bit by bit, the first where the third has ones. */
  select: vector('v128.bitselect', 82, TERNARY),
};
export const i8x16 = {
  splat: vector('i8x16.splat', 15, 'i32 -> v128'),
  shiftRight: vector('i8x16.shr_u', 109, 'v128 i32 -> v128'),
  sub: vector('i8x16.sub', 113, BINARY),
  /** The bytes at these places of the first vector (0 to 15) and the second (16 to 31). */
  shuffle: (places: readonly number[]): Instruction => vector('i8x16.shuffle', 13, BINARY, ...places),
};
export const i16x8 = {
  splat: vector('i16x8.splat', 16, 'i32 -> v128'),
  sub: vector('i16x8.sub', 145, BINARY),
  extendLowSigned: vector('i16x8.extend_low_i8x16_s', 135, UNARY),
  extendHighSigned: vector('i16x8.extend_high_i8x16_s', 136, UNARY),
  extendLow: vector('i16x8.extend_low_i8x16_u', 137, UNARY),
  extendHigh: vector('i16x8.extend_high_i8x16_u', 138, UNARY),
};
export const i32x4 = {
  splat: vector('i32x4.splat', 17, 'i32 -> v128'),
  add: vector('i32x4.add', 174, BINARY),
  shiftLeft: vector('i32x4.shl', 171, 'v128 i32 -> v128'),
  lessUnsigned: vector('i32x4.lt_u', 58, BINARY),
  extendLowSigned: vector('i32x4.extend_low_i16x8_s', 167, UNARY),
  extendHighSigned: vector('i32x4.extend_high_i16x8_s', 168, UNARY),
  extendLow: vector('i32x4.extend_low_i16x8_u', 169, UNARY),
  extendHigh: vector('i32x4.extend_high_i16x8_u', 170, UNARY),
  toFloats: vector('f32x4.convert_i32x4_s', 250, UNARY),
};

/** A block that takes nothing and leaves nothing. */
const EMPTY = 0x40;
const opening = (name: string, opcode: number, condition: boolean): Instruction => ({ name, bytes: [opcode, EMPTY], effect: { kind: 'open', condition, loop: name === 'loop' } });
export const END: Instruction = { name: 'end', bytes: [0x0b], effect: { kind: 'end' } };
const OTHERWISE: Instruction = { name: 'else', bytes: [0x05], effect: { kind: 'else' } };
const branching = (name: string, opcode: number, depth: number, condition: boolean): Instruction => ({ name: `${name} ${depth}`, bytes: [opcode, ...unsigned(depth)], effect: { kind: 'branch', depth, condition } });

export const block = (...body: Code[]): Code => [opening('block', 0x02, false), body, END];
/** `branch(0)` directly inside starts it again. */
export const loop = (...body: Code[]): Code => [opening('loop', 0x03, false), body, END];
export const when = (condition: Code, ...body: Code[]): Code => [condition, opening('if', 0x04, true), body, END];
export const whenElse = (condition: Code, then: Code, otherwise: Code): Code => [condition, opening('if', 0x04, true), then, OTHERWISE, otherwise, END];
export const branch = (depth: number): Instruction => branching('br', 0x0c, depth, false);
export const branchIf = (depth: number): Instruction => branching('br_if', 0x0d, depth, true);
/** @param type of the function with this index */
export const call = (functionIndex: number, type: string): Instruction => instruction(`call ${functionIndex}`, [0x10, ...unsigned(functionIndex)], type);
export const returnInstruction: Instruction = { name: 'return', bytes: [0x0f], effect: { kind: 'return' } };
export const unreachable: Instruction = { name: 'unreachable', bytes: [0x00], effect: { kind: 'trap' } };

/** local += amount */
export const increase = (local: number, amount: Code): Code => [get(local), amount, i32.add, set(local)];

const TYPES = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;

/**
 * A function body as the code section holds it, without its size: declarations of locals, instructions, end.
 *
 * @param type `i32 i32 -> f32`; its parameters are the first locals
 * @throws Error naming the instruction that finds on the stack what it does not take
 */
export function functionBody(type: string, locals: readonly { type: keyof typeof TYPES; count: number }[], code: Code): Uint8Array {
  const { takes, leaves } = signature(type);
  const instructions = flat(code);
  checkStack(instructions, [...takes, ...locals.flatMap((own) => Array.from({ length: own.count }, () => own.type))], leaves);
  return Uint8Array.from([...unsigned(locals.length), ...locals.flatMap((own) => [...unsigned(own.count), TYPES[own.type]]), ...bytesOf([instructions, END])]);
}
