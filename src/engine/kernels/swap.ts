/**
 * ONNX Runtime's WASM build with the lab's kernels in place of some of MLAS's own. The published build has no relaxed SIMD, so
 * functions are replaced in the module's bytes, between fetching and compiling it. Only functions that match a known build to the
 * byte, with all their callers, are replaced (builds.ts).
 */
import type { OwnKernel } from '../../records/device.ts';
import type { Role } from './builds.ts';
import type { Code } from './code.ts';
import { handsOver } from './few-rows.ts';
import { OPERATION_TYPE } from './mlas.ts';
import { readModule, type WasmFunction, type WasmModule, withBodies, withPrologue } from './module.ts';
import { compiles, findFault, type Kernels } from './proof.ts';
import { recognise } from './recognise.ts';

/** Why the runtime stays as published; null where the lab's kernels may be used. */
export async function obstacle(kernels: Kernels): Promise<string | null> {
  if (!compiles(kernels)) return 'this browser has no relaxed SIMD';
  // One that stops half-way is as wrong as one that gives wrong sums.
  const fault = await findFault(kernels).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  return fault && `the lab's own kernels compute wrongly here (${fault})`;
}

export interface Swapped {
  bytes: Uint8Array;
  /**
   * Which of the runtime's computations are the lab's. `products`: matrix products of float32. `few-rows`: those of a few rows,
   * without packing. `quantised`: MatMulNBits multiplies by weights of four or eight bits without decoding them first, by W as well as by W^T.
   */
  kernels: readonly OwnKernel[];
  /** What was not recognised, for a report. */
  strange: readonly string[];
}

/**
 * @param stock ort-wasm-simd-threaded.wasm
 * @returns the module with what can be replaced, or why nothing is
 * @throws Error when the bytes cannot be read as a module
 */
export async function withOwnKernels(stock: Uint8Array, own: Kernels, known = recognise): Promise<Swapped | string> {
  const module = readModule(stock);
  if (!module.hasStack) return 'its first global is no stack pointer';
  const found = await known(module);
  if (!found?.roles.has('zero') || !found.roles.has('add')) return `its product kernels are not those that are known (${found?.strange.join('; ') ?? 'no build is'})`;
  const { roles, build: { functions }, strange } = found;
  const place = (role: Role): number => functions[role].index;
  const bodies = new Map([[place('zero'), own.zero], [place('add'), own.add]]);
  if (!roles.has('operation')) return { bytes: withBodies(module, bodies), kernels: ['products'], strange };

  const operation = module.functions[place('operation')] as WasmFunction;
  const behind = module.imported + module.functions.length;
  const further = [{ type: operation.type, body: own.few }];
  const prologue: Code[] = [handsOver(behind)];
  const quantised = roles.has('decoder4') && roles.has('decoder8');
  if (quantised) prologue.unshift(quantisedProducts(module, own, place, bodies, further));
  bodies.set(place('operation'), withPrologue(OPERATION_TYPE, stock.subarray(operation.from, operation.to), prologue));
  return { bytes: withBodies(module, bodies, further), kernels: quantised ? ['products', 'few-rows', 'quantised'] : ['products', 'few-rows'], strange };
}

/**
 * Replaces the decoders by functions that write notes, and appends the functions that read them.
 * @returns the first code of the operation's prologue: a note is no matrix, so it has to be recognised before anything else
 */
function quantisedProducts(module: WasmModule, { quantized }: Kernels, place: (role: Role) => number, bodies: Map<number, Uint8Array>, further: { type: number; body: Uint8Array }[]): Code {
  const typeOf = (role: Role): number => (module.functions[place(role)] as WasmFunction).type;
  bodies.set(place('decoder4'), quantized.notes[4]).set(place('decoder8'), quantized.notes[8]);
  const first = module.imported + module.functions.length + further.length;
  const types = { decoder: typeOf('decoder4'), operation: typeOf('operation') };
  further.push(...quantized.further.map(({ as, body }) => ({ type: types[as], body })));
  further.push({ type: types.operation, body: quantized.product({ zero: module.imported + place('zero'), add: module.imported + place('add'), further: first }) });
  return quantized.handsOver(first + quantized.further.length);
}
