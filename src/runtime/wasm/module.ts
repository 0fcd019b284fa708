/** As much of a WebAssembly module's binary form (core specification, section 5.5) as finding and replacing functions takes. */
import { unsigned } from './code.ts';

export interface WasmFunction {
  /** Into the type section. */
  type: number;
  /** Where its body lies: declarations of locals, instructions, end; without its size. */
  from: number;
  to: number;
}

export interface WasmModule {
  bytes: Uint8Array;
  /** Each type as `i32 i32 -> f32`; null where it is none of plain numbers (not looked at further). */
  types: readonly (string | null)[];
  /** Those with a body, in order. */
  functions: readonly WasmFunction[];
  /** The code section with its head, end exclusive. */
  code: { from: number; to: number };
}

const SECTION = { type: 1, function: 3, memory: 5, export: 7, code: 10 } as const;
const HEADER_BYTES = 8;
const NUMBER_TYPES: Readonly<Record<number, string>> = { 0x7f: 'i32', 0x7e: 'i64', 0x7d: 'f32', 0x7c: 'f64', 0x7b: 'v128' };
const FUNCTION_TYPE = 0x60;

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
  while (reader.at < bytes.length) {
    const head = reader.at;
    const id = reader.byte();
    const size = reader.number();
    const end = reader.at + size;
    if (id === SECTION.type) types = reader.list(() => functionType(reader));
    if (id === SECTION.function) declared = reader.list(() => reader.number());
    if (id === SECTION.code) {
      const functions = reader.list(() => {
        const length = reader.number();
        const from = reader.at;
        reader.at += length;
        return { from, to: reader.at };
      }).map((body, i) => ({ ...body, type: declared[i] as number }));
      return { bytes, types, functions, code: { from: head, to: end } };
    }
    reader.at = end;
  }
  throw new Error('the module has no code');
}

function functionType(reader: Reader): string | null {
  if (reader.byte() !== FUNCTION_TYPE) throw new Error('a type that is no plain function type');
  const names = (): (string | undefined)[] => reader.list(() => NUMBER_TYPES[reader.byte()]);
  const [parameters, results] = [names(), names()];
  return [...parameters, ...results].includes(undefined) ? null : `${parameters.join(' ')} -> ${results.join(' ')}`;
}

/** The module with other bodies for some of its functions (by their place in `functions`). */
export function withBodies({ bytes, functions, code }: WasmModule, bodies: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const count = unsigned(functions.length);
  const pieces: (Uint8Array | number[])[] = [];
  // What is not replaced is copied in stretches as long as can be, sizes and all.
  let kept = functions.length > 0 ? (functions[0] as WasmFunction).from - unsigned((functions[0] as WasmFunction).to - (functions[0] as WasmFunction).from).length : code.to;
  for (const [index, body] of [...bodies].sort(([a], [b]) => a - b)) {
    const { from, to } = functions[index] as WasmFunction;
    pieces.push(bytes.subarray(kept, from - unsigned(to - from).length), unsigned(body.length), body);
    kept = to;
  }
  pieces.push(bytes.subarray(kept, code.to));
  const size = count.length + pieces.reduce((sum, { length }) => sum + length, 0);
  return joined([bytes.subarray(0, code.from), [SECTION.code, ...unsigned(size), ...count], ...pieces, bytes.subarray(code.to)]);
}

function joined(pieces: readonly (Uint8Array | number[])[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** A module of functions that share a memory of its own (`memory`, 64 KiB a page), each exported under its name. */
export function writeModule(functions: readonly { name: string; type: string; body: Uint8Array }[], pages: number): Uint8Array<ArrayBuffer> {
  const codes = Object.fromEntries(Object.entries(NUMBER_TYPES).map(([code, name]) => [name, Number(code)]));
  const text = (value: string): number[] => [...unsigned(value.length), ...new TextEncoder().encode(value)];
  const list = (items: readonly number[][]): number[] => [...unsigned(items.length), ...items.flat()];
  const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
  const typed = functions.map(({ type }) => [FUNCTION_TYPE, ...type.split('->').flatMap((side) => list(side.split(' ').filter(Boolean).map((name) => [codes[name] as number])))]);
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(SECTION.type, list(typed)),
    ...section(SECTION.function, list(functions.map((_, i) => unsigned(i)))),
    ...section(SECTION.memory, list([[0, ...unsigned(pages)]])),
    ...section(SECTION.export, list([[...text('memory'), 2, 0], ...functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)])])),
    ...section(SECTION.code, list(functions.map(({ body }) => [...unsigned(body.length), ...body]))),
  ]);
}
