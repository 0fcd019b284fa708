/** The model card of one cell: what it was made of, how, and what it scored itself, other seeds of its mix left out. */
import { lossInWords } from '../records/training-data.ts';
import { type CardFormat, modelCard } from '../engine/exports/index.ts';
import { parseMix } from '../data/recipes/index.ts';
import { baseOf } from './base.ts';
import type { StudyContent } from './study-content.ts';
import type { Manifest } from '../records/manifest.ts';
import { resultsOf } from './results.ts';
import { rateOf } from './training-stage.ts';
import { isFull, type Tuned } from '../records/adapter.ts';
import type { CellState } from '../records/study.ts';

/** A cell's name as a file or folder may have it. */
export function fileName(cell: CellState): string {
  return cell.id.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-');
}

/**
 * @param study answers and judgments of other cells make no difference
 * @param version of the lab
 */
export async function cardOf(study: Pick<StudyContent, 'state' | 'questions' | 'answers' | 'judgments'>, cell: CellState, adapter: Tuned, format: CardFormat, version: string): Promise<string> {
  const { state, questions } = study;
  const { manifest } = state;
  // Studies of earlier versions know nothing of these.
  const { tuning = 'lora', storage = 'auto', init_adapter = null, system_prompt = true } = manifest;
  const own = <T extends { model_id: string }>(rows: readonly T[]): T[] => rows.filter(({ model_id }) => model_id === cell.id);
  const results = await resultsOf({ state: { ...state, cells: [cell] }, questions, answers: own(study.answers), judgments: own(study.judgments) });
  return modelCard({
    name: fileName(cell),
    base: baseOf(state, cell.model),
    format,
    dataset: cell.dataset,
    mix: cell.mix,
    languages: parseMix(cell.mix).languages,
    records: manifest.records,
    seed: cell.seed,
    steps: cell.trained.done,
    note: [cell.note, cell.data && lossInWords(cell.data, manifest.training.max_length)].filter(Boolean).join(' ') || null,
    tuning,
    storage,
    settings: { ...(init_adapter === null ? {} : { init_adapter }), ...(isFull(adapter) ? {} : adapter.config), system_prompt, ...trainingOf(manifest, cell.mix) },
    benchmark: manifest.benchmark.id,
    questionsPerCategory: manifest.benchmark.questions_per_category,
    judge: results.judge,
    scores: results.heatmap,
    version,
  });
}

/** What the cell was trained with: its own rate, and nothing that was without effect. */
function trainingOf(manifest: Manifest, mix: string): Record<string, string | number | boolean> {
  const { learning_rates: _rates, num_train_epochs, max_steps, save_steps: _saves, early_stopping_patience: patience = null, early_stopping_threshold, ...others } = manifest.training;
  return {
    ...others,
    learning_rate: rateOf(manifest, mix),
    ...(max_steps > 0 ? { max_steps } : { num_train_epochs }),
    ...(patience === null ? {} : { early_stopping_patience: patience, early_stopping_threshold }),
  };
}
