/** Compares a runtime's functions with known builds, by SHA-256 of the functions to replace and of their callers. */
import { BUILDS, type KnownBuild, type KnownFunction, ROLES, type Role } from './builds.ts';
import { DECODER_TYPE, OPERATION_TYPE, SGEMM_TYPE } from './mlas.ts';
import type { WasmModule } from './module.ts';

export const TYPE_OF: Readonly<Record<Role, string>> = {
  zero: SGEMM_TYPE,
  add: SGEMM_TYPE,
  operation: OPERATION_TYPE,
  decoder4: DECODER_TYPE,
  decoder8: DECODER_TYPE,
};

export interface Recognised {
  build: KnownBuild;
  /** Functions that match to the byte, with their callers. */
  roles: ReadonlySet<Role>;
  /** Of the others, what is different: `operation (function 903): its caller 12458 is another`. */
  strange: readonly string[];
}

/** @returns the known build that shares most with the module */
export async function recognise(module: WasmModule, builds: readonly KnownBuild[] = BUILDS): Promise<Recognised | null> {
  const found = await Promise.all(builds.map((build) => compare(module, build)));
  return found.sort((a, b) => b.roles.size - a.roles.size)[0] ?? null;
}

async function compare(module: WasmModule, build: KnownBuild): Promise<Recognised> {
  const roles = new Set<Role>();
  const strange: string[] = [];
  for (const role of ROLES) {
    const known = build.functions[role];
    const problem = await difference(module, known, TYPE_OF[role]);
    if (problem === null) roles.add(role);
    else strange.push(`${role} (function ${known.index}): ${problem}`);
  }
  return { build, roles, strange };
}

async function difference(module: WasmModule, { index, sha256, callers }: KnownFunction, type: string): Promise<string | null> {
  const own = module.functions[index];
  if (!own || module.types[own.type] !== type) return 'it is of another type';
  if ((await digest(module, index)) !== sha256) return 'it is another';
  for (const [caller, known] of Object.entries(callers)) {
    if ((await digest(module, Number(caller))) !== known) return `its caller ${caller} is another`;
  }
  return null;
}

/** SHA-256 of a function's body in hexadecimal digits; empty where there is no such function. */
async function digest({ bytes, functions }: WasmModule, index: number): Promise<string> {
  const own = functions[index];
  if (!own) return '';
  const hash = await crypto.subtle.digest('SHA-256', bytes.slice(own.from, own.to));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
