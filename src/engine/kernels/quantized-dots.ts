/**
 * A few rows times W^T for a quantised W: dot products that decode as they multiply. Decoded panels (quantized-panels.ts) pay
 * only when many rows read them. W is read in memory order, from its first byte to its last.
 */
import { type Code, f32, f32x4, functionBody, get, returnInstruction, i32, increase, set, unreachable, when } from './code.ts';
import { NOTE } from './quantized-panels.ts';
import { type Bits, codeBytes, CODES_AT_ONCE, fourFloats, unpacked, zeroPoint } from './unpack.ts';
import { OPERATION_TYPE } from './mlas.ts';
import { decrease, each, lanesOfOne, pointers, whileAtLeast } from './tile.ts';

/** More rows than this are multiplied by panels. */
export const MOST_ROWS_OF_DOTS = 4;
/** Sums of a row in a block, used alternately, since an addition waits for the last one into the same sum. */
const SUMS = 2;

/** Parameters of MLAS's operation. B is a note. Counts and strides are in floats. */
const [M, N, K, ALPHA, A, LDA, B, BETA, C, LDC] = [2, 3, 4, 5, 6, 7, 8, 10, 11, 12] as const;
const PARAMETERS = 13;
/** i32 locals: the block size; columns, depth and values of a block that are left; the block's index; addresses of its values, zero points and scale; whether C is added to; a pointer for each row of A and of C. */
const [SIZE, COLUMNS_LEFT, DEPTH_LEFT, BLOCK_LEFT, BLOCK, CODES_AT, ZEROS_AT, SCALE_AT, ADDS] = each(9, (i) => PARAMETERS + i) as [number, number, number, number, number, number, number, number, number];
const A_AT = ADDS + 1;
const C_AT = A_AT + MOST_ROWS_OF_DOTS;
const INTEGERS = C_AT + MOST_ROWS_OF_DOTS - PARAMETERS;
/** v128 locals: alpha; packed values, the zero point, 16-bit differences and float32 numbers; a block's scale; sums of a block, and of a column. */
const FACTOR = PARAMETERS + INTEGERS;
const [RAW, ZERO, LOW, HIGH, NUMBERS, SCALE] = each(6, (i) => FACTOR + 1 + i) as [number, number, number, number, number, number];
const SUM = SCALE + 1;
const TOTAL = SUM + SUMS * MOST_ROWS_OF_DOTS;
const VECTORS = TOTAL + MOST_ROWS_OF_DOTS - FACTOR;

/** The product for a note of `bits` that is not transposed, of at most `MOST_ROWS_OF_DOTS` rows, with beta 0 or 1. */
export function dots(bits: Bits): Uint8Array {
  const note = (field: number): Code => [get(B), i32.load(field)];
  return functionBody(OPERATION_TYPE, [{ type: 'i32', count: INTEGERS }, { type: 'v128', count: VECTORS }], [
    get(ALPHA), f32x4.splat, set(FACTOR),
    get(BETA), f32.constant(0), f32.differs, set(ADDS),
    [LDA, LDC].map((stride) => [get(stride), i32.constant(2), i32.shiftLeft, set(stride)]),
    note(NOTE.block), set(SIZE),
    note(NOTE.codes), codeBytes(bits, [note(NOTE.row), get(K), i32.mul]), i32.add, set(CODES_AT),
    note(NOTE.row), get(K), get(SIZE), i32.divide, i32.mul, set(BLOCK),
    note(NOTE.scales), get(BLOCK), i32.constant(2), i32.shiftLeft, i32.add, set(SCALE_AT),
    note(NOTE.zeros), set(ZEROS_AT),
    get(N), set(COLUMNS_LEFT),
    each(MOST_ROWS_OF_DOTS + 1, (rows) => when([get(M), i32.constant(rows), i32.equals], rows > 0 ? columns(bits, rows) : [], returnInstruction)),
    unreachable,
  ]);
}

function columns(bits: Bits, rows: number): Code {
  const sum = (row: number, quarter: number): number => SUM + SUMS * row + (quarter % SUMS);
  return [
    pointers(C_AT, rows, C, LDC),
    whileAtLeast(COLUMNS_LEFT, 1,
      each(rows, (row) => [f32x4.zero, set(TOTAL + row)]),
      pointers(A_AT, rows, A, LDA),
      get(K), set(DEPTH_LEFT),
      whileAtLeast(DEPTH_LEFT, CODES_AT_ONCE,
        zeroPoint(bits, ZEROS_AT, BLOCK, ZERO),
        get(SCALE_AT), f32x4.loadSplat(0), set(SCALE),
        each(SUMS * rows, (i) => [f32x4.zero, set(SUM + i)]),
        get(SIZE), set(BLOCK_LEFT),
        whileAtLeast(BLOCK_LEFT, CODES_AT_ONCE,
          unpacked(bits, CODES_AT, ZERO, RAW, LOW, HIGH),
          each(4, (quarter) => [
            fourFloats(quarter, LOW, HIGH), set(NUMBERS),
            each(rows, (row) => [get(A_AT + row), f32x4.load(16 * quarter), get(NUMBERS), get(sum(row, quarter)), f32x4.relaxedMadd, set(sum(row, quarter))]),
          ]),
          increase(CODES_AT, i32.constant((CODES_AT_ONCE * bits) / 8)),
          each(rows, (row) => increase(A_AT + row, i32.constant(4 * CODES_AT_ONCE))),
          decrease(BLOCK_LEFT, CODES_AT_ONCE)),
        each(rows, (row) => [get(sum(row, 0)), get(sum(row, 1)), f32x4.add, get(SCALE), get(TOTAL + row), f32x4.relaxedMadd, set(TOTAL + row)]),
        increase(SCALE_AT, i32.constant(4)),
        increase(BLOCK, i32.constant(1)),
        get(DEPTH_LEFT), get(SIZE), i32.sub, set(DEPTH_LEFT)),
      each(rows, (row) => [
        lanesOfOne(TOTAL + row),
        get(TOTAL + row), get(FACTOR), f32x4.mul, set(TOTAL + row),
        when(get(ADDS), get(TOTAL + row), get(C_AT + row), f32x4.loadOne, f32x4.add, set(TOTAL + row)),
        get(C_AT + row), get(TOTAL + row), f32x4.storeOne,
        increase(C_AT + row, i32.constant(4)),
      ]),
      decrease(COLUMNS_LEFT, 1)),
  ];
}
