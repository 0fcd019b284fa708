/**
 * Everything the lab keeps, as IndexedDB sees it. Rows are plain clonable objects whose key is inside them.
 * What can be counted or computed from rows is not stored beside them.
 */
import type { DBSchema, StoreNames } from 'idb';
import type { Conversation } from '../records/conversation.ts';
import type { Judgment } from '../records/judgment.ts';
import type { LanguageCode } from '../core/languages.ts';
import type { Answer, Category, Question } from '../records/question.ts';
import type { Tuned } from '../records/adapter.ts';
import type { Benchmark, BenchmarkSummary } from '../records/benchmark.ts';
import type { DatasetSummary } from '../records/dataset.ts';
import type { LossPoint } from '../records/loss.ts';
import type { ModelSummary } from '../records/model.ts';
import type { CellState, StudyState } from '../records/study.ts';
import type { TrainerState, Watched } from '../records/trainer-state.ts';

/** One file of a checkpoint, under its Hugging Face name. */
export interface ModelFileRow {
  model: string;
  name: string;
  blob: Blob;
}

/** One record id of a dataset with its version in every language; `index` is its place in the import. */
export interface RecordRow {
  dataset: string;
  index: number;
  id: string;
  versions: Record<LanguageCode, Conversation>;
}

export interface BenchmarkRow {
  id: string;
  summary: BenchmarkSummary;
  content: Benchmark;
}

/** A study without its cells, which have rows of their own. */
export type StudyRow = { schema: 1 } & Omit<StudyState, 'cells'>;

export interface CellRow {
  study: string;
  /** Place in the manifest's expansion. */
  order: number;
  cell: CellState;
}

export interface LossRow {
  study: string;
  cell: string;
  step: number;
  point: LossPoint;
}

/** The latest trainer state of a training group; an earlier one is overwritten. */
export interface CheckpointRow {
  study: string;
  group: string;
  /** The cells whose adapters the trainer holds, in its order. */
  cells: string[];
  step: number;
  /** Tokens seen so far by each adapter, in the same order. */
  tokens: number[];
  trainer: TrainerState;
  /** How each cell's evaluations have gone, in the same order. */
  watched?: Watched[];
}

export interface AdapterRow {
  study: string;
  cell: string;
  adapter: Tuned;
}

export interface AnswerRow {
  study: string;
  cell: string;
  question_id: string;
  language: LanguageCode;
  category: Category;
  /** 1 while only the first turn is answered, 2 when both are. */
  turns: number;
  answer: Answer;
}

export interface JudgmentRow {
  study: string;
  cell: string;
  question_id: string;
  language: LanguageCode;
  /** `judgmentKeyText` of the judgment: what the judge was sent, the turn and the repeat. Questions of one text share it. */
  key: string;
  category: Category;
  state: Judgment['state'];
  judgment: Judgment;
}

/** One request to a judge, written before it is sent. */
export interface CallRow {
  study: string;
  id: string;
  /** `judgmentKeyText` of the judgment it was made for. */
  key: string;
  /** The first cell that waited for it. */
  cell: string;
  /** Unix time, seconds. */
  sent: number;
  /** `open` until its reply has been stored or was of no use; `lost` when nobody can tell what became of it. All are counted. */
  state: 'open' | 'settled' | 'lost';
  /** How many requests the row stands for, where it is not one (second-edition.ts). */
  calls?: number;
}

/** The questions a study asks, kept with it so that its figures outlive the benchmark's removal. */
export interface StudyQuestionsRow {
  study: string;
  questions: Question[];
}

export interface SettingRow {
  name: string;
  value: unknown;
}

export interface LabSchema extends DBSchema {
  models: { key: string; value: ModelSummary };
  modelFiles: { key: [string, string]; value: ModelFileRow };
  datasets: { key: string; value: DatasetSummary };
  records: { key: [string, number]; value: RecordRow };
  benchmarks: { key: string; value: BenchmarkRow };
  studies: { key: string; value: StudyRow };
  studyQuestions: { key: string; value: StudyQuestionsRow };
  cells: { key: [string, number]; value: CellRow };
  losses: { key: [string, string, number]; value: LossRow };
  checkpoints: { key: [string, string]; value: CheckpointRow };
  adapters: { key: [string, string]; value: AdapterRow };
  answers: { key: [string, string, string]; value: AnswerRow; indexes: { byQuestion: [string, string]; byLanguage: [string, string]; byCategory: [string, string] } };
  judgments: {
    key: [string, string, string, string, string];
    value: JudgmentRow;
    indexes: { byQuestion: [string, string]; byLanguage: [string, string]; byCategory: [string, string]; byState: [string, string] };
  };
  calls: { key: [string, string]; value: CallRow; indexes: { byKey: [string, string]; byState: [string, string]; byCell: [string, string] } };
  settings: { key: string; value: SettingRow };
}

export type StoreName = StoreNames<LabSchema>;
