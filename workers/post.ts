/**
 * The service worker's part in judging: it makes a request in place of the page, which may be reloaded meanwhile, and keeps the reply
 * until the page has used it. The API key is in the request, and so in this worker's memory while it lasts, and nowhere else.
 */
/// <reference lib="webworker" />
import { redactSpellings } from '../src/judging/spellings.ts';
import { claim, INBOX_CHANNEL, keep } from '../src/storage/inbox.ts';
import type { RelayedCall } from './protocol.ts';

/** Makes the request, unless somebody else has. Never rejects: what went wrong is kept. */
export async function deliver({ id, request, timeoutSeconds }: RelayedCall): Promise<void> {
  const channel = new BroadcastChannel(INBOX_CHANNEL);
  try {
    if (!(await claim(id, 'taken'))) return;
    channel.postMessage(id);
    const key = /^Bearer (.+)$/.exec(request.headers['Authorization'] ?? '')?.[1] ?? null;
    const at = (): number => Date.now() / 1000;
    try {
      const { url, headers, body } = request;
      const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutSeconds * 1000), credentials: 'omit', referrerPolicy: 'no-referrer' });
      const text = redactSpellings(await response.text(), key);
      await keep({ id, state: 'replied', at: at(), reply: { status: response.status, retryAfter: response.headers.get('retry-after'), text } });
    } catch (error) {
      await keep({ id, state: 'failed', at: at(), problem: redactSpellings((error as Error).message, key) });
    }
    channel.postMessage(id);
  } finally {
    channel.close();
  }
}
