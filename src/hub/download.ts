/**
 * Fetches a checkpoint's files piece by piece. Pieces that are kept are not fetched again, so a download that was cut goes on
 * where it stopped; a server without range requests sends its files whole, from the start.
 */
import { LabError } from '../core/errors.ts';
import { RateEstimate, type OnProgress } from '../core/progress.ts';
import { patiently, refused } from './patience.ts';
import { type Label, keepPiece, knownFile, readPiece, discardPieces } from './pieces.ts';
import { type Source, headersFor } from './source.ts';

/** Small enough to lose without regret, large enough for few requests. */
export const PIECE_BYTES = 8 * 2 ** 20;

/** Files a checkpoint has; optional ones may be absent. */
const WANTED: readonly { name: string; optional: boolean }[] = [
  { name: 'config.json', optional: false },
  { name: 'tokenizer.json', optional: false },
  { name: 'tokenizer_config.json', optional: true },
  { name: 'chat_template.jinja', optional: true },
  { name: 'generation_config.json', optional: true },
];
export const WEIGHTS = 'model.safetensors';
export const INDEX = 'model.safetensors.index.json';

export interface DownloadOptions {
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** The settings a checkpoint is judged by before its weights are fetched. */
export interface Plan {
  /** Everything but the weights. */
  small: Map<string, Blob>;
  /** Files with weights, and their sizes where these are known. */
  weights: { name: string; size: number | null }[];
  /** Bytes of all files, as far as is known. */
  total: number;
}

/**
 * Fetches all of a checkpoint but its weights, and finds out how large those are.
 * @throws LabError `models.not-found` naming a file that has to be there, and what `fetchFile` throws
 */
export async function planDownload(source: Source, { signal }: DownloadOptions = {}): Promise<Plan> {
  const label: Label = { address: source.address, name: source.name, revision: source.revision, total: 0 };
  const small = new Map<string, Blob>();
  for (const { name, optional } of WANTED) {
    if (source.files && !source.files.has(name) && optional) continue;
    const blob = await fetchFile(source, name, { label, optional, keep: false, signal });
    if (blob) small.set(name, blob);
  }
  const single = source.files ? source.files.has(WEIGHTS) : (await sizeOf(source, WEIGHTS, signal)) !== null;
  let names = [WEIGHTS];
  if (!single) {
    const index = await fetchFile(source, INDEX, { label, optional: true, keep: false, signal });
    if (!index) throw new LabError('models.not-found', `${source.address} has neither ${WEIGHTS} nor ${INDEX}.`, 'The lab reads safetensors. Choose a repository that has them, or convert the checkpoint with transformers\' save_pretrained.', { address: source.address });
    small.set(INDEX, index);
    const { weight_map = {} } = JSON.parse(await index.text()) as { weight_map?: Record<string, string> };
    names = [...new Set(Object.values(weight_map))].sort();
  }
  const weights: Plan['weights'] = [];
  for (const name of names) weights.push({ name, size: source.files ? (source.files.get(name) ?? null) : await sizeOf(source, name, signal) });
  const total = [...small.values()].reduce((sum, { size }) => sum + size, 0) + weights.reduce((sum, { size }) => sum + (size ?? 0), 0);
  return { small, weights, total };
}

/**
 * Fetches the weights that a plan lacks.
 * @returns all files; their pieces stay until `discardPieces`
 * @throws what `fetchFile` throws; the signal's reason when aborted
 */
export async function downloadWeights(source: Source, { small, weights, total }: Plan, { onProgress, signal }: DownloadOptions = {}): Promise<Map<string, Blob>> {
  const label: Label = { address: source.address, name: source.name, revision: source.revision, total };
  const files = new Map(small);
  const rate = new RateEstimate();
  let before = [...small.values()].reduce((sum, { size }) => sum + size, 0);
  for (const { name } of weights) {
    const onBytes = (done: number): void => {
      const all = before + done;
      onProgress?.({ phase: `Fetching ${name}`, done: all, total: Math.max(total, all), unit: 'bytes', secondsLeft: rate.observe(performance.now() / 1000, all, Math.max(total, all)) });
    };
    const blob = (await fetchFile(source, name, { label, optional: false, keep: true, signal, onBytes })) as Blob;
    files.set(name, blob);
    before += blob.size;
  }
  return files;
}

interface FileOptions {
  label: Label;
  /** Null instead of an error where the server says that there is no such file. */
  optional: boolean;
  /** Keep the pieces for a later try. */
  keep: boolean;
  signal?: AbortSignal | undefined;
  /** Bytes of this file so far. */
  onBytes?(done: number): void;
}

/**
 * One file, a piece at a time.
 * @throws LabError `models.gated`, `models.not-found`, `models.busy`, `models.download`, `models.changed` (the file is another one than its kept pieces), `models.length`
 */
async function fetchFile(source: Source, name: string, { label, optional, keep, signal, onBytes }: FileOptions): Promise<Blob | null> {
  const url = new URL(name + source.folder.search, source.folder);
  const promised = source.files?.get(name) ?? null;
  const key = url.origin + url.pathname;
  let file = keep ? await knownFile(key) : null;
  const parts: Blob[] = [];
  let done = 0;
  while (file === null || done < file.size) {
    signal?.throwIfAborted();
    const size = file ? Math.min(PIECE_BYTES, file.size - done) : PIECE_BYTES;
    const kept: Blob | null = file ? await readPiece({ url: key, from: done }, size) : null;
    const got: Piece | null = kept ? { bytes: kept, size: (file as { size: number }).size, etag: (file as { etag: string | null }).etag, whole: false } : await patiently(() => fetchPiece(url, name, done, source, optional, (more) => onBytes?.(done + more), signal), signal);
    if (got === null) return null;
    if (got.whole) return got.bytes;
    if (file && (got.size !== file.size || (got.etag !== null && file.etag !== null && got.etag !== file.etag))) {
      await discardPieces({ url: key });
      throw new LabError('models.changed', `${name} changed at ${source.folder.hostname} while it was being fetched.`, 'What was kept of it has been deleted: start again to get the new version. Pin a revision to keep to one version.', { file: name });
    }
    if (promised !== null && got.size !== promised) throw new LabError('models.length', `${name} has ${got.size} bytes, but ${promised} were promised.`, 'Try again later; the repository may be changing.', { file: name, size: got.size, promised });
    file ??= { size: got.size, etag: got.etag };
    if (keep && !kept) await keepPiece({ url: key, from: done }, got.bytes, file, label);
    parts.push(got.bytes);
    done += got.bytes.size;
    onBytes?.(done);
  }
  return new Blob(parts);
}

interface Piece {
  bytes: Blob;
  /** Of the whole file. */
  size: number;
  etag: string | null;
  /** The server sent all of the file instead of the piece. */
  whole: boolean;
}

async function fetchPiece(url: URL, name: string, from: number, source: Source, optional: boolean, onBytes: (more: number) => void, signal?: AbortSignal): Promise<Piece | null> {
  // The browser's own cache would keep a second copy, and join pieces of different versions.
  const response = await fetch(url, { cache: 'no-store', headers: { ...headersFor(url, source.token), range: `bytes=${from}-${from + PIECE_BYTES - 1}` }, ...(signal ? { signal } : {}) });
  if (optional && (response.status === 404 || response.status === 403)) return null;
  if (!response.ok || !response.body) throw refused(response, `${name} at ${source.address}`, source.folder.href.replace(/\/resolve\/.*/, ''), source.token !== null);
  const whole = response.status !== 206;
  const range = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const known = range ? Number(range[1]) : (source.files?.get(name) ?? null);
  if (!whole && known === null) {
    // The server keeps the file's size from other sites: pieces of it would have no end.
    await response.body.cancel();
    return fetchWhole(url, name, onBytes, signal);
  }
  const bytes = await collected(response.body, onBytes);
  const expected = whole ? length : known === null ? length : Math.min(PIECE_BYTES, known - from);
  // A compressed answer's length says nothing of what it unpacks to.
  if (Number.isFinite(expected) && !response.headers.has('content-encoding') && bytes.size !== expected) throw new Error(`the connection ended after ${bytes.size} of ${expected} bytes`);
  return { bytes, size: whole ? bytes.size : (known ?? from + bytes.size), etag: response.headers.get('x-linked-etag') ?? response.headers.get('etag'), whole };
}

async function fetchWhole(url: URL, name: string, onBytes: (done: number) => void, signal?: AbortSignal): Promise<Piece> {
  const response = await fetch(url, { cache: 'no-store', ...(signal ? { signal } : {}) });
  if (!response.ok || !response.body) throw refused(response, name, url.href, false);
  const bytes = await collected(response.body, onBytes);
  return { bytes, size: bytes.size, etag: response.headers.get('etag'), whole: true };
}

async function collected(body: ReadableStream<Uint8Array>, onBytes: (done: number) => void): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  for (const reader = body.getReader(); ; ) {
    const { value } = await reader.read();
    if (!value) return new Blob(parts);
    parts.push(value as Uint8Array<ArrayBuffer>);
    done += value.length;
    onBytes(done);
  }
}

/** The size of a file from one byte of it; null where there is none. */
async function sizeOf(source: Source, name: string, signal?: AbortSignal): Promise<number | null> {
  const url = new URL(name + source.folder.search, source.folder);
  return patiently(async () => {
    const response = await fetch(url, { cache: 'no-store', headers: { range: 'bytes=0-0' }, ...(signal ? { signal } : {}) });
    await response.body?.cancel();
    if (response.status === 404 || response.status === 403) return null;
    if (!response.ok) throw refused(response, `${name} at ${source.address}`, source.folder.href, false);
    const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
    return total ? Number(total[1]) : Number(response.headers.get('content-length') ?? 0);
  }, signal);
}
