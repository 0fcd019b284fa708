/** Proves the lab's kernels on this browser before a model uses them: every path through them, against sums in float64. */
import { findQuantizedFault } from './quantized-proof.ts';
import { type QuantizedKernels, quantizedKernels } from './quantized.ts';
import { fewRows, MOST_ROWS_PLAIN, MOST_ROWS_TRANSPOSED, NOT_TRANSPOSED, TRANSPOSED } from './few-rows.ts';
import { OPERATION_TYPE, SGEMM_TYPE } from './mlas.ts';
import { writeModule } from './module.ts';
import { sgemmKernel } from './sgemm.ts';

/** Each count of rows the kernels know and some they cut; columns up to, at and past their tiles and panels; depths around their unrolling. */
const ROWS = [1, 2, 3, 4, 5, 6, 7, 11, 13];
const COLUMNS = [1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 23, 24, 31, 35];
const DEPTHS = [1, 3, 4, 21];
const ALPHA = 0.75;
const PANEL = 16;
/** Float32 sums of up to 21 products of numbers up to one; a wrong element is off by far more. */
const TOLERANCE = 1e-5;
const PAGES = 1;
/** A stride of A, in floats, at which sgemm.ts copies its rows to the stack. */
const MEETING = 256;
const APART_COLUMNS = new Set([16, 35]);
/** Before and behind C: must stay as they are. */
const GUARD = 64;
const VALUES = new Float32Array(8192).map((_, i) => Math.sin(i * 12.9898));
/** The numbers of A and B are the same in every product, wherever they lie: so are the sums, by depth. */
const numberOfA = (i: number, k: number): number => VALUES[31 * i + k] as number;
const numberOfB = (k: number, j: number): number => VALUES[4096 + 37 * k + j] as number;

export type Kernel = (a: number, b: number, c: number, depth: number, rows: number, columns: number, lda: number, ldc: number, alpha: number) => number;
type Operation = (aTransposed: number, bTransposed: number, rows: number, columns: number, depth: number, alpha: number, a: number, lda: number, b: number, ldb: number, beta: number, c: number, ldc: number) => void;

/** Bodies of the kernel that overwrites C, of the one that adds to it, and of the product of few rows; and those for quantised weights. */
export interface Kernels {
  zero: Uint8Array;
  add: Uint8Array;
  few: Uint8Array;
  quantized: QuantizedKernels;
}

export const ownKernels = (): Kernels => ({ zero: sgemmKernel({ add: false }), add: sgemmKernel({ add: true }), few: fewRows(), quantized: quantizedKernels() });

function proofModule({ zero, add, few }: Kernels): Uint8Array<ArrayBuffer> {
  return writeModule([{ name: 'zero', type: SGEMM_TYPE, body: zero }, { name: 'add', type: SGEMM_TYPE, body: add }, { name: 'few', type: OPERATION_TYPE, body: few }], PAGES);
}

/** Whether this browser compiles the kernels at all: ours need relaxed SIMD. */
export function compiles(kernels: Kernels): boolean {
  return WebAssembly.validate(proofModule(kernels));
}

interface Product {
  rows: number;
  columns: number;
  depth: number;
  add: boolean;
  /** Of A times B, row by row. */
  sums: readonly Float64Array[];
}

/** How A, B and C lie in memory, in floats from its start. */
interface Layout {
  lda: number;
  ldc: number;
  bAt: number;
  cAt: number;
  /** Where B's element lies, from bAt on. */
  element(k: number, j: number): number;
}

/** @returns null when all is right, else the first product that is not */
export async function findFault(kernels: Kernels): Promise<string | null> {
  const { instance } = await WebAssembly.instantiate(proofModule(kernels));
  const { memory, zero, add: onTop, few } = instance.exports as unknown as { memory: WebAssembly.Memory; zero: Kernel; add: Kernel; few: Operation };
  const floats = new Float32Array(memory.buffer);
  const [mostRows, mostColumns] = [Math.max(...ROWS), Math.max(...COLUMNS)];
  const sums = new Map(DEPTHS.map((depth) => [depth, Array.from({ length: mostRows }, (_, i) => new Float64Array(mostColumns).map((_none, j) => sumOf(depth, i, j)))]));
  for (const rows of ROWS) for (const columns of COLUMNS) for (const depth of DEPTHS) for (const add of [false, true]) {
    const product = { rows, columns, depth, add, sums: sums.get(depth) as Float64Array[] };
    const name = `${rows} x ${depth} by ${depth} x ${columns}, ${add ? 'add' : 'zero'}`;
    for (const lda of rows > 2 && APART_COLUMNS.has(columns) ? [depth + 3, MEETING] : [depth + 3]) {
      const packed = layout(product, Math.ceil(columns / PANEL) * PANEL * depth, (k, j) => Math.floor(j / PANEL) * PANEL * depth + k * PANEL + (j % PANEL), lda);
      // Like MLAS, it calls the kernel until all rows are done.
      if (!agrees(floats, product, packed, ({ ldc, bAt, cAt }) => {
        for (let done = 0; done < rows; ) done += (add ? onTop : zero)(4 * done * lda, 4 * bAt, 4 * (cAt + done * ldc), depth, rows - done, columns, lda, ldc, ALPHA);
      })) return `${name}${lda === MEETING ? `, rows ${lda} apart` : ''}`;
    }
    for (const transposed of [false, true]) {
      if (rows > (transposed ? MOST_ROWS_TRANSPOSED : MOST_ROWS_PLAIN)) continue;
      const ldb = (transposed ? depth : columns) + 1;
      const plain = layout(product, ldb * (transposed ? columns : depth), (k, j) => (transposed ? j * ldb + k : k * ldb + j));
      if (!agrees(floats, product, plain, ({ lda, ldc, bAt, cAt }) => few(NOT_TRANSPOSED, transposed ? TRANSPOSED : NOT_TRANSPOSED, rows, columns, depth, ALPHA, 0, lda, 4 * bAt, ldb, add ? 1 : 0, 4 * cAt, ldc))) return `${name}, not packed${transposed ? ', transposed' : ''}`;
    }
  }
  return findQuantizedFault(kernels);
}

function sumOf(depth: number, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < depth; k++) sum += ALPHA * numberOfA(i, k) * numberOfB(k, j);
  return sum;
}

function layout({ rows, columns, depth }: Product, length: number, element: Layout['element'], lda = depth + 3): Layout {
  return { lda, ldc: columns + 5, bAt: rows * lda, cAt: rows * lda + length + GUARD, element };
}

/** Whether C is what it should be. Nothing but its own columns may change, and what is overwritten must not be read. */
function agrees(floats: Float32Array, { rows, columns, depth, add, sums }: Product, on: Layout, multiply: (on: Layout) => void): boolean {
  const { lda, ldc, bAt, cAt, element } = on;
  const end = cAt + rows * ldc;
  floats.set(VALUES.subarray(0, end + GUARD));
  for (let i = 0; i < rows; i++) for (let k = 0; k < depth; k++) floats[i * lda + k] = numberOfA(i, k);
  for (let k = 0; k < depth; k++) for (let j = 0; j < columns; j++) floats[bAt + element(k, j)] = numberOfB(k, j);
  if (!add) for (let i = 0; i < rows; i++) floats.fill(Number.NaN, cAt + i * ldc, cAt + i * ldc + columns);
  multiply(on);
  for (let i = 0, at = cAt; i < rows; i++) {
    const own = sums[i] as Float64Array;
    for (let j = 0; j < columns; j++, at++) {
      const expected = (own[j] as number) + (add ? (VALUES[at] as number) : 0);
      if (!(Math.abs((floats[at] as number) - expected) <= TOLERANCE)) return false;
    }
    for (; at < cAt + (i + 1) * ldc; at++) if (floats[at] !== VALUES[at]) return false;
  }
  for (let i = 0; i < GUARD; i++) if (floats[cAt - 1 - i] !== VALUES[cAt - 1 - i] || floats[end + i] !== VALUES[end + i]) return false;
  return true;
}
