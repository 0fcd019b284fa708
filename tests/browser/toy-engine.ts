/** A study engine made of arithmetic: as deterministic as the real one, and fast. It implements the queue's own ports. */
import type { DeviceReport } from '../../src/app/facade.ts';
import type { Conversation } from '../../src/records/conversation.ts';
import { LabError } from '../../src/core/errors.ts';
import { contentHash } from '../../src/core/hash.ts';
import { type GradeRequest, type Judge, type Judgment, judgmentKeyText } from '../../src/records/judgment.ts';
import { hash32 } from '../../src/core/rng.ts';
import type { GenerationRequest, GenerationResult } from '../../src/engine/generation/request.ts';
import type { BookCall } from '../../src/judging/index.ts';
import type { StudyData, StudyEngine, StudyGenerator, StudyModel, StudyTrainer, TrainerOptions } from '../../src/studies/engine.ts';
import { byteLevel } from '../unit/text-fixture.ts';
import type { Adapter } from '../../src/records/adapter.ts';
import type { CellState } from '../../src/records/study.ts';

const DEVICE: DeviceReport = { kind: 'wasm', name: 'toy', threads: 1, crossOriginIsolated: true, reason: 'a test', selfTest: { passed: true, maxRelativeError: 0, milliseconds: 0 } };

export interface ToyOptions {
  /** Milliseconds an optimiser step takes. */
  stepMs?: number;
  /** Tokens, which are bytes, of a prompt and its answer. */
  positions?: number;
  /** Milliseconds an answer takes. */
  answerMs?: number;
  /** Steps at which the device is lost, each as often as it stands here. */
  loseAt?: number[];
  /** The same by how many answers were given. */
  loseAnswering?: number[];
  /** Sequences it computes at once. */
  microBatch?: number;
  /** Adapters there is memory for at once, from a step on. */
  memory?: { adapters: number; from: number };
  /** What every call to answer tells of rows that memory did not suffice for: now, and wanted. */
  fewer?: readonly (readonly [rows: number, wanted: number])[];
  /** An adapter whose loss becomes NaN, and when. */
  diverge?: { cell: string; step: number };
}

export class ToyEngine implements StudyEngine {
  /** Adapters of every trainer made, and the step each began at. */
  readonly trainers: { cells: string[]; from: number }[] = [];
  readonly answered: string[] = [];
  readonly tokenizer = byteLevel();
  reopened = 0;
  steps = 0;
  private loss = deferred();
  private readonly losses: Record<'training' | 'answering', number[]>;

  constructor(readonly options: ToyOptions = {}) {
    this.losses = { training: [...(options.loseAt ?? [])], answering: [...(options.loseAnswering ?? [])] };
  }

  report(): Promise<DeviceReport> {
    return Promise.resolve(DEVICE);
  }

  lost(): Promise<LabError> {
    return this.loss.promise;
  }

  /** Loses the device if it is to be lost here. */
  loses(phase: 'training' | 'answering', at: number): boolean {
    const found = this.losses[phase].indexOf(at);
    if (found === -1) return false;
    this.losses[phase].splice(found, 1);
    this.loss.resolve(new LabError('runtime.device-lost', 'The graphics device was lost.', 'Nothing.'));
    return true;
  }

  async reopen(): Promise<void> {
    this.reopened++;
    this.loss = deferred();
  }

  async model(id: string): Promise<StudyModel> {
    if (id === 'no-such-architecture') throw new LabError('models.unsupported-architecture', 'No.', 'No.');
    return { tokenizer: this.tokenizer, positions: this.options.positions ?? 2048, trainer: (options) => ToyTrainer.create(this, options), generator: async (adapters) => new ToyGenerator(this, adapters as readonly Adapter[]) };
  }
}

class ToyTrainer implements StudyTrainer {
  private constructor(
    private readonly engine: ToyEngine,
    private readonly options: TrainerOptions,
    private weights: number[],
    private at: number,
  ) {}

  static async create(engine: ToyEngine, options: TrainerOptions): Promise<ToyTrainer> {
    const saved = options.resume as unknown as { adapters: { weight: number }[]; at: number } | undefined;
    engine.trainers.push({ cells: options.adapters.map((adapter) => adapter.id), from: saved?.at ?? 0 });
    return new ToyTrainer(engine, options, saved ? saved.adapters.map(({ weight }) => weight) : options.adapters.map(({ seed }) => 1 + seed), saved?.at ?? 0);
  }

  async step(): ReturnType<StudyTrainer['step']> {
    const { options } = this.engine;
    if (options.stepMs) await wait(options.stepMs);
    if (this.engine.loses('training', this.at)) return new Promise(() => {});
    const { memory } = options;
    if (memory && this.at >= memory.from && this.weights.length > memory.adapters) throw new LabError('runtime.memory', 'The toy ran out of memory.', 'Nothing.');
    const adapters = this.options.adapters.map(({ id, batches }, k) => {
      const { ids, targets } = batches.at(this.at);
      const sum = ids.reduce((total, token, i) => total + token * (i + 1), 0);
      this.weights[k] = (this.weights[k] as number) * 0.9 + Math.sin(sum + this.at);
      const diverged = options.diverge?.cell === id && this.at + 1 >= options.diverge.step;
      return { id, loss: diverged ? NaN : Math.abs(this.weights[k] as number), grad_norm: 1, accuracy: 0.5, learning_rate: 0.1, loss_tokens: 0, finished: false, tokens: targets.filter((target) => target >= 0).length };
    });
    this.at++;
    this.engine.steps++;
    return { step: this.at, learning_rate: 0.1, micro_batch: options.microBatch ?? 1, seconds: 0, adapters };
  }

  stop(): void {}

  async evaluate(batches: Parameters<StudyTrainer['evaluate']>[0]): Promise<(number | null)[]> {
    return batches.map((one, k) => (one ? Math.abs(this.weights[k] as number) + one.length : null));
  }

  async save(): ReturnType<StudyTrainer['save']> {
    return { adapters: this.weights.map((weight) => ({ weight })), at: this.at } as never;
  }

  async adapters(): Promise<Adapter[]> {
    return this.weights.map((weight) => ({
      config: { r: 1, lora_alpha: 1, lora_dropout: 0, target_modules: ['q_proj'] },
      tensors: new Map([
        ['base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight', { shape: [1, 2], data: Float32Array.of(weight, 0) }],
        ['base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight', { shape: [2, 1], data: Float32Array.of(0, weight) }],
      ]),
    }));
  }

  dispose(): void {}
}

class ToyGenerator implements StudyGenerator {
  constructor(
    private readonly engine: ToyEngine,
    private readonly adapters: readonly Adapter[],
  ) {}

  async generate(requests: readonly GenerationRequest[], { signal, onResult, onFewer }: Parameters<StudyGenerator['generate']>[1]): Promise<GenerationResult[]> {
    for (const [rows, wanted] of this.engine.options.fewer ?? []) onFewer?.(rows, wanted);
    const results: GenerationResult[] = [];
    for (const request of requests) {
      if (this.engine.options.answerMs) await wait(this.engine.options.answerMs);
      if (this.engine.loses('answering', this.engine.answered.length)) return new Promise(() => {});
      signal.throwIfAborted();
      const weight = [...(this.adapters[request.adapter]?.tensors.values() ?? [])][0]?.data[0] ?? 0;
      const text = `answer ${hash32(`${request.prompt.join()} ${weight > 0}`) % 5}`;
      this.engine.answered.push(request.seed);
      const result: GenerationResult = { id: request.id, tokens: this.engine.tokenizer.encode(text), finish: 'stop' };
      onResult(result);
      results.push(result);
    }
    return results;
  }

  dispose(): void {}
}

export interface ToyJudgeOptions {
  milliseconds?: number;
  /** Keys are failed that this says, each time they are asked. */
  fails?: (request: GradeRequest) => boolean;
  /** The first so many calls fail. */
  failFirst?: number;
  /** What it is sent is the question's text, as with a real judge, and not its id. */
  byText?: boolean;
  /** Throws as the API judge does once this many calls were made. */
  cap?: number;
}

/** Grades by a hash of the answer, and remembers every call. */
export class ToyJudge implements Judge {
  readonly id = 'toy';
  readonly kind = 'llm';
  readonly label = 'A toy judge';
  readonly concurrency = 3;
  readonly calls: string[] = [];
  book: BookCall | null = null;
  private begun = 0;

  constructor(private readonly options: ToyJudgeOptions = {}) {}

  key({ question, answer, turn, repeat }: GradeRequest): ReturnType<Judge['key']> {
    return { judge_id: this.id, prompt_hash: contentHash(this.options.byText ? question.turns.slice(0, turn).join('|') : question.question_id), answer_hash: contentHash(answer.turns.slice(0, turn).join('|')), turn, repeat };
  }

  async grade(request: GradeRequest, signal?: AbortSignal): Promise<Judgment> {
    if (this.options.cap !== undefined && this.begun++ >= this.options.cap) throw new LabError('judging.max-calls', 'The cap is reached.', 'Raise it.');
    const key = this.key(request);
    await this.book?.({ key: judgmentKeyText(key), cell: request.answer.model_id });
    if (this.options.milliseconds) await wait(this.options.milliseconds);
    signal?.throwIfAborted();
    this.calls.push(Object.values(key).join('|'));
    const { question, answer, turn, repeat } = request;
    const base = { ...key, question_id: question.question_id, model_id: answer.model_id, language: question.language, category: question.category, judge: ['toy', 'toy'] as [string, string], user_prompt: 'p', judgment: 'words', attempts: 1, tstamp: 1, turn, repeat };
    if (this.options.fails?.(request) || this.calls.length <= (this.options.failFirst ?? 0)) return { ...base, state: 'failed', error: { code: 'toy', message: 'It failed.', hint: 'Retry.', data: {} } };
    return { ...base, state: 'graded', score: 1 + (hash32(key.answer_hash) % 10) };
  }
}

export function toyData(judge: () => Judge): StudyData {
  return {
    async composition(cell: CellState) {
      if (cell.mix === 'FR') throw new LabError('mixes.language-missing', 'FR needs fr, which the dataset does not have.', 'Choose another composition.');
      const record = (i: number): Conversation => ({ id: `r${i}`, language: 'en', messages: [{ role: 'user', content: `${cell.mix} question ${i}` }, { role: 'assistant', content: `${cell.mix} answer ${i * i}` }] });
      const all = Array.from({ length: cell.mix.length > 2 ? 20 : 10 }, (_, i) => record(i));
      return { train: all.slice(2), validation: all.slice(0, 2) };
    },
    judge: async (_, book) => Object.assign(judge(), { book }),
  };
}

function deferred(): { promise: Promise<LabError>; resolve: (error: LabError) => void } {
  let resolve: (error: LabError) => void = () => {};
  const promise = new Promise<LabError>((done) => (resolve = done));
  return { promise, resolve };
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
