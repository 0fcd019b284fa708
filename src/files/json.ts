/** JSON that came from outside: reading it, telling what it is, and saying what is wrong with it. */
import { isSafeNumber, parse, parseNumberAndBigInt } from 'lossless-json';

export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an integer beyond 2^53 looks like in JSON's text. It may stand in a string too, where it does no harm. */
const LONG_INTEGER = /[0-9]{16}/;

/**
 * JSON.parse, except that an integer which a double would round is its digits as a text: ids such as 9007199254740993 stay
 * what they are, and two of them stay two. Fractions are rounded as ever. A key that stands twice has its last value, and
 * `__proto__` is a key like any other, as in JSON.parse.
 *
 * @throws SyntaxError as JSON.parse does
 */
export function parseJson(text: string): unknown {
  // The library is several times slower than the engine, and most rows have no such number.
  return LONG_INTEGER.test(text) ? parseLossless(text, ({ newValue }) => newValue) : (JSON.parse(text) as unknown);
}

/** @throws SyntaxError also where lists and objects are nested deeper than the library can follow, some thousands */
function parseLossless(
  text: string,
  onDuplicateKey: (twice: { key: string; newValue: unknown }) => unknown,
): unknown {
  const parseNumber = (digits: string): unknown => {
    const value = parseNumberAndBigInt(digits);
    return typeof value === 'bigint' && !isSafeNumber(digits) ? digits : Number(digits);
  };
  try {
    return parse(text, null, { parseNumber, onDuplicateKey });
  } catch (thrown) {
    throw thrown instanceof RangeError ? new SyntaxError('it is nested too deeply', { cause: thrown }) : thrown;
  }
}

/**
 * A key that stands twice in one object of a JSON text with two different values, or null: such a text says two things, and
 * every parser keeps one of them without a word.
 *
 * @param value what the text was parsed to
 */
export function repeatedKey(text: string, value: unknown): string | null {
  // Looking for the key takes a second parsing; counting says whether there is one to look for.
  if (membersWritten(text) === membersKept(value)) return null;
  let found: string | null = null;
  parseLossless(text, ({ key, newValue }) => {
    found ??= key;
    return newValue;
  });
  return found;
}

/** Colons outside strings: members of all objects in a JSON text. */
function membersWritten(text: string): number {
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x3a) members++;
    else if (char === 0x22) at = closingQuote(text, at);
  }
  return members;
}

/** Where the string that opens at `at` ends. */
function closingQuote(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

/** Without recursion: a text may be nested deeper than the stack is. */
function membersKept(value: unknown): number {
  const open: unknown[] = [value];
  let members = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const children = Object.values(next);
    if (!Array.isArray(next)) members += children.length;
    // Not `push(...children)`: a list may be longer than a call's arguments.
    for (const child of children) if (typeof child === 'object') open.push(child);
  }
  return members;
}

/** `a list`, `a number`, `null`: for sentences. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** What of a schema library's issue a sentence needs (valibot's `BaseIssue` has it). */
interface SchemaIssue {
  input: unknown;
  message: string;
  path?: readonly { key?: unknown }[] | undefined;
}

/** `output is missing`, `conversations.1 is not text`: schemas give messages that begin with a verb. */
export function issueText({ input, message, path }: SchemaIssue): string {
  if (!path) return message;
  return `${path.map(({ key }) => String(key)).join('.')} ${input === undefined ? 'is missing' : message}`;
}
