/**
 * Bytes to rows: the lines of a JSON Lines file, or the elements of a JSON array. Both work on bytes as they come, so
 * that a file of any size is never in memory at once, and both go on after a row that cannot be read.
 * The scan can ignore UTF-8: no byte of a multi-byte character equals a newline, a quote or a bracket.
 */

import { parseJson, repeatedKey } from './json.ts';

/** One row of a file. `line` is the line number, or the element's place in the array; both count from 1. */
export type Row = { line: number; value: unknown; problem?: undefined } | { line: number; problem: string };

export interface RowSplitter {
  /** Rows that were skipped because there is nothing in them. */
  readonly blank: number;
  push(bytes: Uint8Array): Row[];
  end(): Row[];
}

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;
}

/** The bytes of the row being read, over as many chunks as it spans; a row beyond the limit is dropped, not kept. */
class RowBytes {
  private pieces: Uint8Array[] = [];
  private length = 0;

  constructor(private readonly limit: number) {}

  add(piece: Uint8Array): void {
    this.length += piece.length;
    if (this.length > this.limit) this.pieces = [];
    else if (piece.length > 0) this.pieces.push(piece);
  }

  /** The row, parsed; null when there is nothing but white space. */
  take(line: number): Row | null {
    const { pieces, length } = this;
    this.pieces = [];
    this.length = 0;
    if (length > this.limit) return { line, problem: `is longer than ${Math.round(this.limit / 2 ** 20)} MB` };
    return parseRow(line, pieces.length === 1 ? (pieces[0] as Uint8Array) : join(pieces, length));
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseRow(line: number, bytes: Uint8Array): Row | null {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { line, problem: 'is not valid UTF-8 text' };
  }
  if (text.trim() === '') return null;
  try {
    const value = parseJson(text);
    const twice = repeatedKey(text, value);
    return twice === null ? { line, value } : { line, problem: `has the field "${twice}" twice, with different values` };
  } catch (error) {
    return { line, problem: `is not valid JSON: ${(error as Error).message}` };
  }
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** JSON Lines: a value a line, `\n` or `\r\n`. */
export class LineSplitter implements RowSplitter {
  blank = 0;
  private line = 1;
  private readonly row: RowBytes;

  constructor(maxRowBytes: number) {
    this.row = new RowBytes(maxRowBytes);
  }

  push(bytes: Uint8Array): Row[] {
    const rows: Row[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.row.add(bytes.subarray(start, end));
      this.finish(rows);
      start = end + 1;
    }
    this.row.add(bytes.slice(start));
    return rows;
  }

  end(): Row[] {
    const last = this.row.take(this.line);
    return last ? [last] : [];
  }

  private finish(rows: Row[]): void {
    const row = this.row.take(this.line++);
    if (row) rows.push(row);
    else this.blank++;
  }
}

/** A JSON array: an element a row. An array that is cut off gives up its whole elements and one row that says so. */
export class ElementSplitter implements RowSplitter {
  readonly blank = 0;
  private element = 1;
  private state: 'before' | 'inside' | 'after' = 'before';
  private depth = 0;
  private inString = false;
  private escaped = false;
  /** Whether the current element has any byte that is not white space. */
  private begun = false;
  private trailing = false;
  private readonly row: RowBytes;

  constructor(maxRowBytes: number) {
    this.row = new RowBytes(maxRowBytes);
  }

  push(bytes: Uint8Array): Row[] {
    const rows: Row[] = [];
    let start = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (this.state === 'inside') {
        if (this.endsElement(byte)) {
          this.row.add(bytes.subarray(start, i));
          this.finish(rows, byte);
          start = i + 1;
          if (byte === CLOSE_LIST) this.state = 'after';
        }
      } else if (this.state === 'before') {
        if (byte === OPEN_LIST) this.state = 'inside';
        start = i + 1;
      } else if (!isSpace(byte) && !this.trailing) {
        this.trailing = true;
        rows.push({ line: this.element, problem: 'is text after the end of the array' });
      }
    }
    if (this.state === 'inside') this.row.add(bytes.slice(start));
    return rows;
  }

  end(): Row[] {
    if (this.state === 'after') return [];
    return [{ line: this.element, problem: this.begun ? 'is cut off: the file ends inside it' : 'is missing: the array is not closed, so the file may be cut off here' }];
  }

  /** Follows strings and brackets; true at the comma or bracket after an element. */
  private endsElement(byte: number): boolean {
    if (this.inString) {
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) this.inString = false;
      return false;
    }
    if (this.depth === 0 && (byte === COMMA || byte === CLOSE_LIST)) return true;
    if (byte === QUOTE) this.inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && this.depth > 0) this.depth--;
    if (!isSpace(byte)) this.begun = true;
    return false;
  }

  private finish(rows: Row[], by: number): void {
    this.begun = false;
    const row = this.row.take(this.element);
    // An empty array has nothing between its brackets; beside a comma, there was something once.
    if (!row && by === CLOSE_LIST && this.element === 1) return;
    rows.push(row ?? { line: this.element, problem: `is empty: there is nothing ${by === COMMA ? 'before its' : 'after the last'} comma` });
    this.element++;
  }
}
