/**
 * ONNX Runtime's WASM build with the lab's kernels in place of some of MLAS's own. Its build without relaxed SIMD is the only one
 * published, so functions are replaced in the module's bytes, between fetching and compiling it.
 */
import { contentHash } from '../../core/hash.ts';
import { handsOver, OPERATION_TYPE } from './few-rows.ts';
import { readModule, type WasmFunction, withBodies, withPrologue } from './module.ts';
import { compiles, findFault, type Kernels } from './proof.ts';
import { SGEMM_TYPE } from './sgemm.ts';
import { DEQUANTIZER_TYPE, dequantizer } from './widen.ts';

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
  /** MlasDequantizeBlockwise: the type alone does not tell the two from others. */
  decoders: { '60a25e5137e0fd10': 4, '3d2b8723188bc77e': 8 } as Readonly<Record<string, 4 | 8>>,
  /** MlasSgemmOperation. */
  operation: '96790d6553caa746',
};

/**
 * @param stock ort-wasm-simd-threaded.wasm
 * @returns the module with the product kernels replaced, and where they are known those that decode weights for
 *   MatMulNBits, and with products of few rows in front of MLAS's; null when the product kernels are not found in it as they are known
 */
export function withOwnKernels(stock: Uint8Array, products: Kernels): Uint8Array | null {
  const module = readModule(stock);
  const ofType = (type: string) => module.functions.flatMap((own, index) => (module.types[own.type] === type ? [{ index, body: stock.subarray(own.from, own.to) }] : []));
  const found = ofType(SGEMM_TYPE).map(({ index, body }) => ({ index, loads: occurrences(body, LOAD) }));
  const [zero, add] = found.sort((a, b) => a.loads - b.loads);
  // Two functions of this type, one of which reads C too: any other picture is not MLAS's pair of kernels.
  if (!module.hasStack || found.length !== 2 || !zero || !add || zero.loads === add.loads) return null;
  const bodies = new Map([[zero.index, products.zero], [add.index, products.add]]);
  for (const { index, body } of ofType(DEQUANTIZER_TYPE)) {
    const bits = DIGESTS.decoders[digest(body)];
    if (bits) bodies.set(index, dequantizer(bits));
  }
  const operation = ofType(OPERATION_TYPE).find(({ body }) => digest(body) === DIGESTS.operation);
  if (!operation) return withBodies(module, bodies);
  const { type } = module.functions[operation.index] as WasmFunction;
  bodies.set(operation.index, withPrologue(operation.body, handsOver(module.imported + module.functions.length)));
  return withBodies(module, bodies, [{ type, body: products.few }]);
}

function digest(body: Uint8Array): string {
  return contentHash(Array.from(body, (byte) => String.fromCharCode(byte)).join(''));
}

function occurrences(bytes: Uint8Array, [first, second]: readonly number[]): number {
  let count = 0;
  for (let at = bytes.indexOf(first as number); at >= 0; at = bytes.indexOf(first as number, at + 1)) if (bytes[at + 1] === second) count++;
  return count;
}
