/** A LoRA adapter (Hu et al. 2021) as data: PEFT's configuration and tensor names, float32 values. */
import { LabError } from '../../core/errors.ts';
import type { Rng } from '../../core/rng.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { familyOf } from '../models/families/index.ts';
import { adaptables } from '../models/plan.ts';
import type { Adapter, AdapterTensor, LoraConfig } from '../../records/adapter.ts';

export { MODULE_NAMES, type TargetModule, TARGET_MODULES } from '../../records/modules.ts';

/** What PEFT adds on the left of a module's path in the base model. */
export const PEFT_PREFIX = 'base_model.model.';

/** PEFT's names of one module's two matrices, `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`, and of DoRA's magnitudes. */
export function loraNames(model: ModelConfig, layer: number, path: string): { a: string; b: string; magnitude: string } {
  const module = `${PEFT_PREFIX}${familyOf(model).paths.layers}.${layer}.${path}`;
  return { a: `${module}.lora_A.weight`, b: `${module}.lora_B.weight`, magnitude: `${module}.lora_magnitude_vector` };
}

/** The s of y = W x + s B A x: alpha / r, or alpha / sqrt(r) with `use_rslora`. */
export function loraScale({ lora_alpha, r, use_rslora }: Pick<LoraConfig, 'lora_alpha' | 'r' | 'use_rslora'>): number {
  return lora_alpha / (use_rslora ? Math.sqrt(r) : r);
}

/** Every tensor an adapter of this configuration has over this base, with its shape: A [r, in], B [out, r], with DoRA magnitudes [out]. */
export function adapterShapes(lora: LoraConfig, model: ModelConfig): Map<string, number[]> {
  const targets = adaptables(model).filter(({ module }) => lora.target_modules.includes(module));
  const shapes = new Map<string, number[]>();
  for (let layer = 0; layer < model.num_hidden_layers; layer++) {
    for (const { path, out, into } of targets) {
      const { a, b, magnitude } = loraNames(model, layer, path);
      shapes.set(a, [lora.r, into]);
      shapes.set(b, [out, lora.r]);
      if (lora.use_dora) shapes.set(magnitude, [out]);
    }
  }
  return shapes;
}

/**
 * The configuration as it applies to a base: as in PEFT, modules that the base does not have are left out.
 * @throws LabError `adapters.modules` when none is left, `adapters.unsupported` for DoRA on experts' down projections
 */
export function applicable(lora: LoraConfig, model: ModelConfig): LoraConfig {
  const has = [...new Set(adaptables(model).map(({ module }) => module))];
  const target_modules = lora.target_modules.filter((module) => has.includes(module));
  if (target_modules.length === 0) {
    throw new LabError('adapters.modules', `None of the target_modules ${lora.target_modules.join(', ')} is in a ${model.model_type} model, which has ${has.join(', ')}.`, `Choose among ${has.join(', ')} in target_modules.`, { has, asked: lora.target_modules });
  }
  refuseDora({ ...lora, target_modules }, model);
  return { ...lora, target_modules };
}

function refuseDora({ use_dora, target_modules }: LoraConfig, model: ModelConfig): void {
  if (!use_dora || !adaptables(model).some(({ beside, module }) => beside && target_modules.includes(module))) return;
  throw new LabError('adapters.unsupported', "DoRA cannot be put on experts' down projections: they are computed as one, and have no rows of their own.", 'Leave w2 (Mixtral) or down_proj (Qwen3-MoE) out of target_modules, or use plain LoRA.');
}

/**
 * A fresh adapter as PEFT makes it: A Kaiming-uniform with a = sqrt(5), so uniform within 1 / sqrt(in); B zero, so nothing
 * changes yet. DoRA's magnitudes are the lengths of the base's rows, which are not known here: they are left at zero.
 */
export function initialAdapter(lora: LoraConfig, model: ModelConfig, rng: Rng): Adapter {
  const tensors = new Map<string, AdapterTensor>();
  for (const [name, shape] of adapterShapes(lora, model)) {
    const [rows, columns = 1] = shape as [number, number?];
    const data = new Float32Array(rows * columns);
    if (name.endsWith('.lora_A.weight')) {
      const bound = 1 / Math.sqrt(columns);
      for (let i = 0; i < data.length; i++) data[i] = (2 * rng.float() - 1) * bound;
    }
    tensors.set(name, { shape, data });
  }
  return { config: { ...lora, target_modules: [...lora.target_modules] }, tensors };
}

/**
 * An adapter of some layers as one of all: the others get matrices of zeros, which change nothing.
 * @throws LabError `adapters.unsupported` with DoRA, whose magnitudes in the other layers would be the base's own
 */
export function completed(adapter: Adapter, model: ModelConfig): Adapter {
  const missing = [...adapterShapes(adapter.config, model)].filter(([name]) => !adapter.tensors.has(name));
  if (adapter.config.use_dora && missing.length > 0) throw new LabError('adapters.unsupported', 'A DoRA adapter of some layers only cannot be applied: the other layers would need the lengths of the base\'s own rows.', 'Use an adapter of all layers, or merge it into its base model with PEFT first.');
  const tensors = new Map(adapter.tensors);
  for (const [name, shape] of missing) tensors.set(name, { shape, data: new Float32Array(shape.reduce((product, n) => product * n, 1)) });
  return { config: adapter.config, tensors };
}

/**
 * Checks that an adapter belongs to a base model.
 * @throws LabError `adapters.mismatch` naming every tensor that is missing, misshapen, superfluous or not finite, `adapters.unsupported`
 */
export function checkAdapter(adapter: Adapter, model: ModelConfig, name = 'The adapter'): void {
  refuseDora(adapter.config, model);
  const wanted = adapterShapes(adapter.config, model);
  const problems: string[] = [];
  for (const [key, expected] of wanted) {
    const tensor = adapter.tensors.get(key);
    if (!tensor && adapter.someLayers) continue;
    if (!tensor) problems.push(`${key} [${expected.join(', ')}] is missing`);
    else if (tensor.shape.join() !== expected.join()) problems.push(`${key} is [${tensor.shape.join(', ')}] but should be [${expected.join(', ')}]`);
    else if (!tensor.data.every(Number.isFinite)) problems.push(`${key} holds values that are not finite`);
  }
  for (const key of adapter.tensors.keys()) if (!wanted.has(key)) problems.push(`${key} belongs to no module of this base`);
  if (problems.length === 0) return;
  const shown = problems.slice(0, 8);
  const more = problems.length > shown.length ? `; and ${problems.length - shown.length} more` : '';
  throw new LabError('adapters.mismatch', `${name} does not fit this base model: ${shown.join('; ')}${more}.`, 'Choose the base model the adapter was trained on (adapter_config.json names it in base_model_name_or_path).', { problems });
}
