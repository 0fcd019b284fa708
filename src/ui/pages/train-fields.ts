/** Every manifest field the Train page folds away: PEFT's, TRL's and FastChat's names, and what each does in a sentence. */
import type { Manifest } from '../../records/manifest.ts';

/** `study` is the manifest itself. */
export type Section = 'study' | 'lora' | 'training' | 'benchmark';

export interface Field {
  name: string;
  help: string;
  /** `switch or text`: true, false or a text of one's own. */
  kind: 'number' | 'switch' | 'choice' | 'list' | 'switch or text';
  /** Of a choice, or of a list; of a switch or text, what it is called when on, off, and a text. */
  options?: readonly string[];
  min?: number;
  max?: number;
  step?: number | 'any';
  /** May be left empty: null. */
  optional?: boolean;
}

const number = (name: string, help: string, min: number, step: number | 'any' = 1, max?: number, optional = false): Field => ({ name, help, kind: 'number', min, step, ...(max === undefined ? {} : { max }), ...(optional ? { optional } : {}) });
const toggle = (name: string, help: string): Field => ({ name, help, kind: 'switch' });

export const FIELDS: Readonly<Record<Section, { title: string; from: string; fields: readonly Field[] }>> = {
  lora: {
    title: 'Adapter',
    from: 'PEFT LoraConfig',
    fields: [
      number('r', 'Rank of the two small matrices added to each module. Higher learns more and costs more.', 1),
      number('lora_alpha', 'The adapter’s output is scaled by lora_alpha / r.', 0.001, 'any'),
      toggle('use_rslora', 'Scale by lora_alpha / √r instead, so that a higher rank does not learn slower (rsLoRA).'),
      toggle('use_dora', 'Learn the length of each weight row apart from its direction (DoRA); a step takes somewhat longer.'),
      number('lora_dropout', 'Share of adapter inputs dropped at random while training.', 0, 'any', 0.95),
      { name: 'target_modules', help: 'Which projections of every layer get an adapter; those that a model does not have are passed over.', kind: 'list', options: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj', 'gate', 'w1', 'w2', 'w3', 'query_key_value', 'dense', 'dense_h_to_4h', 'dense_4h_to_h'] },
    ],
  },
  training: {
    title: 'Training',
    from: 'TRL SFTConfig',
    fields: [
      number('learning_rate', 'Peak step size of AdamW.', 0, 'any'),
      { name: 'lr_scheduler_type', help: 'How the learning rate falls after the warm-up.', kind: 'choice', options: ['constant', 'linear', 'cosine'] },
      number('warmup_steps', 'Steps over which the learning rate rises from zero.', 0),
      number('per_device_train_batch_size', 'Sequences a step, for each adapter.', 1),
      number('gradient_accumulation_steps', 'Batches summed before the weights move once.', 1),
      number('max_length', 'Tokens a sequence; longer conversations are cut.', 16),
      toggle('packing', 'Fill each sequence with several conversations, kept apart by the attention mask.'),
      toggle('shuffle', 'Shuffle the records every epoch, by the seed.'),
      toggle('assistant_only_loss', 'Learn from the assistant’s tokens only. Off: from all tokens.'),
      number('weight_decay', 'Decoupled decay of the adapter’s weights.', 0, 'any'),
      number('adam_beta1', 'AdamW: memory of the gradient’s mean.', 0, 'any', 1),
      number('adam_beta2', 'AdamW: memory of the gradient’s square.', 0, 'any', 1),
      number('adam_epsilon', 'AdamW: keeps the division from blowing up.', 0, 'any'),
      number('max_grad_norm', 'Gradients longer than this are scaled down to it.', 0, 'any'),
      number('eval_fraction', 'Share of each mix held out to measure eval_loss.', 0, 'any', 1),
      number('eval_steps', 'Steps between evaluations; 0: only at the end.', 0),
      number('early_stopping_patience', 'Evaluations in a row without a better eval_loss after which a mix stops. Empty: never.', 1, 1, undefined, true),
      number('early_stopping_threshold', 'By how much eval_loss has to be lower to count as better.', 0, 'any'),
      toggle('load_best_model_at_end', 'Keep the weights with the lowest eval_loss instead of the last ones.'),
      number('save_steps', 'Steps between checkpoints that a reload goes on from.', 1),
    ],
  },
  study: {
    title: 'Messages',
    from: 'the system message',
    fields: [
      { name: 'system_prompt', help: 'What stands before a record or question that brings no system message of its own.', kind: 'switch or text', options: ['a sentence in its language', 'nothing', 'this text'] },
    ],
  },
  benchmark: {
    title: 'Answering',
    from: 'generation',
    fields: [
      number('max_new_tokens', 'Most tokens a turn may have; an answer that reaches it is cut off and marked.', 1),
      number('top_p', 'Sample from the likeliest tokens that together have this probability. 1: all.', 0, 'any', 1),
      number('top_k', 'Sample from this many likeliest tokens. 0: all.', 0),
      number('repetition_penalty', 'Above 1 makes tokens already used less likely.', 0.1, 'any'),
    ],
  },
};

/** A copy of the manifest with one field set. */
export function withField(manifest: Manifest, section: Section, name: string, value: unknown): Manifest {
  return section === 'study' ? { ...manifest, [name]: value } : { ...manifest, [section]: { ...manifest[section], [name]: value } };
}

export const fieldValue = (manifest: Manifest, section: Section, name: string): unknown => ((section === 'study' ? manifest : manifest[section]) as Record<string, unknown>)[name];
