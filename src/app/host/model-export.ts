/** A study's tuned model on its way out: the adapter folded into its base, with a model card that says what it is. */
import { version } from '../../../package.json';
import { isFull } from '../../adapters/adapter.ts';
import { LabError } from '../../core/errors.ts';
import { type ModelFormat, modelCard, modelFiles, zipModel } from '../../exports/index.ts';
import { parseMix } from '../../mixes/index.ts';
import type { Store } from '../../storage/index.ts';
import type { StudyResults, StudyState } from '../facade.ts';
import type { ModelLibrary } from './models.ts';

/** @throws LabError `studies.no-adapter`, `exports.family`, `exports.too-large`; what reading the base throws */
export async function exportModel({ store, models }: { store: Store; models: ModelLibrary }, state: StudyState, results: StudyResults, cellId: string, format: ModelFormat): Promise<Blob> {
  const cell = state.cells.find(({ id }) => id === cellId);
  const adapter = await store.studies.adapter(state.id, cellId);
  if (!cell || !adapter) throw new LabError('studies.no-adapter', `The study "${state.name}" has no adapter for ${cellId}.`, 'Adapters are there once a cell has been trained; the untuned model has none.', { id: state.id, cell: cellId });
  const { manifest } = state;
  const { learning_rate, lr_scheduler_type, warmup_steps, per_device_train_batch_size, gradient_accumulation_steps, max_length, packing, assistant_only_loss } = manifest.training;
  const name = cellId.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-');
  const card = modelCard({
    name,
    base: cell.model,
    dataset: cell.dataset,
    mix: cell.mix,
    languages: parseMix(cell.mix).languages,
    records: manifest.records,
    seed: cell.seed,
    steps: cell.trained.done,
    tuning: manifest.tuning,
    settings: { ...(isFull(adapter) ? {} : adapter.config), learning_rate, lr_scheduler_type, warmup_steps, per_device_train_batch_size, gradient_accumulation_steps, max_length, packing, assistant_only_loss },
    benchmark: manifest.benchmark.id,
    questionsPerCategory: manifest.benchmark.questions_per_category,
    judge: results.judge,
    // Seeds of one mix are pooled in the results; a card speaks of one model.
    scores: manifest.seeds.length > 1 ? [] : results.heatmap.filter((row) => row.model === cell.model && row.dataset === cell.dataset && row.mix === cell.mix),
    rounded: format === 'onnx-q4',
    version,
  });
  const [base, tokenizer] = await Promise.all([models.files(cell.model), models.tokenizer(cell.model)]);
  const files = await modelFiles({ base, adapter, format, chatTemplate: tokenizer.template.source, card });
  return new Blob([zipModel(files, name)], { type: 'application/zip' });
}
