/**
 * `window.lab`: what the pages, a script in the console, a notebook and the tests all drive the lab through.
 * Everything here is promise-based and structured-cloneable, so it is the same on either side of a worker.
 */
import type { BaseReference } from '../engine/adapters/peft.ts';
import type { Conversation } from '../records/conversation.ts';
export type { DeviceReport, OwnKernel } from '../records/device.ts';
import type { DeviceReport } from '../records/device.ts';
import type { ErrorRecord } from '../core/errors.ts';
import type { Judgment } from '../records/judgment.ts';
import type { LanguageCode } from '../core/languages.ts';
import type { OnProgress, Progress } from '../core/progress.ts';
import type { TrainingData } from '../records/training-data.ts';
import type { Answer, Category, Question } from '../records/question.ts';
import type { Manifest, ManifestInput } from '../records/manifest.ts';

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

export interface ModelSummary {
  id: string;
  name: string;
  architecture: string;
  parameters: number;
  bytes: number;
  vocabSize: number;
  /** What target_modules may name in it. */
  modules?: string[];
  /** `embedded` ships with the page; the others live in this browser's storage. */
  origin: 'embedded' | 'files' | 'url';
  /** Where it was fetched from: `org/name@commit`, or an address. */
  source?: string;
  /** When, in milliseconds since 1970: two checkpoints that had one id after another are two. */
  imported?: number;
  /** What a person should know of it: where its tokenizer and its config.json do not agree. */
  notes?: string[];
}

/** What a checkpoint's size is judged by. */
export interface FitOptions {
  /** This device's, where left out. */
  device?: 'wasm' | 'webgpu';
  /** Bytes of the largest buffer that a GPU binds. */
  largestBuffer?: number | null;
  /** Bring it in although it is judged not to fit. */
  anyway?: boolean;
}

/** A checkpoint that could be fetched. */
export interface RemoteModel {
  /** As `importUrl` takes it. */
  address: string;
  name: string;
  /** The Hub's commit; null for a plain folder. */
  revision: string | null;
  files: { name: string; bytes: number | null }[];
  bytes: number;
  /** Bytes of them that an earlier try has left here. */
  fetched: number;
  parameters: number;
  architecture: string;
  verdict: { kind: 'fits' | 'fits-as-int4' | 'does-not-fit'; reason: string };
  /** Of its tokenizer, as `ModelSummary` has them. */
  notes: string[];
}

export interface UnfinishedDownload {
  address: string;
  name: string;
  revision: string | null;
  done: number;
  total: number;
}

/** A token as training sees it. */
export interface InspectedToken {
  id: number;
  text: string;
  loss: boolean;
  /** Which example of the record it is of: some templates need one for each answer. */
  example: number;
  /** Beyond max_length: not read at all. */
  cut: boolean;
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

/** A LoRA adapter from elsewhere. */
export interface AdapterSummary {
  id: string;
  r: number;
  lora_alpha: number;
  use_rslora: boolean;
  use_dora: boolean;
  modules: string[];
  parameters: number;
  bytes: number;
}

export interface AdaptersApi {
  list(): Promise<AdapterSummary[]>;
  /** PEFT's adapter_config.json and adapter_model.safetensors, or a zip of them. Named in a manifest's `init_adapter` it is what a study starts from. */
  importFiles(files: File[], name?: string): Promise<AdapterSummary>;
  remove(id: string): Promise<void>;
}

export interface DatasetSummary {
  id: string;
  name: string;
  /** The layout it was read from; `world` for the embedded ones. */
  layout: 'lima' | 'bactrian' | 'messages' | 'sharegpt' | 'alpaca' | 'world';
  origin: 'embedded' | 'files';
  languages: LanguageCode[];
  /** Records a language. */
  counts: Record<LanguageCode, number>;
  /** Ids that every language has; 0 where the data is not parallel. */
  parallel: number;
  description: string;
}

/** One line of a file that could not be used. */
export interface BadLine {
  file: string;
  line: number;
  reason: string;
}

export interface ImportReport<T> {
  imported: T | null;
  records: number;
  /** Lines that were left out, each with its reason; the first thousand of them where there are more. */
  bad: BadLine[];
  notes: string[];
  /** Records left out in all, listed or not, where the reader counts them. */
  left_out?: number;
  /** How many were left out for each kind of reason, commonest first. */
  reasons?: { reason: string; count: number }[];
}

export interface DatasetsApi {
  list(): Promise<DatasetSummary[]>;
  /** Language is taken from the records or file names (`train_limax_de.jsonl`, `de.json`), or from `language`. Several files make one dataset. */
  importFiles(files: File[], options?: { name?: string; language?: LanguageCode; id?: string }, onProgress?: OnProgress, signal?: AbortSignal): Promise<ImportReport<DatasetSummary>>;
  /** A page of records: one entry an id, with every asked language's version of it. */
  records(id: string, page: { languages?: LanguageCode[]; offset?: number; limit?: number }): Promise<{ total: number; rows: Record<LanguageCode, Conversation>[] }>;
  remove(id: string): Promise<void>;
}

export interface BenchmarkSummary {
  id: string;
  name: string;
  origin: 'embedded' | 'files';
  languages: LanguageCode[];
  /** Questions a language. */
  counts: Record<LanguageCode, number>;
  categories: Category[];
  /** Languages that bring translated judge prompts. */
  promptLanguages: LanguageCode[];
  references: Record<LanguageCode, number>;
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

/** One composition as it will be trained: proof before the run. */
export interface MixPlan {
  /** `ENDEFRITES-sampled` */
  name: string;
  kind: 'monolingual' | 'union' | 'sampled';
  languages: LanguageCode[];
  /** Records a language, before the validation split. */
  counts: Record<LanguageCode, number>;
  total: number;
  /** Distinct record ids. */
  distinct: number;
  validation: number;
  /** In one sentence, for the page. */
  description: string;
}

export interface MixesApi {
  /** The studies' nine compositions of a parallel dataset. */
  plans(request: { dataset: string; languages?: LanguageCode[]; seed?: number; records?: number | null; eval_fraction?: number }): Promise<MixPlan[]>;
  /** The exact records of one composition, in training order before shuffling. */
  records(request: { dataset: string; mix: string; seed?: number; records?: number | null; offset?: number; limit?: number }): Promise<{ total: number; rows: Conversation[] }>;
}

/** A judge prompt in use, for reading: the FastChat fields a person looks at. */
export interface JudgePromptText {
  /** `single-v1-multi-turn` */
  name: string;
  language: LanguageCode;
  /** `imported` came with the benchmark's files; `built-in` ships with the lab. */
  origin: 'imported' | 'built-in';
  system_prompt: string;
  prompt_template: string;
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

/** One model, tuned on one mix of one dataset with one seed (or `base`: untuned). */
export interface CellState {
  /** `world-dense/lima-x-world/ENDEFRITES/0` */
  id: string;
  model: string;
  dataset: string;
  mix: string;
  seed: number;
  stage: 'waiting' | 'training' | 'answering' | 'judging' | 'done' | 'failed';
  trained: { done: number; total: number };
  answered: { done: number; total: number };
  /**
   * `calls`: requests made so far, every try counted, replied to or not. `no_room`: turns that are no answers, because the dialogue
   * fills the model's context; they are not judged and not in `total`.
   */
  judged: { done: number; failed: number; total: number; calls?: number; no_room?: number };
  /** The pass it is trained in, where memory did not suffice for all adapters of its group at once. */
  pass?: string;
  /** What became of its training records; not there before it has begun to train, nor for `base`. */
  data?: TrainingData;
  /** What happened on the way that a person should know and need not act on. */
  note?: string;
  error?: ErrorRecord;
}

export interface StudyState {
  id: string;
  name: string;
  manifest: Manifest;
  status: 'ready' | 'running' | 'pausing' | 'paused' | 'done' | 'failed' | 'cancelled';
  /** Unix time, seconds. */
  created: number;
  updated: number;
  /** Seconds of work so far, pauses not counted, a stage. */
  seconds: { training: number; answering: number; judging: number };
  progress: Progress | null;
  tokensPerSecond: { training: number | null; generation: number | null };
  cells: CellState[];
  /** Its models that came from the Hub, by id: the repository and the commit. */
  bases?: Record<string, BaseReference>;
  error?: ErrorRecord;
  device?: DeviceReport;
}

/** One optimiser step of one cell. */
export interface LossPoint {
  cell: string;
  step: number;
  loss: number;
  eval_loss?: number;
  grad_norm: number;
  learning_rate: number;
  num_tokens: number;
  mean_token_accuracy: number;
}

/** A mean with its n and a 95 % bootstrap interval, clustered by question. */
export interface Estimate {
  mean: number;
  /** The ends of the 95 % interval; NaN of a single question, which says nothing of how questions differ. */
  low: number;
  high: number;
  n: number;
}

export interface StudyResults {
  study: string;
  /** The judge's label, shown beside every figure. */
  judge: string;
  /** Whether the benchmark was answered in part: questions a category. */
  questionsPerCategory: number | null;
  /**
   * Cell mean over both turns, a mix and language. `language: 'all'` is the cross-lingual mean. `gated` counts answers in the wrong
   * language as 1, and those whose language nobody can tell as they are graded; `rightLanguage` is the share of right ones among
   * those that can be told. `failed` counts judgments, `noRoom` turns that are no answers because the dialogue fills the model's context.
   */
  heatmap: (Basis & { mix: string; language: LanguageCode | 'all'; raw: Estimate; gated: Estimate; rightLanguage: Estimate; verdicts: LanguageVerdicts; failed: number; noRoom: number })[];
  /** Mean a category, mix and language. */
  radar: (Basis & { mix: string; language: LanguageCode | 'all'; category: Category; raw: Estimate })[];
  /** (multilingual - monolingual) x 10, paired by question. */
  improvements: (Basis & { multilingual: string; monolingual: string; points: Estimate })[];
  turns: (Basis & { mix: string; turn: 1 | 2; raw: Estimate })[];
}

/** What a number of a study is of. */
export interface Basis {
  model: string;
  dataset: string;
  /** The languages of which a cross-lingual mean lacks every score: it is the mean of the others alone. Empty where it is whole. */
  without: LanguageCode[];
}

/** How many answered turns are in the question's language, in another, and in one that nobody can tell. */
export type LanguageVerdicts = Record<'right' | 'wrong' | 'untold', number>;

export interface StudyEvent {
  study: string;
  state: StudyState;
  /** New points since the last event. */
  losses?: LossPoint[];
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
