/**
 * Decodes panels of a quantised matrix in the order in which the product kernels read B (sgemm.ts). A panel is sixteen columns of
 * the product; the sixteen numbers of each step of the depth are adjacent.
 *
 * The weights W [out, in] are row-major, with blocks along the rows. For x W^T a column of the product is a row of W, so four rows
 * are transposed together. For dy W it is a column of W, and sixteen adjacent values of a row are adjacent in the panel too.
 */
import { branch, choose, type Code, f32x4, functionBody, get, i16x8, i32, i32x4, i8x16, increase, loop, set, v128, when } from './code.ts';
import { type Bits, codeBytes, CODES_AT_ONCE, fourScaled, unpacked, zeroPoint } from './unpack.ts';
import { DECODER_TYPE } from './mlas.ts';
import { decrease, each, whileAtLeast } from './tile.ts';

/**
 * A note's fields, as byte offsets: a mark that no weights begin with; the decoder's arguments; the row of the decoded matrix that
 * holds the note, and the number of rows; and the function below that reads it.
 */
export const NOTE = { mark: 0, codes: 16, scales: 20, zeros: 24, row: 28, rows: 32, block: 36, kind: 40 } as const;

/** (note, panels, first column, columns, start in the depth, depth, whole depth, unused, unused): the decoders' type, which MLAS's module has. */
const [FROM, PANEL, COLUMN, COLUMNS, DEPTH_AT, DEPTH, ALL] = [0, 1, 2, 3, 4, 5, 6] as const;
const PARAMETERS = 9;

export const PANEL_COLUMNS = 16;
const ROW_BYTES = 4 * PANEL_COLUMNS;
/** Rows of W that are transposed together. */
const ROWS = 4;

const note = (field: number): Code => [get(FROM), i32.load(field)];
const inBlocks = (count: Code): Code => [count, note(NOTE.block), i32.divide];

/**
 * Prefetches the quantised values: reads a word of every cache line, so that all reads wait for memory at once. It writes the sum
 * to the panel, so that the reads are not optimised away. All arguments but `bits` are locals, and are changed.
 * @param at address of the first row; `step` bytes from a row to the next; `rows` of them; `bytes` in each, 128 values at most
 */
function prefetched(bits: Bits, { at, step, rows, bytes, sum }: Record<'at' | 'step' | 'rows' | 'bytes' | 'sum', number>): Code {
  const read = (offset: Code, fixed = 0): Code => increase(sum, [get(at), offset, i32.add, i32.load(fixed)]);
  return [
    loop(
      read(i32.constant(0)),
      bits === 8 ? when([get(bytes), i32.constant(LINE), i32.greaterUnsigned], read(i32.constant(LINE))) : [],
      read([get(bytes), i32.constant(4), i32.sub]),
      increase(at, get(step)),
      get(rows), i32.constant(1), i32.sub, set(rows),
      when(get(rows), branch(1)),
    ),
    get(PANEL), get(sum), i32.store(0),
  ];
}
const LINE = 64;

/** @param transposed dy W in place of x W^T */
export function panels(bits: Bits, transposed: boolean): Uint8Array {
  return transposed ? acrossRows(bits) : alongRows(bits);
}

/**
 * x W^T: columns of the product are rows of W. Rows past the last one repeat it, and nobody reads those columns. Values are
 * transposed while they are bytes, so that a vector of four numbers is one step of the depth.
 * Longer than 60 lines: this is one WebAssembly function, whose parts share its numbered locals.
 */
function alongRows(bits: Bits): Uint8Array {
  const [COLUMN_AT, OUT, LEFT, BLOCK_LEFT, BLOCK, ROW, AT, STEP, BYTES, SUM] = each(10, (i) => PARAMETERS + i) as [number, number, number, number, number, number, number, number, number, number];
  const CODES_AT = SUM + 1;
  const SCALES_AT = CODES_AT + ROWS;
  const ZEROS_AT = SCALES_AT + ROWS;
  const ZERO = ZEROS_AT + ROWS;
  const [SCALE, LOW, HIGH] = [ZERO + 1, ZERO + 2, ZERO + 3];
  const CODES = HIGH + 1;
  const PAIRS = CODES + ROWS;
  /** Vectors that the bytes of two rows fill. */
  const halves = bits / 4;
  const END = PAIRS + ROWS;

  const row = (i: number): Code => [
    // The row's index, at most the last.
    note(NOTE.row), get(COLUMN), i32.add, get(COLUMN_AT), i32.add, i32.constant(i), i32.add, set(ROW),
    choose(get(ROW), [note(NOTE.rows), i32.constant(1), i32.sub], [get(ROW), note(NOTE.rows), i32.lessUnsigned]), set(ROW),
    note(NOTE.codes), codeBytes(bits, [get(ROW), get(ALL), i32.mul, get(DEPTH_AT), i32.add]), i32.add, set(CODES_AT + i),
    // A row has whole bytes of zero points.
    get(ROW), inBlocks(get(ALL)), i32.mul, set(BLOCK),
    note(NOTE.scales), get(BLOCK), inBlocks(get(DEPTH_AT)), i32.add, i32.constant(2), i32.shiftLeft, i32.add, set(SCALES_AT + i),
    note(NOTE.zeros), codeBytes(bits, get(BLOCK)), i32.add, set(ZEROS_AT + i),
  ];
  /** Scales and zero points of the four rows' next blocks, in the lanes of the transposed values. */
  const nextBlock: Code = [
    each(ROWS, (i) => [get(SCALES_AT + i), i === 0 ? f32x4.loadOne : [get(SCALE), f32x4.loadLane(i)], set(SCALE), increase(SCALES_AT + i, i32.constant(4))]),
    each(ROWS, (i) => [get(ZEROS_AT + i), codeBytes(bits, get(BLOCK)), i32.add, i32.loadByte, i === 0 ? [] : [i32.constant(8 * i), i32.shiftLeft, i32.or]]),
    bits === 8
      ? [i32x4.splat, set(ZERO), get(ZERO), i16x8.extendLow, set(ZERO)]
      : [get(BLOCK), i32.constant(1), i32.and, i32.constant(2), i32.shiftLeft, i32.shiftRight, i32.constant(0x0f0f0f0f), i32.and, i32x4.splat, set(ZERO)],
    increase(BLOCK, i32.constant(1)),
  ];
  /** Transposes bytes of four rows: the four bytes of a step become adjacent, four steps in a vector. */
  const transposed: Code = [
    each(ROWS, (i) => [get(CODES_AT + i), bits === 8 ? f32x4.load(0) : f32x4.loadTwo, set(CODES + i), increase(CODES_AT + i, i32.constant((CODES_AT_ONCE * bits) / 8))]),
    each(ROWS / 2, (i) => each(halves, (half) => [interleaved(CODES + 2 * i, CODES + 2 * i + 1, 1, half), set(PAIRS + halves * i + half)])),
    each(2 * halves, (i) => [interleaved(PAIRS + (i >> 1), PAIRS + halves + (i >> 1), 2, i & 1), set(CODES + i)]),
  ];
  const steps = (first: number, between: number): Code => each(4, (i) => [get(OUT), fourScaled(i, LOW, HIGH, SCALE), f32x4.store(ROW_BYTES * (first + between * i))]);
  const numbers: Code = bits === 8
    ? each(4, (i) => [
        get(CODES + i), i16x8.extendLow, get(ZERO), i16x8.sub, set(LOW),
        get(CODES + i), i16x8.extendHigh, get(ZERO), i16x8.sub, set(HIGH),
        steps(4 * i, 1),
      ])
    // The low half of a byte belongs to an even step.
    : each(2, (i) => each(2, (half) => [
        get(CODES + i), half === 0 ? [v128.words(0x0f0f0f0f), v128.and] : [i32.constant(4), i8x16.shiftRight], get(ZERO), i8x16.sub, set(PAIRS),
        get(PAIRS), i16x8.extendLowSigned, set(LOW),
        get(PAIRS), i16x8.extendHighSigned, set(HIGH),
        steps(8 * i + half, 2),
      ]));
  return functionBody(DECODER_TYPE, [{ type: 'i32', count: ZERO - PARAMETERS }, { type: 'v128', count: END - ZERO }], [
    codeBytes(bits, get(ALL)), set(STEP),
    codeBytes(bits, get(DEPTH)), set(BYTES),
    note(NOTE.codes), note(NOTE.row), get(COLUMN), i32.add, get(STEP), i32.mul, i32.add, codeBytes(bits, get(DEPTH_AT)), i32.add, set(AT),
    get(COLUMNS), set(ROW),
    prefetched(bits, { at: AT, step: STEP, rows: ROW, bytes: BYTES, sum: SUM }),
    loop(when([get(COLUMN_AT), get(COLUMNS), i32.lessUnsigned],
      each(ROWS, row),
      // Address of the columns within their panel.
      get(PANEL), get(COLUMN_AT), i32.constant(-PANEL_COLUMNS), i32.and, get(DEPTH), i32.mul, get(COLUMN_AT), i32.constant(PANEL_COLUMNS - 1), i32.and, i32.add, i32.constant(2), i32.shiftLeft, i32.add, set(OUT),
      inBlocks(get(DEPTH_AT)), set(BLOCK),
      get(DEPTH), set(LEFT),
      whileAtLeast(LEFT, CODES_AT_ONCE,
        nextBlock,
        note(NOTE.block), set(BLOCK_LEFT),
        whileAtLeast(BLOCK_LEFT, CODES_AT_ONCE,
          transposed,
          numbers,
          increase(OUT, i32.constant(ROW_BYTES * CODES_AT_ONCE)),
          decrease(BLOCK_LEFT, CODES_AT_ONCE)),
        get(LEFT), note(NOTE.block), i32.sub, set(LEFT)),
      increase(COLUMN_AT, i32.constant(ROWS)),
      branch(1))),
  ]);
}
/** Interleaves one half of two vectors, in units of `unit` bytes. */
const interleaved = (a: number, b: number, unit: number, half: number): Code => [get(a), get(b), i8x16.shuffle(each(16, (i) => 8 * half + unit * Math.floor(i / (2 * unit)) + (i % unit) + 16 * (Math.floor(i / unit) % 2)))];

/** dy W: columns of the product are columns of W, sixteen at a time. The scales are negative, which marks this case. */
function acrossRows(bits: Bits): Uint8Array {
  const [SHIFT, STEP, LEFT, OUT, PLACE, END, BLOCK, CODES_AT, SCALES_AT, ZEROS_AT, FIRST, ROW_CODES, ROW_BLOCKS, AT, BYTES, SUM] = each(16, (i) => PARAMETERS + i) as [number, number, number, number, number, number, number, number, number, number, number, number, number, number, number, number];
  const RAW = SUM + 1;
  const [ZERO, SCALE, LOW, HIGH] = each(4, (i) => RAW + 1 + i) as [number, number, number, number];
  return functionBody(DECODER_TYPE, [{ type: 'i32', count: RAW - PARAMETERS }, { type: 'v128', count: 5 }], [
    note(NOTE.block), i32.trailingZeros, set(SHIFT),
    note(NOTE.row), get(COLUMN), i32.add, set(FIRST),
    get(FIRST), get(COLUMNS), i32.add, set(END),
    codeBytes(bits, note(NOTE.rows)), set(ROW_CODES),
    inBlocks(note(NOTE.rows)), set(ROW_BLOCKS),
    // From one panel to the next.
    get(DEPTH), i32.constant(Math.log2(ROW_BYTES)), i32.shiftLeft, set(STEP),
    get(DEPTH), set(LEFT),
    note(NOTE.codes), get(DEPTH_AT), get(ROW_CODES), i32.mul, i32.add, set(CODES_AT),
    get(CODES_AT), codeBytes(bits, get(FIRST)), i32.add, set(AT),
    codeBytes(bits, get(COLUMNS)), set(BYTES),
    prefetched(bits, { at: AT, step: ROW_CODES, rows: LEFT, bytes: BYTES, sum: SUM }),
    get(DEPTH), set(LEFT),
    note(NOTE.scales), get(DEPTH_AT), get(ROW_BLOCKS), i32.mul, i32.constant(2), i32.shiftLeft, i32.add, set(SCALES_AT),
    note(NOTE.zeros), codeBytes(bits, [get(DEPTH_AT), get(ROW_BLOCKS), i32.mul]), i32.add, set(ZEROS_AT),
    loop(when(get(LEFT),
      get(PANEL), set(OUT),
      get(FIRST), set(PLACE),
      loop(
        get(PLACE), get(SHIFT), i32.shiftRight, set(BLOCK),
        f32x4.zero, get(SCALES_AT), get(BLOCK), i32.constant(2), i32.shiftLeft, i32.add, f32x4.loadSplat(0), f32x4.sub, set(SCALE),
        zeroPoint(bits, ZEROS_AT, BLOCK, ZERO),
        get(CODES_AT), codeBytes(bits, get(PLACE)), i32.add, set(AT),
        unpacked(bits, AT, ZERO, RAW, LOW, HIGH),
        each(4, (q) => [get(OUT), fourScaled(q, LOW, HIGH, SCALE), f32x4.store(16 * q)]),
        increase(OUT, get(STEP)),
        increase(PLACE, i32.constant(CODES_AT_ONCE)),
        when([get(PLACE), get(END), i32.lessUnsigned], branch(1)),
      ),
      increase(PANEL, i32.constant(ROW_BYTES)),
      increase(CODES_AT, get(ROW_CODES)),
      increase(SCALES_AT, [get(ROW_BLOCKS), i32.constant(2), i32.shiftLeft]),
      increase(ZEROS_AT, codeBytes(bits, get(ROW_BLOCKS))),
      get(LEFT), i32.constant(1), i32.sub, set(LEFT),
      branch(1))),
  ]);
}
