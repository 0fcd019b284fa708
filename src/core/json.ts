/** JSON that came from outside: telling what it is, and saying what is wrong with it. */
export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
