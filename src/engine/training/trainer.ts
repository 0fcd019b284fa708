/**
 * Trains K adapters over one frozen base in one pass. Each adapter has its own data, seed, loss, gradient norm, clipping
 * and schedule, so that training it beside others gives what training it alone would.
 */
import { LabError } from '../../core/errors.ts';
import type { BaseModel } from '../models/base-model.ts';
import type { Rows } from '../models/rows.ts';
import { type HostTensor, readFloats } from '../runtime/index.ts';
import type { Batch, Batches } from '../text/packing.ts';
import { AdapterNumbers } from './adapter-numbers.ts';
import { GraphAdamW } from './adamw-graph.ts';
import { HostAdamW } from './adamw-host.ts';
import type { AdamW, AdamWOptions } from './adamw.ts';
import { rowKeyFeeds } from './dropout.ts';
import type { GradientEngine, StepLosses } from './engine.ts';
import { Evaluator } from './evaluator.ts';
import { type StepInputs, joinBatches } from './inputs.ts';
import { fullTrainables } from './full.ts';
import { loraTrainables } from './lora.ts';
import { type SchedulerType, scheduleFactor } from './schedule.ts';
import { TRAINER_STATE_SCHEMA, checkState } from './state.ts';
import { type PartGradients, SplittingEngine } from './splitting.ts';
import { type Sums, addTo, noSums } from './sums.ts';
import type { Trainables } from './trainables.ts';
import type { TrainedAdapter } from './trained-adapter.ts';
export type { TrainerState } from '../../records/trainer-state.ts';
import type { AdapterTensor, LoraConfig, Tuned } from '../../records/adapter.ts';
import type { AdapterReport, TrainerState } from '../../records/trainer-state.ts';


/** TRL's SFTConfig fields that the loop itself reads. */
export interface TrainingOptions extends AdamWOptions {
  learning_rate: number;
  lr_scheduler_type: SchedulerType;
  warmup_steps: number;
  gradient_accumulation_steps: number;
}

export interface TrainerOptions {
  adapters: readonly TrainedAdapter[];
  /** Null: all weights are trained, of one composition at a time. */
  lora: LoraConfig | null;
  training: TrainingOptions;
  /** Optimiser steps at most; an adapter whose batches end earlier has fewer. Left out, as many as the longest has. */
  steps?: number;
  resume?: TrainerState;
  /** Left out, the one that fits the model and the device. */
  engine?: GradientEngine['kind'];
}

export interface StepReport {
  /** Steps done, this one included. */
  step: number;
  /** Of the first adapter that is not finished. */
  learning_rate: number;
  seconds: number;
  /** Sequences of each adapter computed at once: fewer than the batch where memory did not suffice. */
  micro_batch: number;
  adapters: AdapterReport[];
}

export class Trainer {
  private done = 0;
  private last: AdapterReport[];

  private constructor(
    private readonly options: TrainerOptions,
    private readonly rows: Rows,
    private readonly trainables: Trainables,
    private readonly numbers: AdapterNumbers,
    private readonly engine: SplittingEngine,
    private readonly evaluator: Evaluator,
    private readonly optimizer: AdamW,
    /** Optimiser steps of each adapter. */
    private readonly totals: number[],
  ) {
    this.last = options.adapters.map(({ id }) => ({ id, loss: 0, grad_norm: 0, accuracy: 0, learning_rate: 0, tokens: 0, loss_tokens: 0, finished: false }));
  }

  /**
   * @throws LabError `training.shapes` when the adapters' batches differ in shape; `adapters.mismatch` for an `init` of
   *   another base; `training.resume` for a state of another run; of full fine-tuning what `fullTrainables` throws
   */
  static async create(model: BaseModel, options: TrainerOptions): Promise<Trainer> {
    const { adapters, training, resume } = options;
    const first = adapters[0]?.batches;
    if (!first) throw new LabError('training.nothing', 'There is no adapter to train.', 'Choose at least one mix.');
    const odd = adapters.find(({ batches }) => batches.batchSize !== first.batchSize || batches.maxLength !== first.maxLength);
    if (odd) throw new LabError('training.shapes', `The batches of "${odd.id}" are ${odd.batches.batchSize} x ${odd.batches.maxLength}, those of "${adapters[0]?.id}" ${first.batchSize} x ${first.maxLength}.`, 'Adapters trained in one pass need one batch size and one max_length.');
    const rows: Rows = { adapters: adapters.length, batch: first.batchSize, length: first.maxLength };
    const trainables = options.lora ? loraTrainables(model, options.lora, rows, options.engine) : fullTrainables(model, rows);
    const numbers = new AdapterNumbers(trainables.shape);
    const engine = new SplittingEngine(model.device, (own) => trainables.engine(own), rows, trainables.parts);
    const totals = adapters.map(({ batches }) => Math.min(options.steps ?? Number.POSITIVE_INFINITY, Math.ceil(batches.length / training.gradient_accumulation_steps)));

    if (resume) checkState(resume, adapters.map(({ id }) => id), trainables.lora, numbers.shape);
    const initial = resume ? numbers.resumed(resume) : numbers.fresh(await trainables.fresh(adapters));
    const optimizer = model.device.kind === 'wasm' ? new HostAdamW(model.device, numbers.shape, training, initial) : new GraphAdamW(model.device, numbers.shape, training, initial);
    const trainer = new Trainer(options, rows, trainables, numbers, engine, new Evaluator(model.device, rows, numbers, engine), optimizer, totals);
    if (resume) {
      trainer.done = resume.step;
      trainer.last = resume.adapters.map(({ report }) => structuredClone(report));
    }
    return trainer;
  }

  /** Ends an adapter's training here; it stays as it is. A state does not hold it: a resumed trainer has to be told again. */
  stop(index: number): void {
    this.totals[index] = Math.min(this.totals[index] as number, this.done);
  }

  /** Optimiser steps until the last adapter is finished. */
  get steps(): number {
    return Math.max(...this.totals);
  }

  /** Which engine computes the gradients. */
  get engine_kind(): GradientEngine['kind'] {
    return this.engine.kind;
  }

  /** One optimiser step of every adapter that is not finished. */
  async step(): Promise<StepReport> {
    const started = performance.now();
    const { adapters, training } = this.options;
    const active = this.totals.map((total) => this.done < total);
    if (!active.includes(true)) throw new LabError('training.finished', `All adapters are trained: ${this.done} steps are done.`, 'Save them, or train on with more steps.');
    const micro = this.microBatches(active);
    const inputs = micro.map((batches) => joinBatches(batches, this.rows));
    const lossTokens = this.perAdapter((k) => inputs.reduce((sum, { owners }) => sum + count(owners, k), 0));
    const weightOf = lossTokens.map((tokens) => (tokens > 0 ? 1 / tokens : 0));

    const rates = this.perAdapter((k) => (active[k] ? (adapters[k]?.learning_rate ?? training.learning_rate) * scheduleFactor(training.lr_scheduler_type, this.done, training.warmup_steps, this.totals[k] as number) : null));
    const { norms, parts } = await this.updated(inputs, weightOf, rates);
    this.done++;
    const sums = noSums(this.rows.adapters);
    for (const { inputs: own, losses } of parts) addTo(sums, own, losses);

    this.last = adapters.map(({ id }, k) => {
      const before = this.last[k] as AdapterReport;
      if (!active[k]) return Object.assign({}, before, { tokens: 0, loss_tokens: 0, learning_rate: 0, finished: true });
      const tokens = lossTokens[k] as number;
      const { loss, correct } = sums[k] as Sums;
      return {
        id,
        loss: tokens > 0 ? loss / tokens : 0,
        grad_norm: norms[k] as number,
        accuracy: tokens > 0 ? correct / tokens : 0,
        learning_rate: rates[k] as number,
        tokens: micro.reduce((sum, batches) => sum + realTokens(batches[k] ?? null), 0),
        loss_tokens: tokens,
        finished: this.done >= (this.totals[k] as number),
      };
    });
    return { step: this.done, learning_rate: rates.find((rate) => rate !== null) as number, seconds: (performance.now() - started) / 1000, micro_batch: this.engine.rows.batch, adapters: structuredClone(this.last) };
  }

  /**
   * The optimiser's step with the gradients of all micro-batches. Without enough memory it uses smaller parts from now on.
   * All GPU work is submitted before any of it is awaited. The step counts only once all results were read without an error.
   */
  private async updated(inputs: readonly StepInputs[], weightOf: readonly number[], rates: readonly (number | null)[]): Promise<{ norms: number[]; parts: { inputs: StepInputs; losses: StepLosses }[] }> {
    for (;;) {
      const coming: PartGradients[] = [];
      let stepping: Promise<number[]> | null = null;
      try {
        for (const [i, input] of inputs.entries()) {
          for await (const part of this.engine.gradients(this.optimizer.adapters, input, weightOf, this.dropoutKeys(i))) {
            coming.push(part);
            await this.optimizer.accumulate(part.gradients);
          }
        }
        stepping = this.optimizer.step(this.done + 1, rates);
        const [norms, ...losses] = await Promise.all([stepping, ...coming.map((part) => part.losses)]);
        this.optimizer.commit();
        return { norms, parts: losses.map((own, i) => ({ inputs: (coming[i] as PartGradients).inputs, losses: own })) };
      } catch (thrown) {
        // Whichever error came first carries the cause of all of them.
        const reads = await Promise.allSettled([stepping, ...coming.map((part) => part.losses)]);
        this.optimizer.forget();
        for (const { gradients } of coming) gradients.dispose();
        await this.engine.lower([thrown, ...reads.flatMap((read) => (read.status === 'rejected' ? [read.reason as unknown] : []))]);
      }
    }
  }

  /** Mean loss of each adapter over all its batches; null where it has none. */
  evaluate(batches: readonly (Batches | null)[]): Promise<(number | null)[]> {
    return this.evaluator.evaluate(this.optimizer, batches);
  }

  /** Everything a later trainer needs to go on as if nothing had happened. Structured-cloneable. */
  async save(): Promise<TrainerState> {
    const { parameters, m, v } = await this.optimizer.read();
    const of = (data: Float32Array, k: number): Float32Array => this.numbers.own(data, k);
    return {
      schema: TRAINER_STATE_SCHEMA,
      step: this.done,
      lora: structuredClone(this.trainables.lora),
      adapters: this.options.adapters.map(({ id }, k) => ({ id, parameters: of(parameters, k), m: of(m, k), v: of(v, k), report: structuredClone(this.last[k] as AdapterReport) })),
    };
  }

  /** The adapters, or weights, as they are now, in the order they were given. */
  async adapters(): Promise<Tuned[]> {
    const { parameters } = await this.optimizer.read();
    return this.perAdapter((k) => this.trainables.tuned(this.numbers.own(parameters, k)));
  }

  /** The gradient of the mean loss on one batch of each adapter, by its tensors' names; for tests and inspection, changes nothing. */
  async inspectGradients(batches: readonly Batch[]): Promise<{ losses: number[]; gradients: Map<string, AdapterTensor>[] }> {
    const input = joinBatches(batches, this.rows);
    const tokens = this.perAdapter((k) => count(input.owners, k));
    const total = new Float32Array(this.numbers.shape.layers * this.numbers.shape.adapters * this.numbers.shape.size);
    const sums = noSums(this.rows.adapters);
    for await (const part of this.engine.gradients(this.optimizer.adapters, input, tokens.map((number) => 1 / number), {})) {
      (await readFloats(part.gradients)).forEach((value, i) => (total[i] = (total[i] as number) + value));
      addTo(sums, part.inputs, await part.losses);
      part.gradients.dispose();
    }
    const gradients = this.perAdapter((k) => this.trainables.gradients(this.numbers.own(total, k)));
    return { losses: sums.map(({ loss }, k) => loss / (tokens[k] as number)), gradients };
  }

  dispose(): void {
    this.optimizer.dispose();
    void this.engine.dispose();
    void this.evaluator.dispose();
  }

  private perAdapter<T>(make: (k: number) => T): T[] {
    return Array.from({ length: this.rows.adapters }, (_, k) => make(k));
  }

  /** The step's micro-batches, each with one batch an adapter; null where the adapter has finished or its data has ended. */
  private microBatches(active: readonly boolean[]): (Batch | null)[][] {
    const { adapters, training } = this.options;
    return Array.from({ length: training.gradient_accumulation_steps }, (_, i) => {
      const index = this.done * training.gradient_accumulation_steps + i;
      return adapters.map(({ batches }, k) => (active[k] && index < batches.length ? batches.at(index) : null));
    }).filter((batches) => batches.some((batch) => batch !== null));
  }

  private dropoutKeys(micro: number): Record<string, HostTensor> {
    const { adapters } = this.options;
    return (this.trainables.lora?.lora_dropout ?? 0) > 0 ? rowKeyFeeds(adapters.map(({ seed }) => `${seed}/dropout/${this.done}/${micro}`), this.rows) : {};
  }
}

function count(owners: Int32Array, adapter: number): number {
  return owners.reduce((sum, owner) => sum + (owner === adapter ? 1 : 0), 0);
}

function realTokens(batch: Batch | null): number {
  return batch ? batch.segments.reduce((sum, segment) => sum + (segment >= 0 ? 1 : 0), 0) : 0;
}
