/** Decodes stored weights to float32 in a small WebAssembly module of its own, with the kernels of decode-weights.ts. */
import { writeModule } from './module.ts';
import { BLOCKS_TYPE, HALVES_TYPE, OVERRUN, decodeBlocks, decodeHalves } from './decode-weights.ts';

/** A matrix as it is stored: float16, or quantised with a scale and a zero point for each block. */
export type StoredNumbers =
  | { kind: 'float16'; values: Uint16Array }
  | { kind: 'uint8' | 'uint4'; values: Uint8Array; scales: Float32Array; zeros: Uint8Array; count: number };

const PAGE = 65536;
const CODES_A_VECTOR = 16;

interface Kernels {
  memory: WebAssembly.Memory;
  halves(values: number, count: number, out: number): void;
  codes4(codes: number, scales: number, zeros: number, blocks: number, vectors: number, out: number): void;
  codes8: Kernels['codes4'];
}

/** Decodes into named buffers, which are reused: decoding into a buffer overwrites what it held. */
export class WeightDecoder {
  private readonly kernels: Kernels;
  private end = 0;
  private readonly places = new Map<string, { at: number; bytes: number }>();
  /** Where the kernels read their input. */
  private source = { at: 0, bytes: 0 };

  constructor() {
    const module = new WebAssembly.Module(writeModule([
      { name: 'halves', type: HALVES_TYPE, body: decodeHalves() },
      { name: 'codes4', type: BLOCKS_TYPE, body: decodeBlocks(4) },
      { name: 'codes8', type: BLOCKS_TYPE, body: decodeBlocks(8) },
    ], 0));
    this.kernels = new WebAssembly.Instance(module).exports as unknown as Kernels;
  }

  get bytes(): number {
    return this.kernels.memory.buffer.byteLength;
  }

  /** Makes room. Growing the memory detaches its views, so call this before `decode`, never between it and the use of its result. */
  prepare(place: string, stored: StoredNumbers): void {
    const bytes = 4 * (countOf(stored) + OVERRUN);
    const sources = partsOf(stored).reduce((sum, part) => sum + aligned(part.byteLength), 0) + aligned(OVERRUN);
    if (bytes > (this.places.get(place)?.bytes ?? 0)) this.places.set(place, { at: this.room(bytes), bytes });
    if (sources > this.source.bytes) this.source = { at: this.room(sources), bytes: sources };
  }

  /** @returns a view, valid until the next `decode` into the same place or the next `prepare` */
  decode(place: string, stored: StoredNumbers): Float32Array {
    const { memory, halves, codes4, codes8 } = this.kernels;
    const { at: out } = this.places.get(place) as { at: number };
    const count = countOf(stored);
    let { at } = this.source;
    const starts = partsOf(stored).map((part) => {
      new Uint8Array(memory.buffer, at, part.byteLength).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
      const start = at;
      at += aligned(part.byteLength);
      return start;
    }) as [number, number, number];
    if (stored.kind === 'float16') halves(starts[0], count, out);
    else (stored.kind === 'uint4' ? codes4 : codes8)(...starts, stored.scales.length, count / stored.scales.length / CODES_A_VECTOR, out);
    return new Float32Array(memory.buffer, out, count);
  }

  private room(bytes: number): number {
    const at = this.end;
    this.end += aligned(bytes);
    const missing = this.end - this.bytes;
    if (missing > 0) this.kernels.memory.grow(Math.ceil(missing / PAGE));
    return at;
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

function countOf(stored: StoredNumbers): number {
  return stored.kind === 'float16' ? stored.values.length : stored.count;
}

function partsOf(stored: StoredNumbers): (Uint16Array | Uint8Array | Float32Array)[] {
  return stored.kind === 'float16' ? [stored.values] : [stored.values, stored.scales, stored.zeros];
}
