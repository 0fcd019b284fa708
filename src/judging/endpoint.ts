/** One call of an OpenAI-compatible chat-completions endpoint, and everything that can come back. */
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { eventFailure, type Failure, statusFailure } from './failures.ts';

export interface ChatRequest {
  base_url: string;
  body: JsonObject;
  /** Null for endpoints that want none. */
  key: string | null;
  timeoutSeconds: number;
  /** How messages name the judge. */
  judge: string;
}

export interface ChatReply {
  text: string;
  /** `length` when the token limit cut it off. */
  finish: string;
  usage: { tokensIn: number; tokensOut: number } | null;
}

/** The text, or a failure. Throws only the signal's reason. The time limit covers the whole reply. */
export async function callChat(request: ChatRequest, signal?: AbortSignal): Promise<ChatReply | Failure> {
  const { judge, key } = request;
  if (key !== null && !/^[\x21-\x7e]+$/.test(key)) return eventFailure(judge, 'key');
  const limit = AbortSignal.timeout(request.timeoutSeconds * 1000);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${request.base_url.replace(/\/+$/, '')}/chat/completions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(key === null ? {} : { Authorization: `Bearer ${key}` }) },
      body: JSON.stringify(request.body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
    text = await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    return limit.aborted ? eventFailure(judge, 'timeout', `${request.timeoutSeconds} s`) : eventFailure(judge, 'network', redact((error as Error).message, key));
  }
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    if (response.ok) return eventFailure(judge, 'malformed');
  }
  if (!response.ok) return statusFailure(judge, response.status, redact(messageOf(body) ?? text, key), typeOf(body), retryAfter(response.headers));
  return readCompletion(judge, body, key);
}

/** A 200 is not yet a judgment: an error object, an empty choice and a refusal come as 200 too. */
function readCompletion(judge: string, body: unknown, key: string | null): ChatReply | Failure {
  if (!isJsonObject(body)) return eventFailure(judge, 'shape');
  if (body['error']) {
    const status = isJsonObject(body['error']) ? Number(body['error']['code'] ?? body['error']['status']) : NaN;
    const said = redact(messageOf(body) ?? '', key);
    // Some gateways pass an upstream error on inside a 200: its own status says whether to wait.
    return status >= 400 ? statusFailure(judge, status, said, typeOf(body), null) : eventFailure(judge, 'errorBody', said);
  }
  const choice: unknown = Array.isArray(body['choices']) ? body['choices'][0] : undefined;
  if (!isJsonObject(choice) || !isJsonObject(choice['message'])) return eventFailure(judge, 'shape');
  const { content, refusal } = choice['message'];
  if (typeof refusal === 'string' && refusal !== '') return eventFailure(judge, 'refused', redact(refusal, key));
  if (choice['finish_reason'] === 'content_filter') return eventFailure(judge, 'refused', 'content filter');
  if (typeof content !== 'string' || content.trim() === '') return eventFailure(judge, 'empty', choice['finish_reason'] === 'length' ? 'the token limit was reached' : '');
  const finish = typeof choice['finish_reason'] === 'string' ? choice['finish_reason'] : '';
  return { text: redactKey(content, key), finish, usage: usageOf(body['usage']) };
}

function usageOf(usage: unknown): ChatReply['usage'] {
  if (!isJsonObject(usage)) return null;
  const { prompt_tokens: tokensIn, completion_tokens: tokensOut } = usage;
  return typeof tokensIn === 'number' && typeof tokensOut === 'number' ? { tokensIn, tokensOut } : null;
}

function messageOf(body: unknown): string | null {
  if (!isJsonObject(body)) return null;
  const error = body['error'] ?? body;
  if (typeof error === 'string') return error;
  const message = isJsonObject(error) ? (error['message'] ?? error['detail']) : null;
  return typeof message === 'string' ? message : null;
}

function typeOf(body: unknown): string {
  const error = isJsonObject(body) ? body['error'] : null;
  return isJsonObject(error) ? `${String(error['type'])} ${String(error['code'])}` : '';
}

/** RFC 9110: seconds or an HTTP date. Null when it says neither. Never negative. */
export function retryAfter(headers: Headers, now = Date.now()): number | null {
  const value = headers.get('retry-after')?.trim();
  if (!value) return null;
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}

/** What an endpoint said, fit to be shown and stored: short, and without any key. Endpoints do echo keys in their errors. */
export function redact(text: string, key: string | null): string {
  const clean = redactKey(text, key).replace(/\b(sk|pk|key|gsk|xai)-[\w*.-]{6,}/g, '[key]').replace(/\s+/g, ' ').trim();
  return clean.length > 300 ? `${clean.slice(0, 300)}...` : clean;
}

/** Short keys are words like "none" that people give local servers: no secrets, and cutting them out would spoil the text. */
function redactKey(text: string, key: string | null): string {
  return key && key.length >= 8 ? text.replaceAll(key, '[key]') : text;
}
