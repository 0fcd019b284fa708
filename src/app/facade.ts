/**
 * `window.lab`: what the pages, a script in the console, a notebook and the tests all drive the lab through.
 * Everything here is promise-based and structured-cloneable, so it is the same on either side of a worker.
 */
import type { LanguageCode } from '../core/languages.ts';
import type { OnProgress } from '../core/progress.ts';
import type { AdapterSummary } from '../records/adapter.ts';
import type { BenchmarkSummary } from '../records/benchmark.ts';
import type { Conversation } from '../records/conversation.ts';
import type { DatasetSummary } from '../records/dataset.ts';
import type { DeviceReport } from '../records/device.ts';
import type { ImportReport } from '../records/import-report.ts';
import type { JudgePromptText } from '../records/judge-prompt.ts';
import type { Judgment } from '../records/judgment.ts';
import type { LossPoint } from '../records/loss.ts';
import type { Manifest, ManifestInput } from '../records/manifest.ts';
import type { MixPlan } from '../records/mix.ts';
import type { FitOptions, InspectedToken, ModelSummary, RemoteModel, UnfinishedDownload } from '../records/model.ts';
import type { Answer, Category, Question } from '../records/question.ts';
import type { StudyResults } from '../records/results.ts';
import type { CellState, StudyEvent, StudyState } from '../records/study.ts';
import type { TrainingData } from '../records/training-data.ts';

export type { DeviceReport, OwnKernel } from '../records/device.ts';
export type { AdapterSummary, BaseReference } from '../records/adapter.ts';
export type { BenchmarkSummary } from '../records/benchmark.ts';
export type { DatasetSummary } from '../records/dataset.ts';
export type { Estimate } from '../records/estimate.ts';
export type { BadLine, ImportReport } from '../records/import-report.ts';
export type { JudgePromptText } from '../records/judge-prompt.ts';
export type { LossPoint } from '../records/loss.ts';
export type { MixPlan } from '../records/mix.ts';
export type { FitOptions, InspectedToken, ModelSummary, RemoteModel, UnfinishedDownload } from '../records/model.ts';
export type { Basis, LanguageVerdicts, StudyResults } from '../records/results.ts';
export type { CellState, StudyEvent, StudyState } from '../records/study.ts';

export interface Lab {
  readonly version: string;
  /** Where the engine runs and why; starts the engine if it has not started. */
  device(): Promise<DeviceReport>;
  readonly models: ModelsApi;
  readonly adapters: AdaptersApi;
  readonly datasets: DatasetsApi;
  readonly benchmarks: BenchmarksApi;
  readonly mixes: MixesApi;
  readonly judges: JudgesApi;
  readonly studies: StudiesApi;
  /** Bytes used and available, as the browser estimates them. */
  storage(): Promise<{ usage: number; quota: number; persisted: boolean }>;
  /** Deletes everything the lab has stored in this browser (the `?fresh` link does this first). */
  clear(): Promise<void>;
}

export interface ModelsApi {
  list(): Promise<ModelSummary[]>;
  /** From config.json, model.safetensors, tokenizer.json (and tokenizer_config.json). One that does not fit is refused before it is stored. */
  importFiles(files: File[], onProgress?: OnProgress, signal?: AbortSignal, options?: FitOptions & { name?: string }): Promise<ModelSummary>;
  /**
   * What there is at an address (a Hub repository as `org/name` or `org/name@revision`, or a folder of files), and whether this
   * device can hold it: its weights are not fetched. A token is used for this call alone.
   */
  inspectUrl(address: string, options?: Omit<FitOptions, 'anyway'> & { revision?: string; token?: string }): Promise<RemoteModel>;
  /** Fetches it, piece by piece; what an earlier try has fetched is not fetched again. One that does not fit is refused before its weights are fetched. */
  importUrl(address: string, onProgress?: OnProgress, signal?: AbortSignal, options?: FitOptions & { revision?: string; token?: string }): Promise<ModelSummary>;
  /** Downloads that stopped before their end. */
  downloads(): Promise<UnfinishedDownload[]>;
  /** Deletes what there is of a download. */
  discard(address: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Answers one chat with the untuned model or with a study's adapter: for trying things out. */
  chat(request: { model: string; study?: string; cell?: string; messages: { role: 'system' | 'user' | 'assistant'; content: string }[]; max_new_tokens?: number; temperature?: number; seed?: number }): Promise<{ text: string; tokens: number; seconds: number }>;
  /** Tokens of a conversation as training sees them, each with whether it carries loss. `system_prompt` is the manifest's. */
  inspect(request: { model: string; conversation: Conversation; system_prompt?: boolean | string; max_length?: number }): Promise<InspectedToken[]>;
}

export interface AdaptersApi {
  list(): Promise<AdapterSummary[]>;
  /** PEFT's adapter_config.json and adapter_model.safetensors, or a zip of them. Named in a manifest's `init_adapter` it is what a study starts from. */
  importFiles(files: File[], name?: string): Promise<AdapterSummary>;
  remove(id: string): Promise<void>;
}

export interface DatasetsApi {
  list(): Promise<DatasetSummary[]>;
  /** Language is taken from the records or file names (`train_limax_de.jsonl`, `de.json`), or from `language`. Several files make one dataset. */
  importFiles(files: File[], options?: { name?: string; language?: LanguageCode; id?: string }, onProgress?: OnProgress, signal?: AbortSignal): Promise<ImportReport<DatasetSummary>>;
  /** A page of records: one entry an id, with every asked language's version of it. */
  records(id: string, page: { languages?: LanguageCode[]; offset?: number; limit?: number }): Promise<{ total: number; rows: Record<LanguageCode, Conversation>[] }>;
  remove(id: string): Promise<void>;
}

export interface BenchmarksApi {
  list(): Promise<BenchmarkSummary[]>;
  /**
   * MT-Bench-X question files, reference answers and judge prompts, in any combination; several imports to one `id` add up.
   * Answers are references in a folder `reference_answer`, and anywhere with `into: 'references'`; where several models have given
   * some, those of `referencesBy` are used, else of gpt-4, else of the model with the most.
   */
  importFiles(files: File[], options?: { name?: string; id?: string; language?: LanguageCode; into?: 'references'; referencesBy?: string }): Promise<ImportReport<BenchmarkSummary>>;
  questions(id: string, filter?: { language?: LanguageCode; category?: Category }): Promise<Question[]>;
  remove(id: string): Promise<void>;
}

export interface MixesApi {
  /** The studies' nine compositions of a parallel dataset. */
  plans(request: { dataset: string; languages?: LanguageCode[]; seed?: number; records?: number | null; eval_fraction?: number }): Promise<MixPlan[]>;
  /** The exact records of one composition, in training order before shuffling. */
  records(request: { dataset: string; mix: string; seed?: number; records?: number | null; offset?: number; limit?: number }): Promise<{ total: number; rows: Conversation[] }>;
}

export interface JudgesApi {
  /** Keeps a key for a base URL in memory; with `remember`, in this browser's storage until forgotten. Never exported. */
  setKey(baseUrl: string, key: string, options?: { remember?: boolean }): Promise<void>;
  forgetKey(baseUrl: string): Promise<void>;
  /** Whether a key is held, and how; never the key itself. */
  keyState(baseUrl: string): Promise<'none' | 'memory' | 'stored'>;
  /** One tiny grading call: whether the endpoint answers and a rating can be read. */
  probe(judge: Manifest['judge']): Promise<{ ok: boolean; detail: string; milliseconds: number }>;
  /** The single-grading prompts an LLM judge would be sent for this benchmark, in each of its languages. */
  prompts(benchmark: string): Promise<JudgePromptText[]>;
  /** What the rule judge gives points for, as it prints it: plain text, a line a rule. */
  rubric(): Promise<string>;
}

export interface StudiesApi {
  /** Validates, fills defaults; throws `studies.manifest` with every problem named. */
  validate(input: ManifestInput): Promise<Manifest>;
  /** The nine-mix study the home page runs. */
  homeManifest(): Promise<Manifest>;
  /** @param options `cells`: ids of the only cells to compute, where other machines compute the rest */
  create(input: ManifestInput, options?: { cells?: readonly string[] }): Promise<StudyState>;
  /** Starts or resumes; resolves once it is running. */
  start(id: string): Promise<void>;
  pause(id: string): Promise<void>;
  cancel(id: string): Promise<void>;
  /** Tries failed cells and failed judgments again. */
  retry(id: string): Promise<void>;
  /** Resolves when the study is done; rejects with its error when it failed, paused because it needs something (a key, room on the disk), was cancelled, or `signal` aborts. */
  wait(id: string, signal?: AbortSignal): Promise<StudyState>;
  /** Convenience: create, start, wait. */
  run(input: ManifestInput, onEvent?: (event: StudyEvent) => void): Promise<StudyState>;
  list(): Promise<StudyState[]>;
  get(id: string): Promise<StudyState>;
  remove(id: string): Promise<void>;
  losses(id: string): Promise<LossPoint[]>;
  answers(id: string, filter?: { cell?: string; language?: LanguageCode; category?: Category; question_id?: string }): Promise<Answer[]>;
  judgments(id: string, filter?: { cell?: string; language?: LanguageCode; category?: Category; question_id?: string; state?: Judgment['state'] }): Promise<Judgment[]>;
  results(id: string): Promise<StudyResults>;
  /** What a judge run would take: calls, tokens, dollars where a price is known. */
  /**
   * What would become of each tuned cell's training records: examples, cut, left out, tokens that carry loss. Nothing is trained or stored.
   * @throws LabError `studies.manifest`, `studies.unknown`, and what a composition or a tokenizer throws
   */
  plan(input: ManifestInput): Promise<(Pick<CellState, 'id' | 'model' | 'dataset' | 'mix' | 'seed'> & { data: TrainingData })[]>;
  estimateJudging(input: ManifestInput): Promise<{ calls: number; tokensIn: number; tokensOut: number; dollars: number | null }>;
  /** The whole study as one file (zip): manifest, states, losses, answers, judgments, adapters. Never a key. */
  exportBundle(id: string): Promise<Blob>;
  /** Opens an exported study under a new id if the old one is taken; its figures are the same. */
  importBundle(file: Blob): Promise<StudyState>;
  /**
   * Answers of models from elsewhere as a study: FastChat's model_answer files, a model a cell, and model_judgment files, whose scores stay
   * what they say. Nothing is trained. Without judgments `judge` grades them once the study is started.
   * @throws LabError `benchmarks.not-found`, `studies.manifest`, `studies.rules-need-rubric`
   */
  importAnswers(files: File[], options: { benchmark: string; name?: string; language?: LanguageCode; judge?: ManifestInput['judge'] }): Promise<ImportReport<StudyState>>;
  /** adapter_config.json and adapter_model.safetensors in PEFT's layout with a model card, zipped. */
  exportAdapter(id: string, cell: string): Promise<Blob>;
  /**
   * A cell's adapter folded into its base, as a zip of one folder with tokenizer, settings and a model card: `safetensors` in
   * Hugging Face's layout, `onnx` in the layout transformers.js loads (up to 1.9 GB), both float32; `onnx-q4` rounded as the lab's int4 storage is.
   */
  exportModel(id: string, cell: string, format: 'safetensors' | 'onnx' | 'onnx-q4'): Promise<Blob>;
  /** FastChat's model_answer JSONL. */
  exportAnswers(id: string): Promise<Blob>;
  /** FastChat's single-judgment JSONL. */
  exportJudgments(id: string): Promise<Blob>;
  subscribe(listener: (event: StudyEvent) => void): () => void;
}
