/** The families the lab has, by config.json's `model_type`. */
import { LabError } from '../../../core/errors.ts';
import type { ModelConfig } from '../model-config.ts';
import type { Family } from './family.ts';
import { gemma3 } from './gemma3.ts';
import { gptNeox } from './gpt-neox.ts';
import { llama } from './llama.ts';
import { mistral } from './mistral.ts';
import { mixtral } from './mixtral.ts';
import { qwen2 } from './qwen2.ts';
import { qwen3Moe } from './qwen3-moe.ts';
import { qwen3 } from './qwen3.ts';

export const FAMILIES: Readonly<Record<string, Family>> = Object.fromEntries([llama, mistral, qwen2, qwen3, gemma3, mixtral, qwen3Moe, gptNeox].map((family) => [family.model_type, family]));

export function familyOf({ model_type }: Pick<ModelConfig, 'model_type'>): Family {
  const family = FAMILIES[model_type];
  if (!family) throw new LabError('models.unsupported-architecture', `There is no family "${model_type}".`, 'This is a fault of the lab; please report it with the model you loaded.', { model_type });
  return family;
}
