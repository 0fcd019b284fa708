/**
 * Decodes stored weights to float32, sixteen numbers at a time: float16, and blocks of 4 or 8 bits as ONNX's DequantizeLinear
 * does, (q - zero) * scale. ONNX Runtime's own decoders take 5 to 10 ns a number on one thread; these take less than one.
 */
import { branch, type Code, f32x4, functionBody, get, i32, i32x4, increase, loop, set, v128, when } from './code.ts';
import { type Bits, CODES_AT_ONCE, fourScaled, unpacked, zeroPoint } from './unpack.ts';
import { each } from './tile.ts';

/** Numbers that a kernel may write past the end. */
export const OVERRUN = CODES_AT_ONCE;

/** (quantised values, scales, zeros, blocks, vectors of sixteen in a block, out) */
export const BLOCKS_TYPE = 'i32 i32 i32 i32 i32 i32 -> ';
/** (halves, count, out) */
export const HALVES_TYPE = 'i32 i32 i32 -> ';

/** Decodes blocks of quantised values. */
export function decodeBlocks(bits: Bits): Uint8Array {
  const [CODES, SCALES, ZEROS, BLOCKS, VECTORS, OUT, BLOCK, LEFT] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [SCALE, ZERO, RAW, LOW, HIGH] = [8, 9, 10, 11, 12];
  return functionBody(BLOCKS_TYPE, [{ type: 'i32', count: 2 }, { type: 'v128', count: 5 }], loop(
    when([get(BLOCK), get(BLOCKS), i32.lessUnsigned],
      get(SCALES), f32x4.loadSplat(0), set(SCALE),
      zeroPoint(bits, ZEROS, BLOCK, ZERO),
      get(VECTORS), set(LEFT),
      loop(
        unpacked(bits, CODES, ZERO, RAW, LOW, HIGH),
        each(4, (quarter) => [get(OUT), fourScaled(quarter, LOW, HIGH, SCALE), f32x4.store(16 * quarter)]),
        increase(CODES, i32.constant((CODES_AT_ONCE * bits) / 8)),
        increase(OUT, i32.constant(4 * CODES_AT_ONCE)),
        get(LEFT), i32.constant(1), i32.sub, set(LEFT),
        when(get(LEFT), branch(1)),
      ),
      increase(SCALES, i32.constant(4)),
      increase(BLOCK, i32.constant(1)),
      branch(1)),
  ));
}

/**
 * Decodes float16; finite numbers only. Exponent and mantissa move to their places in a float32, and the exponent's bias is
 * corrected. A subtraction corrects subnormal numbers, whose exponent is 0, and leaves their mantissa alone.
 */
export function decodeHalves(): Uint8Array {
  const [HALVES, COUNT, TO] = [0, 1, 2];
  const [LOADED, BITS, MAGNITUDE] = [3, 4, 5];
  const SIGN = 0x8000;
  const SMALLEST_NORMAL = 0x0400;
  const BIAS = 112 << 23;
  const MEND = 113 << 23;
  const four = (extend: Code, offset: number): Code => [
    get(LOADED), extend, set(BITS),
    get(BITS), v128.words(SIGN - 1), v128.and, i32.constant(13), i32x4.shiftLeft, set(MAGNITUDE),
    get(TO),
    get(MAGNITUDE), v128.words(MEND), i32x4.add, v128.words(MEND), f32x4.sub,
    get(MAGNITUDE), v128.words(BIAS), i32x4.add,
    get(MAGNITUDE), v128.words(SMALLEST_NORMAL << 13), i32x4.lessUnsigned,
    v128.select,
    get(BITS), v128.words(SIGN), v128.and, i32.constant(16), i32x4.shiftLeft, v128.or,
    f32x4.store(offset),
  ];
  return functionBody(HALVES_TYPE, [{ type: 'v128', count: 3 }], loop(
    get(HALVES), f32x4.load(0), set(LOADED),
    four(i32x4.extendLow, 0), four(i32x4.extendHigh, 16),
    increase(HALVES, i32.constant(16)),
    increase(TO, i32.constant(32)),
    when([get(COUNT), i32.constant(8), i32.greaterUnsigned], get(COUNT), i32.constant(8), i32.sub, set(COUNT), branch(1)),
  ));
}
