/** Unpacks quantised weights (engine/models/quantize.ts) into vectors: sixteen values at once, of four bits or eight, with their blocks' zero points and scales. */
import { type Code, f32x4, get, i16x8, i32, i32x4, i8x16, set, v128 } from './code.ts';
import { each } from './tile.ts';

export type Bits = 4 | 8;
export const CODES_AT_ONCE = 16;

/** Bytes of `count` quantised values. With four bits, `count` is even. */
export const codeBytes = (bits: Bits, count: Code): Code => (bits === 8 ? count : [count, i32.constant(1), i32.shiftRight]);

/** The zero point of block number `block`, in all lanes of `zero`. Lanes have 16 bits for 8-bit values, and 8 bits for 4-bit values. */
export function zeroPoint(bits: Bits, zerosAt: number, block: number, zero: number): Code {
  const value: Code = bits === 8
    ? [get(zerosAt), get(block), i32.add, i32.loadByte]
    : [get(zerosAt), get(block), i32.constant(1), i32.shiftRight, i32.add, i32.loadByte, get(block), i32.constant(1), i32.and, i32.constant(2), i32.shiftLeft, i32.shiftRight, i32.constant(15), i32.and];
  return [value, bits === 8 ? i16x8.splat : i8x16.splat, set(zero)];
}

/** Sixteen values less the zero point: eight 16-bit integers in `low` and eight in `high`. All arguments but `bits` are locals. */
export function unpacked(bits: Bits, codesAt: number, zero: number, raw: number, low: number, high: number): Code {
  if (bits === 8) return [get(codesAt), f32x4.load(0), set(raw), get(raw), i16x8.extendLow, get(zero), i16x8.sub, set(low), get(raw), i16x8.extendHigh, get(zero), i16x8.sub, set(high)];
  return [
    get(codesAt), f32x4.loadTwo, set(raw),
    // The low half of each byte comes first.
    get(raw), v128.words(0x0f0f0f0f), v128.and, get(raw), i32.constant(4), i8x16.shiftRight, i8x16.shuffle(each(CODES_AT_ONCE, (i) => (i >> 1) + CODES_AT_ONCE * (i & 1))),
    get(zero), i8x16.sub, set(raw),
    get(raw), i16x8.extendLowSigned, set(low),
    get(raw), i16x8.extendHighSigned, set(high),
  ];
}

/** Pushes four of the sixteen as float32. */
export const fourFloats = (quarter: number, low: number, high: number): Code => [get(quarter < 2 ? low : high), quarter % 2 === 0 ? i32x4.extendLowSigned : i32x4.extendHighSigned, i32x4.toFloats];
/** Pushes four of the sixteen as float32, times the scale. */
export const fourScaled = (quarter: number, low: number, high: number, scale: number): Code => [fourFloats(quarter, low, high), get(scale), f32x4.mul];
