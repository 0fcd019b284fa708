/** A trainer at rest. */
import { LabError } from '../../core/errors.ts';
import type { OptimizerShape } from './adamw.ts';
import type { LoraConfig } from '../../records/adapter.ts';
import type { TrainerState } from '../../records/trainer-state.ts';

export const TRAINER_STATE_SCHEMA = 1;

const settings = (lora: LoraConfig | null): string => (lora ? ofLora(lora) : 'all weights');
const ofLora = ({ r, lora_alpha, lora_dropout, target_modules, use_rslora = false, use_dora = false }: LoraConfig): string => JSON.stringify([r, lora_alpha, lora_dropout, target_modules.toSorted(), use_rslora, use_dora]);

/** @throws LabError `training.resume` when the state belongs to another run */
export function checkState(state: TrainerState, ids: readonly string[], lora: LoraConfig | null, { layers, size }: OptimizerShape): void {
  const problems: string[] = [];
  if (state.schema !== TRAINER_STATE_SCHEMA) problems.push(`it has schema ${String(state.schema)}, not ${TRAINER_STATE_SCHEMA}`);
  const saved = state.adapters.map(({ id }) => id);
  if (saved.join('|') !== ids.join('|')) problems.push(`it holds ${saved.join(', ')}, not ${ids.join(', ')}`);
  if (settings(state.lora) !== settings(lora)) problems.push('its LoRA configuration is another');
  else if (state.adapters.some(({ parameters, m, v }) => [parameters, m, v].some((data) => data.length !== layers * size))) problems.push('its adapters have another size');
  if (problems.length === 0) return;
  throw new LabError('training.resume', `The saved training state does not belong to this run: ${problems.join('; ')}.`, 'Start the training anew.', { problems });
}
