/** What a chat-completions endpoint's body says: text, or why there is none. A 200 is not yet a judgment. */
import { isJsonObject, type JsonObject } from '../files/json.ts';
import { eventFailure, type Failure, statusFailure } from './failures.ts';
import { redact } from './redact.ts';
import { redactSpellings } from './spellings.ts';

export interface ChatReply {
  text: string;
  /** `length` when the token limit cut it off, whatever the server calls that. */
  finish: string;
  usage: { tokensIn: number; tokensOut: number } | null;
}

/** An error object, an empty choice and a refusal come as 200 too; an error may stand beside half a text. */
export function readCompletion(judge: string, body: unknown, key: string | null): ChatReply | Failure {
  if (!isJsonObject(body)) return eventFailure(judge, 'shape');
  const choice: unknown = Array.isArray(body['choices']) ? body['choices'][0] : undefined;
  const failed = errorOf(body) ?? (isJsonObject(choice) ? errorOf(choice) : null);
  if (failed) {
    const said = redact(failed.message, key);
    // Some gateways pass an upstream error on inside a 200: its own status says whether to wait.
    return failed.status >= 400 ? statusFailure(judge, failed.status, said, failed.type, null) : eventFailure(judge, 'errorBody', said);
  }
  if (!isJsonObject(choice) || !isJsonObject(choice['message'])) return eventFailure(judge, 'shape');
  const finish = finishOf(choice['finish_reason']);
  const { content, refusal } = choice['message'];
  if (finish === 'error') return eventFailure(judge, 'errorBody', 'it ended with an error');
  if (typeof refusal === 'string' && refusal !== '') return eventFailure(judge, 'refused', redact(refusal, key));
  if (finish === 'refused') return eventFailure(judge, 'refused', 'content filter');
  const text = textOf(content);
  if (text === null) return eventFailure(judge, 'shape');
  if (text.trim() === '') return eventFailure(judge, 'empty', finish === 'length' ? 'the token limit was reached' : '');
  return { text: redactSpellings(text, key), finish, usage: usageOf(body['usage']) };
}

const LENGTH = new Set(['length', 'max_tokens', 'max_output_tokens', 'model_length', 'max_length', 'token_limit']);
const REFUSED = new Set(['content_filter', 'content_filtered', 'safety', 'refusal', 'recitation', 'prohibited_content', 'blocklist', 'spii']);

/** Servers that pass other makers' models on keep those makers' names; in either case. */
function finishOf(reason: unknown): string {
  const name = typeof reason === 'string' ? reason.toLowerCase() : '';
  if (LENGTH.has(name)) return 'length';
  return REFUSED.has(name) ? 'refused' : name;
}

/** Content as text, or as a list of parts, of which those of the kind `text` are what was said; null for anything else. */
function textOf(content: unknown): string | null {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  const parts = content.map((part: unknown) => {
    if (typeof part === 'string') return part;
    if (!isJsonObject(part) || typeof part['type'] !== 'string') return null;
    // Thinking, tool calls and whatever else comes are not what the judge says.
    if (part['type'] !== 'text' && part['type'] !== 'output_text') return '';
    return typeof part['text'] === 'string' ? part['text'] : null;
  });
  return parts.includes(null) ? null : parts.join('');
}

/** What an `error` field says, null where there is none: an object, or a text. */
function errorOf(body: JsonObject): { status: number; message: string; type: string } | null {
  const { error } = body;
  if (error === undefined || error === null || error === false || error === '') return null;
  return { status: isJsonObject(error) ? Number(error['code'] ?? error['status']) : Number.NaN, message: messageOf(body) ?? '', type: typeOf(body) };
}

/** A count of tokens that is no whole number from 0 on is none. */
function usageOf(usage: unknown): ChatReply['usage'] {
  if (!isJsonObject(usage)) return null;
  const { prompt_tokens: tokensIn, completion_tokens: tokensOut } = usage;
  return isCount(tokensIn) && isCount(tokensOut) ? { tokensIn, tokensOut } : null;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The sentence in an error body, wherever the endpoint puts it. */
export function messageOf(body: unknown): string | null {
  if (!isJsonObject(body)) return null;
  const error = body['error'] ?? body;
  if (typeof error === 'string') return error;
  const message = isJsonObject(error) ? (error['message'] ?? error['detail']) : null;
  return typeof message === 'string' ? message : null;
}

/** Type and code of an error body, for telling kinds of one status apart. */
export function typeOf(body: unknown): string {
  const error = isJsonObject(body) ? body['error'] : null;
  return isJsonObject(error) ? `${String(error['type'])} ${String(error['code'])}` : '';
}
