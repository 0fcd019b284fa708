/** Adapters of different rank, alpha or target modules, brought to one layout so that they can run side by side. */
import { loraNames, loraScale, MODULE_NAMES } from '../adapters/adapter.ts';
import type { BaseModel } from '../models/base-model.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { changeMagnitudes } from '../models/magnitudes.ts';
import { LoraLayout } from '../models/lora.ts';
import { adaptables } from '../models/plan.ts';
import type { Adapter, AdapterTensor, LoraConfig } from '../../records/adapter.ts';

export interface AdapterStack {
  layout: LoraLayout;
  /** [layers, chosen.length, layout.size] of some of the adapters, by index. */
  pack(chosen: readonly number[]): Float32Array;
}

/**
 * The scale alpha / r is multiplied into B, ranks are filled up with zeros, and a module that an adapter lacks is zero. With
 * a DoRA adapter among them every row has a factor: its magnitude divided by its length, one for the other adapters.
 */
export async function stackAdapters(adapters: readonly Adapter[], model: BaseModel): Promise<AdapterStack | null> {
  if (adapters.length === 0) return null;
  const { config } = model;
  const r = Math.max(...adapters.map((adapter) => adapter.config.r));
  const modules = MODULE_NAMES.filter((module) => adapters.some((adapter) => adapter.config.target_modules.includes(module)));
  const dora = adapters.some((adapter) => adapter.config.use_dora);
  const common: LoraConfig = { r, lora_alpha: r, lora_dropout: 0, target_modules: modules, ...(dora ? { use_dora: true } : {}) };
  const layout = new LoraLayout(common, config);
  const layers = config.num_hidden_layers;
  const divided = await Promise.all(adapters.map(async (adapter) => (adapter.config.use_dora ? withFactors(adapter, model) : adapter)));
  return {
    layout,
    pack(chosen) {
      const out = new Float32Array(layers * chosen.length * layout.size);
      chosen.forEach((index, slot) => {
        const tensors = normalised(divided[index] as Adapter, common, config);
        for (let layer = 0; layer < layers; layer++) layout.pack(tensors, layer, out, (layer * chosen.length + slot) * layout.size);
      });
      return out;
    },
  };
}

/** A DoRA adapter whose magnitudes are divided by their rows' lengths. */
async function withFactors({ config, tensors }: Adapter, model: BaseModel): Promise<Adapter> {
  const layout = new LoraLayout(config, model.config);
  const layers = [...model.layers.keys()];
  const packed = new Float32Array(layers.length * layout.size);
  for (const layer of layers) layout.pack(tensors, layer, packed, layer * layout.size);
  await changeMagnitudes(model, layout, 1, packed, (magnitude, length) => magnitude / length);
  const divided = new Map<string, AdapterTensor>();
  for (const layer of layers) layout.unpack(packed, layer * layout.size, layer, divided);
  return { config, tensors: divided };
}

function normalised(adapter: Adapter, { r, target_modules, use_dora }: LoraConfig, model: ModelConfig): Map<string, AdapterTensor> {
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
      if (use_dora) tensors.set(names.magnitude, adapter.tensors.get(names.magnitude) ?? { shape: [out], data: new Float32Array(out).fill(1) });
    }
  }
  return tensors;
}
