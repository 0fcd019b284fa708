/** PEFT's adapter layout: adapter_config.json and adapter_model.safetensors, and both with a model card as one zip file. */
import { unzipSync, zipSync } from 'fflate';
import * as v from 'valibot';
import { LabError } from '../core/errors.ts';
import { readSafetensors, tensorToFloat32, writeSafetensors } from '../models/safetensors.ts';
import { type Adapter, type AdapterTensor, type LoraConfig, MODULE_NAMES, PEFT_PREFIX, TARGET_MODULES, type TargetModule } from './adapter.ts';

export const ADAPTER_CONFIG = 'adapter_config.json';
export const ADAPTER_WEIGHTS = 'adapter_model.safetensors';

/** The two files, as PeftModel.from_pretrained reads them. */
export interface AdapterFiles {
  [ADAPTER_CONFIG]: Uint8Array;
  [ADAPTER_WEIGHTS]: Uint8Array;
}

/** What an adapter was tuned on: a repository of the Hub at one commit, or a model by its name in the lab where it came from elsewhere. */
export interface BaseReference {
  /** `org/name`, or the lab's name. */
  name: string;
  /** The commit; null where nothing pins it. */
  revision: string | null;
}

/** @param base what PEFT's AutoPeftModel classes load by `base_model_name_or_path` and `revision` */
export function writeAdapter(adapter: Adapter, base: BaseReference): AdapterFiles {
  const { r, lora_alpha, lora_dropout, target_modules, use_rslora = false, use_dora = false } = adapter.config;
  const config = {
    alpha_pattern: {}, auto_mapping: null, base_model_name_or_path: base.name, bias: 'none', fan_in_fan_out: false, inference_mode: true,
    init_lora_weights: true, layers_pattern: null, layers_to_transform: null, lora_alpha, lora_dropout, modules_to_save: null, peft_type: 'LORA',
    r, rank_pattern: {}, revision: base.revision, target_modules: [...target_modules], task_type: 'CAUSAL_LM', use_dora, use_rslora,
  };
  return { [ADAPTER_CONFIG]: new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`), [ADAPTER_WEIGHTS]: writeSafetensors(adapter.tensors) };
}

const pattern = v.nullish(v.record(v.string(), v.number()));
const ConfigSchema = v.looseObject({
  peft_type: v.string(),
  r: v.pipe(v.number(), v.integer(), v.minValue(1)),
  lora_alpha: v.pipe(v.number(), v.gtValue(0)),
  lora_dropout: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0),
  /** A list of module names; a string is a pattern, and then the tensors say which modules there are. */
  target_modules: v.nullish(v.union([v.array(v.string()), v.string()])),
  bias: v.optional(v.string(), 'none'),
  use_dora: v.optional(v.boolean(), false),
  use_rslora: v.optional(v.boolean(), false),
  fan_in_fan_out: v.optional(v.boolean(), false),
  modules_to_save: v.nullish(v.array(v.string())),
  rank_pattern: pattern,
  alpha_pattern: pattern,
});

/**
 * @throws LabError `adapters.config` (no LoRA configuration, or fields wrong), `adapters.unsupported` (a kind of adapter the
 *   lab cannot apply), `adapters.tensors` (names that are no LoRA matrices), `models.safetensors`, `models.dtype`
 */
export function readAdapter(files: AdapterFiles): Adapter {
  const fields = readConfig(files[ADAPTER_CONFIG]);
  const tensors = new Map<string, AdapterTensor>();
  const modules = new Set<TargetModule>();
  const strange: string[] = [];
  for (const [name, tensor] of readSafetensors(files[ADAPTER_WEIGHTS], ADAPTER_WEIGHTS).tensors) {
    const module = moduleOf(name);
    if (module) modules.add(module);
    else strange.push(name);
    tensors.set(name, { shape: tensor.shape, data: tensorToFloat32(tensor, ADAPTER_WEIGHTS) });
  }
  if (strange.length > 0 || tensors.size === 0) {
    throw new LabError('adapters.tensors', tensors.size === 0 ? `${ADAPTER_WEIGHTS} holds no tensors.` : `${ADAPTER_WEIGHTS} holds tensors that are not LoRA matrices of a decoder layer: ${strange.slice(0, 8).join(', ')}${strange.length > 8 ? ` and ${strange.length - 8} more` : ''}.`, `Use an adapter whose target_modules are among ${MODULE_NAMES.join(', ')}.`, { strange });
  }
  const { r, lora_alpha, lora_dropout, use_rslora, use_dora } = fields;
  // In PEFT's own order, so that an adapter written and read again has an equal configuration.
  const config: LoraConfig = { r, lora_alpha, lora_dropout, target_modules: MODULE_NAMES.filter((module) => modules.has(module)), ...(use_rslora ? { use_rslora } : {}), ...(use_dora ? { use_dora } : {}) };
  return { config, tensors };
}

/** Zip files know dates from 1980 on; one and the same for all, so that equal adapters are equal files. */
const NO_DATE = new Date(1980, 0, 1, 12);

/** Both files and the model card in one zip, stored without compression: float32 weights hardly shrink. */
export function zipAdapter(adapter: Adapter, base: BaseReference, card: string): Uint8Array<ArrayBuffer> {
  return zipSync({ ...writeAdapter(adapter, base), 'README.md': new TextEncoder().encode(card) }, { level: 0, mtime: NO_DATE }) as Uint8Array<ArrayBuffer>;
}

/** Reads a zip that holds the two files, in a folder or not. @throws LabError `adapters.zip`, and what `readAdapter` throws */
export function unzipAdapter(bytes: Uint8Array): Adapter {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes);
  } catch (cause) {
    throw new LabError('adapters.zip', 'The file is not a zip archive, or it is damaged.', `Choose a zip with ${ADAPTER_CONFIG} and ${ADAPTER_WEIGHTS} in it, or these two files.`, {}, { cause });
  }
  const find = (name: string): Uint8Array => {
    const found = Object.keys(entries).find((path) => path === name || path.endsWith(`/${name}`));
    if (found === undefined) throw new LabError('adapters.zip', `The archive has no ${name} (it has ${Object.keys(entries).join(', ') || 'nothing'}).`, `Choose a zip with ${ADAPTER_CONFIG} and ${ADAPTER_WEIGHTS} in it.`, { missing: name });
    return entries[found] as Uint8Array;
  };
  return readAdapter({ [ADAPTER_CONFIG]: find(ADAPTER_CONFIG), [ADAPTER_WEIGHTS]: find(ADAPTER_WEIGHTS) });
}

function readConfig(bytes: Uint8Array): v.InferOutput<typeof ConfigSchema> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new LabError('adapters.config', `${ADAPTER_CONFIG} is not JSON.`, 'Choose the file PEFT wrote with save_pretrained.', {}, { cause });
  }
  const type = typeof json === 'object' && json !== null ? (json as Record<string, unknown>)['peft_type'] : undefined;
  if (type !== undefined && type !== 'LORA') throw new LabError('adapters.unsupported', `The adapter is of the type ${JSON.stringify(type)}; the lab applies LORA only.`, 'Use a LoRA adapter.', { peft_type: type });
  const parsed = v.safeParse(ConfigSchema, json);
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? '(document)'}: ${issue.message}`);
    throw new LabError('adapters.config', `${ADAPTER_CONFIG} is not a LoRA configuration: ${problems.join('; ')}`, 'Choose the file PEFT wrote with save_pretrained.', { problems });
  }
  const fields = parsed.output;
  const problems: string[] = [];
  if (fields.fan_in_fan_out) problems.push('fan_in_fan_out');
  if (fields.bias !== 'none') problems.push(`bias "${fields.bias}"`);
  if (fields.modules_to_save?.length) problems.push(`modules_to_save ${fields.modules_to_save.join(', ')}`);
  for (const key of ['rank_pattern', 'alpha_pattern'] as const) if (Object.keys(fields[key] ?? {}).length > 0) problems.push(key);
  if (problems.length > 0) throw new LabError('adapters.unsupported', `The adapter uses what the lab cannot apply: ${problems.join('; ')}.`, 'Use a plain LoRA adapter, or merge it into its base model with PEFT first.', { problems });
  return fields;
}

const NAME = new RegExp(`^${PEFT_PREFIX.replaceAll('.', '\\.')}\\w+\\.layers\\.\\d+\\.(\\w+)(?:\\.experts\\.\\d+)?\\.(\\w+)\\.(?:lora_[AB]\\.weight|lora_magnitude_vector)$`);

function moduleOf(name: string): TargetModule | null {
  const [, parent, module] = NAME.exec(name) ?? [];
  if (module === undefined || !Object.hasOwn(TARGET_MODULES, module)) return null;
  return (TARGET_MODULES[module as TargetModule] as readonly string[]).includes(parent as string) ? (module as TargetModule) : null;
}
