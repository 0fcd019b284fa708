/** PEFT's adapter layout: adapter_config.json and adapter_model.safetensors, and both with a model card as one zip file. */
import { zipSync } from 'fflate';
import { unpackArchive } from '../../files/archive.ts';
import { LabError } from '../../core/errors.ts';
import { readSafetensors, tensorToFloat32, writeSafetensors } from '../../files/safetensors.ts';
import { loraScale, MODULE_NAMES, PEFT_PREFIX, TARGET_MODULES, type TargetModule } from './adapter.ts';
import { ADAPTER_CONFIG, type PeftConfig, readPeftConfig } from './peft-config.ts';
import type { Adapter, AdapterTensor, BaseReference, LoraConfig } from '../../records/adapter.ts';

export { ADAPTER_CONFIG } from './peft-config.ts';
export const ADAPTER_WEIGHTS = 'adapter_model.safetensors';

/** The two files, as PeftModel.from_pretrained reads them. */
export interface AdapterFiles {
  [ADAPTER_CONFIG]: Uint8Array;
  [ADAPTER_WEIGHTS]: Uint8Array;
}

/** @param base what PEFT's AutoPeftModel classes load by `base_model_name_or_path` and `revision` */
export function writeAdapter(adapter: Adapter, base: BaseReference): AdapterFiles {
  const { r, lora_alpha, lora_dropout, target_modules, use_rslora = false, use_dora = false } = adapter.config;
  const config = {
    alpha_pattern: {}, auto_mapping: null, base_model_name_or_path: base.name, bias: 'none', fan_in_fan_out: false, inference_mode: true,
    init_lora_weights: true, layers_pattern: null, layers_to_transform: null, lora_alpha, lora_dropout, modules_to_save: null, peft_type: 'LORA',
    r, rank_pattern: {}, revision: base.revision, target_modules: [...target_modules], task_type: 'CAUSAL_LM', use_dora, use_rslora,
  };
  return { [ADAPTER_CONFIG]: new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`), [ADAPTER_WEIGHTS]: writeSafetensors(inOrder(adapter.tensors)) };
}

/**
 * An adapter as the lab has it: one rank, one scale, PEFT's names. Ranks and alphas of their own (rank_pattern, alpha_pattern) are
 * evened out exactly: zeros fill A and B up to the largest rank, and B takes the difference in scale.
 * @throws LabError `adapters.config` (no LoRA configuration, or fields wrong), `adapters.unsupported` (a kind of adapter the
 *   lab cannot apply), `adapters.tensors` (no LoRA matrices, half of a pair, ranks that are not the configuration's), `models.safetensors`, `models.dtype`
 */
export function readAdapter(files: AdapterFiles): Adapter {
  const fields = readPeftConfig(files[ADAPTER_CONFIG]);
  const pairs = readPairs(files[ADAPTER_WEIGHTS], fields);
  const r = Math.max(...[...pairs.values()].map(({ rank }) => rank));
  const { lora_dropout, use_rslora, use_dora } = fields;
  const scaleOf = (rank: number, lora_alpha: number): number => loraScale({ r: rank, lora_alpha, use_rslora });
  // The scale that the configuration names without its patterns stays what it is; those of other modules go into their B.
  const scale = scaleOf(fields.r, fields.lora_alpha);
  const lora_alpha = r === fields.r ? fields.lora_alpha : scale * (use_rslora ? Math.sqrt(r) : r);
  const tensors = new Map<string, AdapterTensor>();
  const modules = new Set<TargetModule>();
  for (const [path, { module, rank, alpha, a, b, magnitude }] of pairs) {
    modules.add(module);
    const gain = scaleOf(rank, alpha) / scale;
    tensors.set(`${PEFT_PREFIX}${path}.lora_A.weight`, moreRows(a, r));
    tensors.set(`${PEFT_PREFIX}${path}.lora_B.weight`, moreColumns(b, r, gain));
    if (magnitude) tensors.set(`${PEFT_PREFIX}${path}.lora_magnitude_vector`, magnitude);
  }
  // In PEFT's own order, so that an adapter written and read again has an equal configuration.
  const config: LoraConfig = { r, lora_alpha, lora_dropout, target_modules: MODULE_NAMES.filter((module) => modules.has(module)), ...(use_rslora ? { use_rslora } : {}), ...(use_dora ? { use_dora } : {}) };
  return { config, tensors, ...(fields.someLayers ? { someLayers: true } : {}) };
}

/** The matrices of one adapted module. */
interface Pair {
  module: TargetModule;
  rank: number;
  alpha: number;
  /** [r, in] */
  a: AdapterTensor;
  /** [out, r] */
  b: AdapterTensor;
  /** [out], with DoRA */
  magnitude: AdapterTensor | null;
}

/** By name, so that equal adapters are equal files wherever they come from. */
function inOrder<T>(tensors: ReadonlyMap<string, T>): [string, T][] {
  return [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The file's tensors by the path of the module they adapt, `model.layers.0.self_attn.q_proj`. @throws LabError `adapters.tensors` */
function readPairs(bytes: Uint8Array, fields: PeftConfig): Map<string, Pair> {
  const parts = new Map<string, Partial<Pair> & Pick<Pair, 'module' | 'rank' | 'alpha'>>();
  const strange: string[] = [];
  const problems: string[] = [];
  for (const [name, tensor] of readSafetensors(bytes, ADAPTER_WEIGHTS).tensors) {
    const found = placeOf(name);
    if (!found) {
      strange.push(name);
      continue;
    }
    const part = parts.get(found.path) ?? { module: found.module, rank: fields.rankOf(found.named), alpha: fields.alphaOf(found.named) };
    if (part[found.matrix]) problems.push(`${name} is there twice, under two names`);
    part[found.matrix] = { shape: tensor.shape, data: tensorToFloat32(tensor, ADAPTER_WEIGHTS) };
    parts.set(found.path, part);
  }
  if (strange.length > 0) problems.push(`tensors that are not LoRA matrices of a decoder layer: ${listed(strange)}`);
  const pairs = new Map<string, Pair>();
  for (const [path, { module, rank, alpha, a, b, magnitude = null }] of parts) {
    if (!a || !b) problems.push(a ? `${path} has lora_A and no lora_B` : b ? `${path} has lora_B and no lora_A` : `${path} has a magnitude and no matrices`);
    else if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[0] !== rank || b.shape[1] !== rank) problems.push(`${path} has A [${a.shape.join(', ')}] and B [${b.shape.join(', ')}], and its rank is ${rank}`);
    else if (fields.use_dora !== (magnitude !== null)) problems.push(magnitude ? `${path} has a magnitude, and use_dora is false` : `${path} has no magnitude, and use_dora is true`);
    else pairs.set(path, { module, rank, alpha, a, b, magnitude });
  }
  if (parts.size === 0 && strange.length === 0) problems.push('no tensors');
  if (problems.length > 0) throw new LabError('adapters.tensors', `${ADAPTER_WEIGHTS} cannot be applied. It holds ${listed(problems)}.`, `Use an adapter as PEFT saved it, whole, with target_modules among ${MODULE_NAMES.join(', ')}.`, { problems, strange });
  return pairs;
}

const listed = (items: readonly string[]): string => `${items.slice(0, 8).join('; ')}${items.length > 8 ? `; and ${items.length - 8} more` : ''}`;

/** A with rows of zeros up to a rank. */
function moreRows({ shape, data }: AdapterTensor, rank: number): AdapterTensor {
  const [rows, columns] = shape as [number, number];
  if (rows === rank) return { shape, data };
  const out = new Float32Array(rank * columns);
  out.set(data);
  return { shape: [rank, columns], data: out };
}

/** B with columns of zeros up to a rank, times `gain`. */
function moreColumns({ shape, data }: AdapterTensor, rank: number, gain: number): AdapterTensor {
  const [rows, columns] = shape as [number, number];
  if (columns === rank && gain === 1) return { shape, data };
  const out = new Float32Array(rows * rank);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[i * rank + j] = gain * (data[i * columns + j] as number);
  return { shape: [rows, rank], data: out };
}

/** Zip files know dates from 1980 on; one and the same for all, so that equal adapters are equal files. */
const NO_DATE = new Date(1980, 0, 1, 12);

/** Both files and the model card in one zip, stored without compression: float32 weights hardly shrink. */
export function zipAdapter(adapter: Adapter, base: BaseReference, card: string): Uint8Array<ArrayBuffer> {
  return zipSync({ ...writeAdapter(adapter, base), 'README.md': new TextEncoder().encode(card) }, { level: 0, mtime: NO_DATE }) as Uint8Array<ArrayBuffer>;
}

/** Reads a zip that holds the two files, in a folder or not. @throws LabError `adapters.zip`, and what `readAdapter` throws */
export function unzipAdapter(bytes: Uint8Array): Adapter {
  const hint = `Choose a zip with one ${ADAPTER_CONFIG} and one ${ADAPTER_WEIGHTS} in it, or these two files.`;
  const entries = unpackArchive(bytes, { code: 'adapters.zip', hint });
  const find = (name: string): Uint8Array => {
    const found = [...entries.keys()].filter((path) => path === name || path.endsWith(`/${name}`));
    if (found.length !== 1) throw new LabError('adapters.zip', found.length === 0 ? `The archive has no ${name} (it has ${listed([...entries.keys()]) || 'nothing'}).` : `The archive has ${found.length} adapters: ${listed(found)}.`, hint, { found });
    return entries.get(found[0] as string) as Uint8Array;
  };
  return readAdapter({ [ADAPTER_CONFIG]: find(ADAPTER_CONFIG), [ADAPTER_WEIGHTS]: find(ADAPTER_WEIGHTS) });
}

/**
 * A LoRA matrix's name: with or without PEFT's prefix and the adapter's name `default`, and under a multimodal model's
 * `language_model`.
 */
const NAME = /^(?:base_model\.model\.)?(?:(model\.)?language_model\.)?((?:\w+\.)?layers\.\d+\.(\w+)(?:\.experts\.\d+)?\.(\w+))\.(?:lora_(A|B)(?:\.default)?\.weight|lora_magnitude_vector(?:\.default)?(?:\.weight)?)$/;

/** Where a tensor belongs. `path` is the text model's; `named` is the file's own, which patterns are about. */
function placeOf(name: string): { path: string; named: string; module: TargetModule; matrix: 'a' | 'b' | 'magnitude' } | null {
  const [, outer, rest, parent, module, letter] = NAME.exec(name) ?? [];
  if (rest === undefined || module === undefined || !Object.hasOwn(TARGET_MODULES, module)) return null;
  if (!(TARGET_MODULES[module as TargetModule] as readonly string[]).includes(parent as string)) return null;
  // `model.language_model.layers` and `language_model.model.layers` are a text model's `model.layers`.
  const path = rest.startsWith('layers.') ? (outer === undefined ? null : `model.${rest}`) : outer !== undefined ? null : rest;
  const named = name.replace(PEFT_PREFIX, '').replace(/\.lora_.*$/, '');
  return path === null ? null : { path, named, module: module as TargetModule, matrix: letter === 'A' ? 'a' : letter === 'B' ? 'b' : 'magnitude' };
}
