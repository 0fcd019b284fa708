/** Proves the lab's kernel on this browser before it is trusted with a model: every way through it, against sums in float64. */
import { writeModule } from './module.ts';
import { SGEMM_TYPE, sgemmKernel } from './sgemm.ts';

/** Each count of rows the kernel knows and some it cuts; columns up to, at and past its tiles and panels; depths around its unrolling. */
const ROWS = [1, 2, 3, 4, 5, 6, 7, 11, 13];
const COLUMNS = [1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 23, 24, 31, 35];
const DEPTHS = [1, 3, 4, 9];
const ALPHA = 0.75;
const PANEL = 16;
/** Float32 sums of up to nine products of numbers up to one; a wrong element is off by far more. */
const TOLERANCE = 1e-5;
const PAGES = 1;

type Kernel = (a: number, b: number, c: number, depth: number, rows: number, columns: number, lda: number, ldc: number, alpha: number) => number;

/** Bodies of the kernel that overwrites C and of the one that adds to it. */
export interface Kernels {
  zero: Uint8Array;
  add: Uint8Array;
}

export const ownKernels = (): Kernels => ({ zero: sgemmKernel({ add: false }), add: sgemmKernel({ add: true }) });

function proofModule(kernels: Kernels): Uint8Array<ArrayBuffer> {
  return writeModule((['zero', 'add'] as const).map((name) => ({ name, type: SGEMM_TYPE, body: kernels[name] })), PAGES);
}

/** Whether this browser compiles the kernels at all: ours need relaxed SIMD. */
export function compiles(kernels: Kernels): boolean {
  return WebAssembly.validate(proofModule(kernels));
}

/** @returns null when all is right, else the first product that is not */
export async function findFault(kernels: Kernels): Promise<string | null> {
  const { instance } = await WebAssembly.instantiate(proofModule(kernels));
  const { memory, zero, add } = instance.exports as unknown as { memory: WebAssembly.Memory; zero: Kernel; add: Kernel };
  const floats = new Float32Array(memory.buffer);
  for (const rows of ROWS) for (const columns of COLUMNS) for (const depth of DEPTHS) for (const [mode, kernel] of [['zero', zero], ['add', add]] as const) {
    if (!agrees(floats, kernel, mode === 'add', { rows, columns, depth })) return `${rows} x ${depth} by ${depth} x ${columns}, ${mode}`;
  }
  return null;
}

/** One product as MLAS asks for it: the kernel is called until all rows are done. Nothing but C's own columns may change. */
function agrees(floats: Float32Array, kernel: Kernel, add: boolean, { rows, columns, depth }: { rows: number; columns: number; depth: number }): boolean {
  const [lda, ldc] = [depth + 3, columns + 5];
  const packed = Math.ceil(columns / PANEL) * PANEL;
  const [aAt, bAt] = [0, rows * lda];
  const cAt = bAt + packed * depth;
  const value = (i: number): number => Math.fround(Math.sin(i * 12.9898 + rows + depth));
  for (let i = 0; i < cAt + rows * ldc; i++) floats[i] = value(i);
  for (let done = 0; done < rows; ) done += kernel(4 * (aAt + done * lda), 4 * bAt, 4 * (cAt + done * ldc), depth, rows - done, columns, lda, ldc, ALPHA);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < ldc; j++) {
      const at = cAt + i * ldc + j;
      let expected = j < columns && !add ? 0 : value(at);
      if (j < columns) for (let k = 0; k < depth; k++) expected += ALPHA * value(aAt + i * lda + k) * value(bAt + Math.floor(j / PANEL) * PANEL * depth + k * PANEL + (j % PANEL));
      if (!(Math.abs((floats[at] as number) - expected) <= (j < columns ? TOLERANCE : 0))) return false;
    }
  }
  return true;
}
