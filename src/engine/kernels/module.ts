/** As much of a WebAssembly module's binary form (core specification, section 5.5) as finding and replacing functions takes. */
import { bytesOf, type Code, END, flat, i32, signature, unsigned } from './code.ts';
import { checkStack } from './stack-check.ts';

export interface WasmFunction {
  /** Into the type section. */
  type: number;
  /** Where its size is written, before its body. */
  head: number;
  /** Where its body lies: declarations of locals, instructions, end. */
  from: number;
  to: number;
}

/** A stretch of a module's bytes, end exclusive. */
interface Span {
  from: number;
  to: number;
}

export interface WasmModule {
  bytes: Uint8Array;
  /** Functions that come from outside: they are counted before those with a body. */
  imported: number;
  /** Each type as `i32 i32 -> f32`; null where it is none of plain numbers (not looked at further). */
  types: readonly (string | null)[];
  /** Whether its first global is a changing i32, as the stack's end is that clang's linker puts there. */
  hasStack: boolean;
  /** Those with a body, in order. */
  functions: readonly WasmFunction[];
  /** The sections with their heads, end exclusive: the types of functions, and their bodies. */
  declarations: Span;
  code: Span;
}

const SECTION = { type: 1, import: 2, function: 3, memory: 5, global: 6, export: 7, code: 10 } as const;
const PAGE_BYTES = 65536;
const I32 = 0x7f;
const MUTABLE = 1;
const HEADER_BYTES = 8;
const NUMBER_TYPES: Readonly<Record<number, string>> = { 0x7f: 'i32', 0x7e: 'i64', 0x7d: 'f32', 0x7c: 'f64', 0x7b: 'v128' };
const FUNCTION_TYPE = 0x60;
const KIND = { function: 0, memory: 2 } as const;
const HAS_MAXIMUM = 1;

class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error('the module ends too early');
    return value;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.number() }, item);
  }
}

/** @throws Error when the bytes are no such module, or its types are written in a way that is not known here */
export function readModule(bytes: Uint8Array): WasmModule {
  if (bytes[0] !== 0 || bytes[1] !== 0x61 || bytes[2] !== 0x73 || bytes[3] !== 0x6d) throw new Error('no WebAssembly module');
  const reader = new Reader(bytes, HEADER_BYTES);
  let types: (string | null)[] = [];
  let declared: number[] = [];
  let imported = 0;
  let hasStack = false;
  let declarations = { from: 0, to: 0 };
  while (reader.at < bytes.length) {
    const head = reader.at;
    const id = reader.byte();
    const size = reader.number();
    const end = reader.at + size;
    if (id === SECTION.type) types = reader.list(() => functionType(reader));
    if (id === SECTION.import) imported = reader.list(() => importedKind(reader)).filter((kind) => kind === KIND.function).length;
    if (id === SECTION.function) {
      declared = reader.list(() => reader.number());
      declarations = { from: head, to: end };
    }
    if (id === SECTION.global) hasStack = reader.number() > 0 && reader.byte() === I32 && reader.byte() === MUTABLE;
    if (id === SECTION.code) {
      const functions = reader.list(() => {
        const head = reader.at;
        const length = reader.number();
        const from = reader.at;
        reader.at += length;
        return { head, from, to: reader.at };
      }).map((body, i) => ({ ...body, type: declared[i] as number }));
      if (functions.length !== declared.length) throw new Error('as many bodies as functions are declared were expected');
      return { bytes, imported, types, hasStack, functions, declarations, code: { from: head, to: end } };
    }
    reader.at = end;
  }
  throw new Error('the module has no code');
}

/** Of what kind an import is; its names and its type are passed over. */
function importedKind(reader: Reader): number {
  const pass = (): void => {
    const length = reader.number();
    reader.at += length;
  };
  pass();
  pass();
  const kind = reader.byte();
  if (kind === KIND.function) reader.number();
  else if (kind === KIND.memory) {
    const flags = reader.byte();
    reader.number();
    if (flags & HAS_MAXIMUM) reader.number();
  } else throw new Error('an import that is neither a function nor a memory');
  return kind;
}

function functionType(reader: Reader): string | null {
  if (reader.byte() !== FUNCTION_TYPE) throw new Error('a type that is no plain function type');
  const names = (): (string | undefined)[] => reader.list(() => NUMBER_TYPES[reader.byte()]);
  const [parameters, results] = [names(), names()];
  return [...parameters, ...results].includes(undefined) ? null : `${parameters.join(' ')} -> ${results.join(' ')}`;
}

/** The module with other bodies for some of its functions (by index in `functions`), and further functions after its own. */
export function withBodies({ bytes, functions, declarations, code }: WasmModule, bodies: ReadonlyMap<number, Uint8Array>, further: readonly { type: number; body: Uint8Array }[] = []): Uint8Array {
  const count = unsigned(functions.length + further.length);
  const pieces: Pieces[number][] = [];
  // What is not replaced is copied in stretches as long as can be, sizes and all.
  let kept = functions[0]?.head ?? code.to;
  for (const [index, body] of [...bodies].sort(([a], [b]) => a - b)) {
    const { head, to } = functions[index] as WasmFunction;
    pieces.push(bytes.subarray(kept, head), unsigned(body.length), body);
    kept = to;
  }
  pieces.push(bytes.subarray(kept, code.to), ...further.flatMap(({ body }) => [unsigned(body.length), body]));
  return joined([
    bytes.subarray(0, declarations.from),
    ...section(SECTION.function, [count, ...[...functions, ...further].map(({ type }) => unsigned(type))]),
    bytes.subarray(declarations.to, code.from),
    ...section(SECTION.code, [count, ...pieces]),
    bytes.subarray(code.to),
  ]);
}

/**
 * A function's body with instructions in front of it, which may return or go on to what was there.
 * @param type of the function: its parameters are the prologue's locals
 */
export function withPrologue(type: string, body: Uint8Array, prologue: Code): Uint8Array {
  const { takes, leaves } = signature(type);
  checkStack(flat(prologue), takes, leaves, []);
  const reader = new Reader(body, 0);
  reader.list(() => [reader.number(), reader.byte()]);
  return joined([body.subarray(0, reader.at), bytesOf(prologue), body.subarray(reader.at)]);
}

type Pieces = readonly (Uint8Array | number[])[];

function joined(pieces: Pieces): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

const section = (id: number, content: Pieces): Pieces => [[id, ...unsigned(content.reduce((sum, { length }) => sum + length, 0))], ...content];

/** A module of functions that share a memory of its own (`memory`, 64 KiB a page), with the stack at its end, each exported under its name. */
export function writeModule(functions: readonly { name: string; type: string; body: Uint8Array }[], pages: number): Uint8Array<ArrayBuffer> {
  const numbers = Object.fromEntries(Object.entries(NUMBER_TYPES).map(([code, name]) => [name, Number(code)]));
  const text = (value: string): number[] => [...unsigned(value.length), ...new TextEncoder().encode(value)];
  const list = (items: readonly number[][]): number[] => [...unsigned(items.length), ...items.flat()];
  const typed = functions.map(({ type }) => [FUNCTION_TYPE, ...type.split('->').flatMap((side) => list(side.split(' ').filter(Boolean).map((name) => [numbers[name] as number])))]);
  return joined([
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(SECTION.type, [list(typed)]),
    ...section(SECTION.function, [list(functions.map((_, i) => unsigned(i)))]),
    ...section(SECTION.memory, [list([[0, ...unsigned(pages)]])]),
    ...section(SECTION.global, [list([[I32, MUTABLE, ...bytesOf([i32.constant(pages * PAGE_BYTES), END])]])]),
    ...section(SECTION.export, [list([[...text('memory'), 2, 0], ...functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)])])]),
    ...section(SECTION.code, [unsigned(functions.length), ...functions.flatMap(({ body }) => [unsigned(body.length), body])]),
  ]);
}
