/** Runs in a page: one device of each kind for all tests that share the page, and a count of the sessions they have open. */
import { type Device, openDevice } from '../src/engine/runtime/index.ts';
import { loadOrt, usableThreads, webgpuBuild } from '../src/engine/runtime/ort.ts';

export type Kind = Device['kind'];

const devices = new Map<Kind, Promise<Device>>();
const open = new Set<object>();

/** The page's device of a kind, opened by whoever asks first. */
export function keptDevice(kind: Kind): Promise<Device> {
  let device = devices.get(kind);
  if (!device) {
    device = opened(kind);
    devices.set(kind, device);
    device.catch(() => devices.delete(kind));
  }
  return device;
}

/** A device that is open already, for all that follows. */
export function useDevice(device: Device): void {
  devices.set(device.kind, Promise.resolve(device));
}

async function opened(kind: Kind): Promise<Device> {
  const device = await openDevice(kind);
  const { ort } = await loadOrt(kind === 'wasm' ? 'wasm' : webgpuBuild(), usableThreads());
  const sessions = ort.InferenceSession as unknown as { create(...given: unknown[]): Promise<{ release(): Promise<void> }> };
  const create = sessions.create.bind(sessions);
  sessions.create = async (...given) => {
    const session = await create(...given);
    const release = session.release.bind(session);
    open.add(session);
    session.release = () => {
      open.delete(session);
      return release();
    };
    return session;
  };
  return device;
}

// kept-page.ts asks after each test.
Object.assign(globalThis, { openSessions: () => open.size });
