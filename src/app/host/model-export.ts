/** A study's tuned model on its way out: the adapter folded into its base, with a model card that says what it is. */
import { version } from '../../../package.json';
import { type ModelFormat, modelFiles, zipModel } from '../../engine/exports/index.ts';
import type { StudyContent } from '../../studies/study-content.ts';
import { cardOf, fileName } from '../../studies/card.ts';
import type { ModelLibrary } from './models.ts';
import type { Tuned } from '../../records/adapter.ts';
import type { CellState } from '../../records/study.ts';

export interface TunedCell {
  cell: CellState;
  adapter: Tuned;
  /** Of the cell, as far as it can be. */
  study: Pick<StudyContent, 'state' | 'questions' | 'answers' | 'judgments'>;
}

/** @throws LabError `exports.family`, `exports.too-large`; what reading the base throws */
export async function exportModel(models: ModelLibrary, { cell, adapter, study }: TunedCell, format: ModelFormat): Promise<Blob> {
  const card = await cardOf(study, cell, adapter, format, version);
  const [base, tokenizer] = await Promise.all([models.files(cell.model), models.tokenizer(cell.model)]);
  const files = await modelFiles({ base, adapter, format, chatTemplate: tokenizer.template.source, card });
  return zipModel(files, fileName(cell));
}
