/** From a cell's records to the batches its adapter is trained and validated on. */
import type { Conversation } from '../records/conversation.ts';
import { LabError } from '../core/errors.ts';
import { type Named, NAMED, type TrainingData } from '../records/training-data.ts';
import { renderExamples, type Example } from '../engine/text/chat.ts';
import { packBatches, type Batches } from '../engine/text/packing.ts';
import type { Tokenizer } from '../engine/text/tokenizer.ts';
import type { StudyData } from './engine.ts';
import type { Manifest, TrainingConfig } from '../records/manifest.ts';
import { trainingMessages } from './prompting.ts';
import type { CellState } from '../records/study.ts';

export interface CellBatches {
  train: Batches;
  /** Null where nothing is held out. */
  validation: Batches | null;
  data: TrainingData;
}

/** Optimiser steps over these batches. */
export function optimiserSteps(batches: Batches, training: TrainingConfig): number {
  return training.max_steps > 0 ? training.max_steps : Math.ceil(batches.length / training.gradient_accumulation_steps);
}

/** What a record becomes: examples, or the template's refusal. */
type Tokenized = readonly Example[] | LabError;

/** Makes batches, tokenizing each record once however many compositions use it. */
export class BatchMaker {
  private readonly tokenized = new Map<string, Tokenized>();

  constructor(
    private readonly data: Pick<StudyData, 'composition'>,
    private readonly manifest: Manifest,
    private readonly tokenizer: Tokenizer,
  ) {}

  /** @throws LabError when the dataset cannot make the composition, the template refuses every record or nothing in it carries loss */
  async make(cell: CellState): Promise<CellBatches> {
    const { training } = this.manifest;
    const { train, validation } = await this.data.composition(cell, this.manifest);
    const shared = { maxLength: training.max_length, batchSize: training.per_device_train_batch_size, packing: training.packing, padId: this.tokenizer.pad.id, seed: cell.seed };
    const length = training.max_steps > 0 ? { batches: training.max_steps * training.gradient_accumulation_steps } : { epochs: training.num_train_epochs };
    return {
      train: packBatches(this.examples(cell.dataset, train), { ...shared, ...length, shuffle: training.shuffle }),
      validation: validation.length === 0 ? null : packBatches(this.examples(cell.dataset, validation), { ...shared, epochs: 1, shuffle: false }),
      data: this.survey(cell.dataset, train),
    };
  }

  /** What becomes of a cell's training records, whether or not anything is left to learn. */
  async look(cell: CellState): Promise<TrainingData> {
    return this.survey(cell.dataset, (await this.data.composition(cell, this.manifest)).train);
  }

  private examples(dataset: string, records: readonly Conversation[]): Example[] {
    const all = records.map((record) => this.of(dataset, record));
    const refusal = all.find((one) => one instanceof LabError);
    if (refusal && all.every((one) => one instanceof LabError)) throw refusal;
    return all.flatMap((one) => (one instanceof LabError ? [] : one));
  }

  private survey(dataset: string, records: readonly Conversation[]): TrainingData {
    const { max_length: most } = this.manifest.training;
    const data: TrainingData = { records: records.length, examples: 0, cut: none(), left_out: none(), refused: none(), loss_tokens: { of: 0, kept: 0 } };
    for (const record of records) {
      const name = `${record.language}/${record.id}`;
      const examples = this.of(dataset, record);
      if (examples instanceof LabError) {
        note(data.refused, name);
        data.refused.reason ??= examples.message;
        continue;
      }
      const kept = examples.map((example) => lossTokens(example, most));
      data.examples += kept.filter((tokens) => tokens > 0).length;
      data.loss_tokens.of += examples.reduce((sum, example) => sum + lossTokens(example), 0);
      data.loss_tokens.kept += kept.reduce((sum, tokens) => sum + tokens, 0);
      if (kept.every((tokens) => tokens === 0)) note(data.left_out, name);
      else if (examples.some(({ ids }) => ids.length > most)) note(data.cut, name);
    }
    return data;
  }

  private of(dataset: string, record: Conversation): Tokenized {
    const key = `${dataset}/${record.language}/${record.id}`;
    let known = this.tokenized.get(key);
    if (!known) {
      known = this.render(record);
      this.tokenized.set(key, known);
    }
    return known;
  }

  private render(record: Conversation): Tokenized {
    const { system_prompt, training } = this.manifest;
    try {
      return renderExamples(this.tokenizer, trainingMessages(record, system_prompt), { assistantOnly: training.assistant_only_loss }).examples;
    } catch (thrown) {
      // A template that ends no turn is the checkpoint's fault, and fails the cell; one that takes no such conversation costs the record.
      if (thrown instanceof LabError && thrown.code !== 'text.no-end-of-turn') return thrown;
      throw thrown;
    }
  }
}

/** Tokens that are learned of an example's first `most`: the first token of all has nothing before it that could predict it. */
function lossTokens({ loss }: Example, most = loss.length): number {
  let tokens = 0;
  for (let i = 1; i < Math.min(most, loss.length); i++) if (loss[i]) tokens++;
  return tokens;
}

const none = (): Named => ({ n: 0, ids: [] });

function note(named: Named, name: string): void {
  named.n++;
  if (named.ids.length < NAMED) named.ids.push(name);
}
