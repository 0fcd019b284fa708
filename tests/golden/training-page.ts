/** Opens a device in the page and runs one of the checks there. */
import { type Device, type DeviceWish, openDevice } from '../../src/runtime/index.ts';
import * as checks from './training-checks.ts';

const devices = new Map<DeviceWish, Promise<Device>>();

async function read(path: string): Promise<Uint8Array> {
  const response = await fetch(`/tests/golden/data/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

export async function check(wish: DeviceWish, name: keyof typeof checks, ...args: unknown[]): Promise<unknown> {
  const device = await (devices.get(wish) ?? devices.set(wish, openDevice(wish)).get(wish));
  return (checks[name] as (...all: unknown[]) => Promise<unknown>)(device, read, ...args);
}
