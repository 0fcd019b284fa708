/**
 * ONNX Runtime's WASM build with the lab's product kernel in place of MLAS's own. Its build without relaxed SIMD is the only one
 * published, so the two functions are replaced in the module's bytes, between fetching and compiling it.
 */
import { readModule, withBodies } from './module.ts';
import { compiles, findFault, type Kernels } from './proof.ts';
import { SGEMM_TYPE } from './sgemm.ts';

/** `v128.load`, by which the kernel that adds to C is told from the one that overwrites it: it reads C as well. */
const LOAD = [0xfd, 0x00];

/** Why the runtime stays as it is; null where the lab's kernel may take over. */
export async function obstacle(kernels: Kernels): Promise<string | null> {
  if (!compiles(kernels)) return 'this browser has no relaxed SIMD';
  const fault = await findFault(kernels);
  return fault && `the lab's own kernel computes wrongly here (${fault})`;
}

/**
 * @param stock ort-wasm-simd-threaded.wasm
 * @returns the module with both kernels replaced; null when they are not found in it as they are known
 */
export function withProducts(stock: Uint8Array, kernels: Kernels): Uint8Array | null {
  const module = readModule(stock);
  const found = module.functions.flatMap(({ type, from, to }, index) => (module.types[type] === SGEMM_TYPE ? [{ index, loads: occurrences(stock.subarray(from, to), LOAD) }] : []));
  const [zero, add] = found.sort((a, b) => a.loads - b.loads);
  // Two functions of this type, one of which reads C too: any other picture is not MLAS's pair of kernels.
  if (found.length !== 2 || !zero || !add || zero.loads === add.loads) return null;
  return withBodies(module, new Map([[zero.index, kernels.zero], [add.index, kernels.add]]));
}

function occurrences(bytes: Uint8Array, [first, second]: readonly number[]): number {
  let count = 0;
  for (let at = bytes.indexOf(first as number); at >= 0; at = bytes.indexOf(first as number, at + 1)) if (bytes[at + 1] === second) count++;
  return count;
}
