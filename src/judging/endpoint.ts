/** One call of an OpenAI-compatible chat-completions endpoint, and everything that can come back. */
import type { JsonObject } from '../files/json.ts';
import { retryAfter } from '../core/retry-after.ts';
import { type ChatReply, messageOf, readCompletion, typeOf } from './completion.ts';
import { eventFailure, type Failure, statusFailure } from './failures.ts';
import { type PostChat, postDirectly, type PostReply } from './post.ts';
import { redact } from './redact.ts';

export interface ChatRequest {
  base_url: string;
  body: JsonObject;
  /** Null for endpoints that want none. */
  key: string | null;
  timeoutSeconds: number;
  /** How messages name the judge. */
  judge: string;
  post?: PostChat | undefined;
}

/** The text, or a failure. Throws only the signal's reason. The time limit covers the whole reply. */
export async function callChat(request: ChatRequest, signal?: AbortSignal): Promise<ChatReply | Failure> {
  const { judge, key, post = postDirectly } = request;
  if (key !== null && !/^[\x21-\x7e]+$/.test(key)) return eventFailure(judge, 'key');
  const limit = AbortSignal.timeout(request.timeoutSeconds * 1000);
  let reply: PostReply;
  try {
    reply = await post(
      {
        url: `${request.base_url.replace(/\/+$/, '')}/chat/completions`,
        headers: { 'Content-Type': 'application/json', ...(key === null ? {} : { Authorization: `Bearer ${key}` }) },
        body: JSON.stringify(request.body),
      },
      signal ? AbortSignal.any([signal, limit]) : limit,
    );
  } catch (error) {
    signal?.throwIfAborted();
    return limit.aborted ? eventFailure(judge, 'timeout', `${request.timeoutSeconds} s`) : eventFailure(judge, 'network', redact((error as Error).message, key));
  }
  const ok = reply.status >= 200 && reply.status < 300;
  let body: unknown = null;
  try {
    body = JSON.parse(reply.text);
  } catch {
    if (ok) return eventFailure(judge, 'malformed');
  }
  if (!ok) return statusFailure(judge, reply.status, redact(messageOf(body) ?? reply.text, key), typeOf(body), retryAfter(reply.retryAfter));
  return readCompletion(judge, body, key);
}
