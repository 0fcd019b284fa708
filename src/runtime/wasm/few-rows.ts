/**
 * C = alpha A B or C += alpha A B for a few rows of A, reading B where it lies. MLAS packs B into panels before it multiplies, which
 * pays when many rows read them; a token that is decoded has one row, and packing takes longer than its product. B turned
 * ([columns, depth], as LoRA's A and decoded weights are) is read by dot products, B as it lies a few columns at a time.
 *
 * It goes in front of MlasSgemmOperation (onnxruntime/core/mlas/lib/sgemm.cpp), which keeps everything else.
 */
import {
  branch, call, choose, type Code, f32, f32x4, functionBody, get, giveBack, i32, i8x16, increase, loop, set, when, whenElse,
} from './code.ts';

/** (turned A, turned B, rows, columns, depth, alpha, A, lda, B, ldb, beta, C, ldc); counts and strides in floats. */
export const OPERATION_TYPE = 'i32 i32 i32 i32 i32 f32 i32 i32 i32 i32 f32 i32 i32 -> ';
const [A_TURNED, B_TURNED, M, N, K, ALPHA, A, LDA, B, LDB, BETA, C, LDC] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const;
const PARAMETERS = 13;
/** CBLAS_TRANSPOSE. */
export const NOT_TURNED = 111;
export const TURNED = 112;

/** More rows than this are left to MLAS: with B as it lies, and with B turned (measured, tools/bench-kernels.mjs). */
export const MOST_ROWS = 6;
export const MOST_ROWS_TURNED = 16;
const UNROLLED = 4;
/** A tile of dot products: eight sums, and what they read, fit into the vector registers. */
const ROWS_OF_DOTS = 2;
const COLUMNS_OF_DOTS = 4;

/** i32 locals: columns, numbers of the depth and rows left, whether C is added to, where B, A and C are read, a pointer a row and a column. */
const [LEFT, DEPTH_LEFT, ROWS_LEFT, ADDS, B_AT, A_ROW, C_ROW] = [13, 14, 15, 16, 17, 18, 19] as const;
const ROW_AT = 20;
const COLUMN_AT = ROW_AT + MOST_ROWS;
const INTEGERS = COLUMN_AT + COLUMNS_OF_DOTS - PARAMETERS;
/** v128 locals: the factor, numbers of A, vectors of B, sums. */
const FACTOR = PARAMETERS + INTEGERS;
const A_NUMBER = FACTOR + 1;
const B_VECTOR = A_NUMBER + ROWS_OF_DOTS;
const SUM = B_VECTOR + 4;
const MOST_SUMS = 12;
const VECTORS = SUM + MOST_SUMS - FACTOR;

const each = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const atLeast = (local: number, count: number): Code => [get(local), i32.constant(count), i32.greaterOrEqualUnsigned];
const is = (local: number, value: number): Code => [get(local), i32.constant(value), i32.sub, i32.equalsZero];
const decrease = (local: number, amount: number): Code => [get(local), i32.constant(amount), i32.sub, set(local)];
const whileAtLeast = (local: number, count: number, ...body: Code[]): Code => loop(when(atLeast(local, count), body, branch(1)));
/** In `to` and the locals behind it: `from`, and what lies a stride further each. */
const pointers = (to: number, count: number, from: number, stride: number): Code =>
  [get(from), set(to), each(count - 1, (i) => [get(to + i), get(stride), i32.add, set(to + i + 1)])];

/** How so many columns are read and written at once. */
const WIDTHS = {
  16: { vectors: 4, load: f32x4.load, store: f32x4.store },
  8: { vectors: 2, load: f32x4.load, store: f32x4.store },
  4: { vectors: 1, load: f32x4.load, store: f32x4.store },
  2: { vectors: 1, load: () => f32x4.loadTwo, store: () => f32x4.storeTwo },
  1: { vectors: 1, load: () => f32x4.loadOne, store: () => f32x4.storeOne },
} as const;
type Width = keyof typeof WIDTHS;

/** The finished sums of one row, in `sum` and the locals behind it, to where `at` points. */
function finished(at: number, sum: number, width: Width): Code {
  const { vectors, load, store } = WIDTHS[width];
  return [
    each(vectors, (i) => [get(sum + i), get(FACTOR), f32x4.mul, set(sum + i)]),
    when(get(ADDS), each(vectors, (i) => [get(sum + i), get(at), load(16 * i), f32x4.add, set(sum + i)])),
    each(vectors, (i) => [get(at), get(sum + i), store(16 * i)]),
  ];
}

/** All columns of `rows` rows, B [depth, columns] as it lies. */
function columns(rows: number): Code {
  const tiles = (width: Width): Code => {
    const { vectors, load } = WIDTHS[width];
    const sum = (row: number, vector: number): number => SUM + row * vectors + vector;
    const products = (unrolled: number): Code => [
      each(unrolled, (step) => [
        each(vectors, (vector) => [get(B_AT), load(16 * vector), set(B_VECTOR + vector)]),
        each(rows, (row) => [
          get(ROW_AT + row), f32x4.loadSplat(4 * step), set(A_NUMBER),
          each(vectors, (vector) => [get(A_NUMBER), get(B_VECTOR + vector), get(sum(row, vector)), f32x4.relaxedMadd, set(sum(row, vector))]),
        ]),
        increase(B_AT, get(LDB)),
      ]),
      each(rows, (row) => increase(ROW_AT + row, i32.constant(4 * unrolled))),
      decrease(DEPTH_LEFT, unrolled),
    ];
    return whileAtLeast(LEFT, width,
      each(rows * vectors, (i) => [f32x4.zero, set(SUM + i)]),
      pointers(ROW_AT, rows, A, LDA),
      get(B), set(B_AT),
      get(K), set(DEPTH_LEFT),
      whileAtLeast(DEPTH_LEFT, UNROLLED, products(UNROLLED)),
      whileAtLeast(DEPTH_LEFT, 1, products(1)),
      pointers(ROW_AT, rows, C, LDC),
      each(rows, (row) => finished(ROW_AT + row, sum(row, 0), width)),
      increase(B, i32.constant(4 * width)),
      increase(C, i32.constant(4 * width)),
      decrease(LEFT, width));
  };
  return [get(N), set(LEFT), (rows <= 2 ? [16, 8, 4, 2, 1] as const : [8, 4, 2, 1] as const).map(tiles)];
}

/** All rows and columns, B turned, [columns, depth]: `rows` rows of A with `count` of B, four numbers of each at a time. */
function dots(rows: number, count: number): Code {
  // A single row has too few sums to keep the processor's adders busy: each is made in two halves.
  const halves = rows === 1 ? 2 : 1;
  const sum = (row: number, column: number, half = 0): number => SUM + (half * rows + row) * count + column;
  const products = (offset: number, half: number, load: (offset: number) => Code): Code => [
    each(rows, (row) => [get(ROW_AT + row), load(offset), set(A_NUMBER + row)]),
    each(count, (column) => [
      get(COLUMN_AT + column), load(offset), set(B_VECTOR),
      each(rows, (row) => [get(A_NUMBER + row), get(B_VECTOR), get(sum(row, column, half)), f32x4.relaxedMadd, set(sum(row, column, half))]),
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
  return whileAtLeast(LEFT, count,
    get(M), set(ROWS_LEFT),
    get(A), set(A_ROW),
    get(C), set(C_ROW),
    whileAtLeast(ROWS_LEFT, ROWS_OF_DOTS, dots(ROWS_OF_DOTS, count)),
    when(get(ROWS_LEFT), dots(1, count)),
    each(count, () => increase(B, get(LDB))),
    increase(C, i32.constant(4 * count)),
    decrease(LEFT, count));
}

const shuffled = (a: number, b: number, ...order: number[]): Code => [get(a), get(b), i8x16.shuffle(order.flatMap((lane) => each(4, (byte) => 4 * lane + byte)))];
/** The sums of the lanes of four vectors, as the lanes of the first. */
function lanesOfFour(sum: number): Code {
  const pair = (a: number): Code => [shuffled(a, a + 1, 0, 4, 1, 5), shuffled(a, a + 1, 2, 6, 3, 7), f32x4.add, set(a)];
  return [pair(sum), pair(sum + 2), shuffled(sum, sum + 2, 0, 1, 4, 5), shuffled(sum, sum + 2, 2, 3, 6, 7), f32x4.add, set(sum)];
}
/** The sum of a vector's lanes, as each of them. */
function lanesOfOne(sum: number): Code {
  return [[2, 3, 0, 1], [1, 0, 3, 2]].map((order) => [get(sum), shuffled(sum, sum, ...order), f32x4.add, set(sum)]);
}

/** The product, of an operation that `handsOver` hands over. */
export function fewRows(): Uint8Array {
  return functionBody([{ type: 'i32', count: INTEGERS }, { type: 'v128', count: VECTORS }], [
    get(ALPHA), f32x4.splat, set(FACTOR),
    get(BETA), f32.constant(0), f32.differs, set(ADDS),
    [LDA, LDB, LDC].map((stride) => [get(stride), i32.constant(2), i32.shiftLeft, set(stride)]),
    whenElse(is(B_TURNED, NOT_TURNED),
      each(MOST_ROWS, (i) => when(is(M, i + 1), columns(i + 1))),
      [get(N), set(LEFT), columnsOfDots(COLUMNS_OF_DOTS), columnsOfDots(1)]),
  ]);
}

/** In front of MlasSgemmOperation: where there are few rows, A is not turned and C is overwritten or added to, `product` does it all. */
export function handsOver(product: number): Code {
  return when(
    [
      is(A_TURNED, NOT_TURNED),
      atLeast(K, 1), i32.and,
      get(BETA), f32.constant(0), f32.equals, get(BETA), f32.constant(1), f32.equals, i32.or, i32.and,
      get(M), choose(i32.constant(MOST_ROWS), i32.constant(MOST_ROWS_TURNED), is(B_TURNED, NOT_TURNED)), i32.lessOrEqualUnsigned, i32.and,
    ],
    each(PARAMETERS, get),
    call(product),
    giveBack,
  );
}
