/** Proves the products with quantised weights on this browser, every path through them, against sums in float64. proof.ts proves the others. */
import type { Bits } from './unpack.ts';
import type { QuantizedKernels } from './quantized.ts';
import { NOT_TRANSPOSED, TRANSPOSED } from './few-rows.ts';
import { DECODER_TYPE, OPERATION_TYPE, SGEMM_TYPE } from './mlas.ts';
import { writeModule } from './module.ts';

/** Columns and depth of products, some larger than what is decoded at once; the first column that is computed; the block. */
const SHAPES = [
  { columns: 5, depth: 32, from: 0, block: 16 },
  { columns: 18, depth: 192, from: 0, block: 32 },
  { columns: 160, depth: 64, from: 16, block: 16 },
] as const;
const TRANSPOSED_SHAPES = [
  { columns: 64, depth: 192, from: 0, block: 32 },
  { columns: 160, depth: 64, from: 16, block: 16 },
] as const;
/** Rows, and beta: up to four rows take dot products, seven take panels. */
const ROWS = [[1, 0], [2, 1], [3, 1], [4, 0], [7, 0]] as const;
const MOST_ROWS = 7;
const ALPHA = 0.75;
const PAGES = 6;
/** Float32 sums of up to 192 products of numbers of about one. */
const TOLERANCE = 1e-4;
const GUARD = 16;

type Operation = (aTransposed: number, bTransposed: number, rows: number, columns: number, depth: number, alpha: number, a: number, lda: number, b: number, ldb: number, beta: number, c: number, ldc: number) => void;
type Note = (out: number, codes: number, scales: number, zeros: number, block: number, columnWise: number, depth: number, columns: number, pool: number) => void;

/** The kernels as a module of their own: `product`, and the writers of notes for four and for eight bits. */
export function quantizedModule({ zero, add, quantized }: { zero: Uint8Array; add: Uint8Array; quantized: QuantizedKernels }): Uint8Array<ArrayBuffer> {
  return writeModule([
    { name: 'zero', type: SGEMM_TYPE, body: zero },
    { name: 'add', type: SGEMM_TYPE, body: add },
    ...quantized.further.map(({ as, body }, i) => ({ name: `further${i}`, type: as === 'decoder' ? DECODER_TYPE : OPERATION_TYPE, body })),
    { name: 'note4', type: DECODER_TYPE, body: quantized.notes[4] },
    { name: 'note8', type: DECODER_TYPE, body: quantized.notes[8] },
    { name: 'product', type: OPERATION_TYPE, body: quantized.product({ zero: 0, add: 1, further: 2 }) },
  ], PAGES);
}

/** @returns null when all is right, else the first product that is not */
export async function findQuantizedFault(kernels: { zero: Uint8Array; add: Uint8Array; quantized: QuantizedKernels }): Promise<string | null> {
  const { instance } = await WebAssembly.instantiate(quantizedModule(kernels));
  const { memory, note4, note8, product } = instance.exports as unknown as { memory: WebAssembly.Memory; note4: Note; note8: Note; product: Operation };
  for (const bits of [4, 8] as const) for (const transposed of [false, true]) for (const shape of transposed ? TRANSPOSED_SHAPES : SHAPES) {
    const { columns, depth, from, block } = shape;
    const { codes, scales, zeros, weights } = sample(bits, transposed, columns, depth, block);
    let end = 0;
    const place = (bytes: number): number => {
      const at = end;
      end += Math.ceil(bytes / 16) * 16;
      return at;
    };
    const [codesAt, scalesAt, zerosAt, noted] = [place(codes.length), place(scales.byteLength), place(zeros.length), place(4 * columns * depth)];
    new Uint8Array(memory.buffer).set(codes, codesAt);
    new Uint8Array(memory.buffer).set(zeros, zerosAt);
    new Float32Array(memory.buffer).set(transposed ? scales.map((scale) => -scale) : scales, scalesAt / 4);
    (bits === 4 ? note4 : note8)(noted, codesAt, scalesAt, zerosAt, block, 1, depth, columns, 0);
    const [lda, ldc, count] = [depth + 4, columns + 3, columns - from];
    const a = new Float32Array(MOST_ROWS * lda).map((_, i) => Math.sin(i * 12.9898));
    const sums = Array.from({ length: MOST_ROWS }, (_, i) => new Float64Array(count).map((_none, j) => sumOf(a, i * lda, weights, (from + j) * depth, depth)));
    const [aAt, cAt] = [end, end + 4 * a.length];
    new Float32Array(memory.buffer).set(a, aAt / 4);
    for (const [rows, beta] of ROWS) {
      const before = new Float32Array(rows * ldc + GUARD).map((_, i) => Math.cos(i));
      const found = new Float32Array(memory.buffer, cAt, before.length);
      found.set(before);
      // What is overwritten must not be read.
      if (beta === 0) for (let i = 0; i < rows; i++) found.fill(Number.NaN, i * ldc, i * ldc + count);
      product(NOT_TRANSPOSED, TRANSPOSED, rows, count, depth, ALPHA, aAt, lda, noted + 4 * from * depth, depth, beta, cAt, ldc);
      const wrong = `${rows} x ${depth} by ${depth} x ${count} of ${bits} bits${transposed ? ', transposed' : ''}${beta ? ', add' : ''}`;
      for (let i = 0; i < rows; i++) for (let j = 0, at = i * ldc; j < count; j++, at++) {
        const expected = (sums[i]?.[j] as number) + beta * (before[at] as number);
        if (!(Math.abs((found[at] as number) - expected) <= TOLERANCE * Math.sqrt(depth))) return wrong;
        found[at] = before[at] as number;
      }
      if (!before.every((value, at) => found[at] === value)) return wrong;
    }
  }
  return null;
}

function sumOf(a: Float32Array, aAt: number, b: Float64Array, bAt: number, depth: number): number {
  let sum = 0;
  for (let k = 0; k < depth; k++) sum += ALPHA * (a[aAt + k] as number) * (b[bAt + k] as number);
  return sum;
}

/** A quantised B and its decoded numbers, [columns, depth]. Its columns are rows of the weights, or columns of them where transposed. */
function sample(bits: Bits, transposed: boolean, columns: number, depth: number, block: number): { codes: Uint8Array; scales: Float32Array; zeros: Uint8Array; weights: Float64Array } {
  const width = transposed ? columns : depth;
  const count = columns * depth;
  let state = 1;
  const random = (): number => (state = (state * 48271) % 2147483647);
  const bytes = (length: number): Uint8Array => new Uint8Array((length * bits) / 8).map(() => random() & 0xff);
  const [codes, zeros] = [bytes(count), bytes(count / block)];
  const scales = new Float32Array(count / block).map(() => (1 + (random() % 7)) / (4 * 2 ** bits));
  const code = (from: Uint8Array, i: number): number => (bits === 8 ? (from[i] as number) : ((from[i >> 1] as number) >> (4 * (i & 1))) & 15);
  const weights = new Float64Array(count);
  for (let place = 0; place < count; place++) {
    const own = Math.floor(place / block);
    const [row, at] = [Math.floor(place / width), place % width];
    weights[transposed ? at * depth + row : place] = (code(codes, place) - code(zeros, own)) * (scales[own] as number);
  }
  return { codes, scales, zeros, weights };
}
