/**
 * Which functions of an ONNX Runtime WASM build could be those that the lab's kernels take the place of:
 *
 *     node tools/run-ts.mjs tools/runtime/candidates.ts [ort-wasm-simd-threaded.wasm]
 *
 * Prints, for each function of src/engine/kernels/builds.ts, those of the new build that have its type, nearest in size first, with
 * digest and callers; and, where each is plain, the entry for the table. docs/kernels.md has the steps of an upgrade.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BUILDS, type KnownFunction, ROLES, type Role } from '../../src/engine/kernels/builds.ts';
import { calledIn } from '../../src/engine/kernels/instructions.ts';
import { DECODER_TYPE, OPERATION_TYPE, SGEMM_TYPE } from '../../src/engine/kernels/mlas.ts';
import { readModule } from '../../src/engine/kernels/module.ts';

/** `v128.load`, of which the kernel that adds to C has more: it reads C as well. */
const LOAD = [0xfd, 0x00];
const TYPES: Readonly<Record<Role, string>> = { zero: SGEMM_TYPE, add: SGEMM_TYPE, operation: OPERATION_TYPE, decoder4: DECODER_TYPE, decoder8: DECODER_TYPE };
const SHOWN = 4;

const path = process.argv[2] ?? 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm';
const bytes = new Uint8Array(readFileSync(path));
const module = readModule(bytes);
const bodyOf = (index: number): Uint8Array => {
  const { from, to } = module.functions[index] as { from: number; to: number };
  return bytes.subarray(from, to);
};
const sha256 = (index: number): string => createHash('sha256').update(bodyOf(index)).digest('hex');
const loads = (index: number): number => bodyOf(index).reduce((sum, byte, at, body) => sum + Number(byte === LOAD[0] && body[at + 1] === LOAD[1]), 0);

const callers = new Map<number, number[]>();
module.functions.forEach((_, index) => {
  for (const called of calledIn(bodyOf(index))) callers.set(called - module.imported, [...(callers.get(called - module.imported) ?? []), index]);
});

function described(index: number): KnownFunction {
  return { index, bytes: bodyOf(index).length, sha256: sha256(index), callers: Object.fromEntries((callers.get(index) ?? []).map((caller) => [caller, sha256(caller)])) };
}

const known = BUILDS[0]?.functions;
const chosen: Partial<Record<Role, KnownFunction>> = {};
console.log(`${path}: ${module.functions.length} functions, ${module.imported} imported${module.hasStack ? '' : ', NO stack pointer as its first global'}`);
for (const role of ROLES) {
  const own = known?.[role];
  const sized = module.functions
    .flatMap(({ type }, index) => (module.types[type] === TYPES[role] ? [described(index)] : []))
    .sort((a, b) => Math.abs(a.bytes - (own?.bytes ?? 0)) - Math.abs(b.bytes - (own?.bytes ?? 0)));
  console.log(`\n${role}: ${sized.length} of its type${own ? `; known: ${own.bytes} bytes, ${own.sha256.slice(0, 12)}` : ''}`);
  for (const one of sized.slice(0, SHOWN)) {
    const same = own?.sha256 === one.sha256 ? ' SAME BODY' : '';
    console.log(`  ${one.index}: ${one.bytes} bytes, ${one.sha256.slice(0, 12)}, ${loads(one.index)} loads, called by ${Object.keys(one.callers).join(', ') || 'nobody directly'}${same}`);
  }
  const exact = sized.find((one) => one.sha256 === own?.sha256);
  if (exact) chosen[role] = exact;
}
const [first, second] = module.functions.flatMap(({ type }, index) => (module.types[type] === SGEMM_TYPE ? [index] : [])).sort((a, b) => loads(a) - loads(b));
if (first !== undefined && second !== undefined && loads(first) < loads(second)) {
  chosen.zero ??= described(first);
  chosen.add ??= described(second);
}
const unknown = ROLES.filter((role) => !chosen[role]);
console.log(unknown.length === 0 ? `\nThe entry:\n${JSON.stringify({ version: 'WHICH', functions: chosen }, null, 2)}` : `\nNot plain: ${unknown.join(', ')}. docs/kernels.md says how to tell them apart.`);
