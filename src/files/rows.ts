import { LabError } from '../core/errors.ts';
import { ElementSplitter, isSpace, LineSplitter, type Row, type RowSplitter } from './row-splitters.ts';

export type { Row } from './row-splitters.ts';

export interface RowOptions {
  /** Called with the bytes of the file consumed so far (compressed bytes of a compressed file). */
  onBytes?: (bytes: number) => void;
  signal?: AbortSignal;
  /** A single row longer than this is refused, so that one broken file cannot fill the memory. */
  maxRowBytes?: number;
  /** What a compressed file may unpack to whatever its size; beyond, it may not be more than `MAX_GROWTH` times its size. */
  maxUnpackedBytes?: number;
}

/** Gzip reaches 1032; text of a kind that anyone would learn from, 20. */
const MAX_GROWTH = 200;

/** First bytes of files that are not what a person meant to give, and what to say of each. */
const FOREIGN: readonly (readonly [number[], string])[] = [
  [[0xff, 0xfe], 'is UTF-16 text; save the file as UTF-8'],
  [[0xfe, 0xff], 'is UTF-16 text; save the file as UTF-8'],
  ...[0x5b, 0x7b].flatMap((bracket): [number[], string][] => [
    [[bracket, 0x00], 'is UTF-16 text; save the file as UTF-8'],
    [[0x00, bracket], 'is UTF-16 text; save the file as UTF-8'],
  ]),
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive; unpack it and give the files inside'],
  [[0x50, 0x41, 0x52, 0x31], 'is a Parquet file; export it as JSON Lines'],
];
const GZIP = [0x1f, 0x8b];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Rows of a JSON Lines file or of a JSON array, gzipped or not, whatever the file's name says. Streams: never more than a
 * chunk and a row in memory. A row that cannot be read is yielded with its problem and reading goes on.
 */
export class RowReader {
  /** `array` when the file is one JSON array; a row's `line` is then the element's place in it. Null before the first row. */
  shape: 'lines' | 'array' | null = null;
  private splitter: RowSplitter | null = null;

  constructor(
    private readonly file: Blob,
    private readonly options: RowOptions = {},
  ) {}

  /** Blank lines skipped so far. */
  get blank(): number {
    return this.splitter?.blank ?? 0;
  }

  /** Throws the signal's reason when aborted, and `core.unreadable` when the browser cannot read the file any more. */
  async *rows(): AsyncGenerator<Row> {
    const head = new Uint8Array(await this.read(this.file.slice(0, 4).arrayBuffer()));
    for (const [magic, problem] of FOREIGN) {
      if (startsWith(head, magic)) {
        yield { line: 1, problem };
        return;
      }
    }
    const compressed = startsWith(head, GZIP);
    const most = Math.max(this.options.maxUnpackedBytes ?? 64 * 2 ** 20, MAX_GROWTH * this.file.size);
    const reader = this.open(compressed).getReader();
    let line = 0;
    let unpacked = 0;
    try {
      for (;;) {
        this.options.signal?.throwIfAborted();
        const bytes = await this.read(reader.read()).then(
          ({ value }) => value,
          (error: unknown) => {
            if (!compressed) throw error;
            return 'damaged' as const;
          },
        );
        if (bytes === 'damaged') {
          yield { line: line + 1, problem: 'cannot be unpacked: the gzip data is damaged, cut off, or several archives in one; what stands before may be damaged too' };
          return;
        }
        unpacked += bytes?.length ?? 0;
        if (compressed && unpacked > most) {
          yield { line: line + 1, problem: `is left out with all that follows: the gzip data unpacks to more than ${MAX_GROWTH} times its size, as no text does` };
          return;
        }
        for (const row of bytes ? this.split(bytes) : (this.splitter?.end() ?? [])) {
          yield row;
          line = row.line;
        }
        if (!bytes) return;
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }

  private open(compressed: boolean): ReadableStream<Uint8Array> {
    let consumed = 0;
    const counted = this.file.stream().pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: (chunk, controller) => {
          this.options.onBytes?.((consumed += chunk.length));
          controller.enqueue(chunk);
        },
      }),
    );
    return compressed ? counted.pipeThrough(new DecompressionStream('gzip')) : counted;
  }

  /** The first byte that is not white space decides between lines and an array. */
  private split(chunk: Uint8Array): Row[] {
    if (this.splitter) return this.splitter.push(chunk);
    const bytes = startsWith(chunk, BYTE_ORDER_MARK) ? chunk.subarray(BYTE_ORDER_MARK.length) : chunk;
    const limit = this.options.maxRowBytes ?? 16 * 2 ** 20;
    this.shape = bytes.find((byte) => !isSpace(byte)) === 0x5b ? 'array' : 'lines';
    this.splitter = this.shape === 'array' ? new ElementSplitter(limit) : new LineSplitter(limit);
    return this.splitter.push(bytes);
  }

  private async read<T>(promise: Promise<T>): Promise<T> {
    return promise.catch((error: unknown) => {
      throw LabError.from(error, 'core.unreadable', 'Pick the file again: it may have been moved or changed since it was chosen.');
    });
  }
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, i) => bytes[i] === byte);
}
