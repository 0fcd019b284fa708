/** What tests/browser/quantized.test.ts calls inside the page: matrix products with quantised weights. */
import { Rng } from '../../src/core/rng.ts';
import { type Bits, dequantize, quantize } from '../../src/engine/models/quantize.ts';
import { Graph, matMulNBits, matMulTransposedNBits } from '../../src/engine/onnx/index.ts';
import { host, openDevice, readFloats, type Surroundings } from '../../src/engine/runtime/index.ts';
import { quantizedModule, findQuantizedFault } from '../../src/engine/kernels/quantized-proof.ts';
import { ownKernels } from '../../src/engine/kernels/proof.ts';
import { obstacle } from '../../src/engine/kernels/swap.ts';

export interface QuantizedShape {
  rows: number;
  /** Of the weights. */
  out: number;
  into: number;
  bits: Bits;
}

const noise = (rng: Rng, length: number): Float32Array => Float32Array.from({ length }, () => 2 * rng.float() - 1);

/** x W^T and dy W as graphs ask for them, on two threads: the largest errors against sums in float64 of what the codes stand for, in parts of the largest. */
export async function quantizedErrors(shapes: readonly QuantizedShape[]): Promise<{ plain: number; transposed: number }[]> {
  const device = await openDevice('wasm', { threads: 2 });
  if (!device.multipliesQuantized) throw new Error('this runtime does not multiply codes');
  const rng = new Rng('quantized');
  const found: { plain: number; transposed: number }[] = [];
  for (const { rows, out, into, bits } of shapes) {
    const quantized = quantize(noise(rng, out * into), [out, into], bits);
    const { codes, scales, zeros, block } = quantized;
    const w = dequantize(quantized);
    const [x, dy] = [noise(rng, rows * into), noise(rng, rows * out)];
    const g = new Graph('quantized');
    const parts = [g.parameter('codes', 'uint8', [out, into / block, (block * bits) / 8]), g.parameter('scale', 'float32', [scales.length]), g.parameter('zero', 'uint8', [zeros.length])] as const;
    g.output('plain', matMulNBits(g.input('x', 'float32', [rows, into]), ...parts));
    g.output('transposed', matMulTransposedNBits(g.input('dy', 'float32', [rows, out]), ...parts));
    const bound = { codes: device.upload(host('uint8', [...parts[0].shape], codes)), scale: device.upload(host('float32', [scales.length], scales)), zero: device.upload(host('uint8', [zeros.length], zeros)) };
    const known = {
      plain: product(rows, out, into, x, (k, j) => w[j * into + k] as number),
      transposed: product(rows, into, out, dy, (k, j) => w[k * into + j] as number),
    };
    const errors = { plain: 0, transposed: 0 };
    // Weights that a session holds, and weights that a run is fed.
    for (const shared of [false, true]) {
      const outputs = await (await device.program(g, { shared }).bind(bound)).run({ x: host('float32', [rows, into], x), dy: host('float32', [rows, out], dy) });
      for (const name of ['plain', 'transposed'] as const) errors[name] = Math.max(errors[name], relativeError(known[name], await readFloats(outputs.get(name))));
    }
    found.push(errors);
  }
  return found;
}

function product(rows: number, columns: number, depth: number, a: Float32Array, b: (k: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [from, j] = [Math.floor(at / columns) * depth, at % columns];
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += (a[from + k] as number) * b(k, j);
    return sum;
  });
}

function relativeError(known: Float64Array, found: Float32Array): number {
  const largest = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return known.length === found.length ? known.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (found[i] as number))), 0) / largest : Number.POSITIVE_INFINITY;
}

/** What the proof says of the kernels as they are, of panels and of dot products for the other number of bits, of panels for the other way round, and of product kernels that are swapped. */
export async function quantizedProofs(): Promise<Record<'own' | 'bits' | 'dots' | 'ways' | 'kernels' | 'inAll', string | null>> {
  const own = ownKernels();
  type Further = typeof own.quantized.further;
  const swapped = (by: number, what: Further[number]['as'] = 'decoder') => ({ ...own, quantized: { ...own.quantized, further: own.quantized.further.map((one, i, all) => (one.as === what ? (all[i ^ by] as Further[number]) : one)) } });
  const fault = (kernels: typeof own): Promise<string | null> => findQuantizedFault(kernels).catch((error: Error) => error.message);
  return { own: await fault(own), bits: await fault(swapped(1)), dots: await fault(swapped(1, 'operation')), ways: await fault(swapped(2)), kernels: await fault({ ...own, zero: own.add, add: own.zero }), inAll: await obstacle(swapped(2)) };
}

/** Whether products are computed, or stop: as MatMulNBits asks for them, of no rows; and as it never does, with A transposed, with half of C added. */
export async function oddProducts(): Promise<('computed' | 'stopped')[]> {
  type Call = (...values: number[]) => void;
  const { note4, product } = (await WebAssembly.instantiate(quantizedModule(ownKernels()))).instance.exports as unknown as { note4: Call; product: Call };
  const [codes, scales, zeros, a, c, noted] = [16, 8192, 12_288, 16_384, 24_576, 32_768] as const;
  note4(noted, codes, scales, zeros, 32, 1, 64, 5, 0);
  return ([[111, 1, 1], [111, 0, 0], [112, 1, 0], [111, 1, 0.5]] as const).map(([transposed, rows, beta]) => {
    try {
      product(transposed, 112, rows, 5, 64, 1, a, 64, noted, 64, beta, c, 5);
      return 'computed';
    } catch {
      return 'stopped';
    }
  });
}

/** What a device that does not multiply codes says of a graph that turns them. */
export async function transposedRefusal(wish: 'wasm' | 'webgpu', surroundings: Surroundings = {}): Promise<{ multiplies: boolean; code: string }> {
  const device = await openDevice(wish, surroundings);
  const g = new Graph('transposed');
  const codes = g.input('codes', 'uint8', [64, 2, 16]);
  g.output('y', matMulTransposedNBits(g.input('dy', 'float32', [1, 64]), codes, g.input('scale', 'float32', [128]), g.input('zero', 'uint8', [64])));
  try {
    device.program(g);
    return { multiplies: device.multipliesQuantized, code: 'taken' };
  } catch (error) {
    return { multiplies: device.multipliesQuantized, code: (error as { code: string }).code };
  }
}
