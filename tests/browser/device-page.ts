/** What tests/browser/device.test.ts calls inside the page. */
import type { LabError } from '../../src/core/errors.ts';
import { Graph, mul, reshape, scatterElementsAdd, type Value } from '../../src/onnx/index.ts';
import { openDevice, type Surroundings } from '../../src/runtime/index.ts';
import { functionBody, unreachable } from '../../src/runtime/wasm/code.ts';
import { findFault, ownKernels } from '../../src/runtime/wasm/proof.ts';
import { obstacle } from '../../src/runtime/wasm/swap.ts';

export async function report(wish: 'auto' | 'webgpu' | 'wasm', surroundings?: Surroundings) {
  return (await openDevice(wish, surroundings)).report;
}

/** What the proof of the product kernels says of ours, of two that are swapped and of one that no browser compiles. */
export async function proofs(): Promise<{ own: string | null; swapped: string | null; alien: string | null }> {
  const own = ownKernels();
  const alien = functionBody([], [0xfd, 0xff, 0x7f, unreachable]);
  return { own: await findFault(own), swapped: await obstacle({ zero: own.add, add: own.zero }), alien: await obstacle({ zero: alien, add: alien }) };
}

/** Tries to capture graphs that hold a copy; resolves to the errors' codes and messages. */
export async function captureCopies(): Promise<{ code: string; message: string }[]> {
  const device = await openDevice('webgpu');
  const graphs = [
    (_: Graph, x: Value): Value => reshape(mul(x, 2), [3, 2]),
    (g: Graph, x: Value): Value => mul(scatterElementsAdd(x, g.constant([0, 0, 0], 'int32', [1, 3]), g.constant([1, 1, 1], 'float32', [1, 3]), 0), 2),
  ];
  return graphs.map((build) => {
    const g = new Graph('copying');
    g.output('y', build(g, g.input('x', 'float32', [2, 3])));
    try {
      device.program(g, { capture: true });
      return { code: 'none', message: '' };
    } catch (thrown) {
      const { code, message } = thrown as LabError;
      return { code, message };
    }
  });
}
