/**
 * What the queue asks of the compute rooms, and no more. `src/app/host` composes the real thing from runtime, models,
 * training and generation; the queue's tests drive it with a small arithmetic stand-in.
 */
import type { DeviceReport } from '../records/device.ts';
import type { Conversation } from '../records/conversation.ts';
import type { LabError } from '../core/errors.ts';
import type { Judge } from '../records/judgment.ts';
import type { GenerateOptions, GenerationRequest, GenerationResult } from '../engine/generation/index.ts';
import type { BookCall } from '../judging/index.ts';
import type { Batches } from '../engine/text/packing.ts';
import type { Tokenizer } from '../engine/text/tokenizer.ts';
import type { StepReport } from '../engine/training/trainer.ts';
import type { LoraConfig, Manifest, TrainingConfig } from '../records/manifest.ts';
import type { Adapter, Tuned } from '../records/adapter.ts';
import type { CellState } from '../records/study.ts';
import type { TrainerState } from '../records/trainer-state.ts';

export interface StudyEngine {
  report(): Promise<DeviceReport>;
  /** Resolves, with what to tell the person, when the device is gone and everything made on it with it. Never rejects. */
  lost(): Promise<LabError>;
  /** Makes the device anew after a loss. */
  reopen(): Promise<void>;
  /** @param storage of its frozen weights; `auto` where left out */
  model(id: string, storage?: Manifest['storage']): Promise<StudyModel>;
}

export interface StudyModel {
  readonly tokenizer: Tokenizer;
  /** Tokens a prompt and its answer may have together. */
  readonly positions: number;
  trainer(options: TrainerOptions): Promise<StudyTrainer>;
  /** No adapters: the untuned model. */
  generator(adapters: readonly Tuned[]): Promise<StudyGenerator>;
}

export interface TrainerOptions {
  /** `init`: where an adapter starts from, if not from PEFT's initialisation. */
  adapters: { id: string; batches: Batches; seed: number; init?: Adapter; learning_rate?: number }[];
  /** Null: all weights are trained. */
  lora: LoraConfig | null;
  training: TrainingConfig;
  /** Optimiser steps of the whole run; the schedule depends on it. */
  steps: number;
  resume?: TrainerState;
}

export interface StudyTrainer {
  step(): Promise<StepReport>;
  /** Ends the training of one adapter, by its place; it stays as it is. */
  stop(index: number): void;
  /** Mean loss of each adapter on its own held-out batches; null where there are none. */
  evaluate(batches: readonly (Batches | null)[]): Promise<(number | null)[]>;
  save(): Promise<TrainerState>;
  adapters(): Promise<Tuned[]>;
  dispose(): void;
}

export interface StudyGenerator {
  generate(requests: readonly GenerationRequest[], options: { signal: AbortSignal; onResult: (result: GenerationResult) => void; onFewer?: GenerateOptions['onFewer'] }): Promise<GenerationResult[]>;
  dispose(): void;
}

/** What the queue asks of the data rooms. */
export interface StudyData {
  /** The records of a cell's composition, split. @throws LabError when the dataset cannot make it */
  composition(cell: CellState, manifest: Manifest): Promise<{ train: Conversation[]; validation: Conversation[] }>;
  /** @param book counts each request of an LLM judge before it is sent */
  judge(manifest: Manifest, book: BookCall): Promise<Judge>;
}
