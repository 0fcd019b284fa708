/** What is trained, adapter by adapter. */
import type { Batches } from '../text/packing.ts';
import type { Adapter } from '../../records/adapter.ts';

export interface TrainedAdapter {
  id: string;
  batches: Batches;
  /** Names the initial numbers and the dropout masks, whatever other adapters are trained beside it. */
  seed: number;
  /** Where to start from; left out, PEFT's initialisation. */
  init?: Adapter;
  /** Peak rate of this adapter alone; left out, the training's. */
  learning_rate?: number;
}
