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
 * what they are, and two of them stay two. Fractions are rounded as ever.
 *
 * @throws SyntaxError as JSON.parse does
 */
export function parseJson(text: string): unknown {
  // The library is several times slower than the engine, and most rows have no such number.
  if (!LONG_INTEGER.test(text)) return JSON.parse(text) as unknown;
  return parse(text, null, (digits) => {
    const value = parseNumberAndBigInt(digits);
    return typeof value === 'bigint' && !isSafeNumber(digits) ? digits : Number(digits);
  });
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
