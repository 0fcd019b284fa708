/**
 * Answers many prompts with many adapters over one base model. Requests are batched: their prompts are prefilled at once and then
 * decoded together. On WebGPU batching is continuous: a waiting request takes the slot of a finished one. An answer does not
 * depend on the other requests, up to rounding.
 */
import { checkAdapter } from '../adapters/adapter.ts';
import { LabError } from '../../core/errors.ts';
import type { BaseModel } from '../models/base-model.ts';
import { type DeviceTensor, isOutOfMemory } from '../runtime/index.ts';
import { planTeams, type Team } from './batches.ts';
import { partLength } from './decode-step.ts';
import type { Decoding } from './decoder.ts';
import type { GenerationShape } from './shape.ts';
import type { GenerationRequest, GenerationResult } from './request.ts';
import { Row } from './rows.ts';
import { Sessions } from './sessions.ts';
import { type AdapterStack, stackAdapters } from './stack.ts';
import { decodeOnWasm, Pace } from './wasm-decoder.ts';
import { decodeOnWebGpu, forget, type CachedBatch } from './webgpu-decoder.ts';
import type { Adapter } from '../../records/adapter.ts';

export interface GeneratorOptions {
  /** Tokens that end an answer; the checkpoint's eos_token_id when left out. */
  stops?: readonly number[];
  /** Rows decoded together, of all adapters; what is fast on the device when left out. */
  rowsAtOnce?: number;
}

export interface GenerateOptions {
  signal?: AbortSignal;
  /** Called with each answer as it is finished, in no particular order. */
  onResult?(result: GenerationResult): void;
  /** Called when memory did not suffice for `wanted` rows at once, and the answers that are open are begun again with `rows` at most. */
  onFewer?(rows: number, wanted: number): void;
}

/** Measured on two cores (tests/bench/generation.ts): fewer rows use the matrix products badly, more only delay the first answers. */
const ROWS_AT_ONCE = { wasm: 48, webgpu: 256 };
/** Keys and values of one batch, at most. */
const MEMORY_BYTES = { wasm: 256 * 2 ** 20, webgpu: 1024 * 2 ** 20 };
/** Positions beyond this are not asked of any model. */
const MOST_POSITIONS = 8192;

export class Generator {
  private readonly sessions: Sessions;
  private readonly pace = new Pace();
  private packed: { key: string; tensor: DeviceTensor } | null = null;
  private readonly kept: CachedBatch = { batch: null };
  /** The call that is being answered. */
  private work: Promise<unknown> | null = null;

  private constructor(
    private readonly model: BaseModel,
    private readonly count: number,
    private readonly stack: AdapterStack | null,
    private readonly stops: readonly number[],
    /** Less once memory did not suffice. */
    private rowsAtOnce: number,
  ) {
    this.sessions = new Sessions(model);
  }

  /**
   * @param adapters none: the base model itself answers
   * @throws LabError `adapters.mismatch` when one does not fit the base; `generation.no-stop` when nothing says what ends an answer
   */
  static async create(model: BaseModel, adapters: readonly Adapter[], options: GeneratorOptions = {}): Promise<Generator> {
    adapters.forEach((adapter, i) => checkAdapter(adapter, model.config, `Adapter ${i + 1}`));
    const stops = [...new Set(options.stops ?? model.config.eos_token_id)];
    if (stops.length === 0) throw new LabError('generation.no-stop', 'Neither the tokenizer nor config.json names a token that ends an answer.', 'Add eos_token_id to config.json.');
    return new Generator(model, adapters.length, await stackAdapters(adapters, model), stops, options.rowsAtOnce ?? ROWS_AT_ONCE[model.device.kind]);
  }

  /**
   * @returns the answers in the order of the requests
   * @throws LabError `generation.request` (a request that cannot be answered, by id), `generation.busy`; the want of memory where it does
   *   not suffice for a single row; the signal's reason when aborted
   */
  async generate(requests: readonly GenerationRequest[], options: GenerateOptions = {}): Promise<GenerationResult[]> {
    if (this.work) throw new LabError('generation.busy', 'This generator is still answering.', 'Wait for it, or make another one.');
    options.signal?.throwIfAborted();
    for (const request of requests) this.check(request);
    const work = this.answer(requests, options);
    this.work = work.catch(() => undefined);
    try {
      return await work;
    } finally {
      this.work = null;
    }
  }

  /** Frees what it holds, once the call that is being answered has ended. */
  async dispose(): Promise<void> {
    await this.work;
    await this.release();
  }

  /** Frees what is built again on demand. Some of it may be incomplete, where the GPU had no memory for it. */
  private async release(): Promise<void> {
    this.packed?.tensor.dispose();
    this.packed = null;
    await forget(this.kept);
    await this.sessions.dispose();
  }

  private async answer(requests: readonly GenerationRequest[], { signal, onResult, onFewer }: GenerateOptions): Promise<GenerationResult[]> {
    const results = new Map<string, GenerationResult>();
    const finish = (row: Row): void => {
      const result = row.result();
      results.set(result.id, result);
      onResult?.(result);
    };
    for (;;) {
      const open = requests.filter(({ id }) => !results.has(id));
      try {
        await this.answerAll(open, finish, signal);
        return requests.map(({ id }) => results.get(id) as GenerationResult);
      } catch (thrown) {
        signal?.throwIfAborted();
        await this.lower(thrown, open, onFewer);
      }
    }
  }

  /** Reports a finished row at once; a later failure does not undo it. */
  private async answerAll(requests: readonly GenerationRequest[], finish: (row: Row) => void, signal: AbortSignal | undefined): Promise<void> {
    const rows = new Map(requests.map((request) => [request, new Row(request, Math.min(request.maxNewTokens, this.positions - request.prompt.length), new Set(this.stops))]));
    const asked = requests.filter((request) => {
      const row = rows.get(request) as Row;
      if (row.done) finish(row);
      return !row.done;
    });
    for (const team of planTeams(asked, this.fitting(asked))) {
      await this.decode({
        shape: this.shape(team),
        sessions: this.sessions,
        adapters: this.adaptersOf(team),
        batches: team.batches.map((batch) => batch.map((request) => request && (rows.get(request) as Row))),
        stops: this.stops,
        onDone: finish,
        ...(signal ? { signal } : {}),
      });
    }
  }

  /** After a failure for lack of memory: half the rows at once, for these requests and all that follow. */
  private async lower(thrown: unknown, open: readonly GenerationRequest[], onFewer: GenerateOptions['onFewer']): Promise<void> {
    // Late GPU errors of the larger batch must not count as failures of the smaller one.
    const want = [thrown, await this.model.device.settled()].find(isOutOfMemory);
    if (!want) throw thrown;
    const wanted = Math.max(...planTeams(open, this.fitting(open)).map(({ adapters, size }) => adapters.length * size));
    if (wanted === 1) throw want;
    this.rowsAtOnce = Math.floor(wanted / 2);
    await this.release();
    onFewer?.(this.rowsAtOnce, wanted);
  }

  private decode(decoding: Decoding): Promise<void> {
    return this.model.device.kind === 'wasm' ? decodeOnWasm(decoding, this.pace) : decodeOnWebGpu(decoding, this.kept);
  }

  /** Tokens of a prompt and its answer together. */
  private get positions(): number {
    return Math.min(this.model.config.max_position_embeddings, MOST_POSITIONS);
  }

  private shape({ adapters, size, sampling }: Team): GenerationShape {
    return { model: this.model, layout: this.stack?.layout ?? null, adapters: adapters.length, batch: size, positions: this.positions, stops: this.stops.length, sampling };
  }

  /** Rows whose keys and values fit into memory. */
  private fitting(requests: readonly GenerationRequest[]): number {
    const { num_hidden_layers: layers, num_key_value_heads: groups, head_dim: width } = this.model.config;
    const longest = (of: (request: GenerationRequest) => number): number => Math.max(1, ...requests.map((request) => Math.min(of(request), this.positions)));
    const columns = this.model.device.kind === 'wasm'
      ? longest(({ prompt, maxNewTokens }) => prompt.length + maxNewTokens)
      : partLength('past', longest(({ prompt }) => prompt.length)) + partLength('window', longest(({ maxNewTokens }) => maxNewTokens));
    const bytesPerRow = 2 * 4 * layers * groups * width * columns;
    return Math.max(1, Math.min(this.rowsAtOnce, Math.floor(MEMORY_BYTES[this.model.device.kind] / bytesPerRow)));
  }

  private adaptersOf({ adapters }: Team): DeviceTensor | null {
    if (!this.stack) return null;
    const key = adapters.join();
    if (this.packed?.key !== key) {
      this.packed?.tensor.dispose();
      const shape = [this.model.layers.length, adapters.length, this.stack.layout.size];
      this.packed = { key, tensor: this.model.device.upload({ dtype: 'float32', shape, data: this.stack.pack(adapters) }) };
    }
    return this.packed.tensor;
  }

  private check({ id, adapter, prompt, maxNewTokens, temperature, topP, topK, repetitionPenalty }: GenerationRequest): void {
    const vocabulary = this.model.config.vocab_size;
    const problem =
      prompt.length === 0 ? 'its prompt is empty'
      : prompt.length >= this.positions ? `its prompt of ${prompt.length} tokens leaves no room for an answer in the model's ${this.positions} positions`
      : prompt.some((token) => !Number.isInteger(token) || token < 0 || token >= vocabulary) ? `its prompt has a token outside the vocabulary of ${vocabulary}`
      : !Number.isInteger(adapter) || adapter < 0 || adapter >= Math.max(1, this.count) ? `it asks for adapter ${adapter} of ${this.count}`
      : !Number.isInteger(maxNewTokens) || maxNewTokens < 0 ? `its maxNewTokens is ${maxNewTokens}`
      : !(temperature >= 0 && topP > 0 && topP <= 1 && topK >= 0 && repetitionPenalty > 0) ? 'its sampling settings are out of range'
      : null;
    if (problem) throw new LabError('generation.request', `The request "${id}" cannot be answered: ${problem}.`, 'Shorten the conversation or correct the request.', { id });
  }
}
