/** The goldens as the engine takes them, from wherever their files can be read: a page, Node, a GPU server. */
import { createBaseModel } from '../../src/engine/models/base-model.ts';
import type { BaseModel } from '../../src/engine/models/base-model.ts';
import { readCheckpoint } from '../../src/engine/models/checkpoint.ts';
import { readSafetensors, tensorToFloat32 } from '../../src/files/safetensors.ts';
import type { Storage } from '../../src/engine/models/stored.ts';
import type { Device } from '../../src/engine/runtime/index.ts';
import type { Batch, Batches } from '../../src/engine/text/packing.ts';
import type { TrainingOptions } from '../../src/engine/training/index.ts';
import type { Adapter, AdapterTensor, LoraConfig } from '../../src/records/adapter.ts';

/** Reads a file below tests/golden/data. */
export type ReadGolden = (path: string) => Promise<Uint8Array>;

/** goldens.json of the checkpoint `untied` and of the families; make_goldens.py says what each is. */
export interface GoldenNumbers {
  lora: { r: number; lora_alpha: number; target_modules?: LoraConfig['target_modules']; use_dora?: boolean };
  /** How the frozen weights were rounded before PyTorch computed with them. */
  storage?: Storage;
  losses: { loss: number; tokens: number; accuracy: number; grad_norm: number }[];
  training: Omit<TrainingOptions, 'lr_scheduler_type' | 'gradient_accumulation_steps'> & { max_steps: number };
  curves: { loss: number[]; grad_norm: number[]; learning_rate: number[] }[];
  schedules: Record<'constant' | 'linear' | 'cosine', number[]>;
}

export const GOLDEN_ROWS = { batchSize: 2, maxLength: 20 } as const;
const ALL = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;

const made: BaseModel[] = [];

/** Frees the weights of all models that golden sets have given since the last time. */
export function forgetModels(): void {
  for (const model of made.splice(0)) model.dispose();
}

export class GoldenSet {
  private constructor(
    readonly name: string,
    readonly numbers: GoldenNumbers,
    private readonly tensors: ReadonlyMap<string, { dtype: string; shape: number[]; data: Float32Array | Int32Array }>,
    private readonly read: ReadGolden,
  ) {}

  static async open(name: string, read: ReadGolden): Promise<GoldenSet> {
    const json = JSON.parse(new TextDecoder().decode(await read(`${name}/goldens.json`))) as GoldenNumbers;
    const { tensors } = readSafetensors(await read(`${name}/goldens.safetensors`), 'goldens.safetensors');
    const values = [...tensors].map(([key, tensor]) => {
      const bytes = tensor.bytes.slice();
      const data = tensor.dtype === 'I32' ? new Int32Array(bytes.buffer) : tensorToFloat32(tensor, key);
      return [key, { dtype: tensor.dtype as string, shape: tensor.shape, data }] as const;
    });
    return new GoldenSet(name, json, new Map(values), read);
  }

  /** @param storage what goldens.json says where left out */
  async model(device: Device, storage: Storage = this.numbers.storage ?? 'auto'): Promise<BaseModel> {
    const files = { names: ['config.json', 'model.safetensors'], json: async (file: string) => JSON.parse(new TextDecoder().decode(await this.read(`${this.name}/${file}`))) as unknown, bytes: (file: string) => this.read(`${this.name}/${file}`) };
    const model = await createBaseModel(await readCheckpoint(files), device, { storage });
    made.push(model);
    return model;
  }

  floats(key: string): Float32Array {
    return this.tensor(key).data as Float32Array;
  }

  ints(key: string): Int32Array {
    return this.tensor(key).data as Int32Array;
  }

  /** `input`, or `batchK.S`. */
  batch(key: string): Batch {
    return { ids: this.ints(`${key}.ids`), positions: this.ints(`${key}.positions`), segments: this.ints(`${key}.segments`), targets: this.ints(`${key}.targets`) };
  }

  /** The curve's batches of adapter k: step s takes batch s % 5. */
  batches(k: number, length = 20): Batches {
    return {
      ...GOLDEN_ROWS,
      length,
      epochs: 1,
      report: { examples: 0, truncated: 0, dropped: 0, tokens: 0, lossTokens: 0, rows: 0, padding: 0 },
      at: (index) => this.batch(`batch${k}.${index % 5}`),
    };
  }

  get lora(): LoraConfig {
    return { lora_dropout: 0, target_modules: [...ALL], ...this.numbers.lora };
  }

  get training(): TrainingOptions {
    return { ...this.numbers.training, lr_scheduler_type: 'linear', gradient_accumulation_steps: 1 };
  }

  adapter(k: number): Adapter {
    return { config: this.lora, tensors: this.named(`adapter${k}.`) };
  }

  /** PyTorch's gradient of adapter k's mean loss on its first batch. */
  gradient(k: number): Map<string, AdapterTensor> {
    return this.named(`grad${k}.`);
  }

  private named(prefix: string): Map<string, AdapterTensor> {
    const found = [...this.tensors].filter(([key]) => key.startsWith(prefix));
    return new Map(found.map(([key, { shape, data }]) => [`base_model.model.${key.slice(prefix.length)}`, { shape, data: data as Float32Array }]));
  }

  private tensor(key: string) {
    const tensor = this.tensors.get(key);
    if (!tensor) throw new Error(`goldens.safetensors of ${this.name} has no ${key}`);
    return tensor;
  }
}

/** Largest difference, relative to the largest of the known numbers. */
export function relativeError(known: Float32Array | number[], found: Float32Array | number[]): number {
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < known.length; i++) {
    worst = Math.max(worst, Math.abs((known[i] as number) - (found[i] as number)));
    scale = Math.max(scale, Math.abs(known[i] as number));
  }
  return known.length === found.length && Number.isFinite(worst) ? worst / scale : Number.POSITIVE_INFINITY;
}
