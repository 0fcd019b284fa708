/** DoRA's magnitudes against the lengths of the base's rows, layer by layer. */
import { Graph } from '../onnx/index.ts';
import { type DeviceTensor, host, readFloats } from '../runtime/index.ts';
import type { BaseModel } from './base-model.ts';
import type { LoraLayout } from './lora.ts';
import { type Named, declareStored } from './stored.ts';

/**
 * Gives every magnitude of adapters [layers, K, size] the value that `change` makes of it and of its row's length: fresh ones
 * are that length, and trained ones are divided by it before they answer, since a decoding step is too short to take lengths.
 */
export async function changeMagnitudes(model: BaseModel, layout: LoraLayout, adapters: number, data: Float32Array, change: (magnitude: number, length: number, adapter: number) => number): Promise<void> {
  const places = layout.magnitudes();
  for (const [layer, lengths] of (await rowLengthsByLayer(model, layout, adapters, data)).entries()) {
    let at = 0;
    for (let k = 0; k < adapters; k++) {
      const start = (layer * adapters + k) * layout.size;
      for (const { offset, count } of places) for (let i = start + offset; i < start + offset + count; i++) data[i] = change(data[i] as number, lengths[at++] as number, k);
    }
  }
}

/** Of each layer [K, numbers of magnitudes]. */
async function rowLengthsByLayer(model: BaseModel, layout: LoraLayout, adapters: number, data: Float32Array): Promise<Float32Array[]> {
  const [first] = model.layers as [Named<DeviceTensor>];
  const g = new Graph('lengths of rows');
  g.output('lengths', layout.lengths(g.input('adapters', 'float32', [adapters, layout.size]), declareStored(g, first)));
  const program = model.device.program(g, { shared: true });
  const found: Float32Array[] = [];
  for (const [layer, weights] of model.layers.entries()) {
    const session = await program.bind(weights);
    const each = adapters * layout.size;
    const outputs = await session.run({ adapters: host('float32', [adapters, layout.size], data.slice(layer * each, (layer + 1) * each)) });
    found.push((await readFloats(outputs.get('lengths'))).slice());
    outputs.dispose();
  }
  await program.dispose();
  return found;
}
