/** Reads the committed goldens in Node; their format is described at the top of make_goldens.py. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'data');

export async function goldenBytes(path: string): Promise<Uint8Array> {
  return readFile(join(folder, path));
}

export async function goldenJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(join(folder, path), 'utf8')) as T;
}

/** A golden checkpoint's files as `loadCheckpoint` takes them. */
export async function goldenFiles(name: string): Promise<{ names: string[]; json(file: string): Promise<unknown>; bytes(file: string): Promise<Uint8Array> }> {
  return { names: await readdir(join(folder, name)), json: (file) => goldenJson(`${name}/${file}`), bytes: (file) => goldenBytes(`${name}/${file}`) };
}
