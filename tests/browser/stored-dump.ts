/**
 * IndexedDB as JSON and back. Both functions run inside a page and so use nothing from outside themselves.
 * A value that JSON has no form for is an object with one key: `$bytes` (a buffer, a view or a Blob, as base64), `$number`, `$map`.
 */

export interface StoreDump {
  name: string;
  keyPath: string | string[];
  indexes: { name: string; keyPath: string | string[] }[];
  rows: unknown[];
}

export interface Dump {
  version: number;
  stores: StoreDump[];
}

/** Everything a database holds. */
export async function dumpDatabase(name: string): Promise<Dump> {
  const settle = <T>(request: IDBRequest<T>): Promise<T> => new Promise((done, failed) => {
    request.addEventListener('success', () => done(request.result));
    request.addEventListener('error', () => failed(request.error as Error));
  });
  const base64 = (bytes: Uint8Array): string => {
    let text = '';
    for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    return btoa(text);
  };
  const encode = async (value: unknown): Promise<unknown> => {
    if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
    if (value === null || typeof value !== 'object') return value;
    if (value instanceof Blob) return { $bytes: base64(new Uint8Array(await value.arrayBuffer())), as: 'Blob' };
    if (value instanceof ArrayBuffer) return { $bytes: base64(new Uint8Array(value)), as: 'ArrayBuffer' };
    if (ArrayBuffer.isView(value)) return { $bytes: base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)), as: value.constructor.name };
    if (value instanceof Map) return { $map: await Promise.all([...value].map(encode)) };
    if (Array.isArray(value)) return Promise.all(value.map(encode));
    return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([key, one]) => [key, await encode(one)])));
  };
  const db = await settle(indexedDB.open(name));
  const stores: StoreDump[] = [];
  for (const store of db.objectStoreNames) {
    const found = db.transaction(store).objectStore(store);
    const indexes = [...found.indexNames].map((index) => ({ name: index, keyPath: found.index(index).keyPath }));
    const rows = await settle(found.getAll());
    stores.push({ name: store, keyPath: found.keyPath as string | string[], indexes, rows: (await encode(rows)) as unknown[] });
  }
  const { version } = db;
  db.close();
  return { version, stores };
}

/** Makes a database as it was dumped, in place of one of that name. */
export async function fillDatabase([name, { version, stores }]: readonly [string, Dump]): Promise<void> {
  const settle = <T>(request: IDBRequest<T>): Promise<T> => new Promise((done, failed) => {
    request.addEventListener('success', () => done(request.result));
    request.addEventListener('error', () => failed(request.error as Error));
  });
  const kinds: Record<string, (bytes: Uint8Array<ArrayBuffer>) => unknown> = {
    Blob: (bytes) => new Blob([bytes]),
    ArrayBuffer: (bytes) => bytes.buffer,
    Uint8Array: (bytes) => bytes,
    Int32Array: (bytes) => new Int32Array(bytes.buffer),
    Float32Array: (bytes) => new Float32Array(bytes.buffer),
    Float64Array: (bytes) => new Float64Array(bytes.buffer),
  };
  const decode = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(decode);
    const { $bytes, as, $number, $map } = value as { $bytes?: string; as?: string; $number?: string; $map?: unknown[] };
    if ($bytes !== undefined) {
      const kind = kinds[as ?? ''];
      if (!kind) throw new Error(`no such kind of bytes: ${as}`);
      return kind(Uint8Array.from(atob($bytes), (char) => char.charCodeAt(0)));
    }
    if ($number !== undefined) return Number($number);
    if ($map !== undefined) return new Map(decode($map) as [unknown, unknown][]);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, decode(one)]));
  };
  await settle(indexedDB.deleteDatabase(name));
  const opening = indexedDB.open(name, version);
  opening.addEventListener('upgradeneeded', () => {
    for (const { name: store, keyPath, indexes } of stores) {
      const made = opening.result.createObjectStore(store, { keyPath });
      for (const index of indexes) made.createIndex(index.name, index.keyPath);
    }
});
  const db = await settle(opening);
  for (const { name: store, rows } of stores) {
    if (rows.length === 0) continue;
    const transaction = db.transaction(store, 'readwrite');
    for (const row of rows) transaction.objectStore(store).put(decode(row));
    await new Promise((done, failed) => {
      transaction.addEventListener('complete', done);
      transaction.addEventListener('error', () => failed(transaction.error as Error));
    });
  }
  db.close();
}
