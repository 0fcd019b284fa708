/** Adapters of different rank, alpha or target modules, brought to one layout so that they can run side by side. */
import { type Adapter, type AdapterTensor, type LoraConfig, loraNames, loraScale, MODULE_NAMES } from '../adapters/adapter.ts';
import type { ModelConfig } from '../models/config.ts';
import { LoraLayout } from '../models/lora.ts';
import { adaptables } from '../models/plan.ts';

export interface AdapterStack {
  layout: LoraLayout;
  /** [layers, chosen.length, layout.size] of some of the adapters, by index. */
  pack(chosen: readonly number[]): Float32Array;
}

/** The scale alpha / r is multiplied into B, ranks are filled up with zeros, and a module that an adapter lacks is zero. */
export function stackAdapters(adapters: readonly Adapter[], model: ModelConfig): AdapterStack | null {
  if (adapters.length === 0) return null;
  const r = Math.max(...adapters.map(({ config }) => config.r));
  const modules = MODULE_NAMES.filter((module) => adapters.some(({ config }) => config.target_modules.includes(module)));
  const common: LoraConfig = { r, lora_alpha: r, lora_dropout: 0, target_modules: modules };
  const layout = new LoraLayout(common, model);
  const layers = model.num_hidden_layers;
  return {
    layout,
    pack(chosen) {
      const out = new Float32Array(layers * chosen.length * layout.size);
      chosen.forEach((index, slot) => {
        const tensors = normalised(adapters[index] as Adapter, common, model);
        for (let layer = 0; layer < layers; layer++) layout.pack(tensors, layer, out, (layer * chosen.length + slot) * layout.size);
      });
      return out;
    },
  };
}

function normalised(adapter: Adapter, { r, target_modules }: LoraConfig, model: ModelConfig): Map<string, AdapterTensor> {
  const scale = loraScale(adapter.config);
  const targets = adaptables(model).filter(({ module }) => target_modules.includes(module));
  const tensors = new Map<string, AdapterTensor>();
  for (let layer = 0; layer < model.num_hidden_layers; layer++) {
    for (const { path, out, into } of targets) {
      const names = loraNames(model, layer, path);
      const a = new Float32Array(r * into);
      const b = new Float32Array(out * r);
      const own = adapter.config.r;
      const [ownA, ownB] = [adapter.tensors.get(names.a), adapter.tensors.get(names.b)];
      if (ownA && ownB) {
        a.set(ownA.data);
        for (let row = 0; row < out; row++) for (let i = 0; i < own; i++) b[row * r + i] = scale * (ownB.data[row * own + i] as number);
      }
      tensors.set(names.a, { shape: [r, into], data: a });
      tensors.set(names.b, { shape: [out, r], data: b });
    }
  }
  return tensors;
}
