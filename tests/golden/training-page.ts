/** Opens a device in the page and runs one of the checks there. */
import { type Device, type DeviceWish, openDevice } from '../../src/runtime/index.ts';

const devices = new Map<DeviceWish, Promise<Device>>();

async function read(path: string): Promise<Uint8Array> {
  const response = await fetch(`/tests/golden/data/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** @param name of a function exported by one of the checks files */
export async function check(wish: DeviceWish, name: string, ...args: unknown[]): Promise<unknown> {
  const device = await (devices.get(wish) ?? devices.set(wish, openDevice(wish)).get(wish));
  const checks = { ...(await import('./training-checks.ts')), ...(await import('./agreement-checks.ts')), ...(await import('./dora-checks.ts')), ...(await import('./full-checks.ts')) } as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>;
  const chosen = checks[name];
  if (!chosen) throw new Error(`there is no check named ${name}`);
  return chosen(device, read, ...args);
}
