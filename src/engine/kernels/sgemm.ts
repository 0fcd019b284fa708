/**
 * The inner loop of every float32 matrix product on the CPU, for ONNX Runtime's WASM build: C = alpha A B, or C += alpha A B, for a
 * few rows of A and panels of 16 columns that MLAS has packed from B.
 *
 * MLAS's own kernel (onnxruntime/core/mlas/lib/wasm_simd/SgemmKernelWasmSimd.cpp) multiplies and adds in two instructions,
 * two rows by sixteen columns at a time. This one has the same contract, multiplies and adds in one where the processor
 * can (relaxed SIMD, part of WebAssembly 3.0), and takes up to six rows by eight columns: twelve sums, two vectors of B and one
 * number of A are what fits into the sixteen vector registers of x64 without spilling.
 *
 * Most models have rows of A a multiple of 1024 bytes apart. Such rows share a few sets of the processor's cache and evict each
 * other. They are copied to the stack first, a little further apart: up to three times as fast.
 */
import {
  block, branch, branchIf, type Code, f32x4, functionBody, get, returnInstruction, i32, increase, loop, set, stackPointer, unreachable, when, whenElse,
} from './code.ts';
import { SGEMM_TYPE } from './mlas.ts';
import { atLeast, decrease, each, outerProducts, pointers, sumAt, type Tile, whileAtLeast } from './tile.ts';

const [A, B, C, K, M, N, LDA, LDC, ALPHA] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
const PANEL = 16;
const PANEL_BYTES = 4 * PANEL;
const MOST_ROWS = 6;
const UNROLLED = 4;

/** i32 locals behind the parameters: the panel read, columns left, numbers of K left, the step to the next columns, a pointer a row. */
const [PANEL_AT, COLUMNS_LEFT, K_LEFT, STEP, B_AT] = [9, 10, 11, 12, 13] as const;
const ROW_AT = 14;
/** And of the copy of A's rows: rows left, the row that is read and the one that is written, and where in them. */
const [ROWS_LEFT, FROM_ROW, TO_ROW, FROM, TO] = [20, 21, 22, 23, 24] as const;
const INTEGERS = TO + 1 - 9;
/** v128 locals: the factor, a number of A, vectors of B, sums. */
const FACTOR = TO + 1;
const A_NUMBER = FACTOR + 1;
const B_VECTOR = A_NUMBER + 1;
const MOST_VECTORS = 4;
const SUM = B_VECTOR + MOST_VECTORS;
const MOST_SUMS = 12;
const VECTORS = SUM + MOST_SUMS - FACTOR;

/** Strides that are multiples of so many bytes share sets of the cache. */
const CACHE_STRIDE = 1024;
/** What is copied: so many rows at least, no deeper than this, for so many columns at least (tools/bench-kernels.mjs). */
const FEWEST_ROWS = 3;
const DEEPEST = 512;
const FEWEST_COLUMNS = PANEL;
/** Bytes from a copied row to the next: one line of a cache more than a multiple of its stride, so that copies do not meet again. */
const APART = 4 * DEEPEST + 64;
/** Bytes of the stack, below where it ends, that a product takes: nothing is called meanwhile. */
const STACK_BYTES = MOST_ROWS * APART;

/** @param add on top of what C holds; otherwise C is overwritten */
export function sgemmKernel({ add }: { add: boolean }): Uint8Array {
  const cases = Array.from({ length: MOST_ROWS }, (_, i) => i + 1);
  // Seven rows are better four and three than six and one.
  const chosen = whenElse([get(M), i32.constant(2 * MOST_ROWS), i32.greaterOrEqualUnsigned],
    [i32.constant(MOST_ROWS), set(M)],
    when([get(M), i32.constant(MOST_ROWS), i32.greaterUnsigned], get(M), i32.constant(1), i32.add, i32.constant(1), i32.shiftRight, set(M)));
  return functionBody(
    SGEMM_TYPE,
    [{ type: 'i32', count: INTEGERS }, { type: 'v128', count: VECTORS }],
    [
      get(ALPHA), f32x4.splat, set(FACTOR),
      [LDA, LDC].map((stride) => [get(stride), i32.constant(2), i32.shiftLeft, set(stride)]),
      chosen,
      rowsApart,
      cases.map((rows) => when([get(M), i32.constant(rows), i32.equals], rowsByColumns(rows, add), i32.constant(rows), returnInstruction)),
      unreachable,
    ],
  );
}

/** Copies A's rows to the stack where they would share sets of the cache, and reads them from there. */
const rowsApart: Code = when(
  [
    get(LDA), i32.constant(CACHE_STRIDE - 1), i32.and, i32.equalsZero,
    atLeast(M, FEWEST_ROWS), i32.and,
    atLeast(N, FEWEST_COLUMNS), i32.and,
    get(K), i32.constant(DEEPEST), i32.lessOrEqualUnsigned, i32.and,
  ],
  get(M), set(ROWS_LEFT),
  get(A), set(FROM_ROW),
  stackPointer, i32.constant(STACK_BYTES), i32.sub, set(TO_ROW),
  get(TO_ROW), set(A),
  whileAtLeast(ROWS_LEFT, 1,
    get(FROM_ROW), set(FROM),
    get(TO_ROW), set(TO),
    get(K), set(K_LEFT),
    ([[16, 4, f32x4.load, f32x4.store], [4, 1, f32x4.load, f32x4.store], [1, 1, () => f32x4.loadOne, () => f32x4.storeOne]] as const).map(([floats, vectors, load, store]) => whileAtLeast(K_LEFT, floats,
      each(vectors, (i) => [get(TO), get(FROM), load(16 * i), store(16 * i)]),
      increase(FROM, i32.constant(4 * floats)),
      increase(TO, i32.constant(4 * floats)),
      decrease(K_LEFT, floats))),
    increase(FROM_ROW, get(LDA)),
    increase(TO_ROW, i32.constant(APART)),
    decrease(ROWS_LEFT, 1)),
  i32.constant(APART), set(LDA),
);

/** All columns of `rows` rows. */
function rowsByColumns(rows: number, add: boolean): Code {
  const vectors = rows <= 2 ? 4 : 2;
  const width = 4 * vectors;
  const tile: Tile = { rows, vectors, rowAt: ROW_AT, number: A_NUMBER, vector: B_VECTOR, sum: SUM };
  const sum = (row: number, vector: number): number => sumAt(tile, row, vector);

  const productsOf = (depth: number): Code => whileAtLeast(K_LEFT, depth,
    outerProducts(tile, depth, (row, vector) => [get(B_AT), f32x4.load(row * PANEL_BYTES + 16 * vector)]),
    increase(B_AT, i32.constant(depth * PANEL_BYTES)),
    decrease(K_LEFT, depth));

  /** The finished vector: times alpha, and on top of what `load` reads. */
  const finished = (value: number, row: number, load: Code): Code =>
    add ? [get(value), get(FACTOR), get(ROW_AT + row), load, f32x4.relaxedMadd] : [get(value), get(FACTOR), f32x4.mul];
  const stored = (row: number, vector: number, offset: number): Code => [get(ROW_AT + row), finished(sum(row, vector), row, f32x4.load(offset)), f32x4.store(offset)];
  const whole = each(rows, (row) => each(vectors, (vector) => stored(row, vector, 16 * vector)));
  const has = (columns: number): Code => [get(COLUMNS_LEFT), i32.constant(columns), i32.and];
  /** The last columns, fewer than a tile is wide: by eights, fours, twos and ones, the rest moving to the front. */
  const partly = each(rows, (row) => [
    vectors === 4
      ? when(has(8), stored(row, 0, 0), stored(row, 1, 16), get(sum(row, 2)), set(sum(row, 0)), get(sum(row, 3)), set(sum(row, 1)), increase(ROW_AT + row, i32.constant(32)))
      : [],
    when(has(4), stored(row, 0, 0), get(sum(row, 1)), set(sum(row, 0)), increase(ROW_AT + row, i32.constant(16))),
    when(has(2), get(ROW_AT + row), finished(sum(row, 0), row, f32x4.loadTwo), f32x4.storeTwo, f32x4.upper(sum(row, 0)), set(sum(row, 0)), increase(ROW_AT + row, i32.constant(8))),
    when(has(1), get(ROW_AT + row), finished(sum(row, 0), row, f32x4.loadOne), f32x4.storeOne),
  ]);

  const panelBytes: Code = [get(K), i32.constant(6), i32.shiftLeft];
  return [
    get(B), set(PANEL_AT),
    get(N), set(COLUMNS_LEFT),
    width === PANEL ? panelBytes : i32.constant(4 * width), set(STEP),
    block(loop(
      each(rows * vectors, (i) => [f32x4.zero, set(SUM + i)]),
      pointers(ROW_AT, rows, A, LDA),
      get(PANEL_AT), set(B_AT),
      get(K), set(K_LEFT),
      productsOf(UNROLLED),
      productsOf(1),
      pointers(ROW_AT, rows, C, LDC),
      when([get(COLUMNS_LEFT), i32.constant(width), i32.lessUnsigned], partly, branch(2)),
      whole,
      get(COLUMNS_LEFT), i32.constant(width), i32.sub, set(COLUMNS_LEFT),
      get(COLUMNS_LEFT), i32.equalsZero, branchIf(1),
      increase(C, i32.constant(4 * width)),
      increase(PANEL_AT, get(STEP)),
      // Halves of a panel in turn: to its second half, then to the next panel's first.
      width === PANEL ? [] : [panelBytes, get(STEP), i32.sub, set(STEP)],
      branch(0),
    )),
  ];
}
