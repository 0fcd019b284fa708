/** Mistral (Jiang et al. 2023): Llama with a window of attention in every layer. */
import { oneRope, unsupported, windows } from '../fields.ts';
import type { Family } from './family.ts';
import { llama } from './llama.ts';

export const mistral: Family = {
  ...llama,
  model_type: 'mistral',
  architecture: 'MistralForCausalLM',
  defaults: { intermediate_size: 14336, num_key_value_heads: 8, max_position_embeddings: 4096 * 32, sliding_window: 4096 },
  config(fields) {
    const { rope, problems } = oneRope(fields);
    const { problems: strange, ...sliding } = windows(fields, () => true);
    return { config: { rope, ...sliding }, problems: [...unsupported(fields), ...problems, ...strange] };
  },
};
