/** A tuned model as the files other programs load: Hugging Face's layout for transformers, or that of transformers.js. */
import { type Fold, folding } from '../adapters/merge.ts';
import { LabError } from '../../core/errors.ts';
import { type Checkpoint, readCheckpoint } from '../models/checkpoint.ts';
import { safetensorsHead } from '../../files/safetensors.ts';
import { decoderOnnx, loadedAs } from './decoder-onnx.ts';
import { type FileParts, LARGEST_ZIP } from '../../files/zip.ts';
import type { Tuned } from '../../records/adapter.ts';
import type { CheckpointFiles } from '../../records/checkpoint-files.ts';

/** `onnx-q4`: rounded, what transformers.js calls q4. */
export type ModelFormat = 'safetensors' | 'onnx' | 'onnx-q4';

/** Where transformers.js looks for a model's graph, and the dtype that makes it look there. */
const ONNX = { onnx: { file: 'onnx/model.onnx', dtype: 'fp32' }, 'onnx-q4': { file: 'onnx/model_q4.onnx', dtype: 'q4' } } as const;

/** Files of the base that are taken over as they are. */
const TAKEN = ['tokenizer.json', 'chat_template.jinja', 'generation_config.json'];

export interface ModelExport {
  /** The base's checkpoint. */
  base: CheckpointFiles;
  adapter: Tuned;
  format: ModelFormat;
  /** The template the adapter was tuned with, for a base whose tokenizer brings none. */
  chatTemplate: string;
  card: string;
}

/**
 * What is large is made as it is written: weights are read, folded and, where they are to be, rounded one after the other.
 * @returns the files by name: config.json, tokenizer, generation settings, README.md, and model.safetensors or onnx/model.onnx, float32, or onnx/model_q4.onnx
 * @throws LabError `exports.too-large`; what `readCheckpoint`, `folding`, `loadedAs` and `decoderOnnx` throw
 */
export async function modelFiles({ base, adapter, format, chatTemplate, card }: ModelExport): Promise<Map<string, FileParts>> {
  const checkpoint = await readCheckpoint(base);
  const { config } = checkpoint;
  const bytes = 4 * checkpoint.parameters;
  if (format === 'safetensors' && bytes > LARGEST_ZIP) throw new LabError('exports.too-large', `The weights take ${(bytes / 1e9).toFixed(1)} GB as float32, and a zip file holds ${LARGEST_ZIP / 1e9} GB at most.`, "Export the adapter alone; PEFT's merge_and_unload folds it into its base.", { bytes });
  const fold = folding(checkpoint.shapes, adapter);
  const files = new Map<string, FileParts>();
  const json = (value: unknown): FileParts => [new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)];
  const settings = { ...object(await base.json('config.json'), 'config.json'), torch_dtype: 'float32' };
  // transformers.js would look for a quantized file otherwise.
  files.set('config.json', json(format === 'safetensors' ? settings : { ...settings, ...loadedAs(config), 'transformers.js_config': { dtype: ONNX[format].dtype } }));
  for (const name of TAKEN) if (base.names.includes(name)) files.set(name, [await base.bytes(name)]);
  if (!files.has('generation_config.json')) {
    const { bos_token_id, eos_token_id, pad_token_id } = config;
    files.set('generation_config.json', json({ bos_token_id, eos_token_id, pad_token_id, do_sample: false }));
  }
  const tokenizer = base.names.includes('tokenizer_config.json') ? object(await base.json('tokenizer_config.json'), 'tokenizer_config.json') : {};
  const templated = 'chat_template' in tokenizer || files.has('chat_template.jinja');
  files.set('tokenizer_config.json', json(templated ? tokenizer : { ...tokenizer, chat_template: chatTemplate }));
  files.set('README.md', [new TextEncoder().encode(card)]);
  if (format === 'safetensors') files.set('model.safetensors', safetensorsParts(checkpoint, fold));
  else files.set(ONNX[format].file, decoderOnnx(config, { shapes: checkpoint.shapes, weight: async (name) => fold(name, await checkpoint.weight(name)) }, format === 'onnx-q4'));
  return files;
}

async function* safetensorsParts({ shapes, weight }: Checkpoint, fold: Fold): AsyncGenerator<Uint8Array> {
  yield safetensorsHead([...shapes].map(([name, shape]) => [name, { dtype: 'F32', shape }]));
  for (const name of shapes.keys()) {
    const { data } = fold(name, await weight(name));
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LabError('models.config', `${name} is no JSON object.`, 'Fetch the checkpoint again.', { file: name });
  return value as Record<string, unknown>;
}
