/**
 * Stored weights to float32, sixteen numbers at a time: codes of 4 or 8 bits in blocks, (code - zero) * scale as ONNX's
 * DequantizeLinear has it, and float16. ONNX Runtime's own ways take 5 to 10 ns a number on one thread; these take less than one.
 */
import { branch, type Code, f32x4, functionBody, get, i16x8, i32, i32x4, i8x16, increase, loop, set, unreachable, v128, when } from './code.ts';

const CODES_AT_ONCE = 16;
/** What a kernel may write past the end of its numbers. */
export const OVERRUN = CODES_AT_ONCE;

/** (codes, scales, zeros, blocks, vectors of sixteen a block, out) */
export const BLOCKS_TYPE = 'i32 i32 i32 i32 i32 i32 -> ';
/** (halves, count, out) */
export const HALVES_TYPE = 'i32 i32 i32 -> ';

/** The locals that the loop over blocks works on: i32 but for the last four, which are v128. `block` begins as 0. */
interface BlockLocals {
  codes: number;
  scales: number;
  zeros: number;
  blocks: number;
  /** Vectors of sixteen codes a block. */
  vectors: number;
  out: number;
  block: number;
  left: number;
  scale: number;
  zero: number;
  raw: number;
  wide: number;
}

function blocksLoop(bits: 4 | 8, on: BlockLocals): Code {
  const codeBytes = (CODES_AT_ONCE * bits) / 8;
  const zero: Code = bits === 8
    ? [get(on.zeros), get(on.block), i32.add, i32.loadByte]
    : [get(on.zeros), get(on.block), i32.constant(1), i32.shiftRight, i32.add, i32.loadByte, get(on.block), i32.constant(1), i32.and, i32.constant(2), i32.shiftLeft, i32.shiftRight, i32.constant(15), i32.and];
  // Of each byte the low half comes first.
  const raw: Code = bits === 8
    ? [get(on.codes), f32x4.load(0), set(on.raw)]
    : [get(on.codes), f32x4.loadTwo, set(on.raw), get(on.raw), v128.words(0x0f0f0f0f), v128.and, get(on.raw), i32.constant(4), i8x16.shiftRight, i8x16.shuffle(Array.from({ length: 16 }, (_, i) => (i >> 1) + 16 * (i & 1))), set(on.raw)];
  const eight = (widen: Code, offset: number): Code => [
    get(on.raw), widen, get(on.zero), i16x8.sub, set(on.wide),
    [i32x4.widenLowSigned, i32x4.widenHighSigned].map((half, i) => [get(on.out), get(on.wide), half, i32x4.toFloats, get(on.scale), f32x4.mul, f32x4.store(offset + 16 * i)]),
  ];
  return loop(
    when([get(on.block), get(on.blocks), i32.lessUnsigned],
      get(on.scales), f32x4.loadSplat(0), set(on.scale),
      zero, i16x8.splat, set(on.zero),
      get(on.vectors), set(on.left),
      loop(
        raw, eight(i16x8.widenLow, 0), eight(i16x8.widenHigh, 32),
        increase(on.codes, i32.constant(codeBytes)),
        increase(on.out, i32.constant(4 * CODES_AT_ONCE)),
        get(on.left), i32.constant(1), i32.sub, set(on.left),
        when(get(on.left), branch(1)),
      ),
      increase(on.scales, i32.constant(4)),
      increase(on.block, i32.constant(1)),
      branch(1)),
  );
}

export function widenBlocks(bits: 4 | 8): Uint8Array {
  const on = { codes: 0, scales: 1, zeros: 2, blocks: 3, vectors: 4, out: 5, block: 6, left: 7, scale: 8, zero: 9, raw: 10, wide: 11 };
  return functionBody([{ type: 'i32', count: 2 }, { type: 'v128', count: 4 }], blocksLoop(bits, on));
}

/** (dst, src, scales, zero points, block size, column-wise, rows, columns, thread pool) */
export const DEQUANTIZER_TYPE = 'i32 i32 i32 i32 i32 i32 i32 i32 i32 -> ';

/**
 * MLAS's MlasDequantizeBlockwise (onnxruntime/core/mlas/lib/q4_dq.cpp), by which MatMulNBits decodes weights, as far as the lab's own
 * graphs ask for it: column-wise, zero points given, rows a multiple of the block and a column's zero points whole bytes. It
 * stops at anything else. One thread: it is faster than several with the original.
 */
export function dequantizer(bits: 4 | 8): Uint8Array {
  const [blockSize, columnWise, rows, columns] = [4, 5, 6, 7];
  const on = { out: 0, codes: 1, scales: 2, zeros: 3, blocks: 9, vectors: 10, block: 11, left: 12, scale: 13, zero: 14, raw: 15, wide: 16 };
  const refused = [
    [get(columnWise), i32.equalsZero],
    [get(on.zeros), i32.equalsZero],
    [get(rows), get(blockSize), i32.remainder],
    ...(bits === 4 ? [[get(rows), get(blockSize), i32.divide, i32.constant(1), i32.and]] : []),
  ];
  return functionBody([{ type: 'i32', count: 4 }, { type: 'v128', count: 4 }], [
    refused.map((condition) => when(condition, unreachable)),
    get(rows), get(columns), i32.mul, get(blockSize), i32.divide, set(on.blocks),
    get(blockSize), i32.constant(4), i32.shiftRight, set(on.vectors),
    blocksLoop(bits, on),
  ]);
}

/**
 * Finite halves only. Exponent and mantissa move to their places in a float32 and the exponent's bias is mended; subnormal halves,
 * whose exponent is 0, are mended by a subtraction that leaves their mantissa alone.
 */
export function widenHalves(): Uint8Array {
  const [HALVES, COUNT, TO] = [0, 1, 2];
  const [LOADED, BITS, MAGNITUDE] = [3, 4, 5];
  const SIGN = 0x8000;
  const SMALLEST_NORMAL = 0x0400;
  const BIAS = 112 << 23;
  const MEND = 113 << 23;
  const four = (widen: Code, offset: number): Code => [
    get(LOADED), widen, set(BITS),
    get(BITS), v128.words(SIGN - 1), v128.and, i32.constant(13), i32x4.shiftLeft, set(MAGNITUDE),
    get(TO),
    get(MAGNITUDE), v128.words(MEND), i32x4.add, v128.words(MEND), f32x4.sub,
    get(MAGNITUDE), v128.words(BIAS), i32x4.add,
    get(MAGNITUDE), v128.words(SMALLEST_NORMAL << 13), i32x4.lessUnsigned,
    v128.select,
    get(BITS), v128.words(SIGN), v128.and, i32.constant(16), i32x4.shiftLeft, v128.or,
    f32x4.store(offset),
  ];
  return functionBody([{ type: 'v128', count: 3 }], loop(
    get(HALVES), f32x4.load(0), set(LOADED),
    four(i32x4.widenLow, 0), four(i32x4.widenHigh, 16),
    increase(HALVES, i32.constant(16)),
    increase(TO, i32.constant(32)),
    when([get(COUNT), i32.constant(8), i32.greaterUnsigned], get(COUNT), i32.constant(8), i32.sub, set(COUNT), branch(1)),
  ));
}
