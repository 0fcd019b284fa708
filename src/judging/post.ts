/** Sending one request to a judge. It is apart from reading the reply, so that something that outlives the page can do it. */

export interface PostRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface PostReply {
  status: number;
  /** The header of that name, as it came. */
  retryAfter: string | null;
  text: string;
}

/** Throws what `fetch` throws, and the signal's reason. */
export type PostChat = (request: PostRequest, signal: AbortSignal) => Promise<PostReply>;

/** A request that may be sent. */
export interface BookedCall {
  /** It was sent before a reload, and counted: only its reply is waited for. */
  readonly counted: boolean;
  readonly post: PostChat;
}

/**
 * Counts a request before it is sent: hidden ones and later tries too.
 * @param about `key`: `judgmentKeyText` of the judgment it is for; `cell`: whose answer is judged
 * @throws what ends the run, such as LabError `judging.max-calls`
 */
export type BookCall = (about: { key: string; cell: string }) => Promise<BookedCall>;

/** From this thread. No cookie goes along and no address of ours. */
export const postDirectly: PostChat = async ({ url, headers, body }, signal) => {
  const response = await fetch(url, { method: 'POST', headers, body, signal, credentials: 'omit', referrerPolicy: 'no-referrer' });
  return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() };
};
