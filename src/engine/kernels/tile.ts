/** Parts of the product kernels: loops over counts, pointers to rows, and a tile of sums that stays in registers. */
import { branch, type Code, f32x4, get, i32, i8x16, increase, loop, set, when } from './code.ts';

export const each = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
export const atLeast = (local: number, count: number): Code => [get(local), i32.constant(count), i32.greaterOrEqualUnsigned];
export const decrease = (local: number, amount: number): Code => [get(local), i32.constant(amount), i32.sub, set(local)];
/** Repeats the body, which subtracts from the local what it has done. */
export const whileAtLeast = (local: number, count: number, ...body: Code[]): Code => loop(when(atLeast(local, count), body, branch(1)));

/** In `to` and the locals behind it: `from`, and what lies a stride further each. */
export const pointers = (to: number, count: number, from: number, stride: number): Code =>
  [get(from), set(to), each(count - 1, (i) => [get(to + i), get(stride), i32.add, set(to + i + 1)])];

/** Lanes of two vectors, 0 to 3 of the first and 4 to 7 of the second. */
export const shuffled = (a: number, b: number, ...order: number[]): Code => [get(a), get(b), i8x16.shuffle(order.flatMap((lane) => each(4, (byte) => 4 * lane + byte)))];

/** The sum of a vector's lanes, as each of them. */
export function lanesOfOne(sum: number): Code {
  return [[2, 3, 0, 1], [1, 0, 3, 2]].map((order) => [get(sum), shuffled(sum, sum, ...order), f32x4.add, set(sum)]);
}

/** A few rows of A by a few vectors of columns of B. All but the counts are first locals. */
export interface Tile {
  rows: number;
  vectors: number;
  /** Pointers to the rows of A. */
  rowAt: number;
  /** v128: a number of A; a vector of B for each of `vectors`; the sums, row by row. */
  number: number;
  vector: number;
  sum: number;
}

export const sumAt = ({ vectors, sum }: Tile, row: number, vector: number): number => sum + row * vectors + vector;

/**
 * Adds the products of the next `depth` columns of A with as many rows of B to the tile's sums, and moves A's pointers on.
 * @param readB leaves a vector of B's row on the stack
 * @param nextRow what is between two rows of B
 */
export function outerProducts(tile: Tile, depth: number, readB: (row: number, vector: number) => Code, nextRow: Code = []): Code {
  const { rows, vectors, rowAt, number, vector: vectorAt } = tile;
  return [
    each(depth, (step) => [
      each(vectors, (vector) => [readB(step, vector), set(vectorAt + vector)]),
      each(rows, (row) => [
        get(rowAt + row), f32x4.loadSplat(4 * step), set(number),
        each(vectors, (vector) => [get(number), get(vectorAt + vector), get(sumAt(tile, row, vector)), f32x4.relaxedMadd, set(sumAt(tile, row, vector))]),
      ]),
      nextRow,
    ]),
    each(rows, (row) => increase(rowAt + row, i32.constant(4 * depth))),
  ];
}
