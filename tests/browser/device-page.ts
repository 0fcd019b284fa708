/** What tests/browser/device.test.ts calls inside the page. */
import { openDevice } from '../../src/runtime/index.ts';

export async function report(wish: 'auto' | 'webgpu' | 'wasm') {
  return (await openDevice(wish)).report;
}
