import { openDevice } from '../../src/runtime/index.ts';
import { parseConfig } from '../../src/models/config.ts';
import { trainingStep } from './ours.ts';
import { LARGE } from './shapes.ts';
export { kernelNames } from './profile.ts';
export async function make(name: keyof typeof LARGE, storage: 'int4' | 'float16', layers: number, threads: number, tokens = 128) {
  const device = await openDevice('wasm', { threads });
  return trainingStep(device, parseConfig({ ...LARGE[name], num_hidden_layers: layers }), { tokens, storage, engine: 'blockwise' });
}
