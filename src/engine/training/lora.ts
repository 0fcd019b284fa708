/** LoRA adapters as what is trained. */
import { applicable, checkAdapter, initialAdapter } from '../adapters/adapter.ts';
import { Rng } from '../../core/rng.ts';
import type { BaseModel } from '../models/base-model.ts';
import { changeMagnitudes } from '../models/magnitudes.ts';
import { LoraLayout } from '../models/lora.ts';
import type { Rows } from '../models/rows.ts';
import { BlockwiseEngine } from './blockwise.ts';
import type { GradientEngine } from './engine.ts';
import { chooseEngine, startingParts } from './memory.ts';
import type { Trainables } from './trainables.ts';
import { loraEngine } from './whole.ts';
import type { AdapterTensor, LoraConfig } from '../../records/adapter.ts';

/** @param engine left out, the one that fits the model and the device */
export function loraTrainables(model: BaseModel, given: LoraConfig, rows: Rows, engine?: GradientEngine['kind']): Trainables {
  const { config } = model;
  const lora = applicable(given, config);
  const layout = new LoraLayout(lora, config);
  const layers = [...model.layers.keys()];
  const shape = { layers: layers.length, adapters: rows.adapters, size: layout.size };
  const kind = engine ?? chooseEngine(model, lora, rows);
  const tensors = (own: Float32Array): Map<string, AdapterTensor> => {
    const found = new Map<string, AdapterTensor>();
    for (const layer of layers) layout.unpack(own, layer * layout.size, layer, found);
    return found;
  };
  return {
    shape,
    lora,
    parts: startingParts(model, lora, rows, kind),
    engine(own) {
      const step = { model, layout, rows: own, dropout: lora.lora_dropout };
      return kind === 'whole' ? loraEngine(step) : new BlockwiseEngine(step);
    },
    async fresh(adapters) {
      const parameters = new Float32Array(shape.layers * shape.adapters * shape.size);
      for (const [k, { id, seed, init }] of adapters.entries()) {
        if (init) checkAdapter({ config: lora, tensors: init.tensors }, config, `The adapter that "${id}" starts from`);
        const { tensors: initial } = init ?? initialAdapter(lora, config, new Rng(`${seed}/lora`));
        for (const layer of layers) layout.pack(initial, layer, parameters, (layer * shape.adapters + k) * shape.size);
      }
      if (lora.use_dora) await changeMagnitudes(model, layout, adapters.length, parameters, (magnitude, length, k) => (adapters[k]?.init ? magnitude : length));
      return parameters;
    },
    gradients: tensors,
    tuned: (own) => ({ config: structuredClone(lora), tensors: tensors(own) }),
  };
}
