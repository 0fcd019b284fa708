/** A study and its cells as they are stored and shown. */
import type { ErrorRecord } from '../core/errors.ts';
import type { Progress } from '../core/progress.ts';
import type { BaseReference } from './adapter.ts';
import type { DeviceReport } from './device.ts';
import type { LossPoint } from './loss.ts';
import type { Manifest } from './manifest.ts';
import type { TrainingData } from './training-data.ts';

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

export interface StudyEvent {
  study: string;
  state: StudyState;
  /** New points since the last event. */
  losses?: LossPoint[];
}
