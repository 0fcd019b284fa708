/** Settings that papers and tools report, for the Train page. Only what a source states is set; the rest stays as it is. */
import type { Manifest } from '../../records/manifest.ts';

export interface Preset {
  name: string;
  /** Where the values are from. */
  source: string;
  url: string;
  tuning: Manifest['tuning'];
  storage?: Manifest['storage'];
  lora: Partial<Manifest['lora']>;
  training: Partial<Manifest['training']>;
  /** What differs here, or is not stated there. */
  note: string;
}

export const PRESETS: readonly Preset[] = [
  {
    name: 'Bactrian-X',
    source: 'Li et al. 2023, their training command',
    url: 'https://github.com/mbzuai-nlp/bactrian-x#training',
    tuning: 'lora',
    lora: { r: 64, lora_alpha: 16, lora_dropout: 0.05, target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj'] },
    training: { learning_rate: 3e-4, lr_scheduler_type: 'linear', warmup_steps: 200, num_train_epochs: 10, max_steps: -1, max_length: 768, per_device_train_batch_size: 4, gradient_accumulation_steps: 32 },
    note: 'A batch of 128, as 4 x 32. Small mixes have few steps: shorten the warm-up with them.',
  },
  {
    name: 'Chen et al.',
    source: 'Chen et al. 2023, their LoRA script',
    url: 'https://github.com/hplt-project/monolingual-multilingual-instruction-tuning/tree/main/loraft',
    tuning: 'lora',
    lora: { r: 8, lora_alpha: 16, lora_dropout: 0.05, target_modules: ['q_proj', 'k_proj', 'v_proj', 'query_key_value'] },
    training: { learning_rate: 3e-4, lr_scheduler_type: 'linear', warmup_steps: 100, num_train_epochs: 5, max_steps: -1, max_length: 512, per_device_train_batch_size: 2, gradient_accumulation_steps: 64, assistant_only_loss: false, eval_steps: 200, load_best_model_at_end: true },
    note: 'A batch of 128, as 2 x 64; the loss is on all tokens, and the checkpoint with the best validation loss is kept.',
  },
  {
    name: 'FastChat',
    source: 'Zheng et al. 2023, training command',
    url: 'https://github.com/lm-sys/FastChat#fine-tuning',
    tuning: 'full',
    lora: {},
    training: { learning_rate: 2e-5, lr_scheduler_type: 'cosine', weight_decay: 0, num_train_epochs: 3, max_steps: -1, max_length: 2048, per_device_train_batch_size: 2, gradient_accumulation_steps: 64, assistant_only_loss: true },
    note: 'All weights are tuned (Weber et al. name it as an orientation): for small checkpoints. A batch of 128, as 2 x 64; its warm-up is 3 % of the steps, for you to set.',
  },
  {
    name: 'FastChat QLoRA',
    source: 'Zheng et al. 2023, (Q)LoRA command',
    url: 'https://github.com/lm-sys/FastChat/blob/main/docs/training.md',
    tuning: 'lora',
    storage: 'int4',
    lora: { r: 8, lora_alpha: 16, lora_dropout: 0.05, target_modules: ['q_proj', 'v_proj'] },
    training: { learning_rate: 2e-5, lr_scheduler_type: 'cosine', weight_decay: 0, num_train_epochs: 3, max_steps: -1, max_length: 2048, per_device_train_batch_size: 1, gradient_accumulation_steps: 1, assistant_only_loss: true },
    note: 'Frozen weights in four bits: blocks of integers here, NF4 there. Its warm-up is 3 % of the steps, for you to set.',
  },
];

/** The manifest with what a preset states. */
export function withPreset(manifest: Manifest, { tuning, storage, lora, training }: Preset): Manifest {
  const contrary = tuning === 'full' ? { init_adapter: null, storage: manifest.storage.startsWith('int') ? ('auto' as const) : manifest.storage } : {};
  return { ...manifest, ...contrary, tuning, ...(storage ? { storage } : {}), lora: { ...manifest.lora, ...lora }, training: { ...manifest.training, ...training } };
}

/** The preset whose every value the manifest has. */
export function presetOf(manifest: Manifest): Preset | undefined {
  const same = (section: object, values: object): boolean => Object.entries(values).every(([key, value]) => JSON.stringify((section as Record<string, unknown>)[key]) === JSON.stringify(value));
  return PRESETS.find(({ tuning, storage, lora, training }) => tuning === manifest.tuning && (!storage || storage === manifest.storage) && same(manifest.lora, lora) && same(manifest.training, training));
}
