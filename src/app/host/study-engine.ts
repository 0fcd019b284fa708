/** The real engine behind `StudyEngine`: device, checkpoints, trainers and generators of the compute rooms. */
import { LabError } from '../../core/errors.ts';
import { Generator } from '../../engine/generation/index.ts';
import type { BaseModel } from '../../engine/models/base-model.ts';
import { loadCheckpoint } from '../../engine/models/load.ts';
import type { Storage } from '../../engine/models/stored.ts';
import { openDevice, type Device, type DeviceWish } from '../../engine/runtime/index.ts';
import type { StudyEngine, StudyModel } from '../../studies/engine.ts';
import { stopTokens } from '../../engine/text/chat.ts';
import { Trainer } from '../../engine/training/trainer.ts';
import type { DeviceReport } from '../facade.ts';
import { FullGenerator } from './full-generator.ts';
import type { ModelLibrary } from './models.ts';
import { type Adapter, isFull } from '../../records/adapter.ts';

interface Loaded {
  id: string;
  base: BaseModel;
  model: StudyModel;
}

export interface EnginePorts {
  device: DeviceWish;
  /** Why ONNX Runtime is to stay as it is published; null where it need not. */
  stock: string | null;
  /** Called where it computes wrongly with the lab's kernels in it: this thread cannot load another. */
  startAgain(why: string): Promise<never>;
}

export class ComputeEngine implements StudyEngine {
  private opened: Promise<Device> | null = null;
  /** One base model at a time: its weights are most of the memory. */
  private loaded: Promise<Loaded> | null = null;
  private loadedKey: string | null = null;

  constructor(
    private readonly ports: EnginePorts,
    private readonly models: ModelLibrary,
  ) {}

  async report(): Promise<DeviceReport> {
    return (await this.device()).report;
  }

  async lost(): Promise<LabError> {
    return (await this.device()).lost;
  }

  async reopen(): Promise<void> {
    await this.device();
  }

  /** @throws what `loadCheckpoint` and `loadTokenizer` throw */
  async model(id: string, storage: Storage = 'auto'): Promise<StudyModel> {
    const key = `${await this.models.edition(id)} as ${storage}`;
    if (this.loadedKey !== key) {
      const before = this.loaded;
      this.loadedKey = key;
      this.loaded = this.load(id, storage, before);
      this.loaded.catch(() => {
        if (this.loadedKey === key) this.loadedKey = null;
      });
    }
    return (await (this.loaded as Promise<Loaded>)).model;
  }

  private async load(id: string, storage: Storage, before: Promise<Loaded> | null): Promise<Loaded> {
    await before?.then(({ base }) => base.dispose(), () => {});
    const device = await this.device();
    const [base, tokenizer] = await Promise.all([loadCheckpoint(await this.models.files(id), device, { storage }), this.models.tokenizer(id)]);
    const stops = stopTokens(tokenizer);
    return {
      id,
      base,
      model: {
        tokenizer,
        trainer: (options) => Trainer.create(base, options),
        positions: base.config.max_position_embeddings,
        generator: async (tuned) => (tuned.some(isFull) ? new FullGenerator(base, tuned.filter(isFull), stops) : Generator.create(base, tuned.filter((one): one is Adapter => !isFull(one)), { stops })),
      },
    };
  }

  private device(): Promise<Device> {
    if (this.opened) return this.opened;
    const { device, stock, startAgain } = this.ports;
    const opening = openDevice(device, { stock }).catch((thrown: unknown) => {
      if (thrown instanceof LabError && thrown.code === 'runtime.own-kernels') return startAgain(`with the lab's kernels ${String(thrown.data['fault'])}`);
      throw thrown;
    });
    this.opened = opening;
    const forget = (): void => {
      if (this.opened !== opening) return;
      this.opened = null;
      this.loaded = null;
      this.loadedKey = null;
    };
    // Whoever asks next, a study or a conversation, gets another device, and its model loaded there.
    opening.then(({ lost }) => lost).then(forget, forget);
    return opening;
  }
}
