/** Runs one of the checks on the page's device. */
import { type Kind, keptDevice } from '../kept-device.ts';
import { forgetModels } from './golden-set.ts';


const files = new Map<string, Promise<Uint8Array>>();

/** Each file is fetched once a page; nobody writes into what it reads. */
function read(path: string): Promise<Uint8Array> {
  let file = files.get(path);
  if (!file) {
    file = fetched(path);
    files.set(path, file);
    file.catch(() => files.delete(path));
  }
  return file;
}

async function fetched(path: string): Promise<Uint8Array> {
  const response = await fetch(`/tests/golden/data/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** @param name of a function exported by one of the checks files */
export async function check(kind: Kind, name: string, ...args: unknown[]): Promise<unknown> {
  const device = await keptDevice(kind);
  const [training, agreement, dora, full] = await Promise.all([import('./training-checks.ts'), import('./agreement-checks.ts'), import('./dora-checks.ts'), import('./full-checks.ts')]);
  const checks = { ...training, ...agreement, ...dora, ...full } as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>;
  const chosen = checks[name];
  if (!chosen) throw new Error(`there is no check named ${name}`);
  try {
    return await chosen(device, read, ...args);
  } finally {
    forgetModels();
  }
}
