/**
 * A small graph with known numbers, run before anything else on a device: a driver that computes wrongly must not
 * train. It is one attention over two tokens: norm, projection, gate, rotation, scores, softmax, mix.
 */
import { Graph, gemm, matMul, matMulNT, mul, reshape, rmsNorm, rotary, sigmoid, softmax } from '../onnx/index.ts';
import type { DeviceReport } from '../../records/device.ts';
import type { Device } from './device.ts';
import { host, readFloats } from './tensor.ts';

const X = [1, -2, 3, 0.5, 0.25, 1.5, -1, 2];
const NORM = [1, 0.5, 2, 1.5];
const PROJECTION = [0.5, -1, 0.25, 2, 1, 1, -0.5, 0.75, -1.5, 0.5, 1, 0.25, 0.1, 0.2, 0.3, -0.4];
const POSITIONS = [1, 3];
/** In the rotation tables, so that the softmax is far from saturation. */
const SCALE = 0.25;
/** Worked out with NumPy in float64. */
const EXPECTED = [0.69575551, -0.5801924, 1.37736274, 1.10848897, 0.42900705, 0.66463375, -0.04529571, 1.64198589];
const TOLERANCE = 1e-4;

function graph(): Graph {
  const g = new Graph('self-test');
  const x = g.input('x', 'float32', [2, 4]);
  const projection = g.parameter('projection', 'float32', [4, 4]);
  const angles = POSITIONS.flatMap((position) => [position, position / 100]);
  const table = (f: (angle: number) => number) => g.constant(angles.map((angle) => SCALE * f(angle)), 'float32', [2, 2]);
  const h = gemm(rmsNorm(x, g.constant(NORM), 1e-5), projection, { transB: true });
  const y = mul(h, sigmoid(h));
  const rotated = reshape(rotary(reshape(y, [1, 1, 2, 4]), g.input('rows', 'int64', [1, 2]), table(Math.cos), table(Math.sin)), [2, 4]);
  g.output('y', matMul(softmax(matMulNT(rotated, rotated)), x));
  return g;
}

/** @returns how far the device is from the known numbers; `passed` is false too when it cannot run the graph */
export async function selfTest(device: Device): Promise<DeviceReport['selfTest'] & { error?: unknown }> {
  const started = performance.now();
  const program = device.program(graph());
  const projection = device.upload(host('float32', [4, 4], Float32Array.from(PROJECTION)));
  try {
    const session = await program.bind({ projection });
    const outputs = await session.run({ x: host('float32', [2, 4], Float32Array.from(X)), rows: host('int64', [1, 2], BigInt64Array.of(0n, 1n)) });
    const y = await readFloats(outputs.get('y'));
    outputs.dispose();
    const maxRelativeError = Math.max(...EXPECTED.map((known, i) => Math.abs((y[i] as number) - known) / Math.abs(known)));
    return { passed: maxRelativeError < TOLERANCE, maxRelativeError, milliseconds: performance.now() - started };
  } catch (error) {
    return { passed: false, maxRelativeError: Number.POSITIVE_INFINITY, milliseconds: performance.now() - started, error };
  } finally {
    projection.dispose();
    await program.dispose();
  }
}
