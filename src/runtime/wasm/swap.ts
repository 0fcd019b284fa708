/**
 * ONNX Runtime's WASM build with the lab's kernels in place of some of MLAS's own. Its build without relaxed SIMD is the only one
 * published, so functions are replaced in the module's bytes, between fetching and compiling it.
 */
import { contentHash } from '../../core/hash.ts';
import { handsOver } from './few-rows.ts';
import { DECODER_TYPE, OPERATION_TYPE, SGEMM_TYPE } from './mlas.ts';
import type { Code } from './code.ts';
import { readModule, withBodies, withPrologue } from './module.ts';
import { compiles, findFault, type Kernels } from './proof.ts';

/** `v128.load`, by which the kernel that adds to C is told from the one that overwrites it: it reads C as well. */
const LOAD = [0xfd, 0x00];

/** Why the runtime stays as it is; null where the lab's kernel may take over. */
export async function obstacle(kernels: Kernels): Promise<string | null> {
  if (!compiles(kernels)) return 'this browser has no relaxed SIMD';
  // One that stops half-way is as wrong as one that gives wrong sums.
  const fault = await findFault(kernels).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  return fault && `the lab's own kernels compute wrongly here (${fault})`;
}

/** MLAS's functions by what they are in onnxruntime-web 1.31.0-dev.20260914; in another release they are not found, and stay. */
const DIGESTS = {
  /** MlasDequantizeBlockwise, of four bits and of eight: the type alone does not tell the two from others. */
  decoders: { '60a25e5137e0fd10': 4, '3d2b8723188bc77e': 8 } as Readonly<Record<string, 4 | 8>>,
  /** MlasSgemmOperation. */
  operation: '96790d6553caa746',
};

export interface Swapped {
  bytes: Uint8Array;
  /** Whether MatMulNBits multiplies by codes as they lie, and by W as well as by W^T: see coded.ts. */
  coded: boolean;
}

/**
 * @param stock ort-wasm-simd-threaded.wasm
 * @returns the module with the product kernels replaced, and where MLAS's operation is known with products of few rows in front of it, and
 *   where its decoders are too with products of weights in codes; null when the product kernels are not found in it as they are known
 */
export function withOwnKernels(stock: Uint8Array, products: Kernels): Swapped | null {
  const module = readModule(stock);
  const ofType = (type: string) => module.functions.flatMap((own, index) => (module.types[own.type] === type ? [{ index, own, body: stock.subarray(own.from, own.to) }] : []));
  const found = ofType(SGEMM_TYPE).map(({ index, body }) => ({ index, loads: occurrences(body, LOAD) }));
  const [zero, add] = found.sort((a, b) => a.loads - b.loads);
  // Two functions of this type, one of which reads C too: any other picture is not MLAS's pair of kernels.
  if (!module.hasStack || found.length !== 2 || !zero || !add || zero.loads === add.loads) return null;
  const bodies = new Map([[zero.index, products.zero], [add.index, products.add]]);
  const operation = ofType(OPERATION_TYPE).find(({ body }) => digest(body) === DIGESTS.operation);
  if (!operation) return { bytes: withBodies(module, bodies), coded: false };
  const behind = module.imported + module.functions.length;
  const prologue: Code[] = [handsOver(behind)];
  const further = [{ type: operation.own.type, body: products.few }];
  const decoders = ofType(DECODER_TYPE).flatMap(({ index, own, body }) => {
    const bits = DIGESTS.decoders[digest(body)];
    return bits ? [{ index, type: own.type, bits }] : [];
  });
  const coded = decoders.length === 2;
  if (coded) {
    const { notes, further: called, product, handsOver: noted } = products.coded;
    for (const { index, bits } of decoders) bodies.set(index, notes[bits]);
    const first = behind + further.length;
    const types = { decoder: decoders[0]?.type as number, operation: operation.own.type };
    further.push(...called.map(({ as, body }) => ({ type: types[as], body })), { type: types.operation, body: product({ zero: module.imported + zero.index, add: module.imported + add.index, further: first }) });
    // A note is no matrix: it has to be seen first.
    prologue.unshift(noted(first + called.length));
  }
  bodies.set(operation.index, withPrologue(OPERATION_TYPE, operation.body, prologue));
  return { bytes: withBodies(module, bodies, further), coded };
}

function digest(body: Uint8Array): string {
  return contentHash(Array.from(body, (byte) => String.fromCharCode(byte)).join(''));
}

function occurrences(bytes: Uint8Array, [first, second]: readonly number[]): number {
  let count = 0;
  for (let at = bytes.indexOf(first as number); at >= 0; at = bytes.indexOf(first as number, at + 1)) if (bytes[at + 1] === second) count++;
  return count;
}
