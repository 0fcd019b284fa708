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

/** From this thread. No cookie goes along and no address of ours. */
export const postDirectly: PostChat = async ({ url, headers, body }, signal) => {
  const response = await fetch(url, { method: 'POST', headers, body, signal, credentials: 'omit', referrerPolicy: 'no-referrer' });
  return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() };
};
