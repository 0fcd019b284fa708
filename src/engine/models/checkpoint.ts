/**
 * A checkpoint's files, checked as a whole before anything is built from them: the configuration, then every weight's
 * presence and shape; its type and finiteness as it is read. All that is wrong is named at once, so that nobody mends a folder file by file.
 */
import * as v from 'valibot';
import { LabError } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import { parseConfig } from './config.ts';
import { weightShapes } from './plan.ts';
import { headerLength, readHeader, type StoredTensor, type TensorEntry, tensorHalves, tensorToFloat32 } from '../../files/safetensors.ts';
import type { ModelConfig } from './model-config.ts';
import type { CheckpointFiles } from '../../records/checkpoint-files.ts';

/** One weight as the graphs take it; float16 as bit patterns. bfloat16 has been widened to float32. */
export type Weight = { shape: number[] } & ({ dtype: 'float32'; data: Float32Array } | { dtype: 'float16'; data: Uint16Array });

export interface Checkpoint {
  config: ModelConfig;
  /** Every weight by its name in the file, e.g. `model.layers.0.self_attn.q_proj.weight`. */
  shapes: ReadonlyMap<string, readonly number[]>;
  /** Numbers in all weights; a tied head is counted once. */
  parameters: number;
  /**
   * Reads one weight, or of a matrix the rows from `rows[0]` up to `rows[1]`.
   * @throws LabError `models.dtype`, `models.not-finite`
   */
  weight(name: string, rows?: readonly [from: number, to: number]): Promise<Weight>;
}

/**
 * Reads what a checkpoint says of itself, and checks that it is whole: nothing of the weights but where they are.
 * @throws LabError `models.missing-file`, `models.config`, `models.unsupported-architecture`, `models.unsupported-config`,
 *   `models.safetensors`, `models.weights` (missing, misshapen or unexpected tensors, all listed)
 */
export async function readCheckpoint(files: CheckpointFiles): Promise<Checkpoint> {
  if (!files.names.includes('config.json')) throw missing('config.json', files);
  const config = parseConfig(await files.json('config.json'));
  const places = new Map<string, Place>();
  for (const file of await weightFiles(files)) {
    const source = await sourceOf(files, file);
    const head = await source.part(0, headerLength(await source.part(0, Math.min(8, source.size)), source.size, file));
    for (const [name, entry] of readHeader(head, source.size, file).entries) places.set(name, { entry, file, source });
  }
  const shapes = weightShapes(config);
  compare(shapes, new Map([...places].map(([name, { entry }]) => [name, entry.shape])), config);
  return {
    config,
    shapes,
    parameters: numbersOf(shapes),
    weight: (name, rows) => readWeight(places.get(name) as Place, rows),
  };
}

/**
 * A checkpoint of tensors that are in memory, e.g. of weights that were tuned.
 * @throws LabError `models.weights` where they are not those of the configuration; its `weight` throws `models.not-finite`
 */
export function checkpointOf(config: ModelConfig, tensors: ReadonlyMap<string, { shape: number[]; data: Float32Array }>, origin: string): Checkpoint {
  const shapes = weightShapes(config);
  compare(shapes, new Map([...tensors].map(([name, { shape }]) => [name, shape])), config);
  return {
    config,
    shapes,
    parameters: numbersOf(shapes),
    async weight(name, rows) {
      const { shape, data } = tensors.get(name) as { shape: number[]; data: Float32Array };
      const each = data.length / (shape[0] as number);
      return finite(rows ? { shape: [rows[1] - rows[0], ...shape.slice(1)], dtype: 'float32', data: data.subarray(rows[0] * each, rows[1] * each) } : { shape, dtype: 'float32', data }, name, origin);
    },
  };
}

function numbersOf(shapes: ReadonlyMap<string, readonly number[]>): number {
  return [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

/** Reads every weight once, so that nothing is stored or started with a damaged one. @throws what `weight` throws */
export async function verifyCheckpoint({ shapes, weight }: Checkpoint, onProgress?: OnProgress): Promise<void> {
  const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
  const total = [...shapes.values()].reduce((sum, shape) => sum + size(shape), 0);
  let done = 0;
  for (const [name, shape] of shapes) {
    await weight(name);
    done += size(shape);
    onProgress?.({ phase: 'Checking weights', done, total, unit: 'parameters', secondsLeft: null });
  }
}

interface Source {
  size: number;
  part(from: number, to: number): Promise<Uint8Array>;
}

interface Place {
  entry: TensorEntry;
  file: string;
  source: Source;
}

async function sourceOf(files: CheckpointFiles, name: string): Promise<Source> {
  if (files.blob) {
    const blob = await files.blob(name);
    return { size: blob.size, part: async (from, to) => new Uint8Array(await blob.slice(from, to).arrayBuffer()) };
  }
  const bytes = await files.bytes(name);
  return { size: bytes.length, part: async (from, to) => bytes.subarray(from, to) };
}

async function readWeight({ entry, file, source }: Place, rows: readonly [number, number] | null = null): Promise<Weight> {
  const { name, dtype, begin, end } = entry;
  const [from, to] = rows ?? [0, entry.shape[0] ?? 1];
  const each = (end - begin) / (entry.shape[0] ?? 1);
  const shape = rows ? [to - from, ...entry.shape.slice(1)] : entry.shape;
  const tensor: StoredTensor = { name, dtype, shape, bytes: await source.part(begin + from * each, begin + to * each) };
  return finite(dtype === 'F16' ? { shape, dtype: 'float16', data: tensorHalves(tensor) } : { shape, dtype: 'float32', data: tensorToFloat32(tensor, file) }, name, file);
}

/** @throws LabError `models.not-finite` */
function finite(weight: Weight, name: string, file: string): Weight {
  const at = firstNotFinite(weight);
  if (at !== -1) {
    throw new LabError('models.not-finite', `${name} in ${file} holds a value that is not a finite number (at index ${at}).`, 'The checkpoint is damaged, or its training diverged: use another one.', { file, tensor: name, index: at });
  }
  return weight;
}

const IndexSchema = v.looseObject({ weight_map: v.record(v.string(), v.string()) });

/**
 * The safetensors files of a checkpoint: one, or those its index names, whatever they are called.
 * @throws LabError `models.missing-file`, `models.index`
 */
export async function weightFiles(files: CheckpointFiles): Promise<string[]> {
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
  const more = files.names.length > SHOWN ? ` and ${files.names.length - SHOWN} more files` : '';
  return new LabError('models.missing-file', `The checkpoint has no ${file}${files.names.length > 0 ? ` (it has ${files.names.slice(0, SHOWN).join(', ')}${more})` : ''}.`, hint, { missing: [file], names: [...files.names] });
}

/** Names of tensors that old checkpoints carry and no model reads. */
const IGNORED = /\.(rotary_emb\.inv_freq|attention\.(bias|masked_bias))$/;
/** Problems, and files, named in the message; all of them are in the error's data. */
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
