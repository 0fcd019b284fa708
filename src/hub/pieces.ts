/**
 * What has been fetched of files that are not whole yet, in Cache Storage: pieces of a fixed size, so that a download goes on
 * after a cut connection, a closed tab or a reload. They are deleted once the model is stored.
 */
const CACHE = 'pinch-downloads';
/** No host has this name: the addresses are keys only. */
const KEYS = 'https://pieces.invalid/';

/** Which download a piece belongs to. */
export interface Label {
  address: string;
  name: string;
  revision: string | null;
  /** Bytes of all its files. */
  total: number;
}

export interface PieceKey {
  /** The file's address. */
  url: string;
  from: number;
}

/** @returns the piece, if it is there and of this size */
export async function readPiece({ url, from }: PieceKey, size: number): Promise<Blob | null> {
  const kept = await (await caches.open(CACHE)).match(keyOf({ url, from }));
  const blob = await kept?.blob();
  return blob?.size === size ? blob : null;
}

/** The size of a file of which pieces are kept, and the ETag it had. */
export async function knownFile(url: string): Promise<{ size: number; etag: string | null } | null> {
  const first = await (await caches.open(CACHE)).match(keyOf({ url, from: 0 }));
  const size = Number(first?.headers.get('x-size') ?? 0);
  return first && size > 0 ? { size, etag: first.headers.get('x-etag') || null } : null;
}

export async function keepPiece(key: PieceKey, bytes: Blob, file: { size: number; etag: string | null }, label: Label): Promise<void> {
  const headers = { 'x-size': String(file.size), 'x-etag': file.etag ?? '', 'x-label': encodeURIComponent(JSON.stringify(label)), 'x-bytes': String(bytes.size) };
  await (await caches.open(CACHE)).put(keyOf(key), new Response(bytes, { headers }));
}

/** Downloads that are not finished, with the bytes there are of them. */
export async function unfinished(): Promise<(Label & { done: number })[]> {
  const found = new Map<string, Label & { done: number }>();
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    const label = response?.headers.get('x-label');
    if (!response || !label) continue;
    const own = JSON.parse(decodeURIComponent(label)) as Label;
    const before = found.get(own.address);
    found.set(own.address, { ...own, done: (before?.done ?? 0) + Number(response.headers.get('x-bytes')) });
  }
  return [...found.values()];
}

/** Deletes the pieces of one download, or of one of its files. */
export async function discardPieces(of: { address: string } | { url: string }): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) {
    const label = (await cache.match(request))?.headers.get('x-label');
    const own = 'url' in of ? request.url.startsWith(`${KEYS}${encodeURIComponent(of.url)}/`) : label !== undefined && label !== null && (JSON.parse(decodeURIComponent(label)) as Label).address === of.address;
    if (own) await cache.delete(request);
  }
}

export async function discardEverything(): Promise<void> {
  await caches.delete(CACHE);
}

const keyOf = ({ url, from }: PieceKey): string => `${KEYS}${encodeURIComponent(url)}/${from}`;
