/** From a cell's records to the batches its adapter is trained and validated on. */
import type { CellState } from '../app/facade.ts';
import type { Conversation } from '../core/conversation.ts';
import { renderExample, type Example } from '../text/chat.ts';
import { packBatches, type Batches } from '../text/packing.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { StudyData } from './engine.ts';
import type { Manifest, TrainingConfig } from './manifest.ts';
import { trainingMessages } from './prompting.ts';

export interface CellBatches {
  train: Batches;
  /** Null where nothing is held out. */
  validation: Batches | null;
}

/** Optimiser steps over these batches. */
export function optimiserSteps(batches: Batches, training: TrainingConfig): number {
  return training.max_steps > 0 ? training.max_steps : Math.ceil(batches.length / training.gradient_accumulation_steps);
}

/** Makes batches, tokenizing each record once however many compositions use it. */
export class BatchMaker {
  private readonly examples = new Map<string, Example>();

  constructor(
    private readonly data: StudyData,
    private readonly manifest: Manifest,
    private readonly tokenizer: Tokenizer,
  ) {}

  /** @throws LabError when the dataset cannot make the composition or nothing in it carries loss */
  async make(cell: CellState): Promise<CellBatches> {
    const { training } = this.manifest;
    const { train, validation } = await this.data.composition(cell, this.manifest);
    const shared = { maxLength: training.max_length, batchSize: training.per_device_train_batch_size, packing: training.packing, padId: this.tokenizer.pad.id, seed: cell.seed };
    const length = training.max_steps > 0 ? { batches: training.max_steps * training.gradient_accumulation_steps } : { epochs: training.num_train_epochs };
    return {
      train: packBatches(train.map((record) => this.example(cell.dataset, record)), { ...shared, ...length, shuffle: training.shuffle }),
      validation: validation.length === 0 ? null : packBatches(validation.map((record) => this.example(cell.dataset, record)), { ...shared, epochs: 1, shuffle: false }),
    };
  }

  private example(dataset: string, record: Conversation): Example {
    const key = `${dataset}/${record.language}/${record.id}`;
    let example = this.examples.get(key);
    if (!example) {
      example = renderExample(this.tokenizer, trainingMessages(record, this.manifest.system_prompt));
      if (!this.manifest.training.assistant_only_loss) example.loss.fill(true);
      this.examples.set(key, example);
    }
    return example;
  }
}
