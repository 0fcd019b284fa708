/**
 * A checkpoint's files, checked as a whole before anything is built from them: the configuration, then every weight's
 * presence, shape, type and finiteness. All that is wrong is named at once, so that nobody mends a folder file by file.
 */
import * as v from 'valibot';
import { LabError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { type ModelConfig, parseConfig } from './config.ts';
import { weightShapes } from './plan.ts';
import { readSafetensors, type StoredTensor, tensorHalves, tensorToFloat32 } from './safetensors.ts';

/** A folder of files under their Hugging Face names, whatever they came from. */
export interface CheckpointFiles {
  readonly names: readonly string[];
  json(name: string): Promise<unknown>;
  bytes(name: string): Promise<Uint8Array>;
}

/** One weight as the graphs take it; float16 as bit patterns. bfloat16 has been widened to float32. */
export type Weight = { shape: number[] } & ({ dtype: 'float32'; data: Float32Array } | { dtype: 'float16'; data: Uint16Array });

export interface Checkpoint {
  config: ModelConfig;
  /** By their names in the file, e.g. `model.layers.0.self_attn.q_proj.weight`. Views into the files' bytes where possible. */
  weights: Map<string, Weight>;
  /** Numbers in all weights; a tied head is counted once. */
  parameters: number;
}

/**
 * @throws LabError `models.missing-file`, `models.config`, `models.unsupported-architecture`, `models.unsupported-config`,
 *   `models.safetensors`, `models.weights` (missing, misshapen or unexpected tensors, all listed), `models.dtype`,
 *   `models.not-finite`
 */
export async function readCheckpoint(files: CheckpointFiles, onProgress?: OnProgress): Promise<Checkpoint> {
  if (!files.names.includes('config.json')) throw missing('config.json', files);
  const config = parseConfig(await files.json('config.json'));
  const stored = new Map<string, { tensor: StoredTensor; file: string }>();
  for (const file of await weightFiles(files)) {
    for (const [name, tensor] of readSafetensors(await files.bytes(file), file).tensors) stored.set(name, { tensor, file });
  }
  const shapes = weightShapes(config);
  compare(shapes, new Map([...stored].map(([name, { tensor }]) => [name, tensor.shape])), config);

  const total = [...shapes.keys()].reduce((sum, name) => sum + (stored.get(name)?.tensor.bytes.length ?? 0), 0);
  const weights = new Map<string, Weight>();
  let parameters = 0;
  let done = 0;
  for (const [name, shape] of shapes) {
    const { tensor, file } = stored.get(name) as { tensor: StoredTensor; file: string };
    const weight: Weight = tensor.dtype === 'F16' ? { shape, dtype: 'float16', data: tensorHalves(tensor) } : { shape, dtype: 'float32', data: tensorToFloat32(tensor, file) };
    const at = firstNotFinite(weight);
    if (at !== -1) {
      throw new LabError('models.not-finite', `${name} in ${file} holds a value that is not a finite number (at index ${at}).`, 'The checkpoint is damaged, or its training diverged: use another one.', { file, tensor: name, index: at });
    }
    weights.set(name, weight);
    parameters += weight.data.length;
    done += tensor.bytes.length;
    onProgress?.({ phase: 'Checking weights', done, total, unit: 'bytes', secondsLeft: null });
  }
  return { config, weights, parameters };
}

const IndexSchema = v.looseObject({ weight_map: v.record(v.string(), v.string()) });

/** The safetensors files of a checkpoint: one, or those its index names. */
async function weightFiles(files: CheckpointFiles): Promise<string[]> {
  if (files.names.includes('model.safetensors')) return ['model.safetensors'];
  const index = 'model.safetensors.index.json';
  if (!files.names.includes(index)) throw missing('model.safetensors', files);
  const parsed = v.safeParse(IndexSchema, await files.json(index));
  if (!parsed.success) throw new LabError('models.index', `${index} has no usable "weight_map".`, 'Fetch the checkpoint again.', { file: index });
  const shards = [...new Set(Object.values(parsed.output.weight_map))].sort();
  const absent = shards.filter((file) => !files.names.includes(file));
  if (absent.length > 0) {
    throw new LabError('models.missing-file', `${index} names ${shards.length} files, of which ${absent.length} ${absent.length === 1 ? 'is' : 'are'} missing: ${absent.join(', ')}.`, 'Choose all files of the checkpoint together.', { missing: absent });
  }
  return shards;
}

function missing(file: string, files: CheckpointFiles): LabError {
  const pickled = files.names.filter((name) => /\.(bin|pt|pth|gguf|onnx)$/.test(name));
  const hint = file === 'model.safetensors' && pickled.length > 0 ? `${pickled.join(', ')} cannot be read; save the checkpoint with transformers' save_pretrained, which writes model.safetensors.` : 'Choose config.json, model.safetensors (or its index and all its parts), tokenizer.json and tokenizer_config.json together.';
  return new LabError('models.missing-file', `The checkpoint has no ${file}${files.names.length > 0 ? ` (it has ${files.names.join(', ')})` : ''}.`, hint, { missing: [file], names: [...files.names] });
}

/** Names of tensors that old checkpoints carry and no model reads. */
const IGNORED = /\.(rotary_emb\.inv_freq|attention\.(bias|masked_bias))$/;
/** Problems named in the message; all of them are in the error's data. */
const SHOWN = 12;

function compare(wanted: Map<string, number[]>, found: Map<string, number[]>, config: ModelConfig): void {
  const shape = (sizes: readonly number[]): string => `[${sizes.join(', ')}]`;
  const problems: string[] = [];
  for (const [name, expected] of wanted) {
    const actual = found.get(name);
    if (!actual) problems.push(`${name} ${shape(expected)} is missing`);
    else if (actual.join() !== expected.join()) problems.push(`${name} is ${shape(actual)} but should be ${shape(expected)}`);
  }
  for (const [name, actual] of found) {
    const tiedHead = config.tie_word_embeddings && name === 'lm_head.weight';
    if (!wanted.has(name) && !tiedHead && !IGNORED.test(name)) problems.push(`${name} ${shape(actual)} belongs to no part of a ${config.model_type} model`);
  }
  if (problems.length === 0) return;
  const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : '';
  throw new LabError('models.weights', `The weights do not fit config.json: ${problems.slice(0, SHOWN).join('; ')}${more}.`, 'Check that config.json and the safetensors files belong to the same checkpoint, that all parts were chosen, and that it was saved as a whole model and not as an adapter.', { problems });
}

/** Index of the first infinity or NaN, -1 if there is none. */
function firstNotFinite(weight: Weight): number {
  if (weight.dtype === 'float16') return weight.data.findIndex((half) => (half & 0x7c00) === 0x7c00);
  return weight.data.findIndex((value) => !Number.isFinite(value));
}
