/**
 * C = alpha A B or C += alpha A B for a few rows of A, without packing B. MLAS packs B into panels before it multiplies, except
 * for a single row and B not transposed. Packing pays when many rows read the panels; for a few it takes longer than the product.
 * A transposed B ([columns, depth], as LoRA's A and decoded weights are) is read by dot products, any other a few columns at a time.
 *
 * It goes in front of MlasSgemmOperation (onnxruntime/core/mlas/lib/sgemm.cpp), which keeps everything else.
 */
import { call, choose, type Code, f32, f32x4, functionBody, get, returnInstruction, i32, increase, set, unreachable, when, whenElse } from './code.ts';
import { OPERATION_TYPE } from './mlas.ts';
import { atLeast, decrease, each, lanesOfOne, outerProducts, pointers, shuffled, sumAt, type Tile, whileAtLeast } from './tile.ts';

const [A_TRANSPOSED, B_TRANSPOSED, M, N, K, ALPHA, A, LDA, B, LDB, BETA, C, LDC] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const;
const PARAMETERS = 13;
/** CBLAS_TRANSPOSE. */
export const NOT_TRANSPOSED = 111;
export const TRANSPOSED = 112;

/** MLAS multiplies more rows than this: with B not transposed, and with B transposed (tools/bench-kernels.mjs). */
export const MOST_ROWS_PLAIN = 6;
export const MOST_ROWS_TRANSPOSED = 16;
const UNROLLED = 4;
const MOST_VECTORS = 4;
/** A tile of dot products: eight sums, and what they read, fit into the vector registers. */
const ROWS_OF_DOTS = 2;
const COLUMNS_OF_DOTS = 4;

/** i32 locals: columns, numbers of the depth and rows left, whether C is added to, where B, A and C are read, a pointer a row and a column. */
const [COLUMNS_LEFT, DEPTH_LEFT, ROWS_LEFT, ADDS, B_AT, A_ROW, C_ROW] = [13, 14, 15, 16, 17, 18, 19] as const;
const ROW_AT = 20;
const COLUMN_AT = ROW_AT + MOST_ROWS_PLAIN;
const INTEGERS = COLUMN_AT + COLUMNS_OF_DOTS - PARAMETERS;
/** v128 locals: the factor, numbers of A, vectors of B, sums. */
const FACTOR = PARAMETERS + INTEGERS;
const A_NUMBERS = FACTOR + 1;
const B_VECTOR = A_NUMBERS + ROWS_OF_DOTS;
const SUM = B_VECTOR + MOST_VECTORS;
const MOST_SUMS = 12;
const VECTORS = SUM + MOST_SUMS - FACTOR;

/** How so many columns are read and written at once. */
const WIDTHS = {
  16: { vectors: 4, load: f32x4.load, store: f32x4.store },
  8: { vectors: 2, load: f32x4.load, store: f32x4.store },
  4: { vectors: 1, load: f32x4.load, store: f32x4.store },
  2: { vectors: 1, load: () => f32x4.loadTwo, store: () => f32x4.storeTwo },
  1: { vectors: 1, load: () => f32x4.loadOne, store: () => f32x4.storeOne },
} as const;
type Width = keyof typeof WIDTHS;

const is = (local: number, value: number): Code => [get(local), i32.constant(value), i32.equals];

/** The finished sums of one row, in `sum` and the locals behind it, to where `at` points. */
function finished(at: number, sum: number, width: Width): Code {
  const { vectors, load, store } = WIDTHS[width];
  return [
    each(vectors, (i) => [get(sum + i), get(FACTOR), f32x4.mul, set(sum + i)]),
    when(get(ADDS), each(vectors, (i) => [get(sum + i), get(at), load(16 * i), f32x4.add, set(sum + i)])),
    each(vectors, (i) => [get(at), get(sum + i), store(16 * i)]),
  ];
}

/** All columns of `rows` rows, for B [depth, columns] not transposed. */
function plainColumns(rows: number): Code {
  const tiles = (width: Width): Code => {
    const { vectors, load } = WIDTHS[width];
    const tile: Tile = { rows, vectors, rowAt: ROW_AT, number: A_NUMBERS, vector: B_VECTOR, sum: SUM };
    const products = (depth: number): Code => whileAtLeast(DEPTH_LEFT, depth,
      outerProducts(tile, depth, (_row, vector) => [get(B_AT), load(16 * vector)], increase(B_AT, get(LDB))),
      decrease(DEPTH_LEFT, depth));
    return whileAtLeast(COLUMNS_LEFT, width,
      each(rows * vectors, (i) => [f32x4.zero, set(SUM + i)]),
      pointers(ROW_AT, rows, A, LDA),
      get(B), set(B_AT),
      get(K), set(DEPTH_LEFT),
      products(UNROLLED),
      products(1),
      pointers(ROW_AT, rows, C, LDC),
      each(rows, (row) => finished(ROW_AT + row, sumAt(tile, row, 0), width)),
      increase(B, i32.constant(4 * width)),
      increase(C, i32.constant(4 * width)),
      decrease(COLUMNS_LEFT, width));
  };
  return [get(N), set(COLUMNS_LEFT), (rows <= 2 ? [16, 8, 4, 2, 1] as const : [8, 4, 2, 1] as const).map(tiles)];
}

/** B transposed, [columns, depth]: the next `rows` rows of A with `count` of B, four numbers of each at a time. */
function tileOfDots(rows: number, count: number): Code {
  // A single row has too few sums to keep the processor's adders busy: each is made in two halves.
  const halves = rows === 1 ? 2 : 1;
  const sum = (row: number, column: number, half = 0): number => SUM + (half * rows + row) * count + column;
  const products = (offset: number, half: number, load: (offset: number) => Code): Code => [
    each(rows, (row) => [get(ROW_AT + row), load(offset), set(A_NUMBERS + row)]),
    each(count, (column) => [
      get(COLUMN_AT + column), load(offset), set(B_VECTOR),
      each(rows, (row) => [get(A_NUMBERS + row), get(B_VECTOR), get(sum(row, column, half)), f32x4.relaxedMadd, set(sum(row, column, half))]),
    ]),
  ];
  const ahead = (floats: number): Code => [
    each(rows, (row) => increase(ROW_AT + row, i32.constant(4 * floats))),
    each(count, (column) => increase(COLUMN_AT + column, i32.constant(4 * floats))),
    decrease(DEPTH_LEFT, floats),
  ];
  return [
    each(rows * count * halves, (i) => [f32x4.zero, set(SUM + i)]),
    pointers(ROW_AT, rows, A_ROW, LDA),
    pointers(COLUMN_AT, count, B, LDB),
    get(K), set(DEPTH_LEFT),
    whileAtLeast(DEPTH_LEFT, 8, products(0, 0, f32x4.load), products(16, halves - 1, f32x4.load), ahead(8)),
    whileAtLeast(DEPTH_LEFT, 4, products(0, 0, f32x4.load), ahead(4)),
    whileAtLeast(DEPTH_LEFT, 1, products(0, 0, () => f32x4.loadOne), ahead(1)),
    halves === 2 ? each(rows * count, (i) => [get(SUM + i), get(SUM + rows * count + i), f32x4.add, set(SUM + i)]) : [],
    pointers(ROW_AT, rows, C_ROW, LDC),
    each(rows, (row) => [
      count === COLUMNS_OF_DOTS ? lanesOfFour(sum(row, 0)) : lanesOfOne(sum(row, 0)),
      finished(ROW_AT + row, sum(row, 0), count === COLUMNS_OF_DOTS ? 4 : 1),
    ]),
    each(rows, () => [increase(A_ROW, get(LDA)), increase(C_ROW, get(LDC))]),
    decrease(ROWS_LEFT, rows),
  ];
}

/** A few columns at a time, all rows with each. */
function columnsOfDots(count: number): Code {
  return whileAtLeast(COLUMNS_LEFT, count,
    get(M), set(ROWS_LEFT),
    get(A), set(A_ROW),
    get(C), set(C_ROW),
    whileAtLeast(ROWS_LEFT, ROWS_OF_DOTS, tileOfDots(ROWS_OF_DOTS, count)),
    when(get(ROWS_LEFT), tileOfDots(1, count)),
    each(count, () => increase(B, get(LDB))),
    increase(C, i32.constant(4 * count)),
    decrease(COLUMNS_LEFT, count));
}

/** The sums of the lanes of four vectors, as the lanes of the first. */
function lanesOfFour(sum: number): Code {
  const pair = (a: number): Code => [shuffled(a, a + 1, 0, 4, 1, 5), shuffled(a, a + 1, 2, 6, 3, 7), f32x4.add, set(a)];
  return [pair(sum), pair(sum + 2), shuffled(sum, sum + 2, 0, 1, 4, 5), shuffled(sum, sum + 2, 2, 3, 6, 7), f32x4.add, set(sum)];
}

/** The product, for the calls that `handsOver` redirects. */
export function fewRows(): Uint8Array {
  return functionBody(OPERATION_TYPE, [{ type: 'i32', count: INTEGERS }, { type: 'v128', count: VECTORS }], [
    get(ALPHA), f32x4.splat, set(FACTOR),
    get(BETA), f32.constant(0), f32.differs, set(ADDS),
    [LDA, LDB, LDC].map((stride) => [get(stride), i32.constant(2), i32.shiftLeft, set(stride)]),
    whenElse(is(B_TRANSPOSED, NOT_TRANSPOSED),
      [each(MOST_ROWS_PLAIN, (i) => when(is(M, i + 1), plainColumns(i + 1), returnInstruction)), unreachable],
      [get(N), set(COLUMNS_LEFT), columnsOfDots(COLUMNS_OF_DOTS), columnsOfDots(1)]),
  ]);
}

/** A prologue for MlasSgemmOperation. With few rows, A not transposed and beta 0 or 1 it calls the function `product` and returns. */
export function handsOver(product: number): Code {
  return when(
    [
      is(A_TRANSPOSED, NOT_TRANSPOSED),
      atLeast(K, 1), i32.and,
      atLeast(M, 1), i32.and,
      get(BETA), f32.constant(0), f32.equals, get(BETA), f32.constant(1), f32.equals, i32.or, i32.and,
      get(M), choose(i32.constant(MOST_ROWS_PLAIN), i32.constant(MOST_ROWS_TRANSPOSED), is(B_TRANSPOSED, NOT_TRANSPOSED)), i32.lessOrEqualUnsigned, i32.and,
    ],
    each(PARAMETERS, get),
    call(product, OPERATION_TYPE),
    returnInstruction,
  );
}
