/**
 * Proves the whole runtime with the lab's kernels in it, through a session and on every thread, against sums in float64.
 * wasm/proof.ts proves each kernel by itself, which does not show that ONNX Runtime calls it for the right products.
 */
import { Rng } from '../../core/rng.ts';
import { gemm, Graph, matMulNBits, matMulTransposedNBits } from '../onnx/index.ts';
import type { Device } from './device.ts';
import { type DeviceTensor, host, readFloats } from './tensor.ts';

/** x [rows, depth] times a weight [columns, depth], transposed. */
const PRODUCT = { rows: 128, depth: 1024, columns: 64 } as const;
/** Four bits a weight, in blocks of 32; rows of either number, for products by panels and by dot products. */
const QUANTISED = { out: 64, depth: 128, block: 32, rows: [9, 2] } as const;
/** Of the largest element: float32 sums of 1,024 products of numbers up to one keep far within it, a wrong element does not. */
const TOLERANCE = 1e-5;

const noise = (rng: Rng, length: number): Float32Array => Float32Array.from({ length }, () => 2 * rng.float() - 1);

/** @returns null when all is right, else what is not; `runtime.compile` and `runtime.run` count as wrong */
export async function findRuntimeFault(device: Device): Promise<string | null> {
  try {
    return (await productFault(device)) ?? (device.multipliesQuantized ? await quantisedFault(device) : null);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function productFault(device: Device): Promise<string | null> {
  const { rows, depth, columns } = PRODUCT;
  const rng = new Rng('runtime proof');
  const [x, w] = [noise(rng, rows * depth), noise(rng, columns * depth)];
  const g = new Graph('runtime proof: product');
  g.output('y', gemm(g.input('x', 'float32', [rows, depth]), g.parameter('w', 'float32', [columns, depth]), { transB: true }));
  const [y] = await outputs(device, g, { w: host('float32', [columns, depth], w) }, { x: host('float32', [rows, depth], x) }, ['y']);
  const known = sums(rows, columns, depth, (i, k) => x[i * depth + k] as number, (k, j) => w[j * depth + k] as number);
  return differs(known, y) ? `a product of ${rows} x ${depth} x ${columns} is wrong` : null;
}

async function quantisedFault(device: Device): Promise<string | null> {
  const { out, depth, block, rows } = QUANTISED;
  const rng = new Rng('runtime proof: int4');
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => rng.int(256));
  const count = (out * depth) / block;
  const [codes, zeros, scales] = [bytes((out * depth) / 2), bytes(count / 2), Float32Array.from({ length: count }, () => 0.01 + rng.float())];
  const nibble = (from: Uint8Array, i: number): number => ((from[i >> 1] as number) >> (4 * (i & 1))) & 15;
  const w = Float64Array.from({ length: out * depth }, (_, i) => {
    const own = Math.floor(i / block);
    return (nibble(codes, i) - nibble(zeros, own)) * (scales[own] as number);
  });
  for (const count of rows) {
    const [x, dy] = [noise(rng, count * depth), noise(rng, count * out)];
    const g = new Graph('runtime proof: int4');
    const parts = [
      g.parameter('codes', 'uint8', [out, depth / block, block / 2]),
      g.parameter('scale', 'float32', [scales.length]),
      g.parameter('zero', 'uint8', [zeros.length]),
    ] as const;
    g.output('y', matMulNBits(g.input('x', 'float32', [count, depth]), ...parts));
    g.output('dx', matMulTransposedNBits(g.input('dy', 'float32', [count, out]), ...parts));
    const weights = { codes: host('uint8', [...parts[0].shape], codes), scale: host('float32', [scales.length], scales), zero: host('uint8', [zeros.length], zeros) };
    const feeds = { x: host('float32', [count, depth], x), dy: host('float32', [count, out], dy) };
    const [y, dx] = await outputs(device, g, weights, feeds, ['y', 'dx']);
    const shape = `${count} rows by int4 weights of ${out} x ${depth}`;
    if (differs(sums(count, out, depth, (i, k) => x[i * depth + k] as number, (k, j) => w[j * depth + k] as number), y)) return `a product of ${shape} is wrong`;
    if (differs(sums(count, depth, out, (i, k) => dy[i * out + k] as number, (k, j) => w[k * depth + j] as number), dx)) return `a product of ${shape}, transposed, is wrong`;
  }
  return null;
}

type Host = ReturnType<typeof host>;

/** Runs a graph once. */
async function outputs(device: Device, graph: Graph, weights: Record<string, Host>, feeds: Record<string, Host>, names: readonly string[]): Promise<Float32Array[]> {
  const program = device.program(graph);
  const bound: Record<string, DeviceTensor> = Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, device.upload(weight)]));
  try {
    const found = await (await program.bind(bound)).run(feeds);
    const read = await Promise.all(names.map((name) => readFloats(found.get(name))));
    found.dispose();
    return read;
  } finally {
    for (const weight of Object.values(bound)) weight.dispose();
    await program.dispose();
  }
}

function sums(rows: number, columns: number, depth: number, a: (i: number, k: number) => number, b: (k: number, j: number) => number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += a(i, k) * b(k, j);
      out[i * columns + j] = sum;
    }
  }
  return out;
}

function differs(known: Float64Array, found: Float32Array | undefined): boolean {
  if (!found || found.length !== known.length) return true;
  const largest = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return known.some((value, i) => !(Math.abs(value - (found[i] as number)) <= TOLERANCE * largest));
}
