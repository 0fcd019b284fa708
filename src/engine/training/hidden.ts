/** The forward pass up to the head. */
import type { BaseModel } from '../models/base-model.ts';
import type { LoraLayout } from '../models/lora.ts';
import { type Rows, rowCount } from '../models/rows.ts';

/** What every graph of a trainer is built for. */
export interface StepShape {
  model: BaseModel;
  layout: LoraLayout;
  rows: Rows;
  /** Dropout on LoRA's inputs, 0 to turn it off. */
  dropout: number;
}

export const hidden = ({ model, rows }: StepShape): [number, number] => [rowCount(rows), model.config.hidden_size];
