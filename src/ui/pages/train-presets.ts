/** Settings that papers and tools report, for the Train page. Only what a source states is set; the rest stays as it is. */
import type { Manifest } from '../../studies/manifest.ts';

export interface Preset {
  name: string;
  /** Where the values are from. */
  source: string;
  url: string;
  tuning: Manifest['tuning'];
  lora: Partial<Manifest['lora']>;
  training: Partial<Manifest['training']>;
  /** What differs here, or is not stated there. */
  note: string;
}

export const PRESETS: readonly Preset[] = [
  {
    name: 'Bactrian-X',
    source: 'Li et al. 2023',
    url: 'https://arxiv.org/abs/2305.15011',
    tuning: 'lora',
    lora: { r: 64, lora_alpha: 16, lora_dropout: 0.05, target_modules: ['q_proj', 'v_proj'] },
    // A batch of 128: four sequences, 32 times.
    training: { learning_rate: 3e-4, num_train_epochs: 4, max_steps: -1, max_length: 768, per_device_train_batch_size: 4, gradient_accumulation_steps: 32 },
    note: 'A batch of 128, as 4 x 32.',
  },
  {
    name: 'Chen et al.',
    source: 'Chen et al. 2023',
    url: 'https://arxiv.org/abs/2309.08958',
    tuning: 'lora',
    lora: { r: 8, lora_alpha: 16 },
    training: { learning_rate: 3e-4, num_train_epochs: 5, max_steps: -1, max_length: 512 },
    note: 'Their LoRA setting for small models; batch size and modules stay as they are.',
  },
  {
    name: 'FastChat',
    source: 'Zheng et al. 2023, training script',
    url: 'https://github.com/lm-sys/FastChat#fine-tuning',
    tuning: 'full',
    lora: {},
    training: { learning_rate: 2e-5, num_train_epochs: 3, max_steps: -1, max_length: 2048, per_device_train_batch_size: 1, gradient_accumulation_steps: 128, assistant_only_loss: true },
    note: 'All weights are tuned, as FastChat does (Weber et al. name it as an orientation): for small checkpoints. Adapters usually want ten times the rate.',
  },
];

/** The manifest with what a preset states. */
export function withPreset(manifest: Manifest, { tuning, lora, training }: Preset): Manifest {
  const contrary = tuning === 'full' ? { init_adapter: null, storage: manifest.storage.startsWith('int') ? ('auto' as const) : manifest.storage } : {};
  return { ...manifest, ...contrary, tuning, lora: { ...manifest.lora, ...lora }, training: { ...manifest.training, ...training } };
}

/** The preset whose every value the manifest has. */
export function presetOf(manifest: Manifest): Preset | undefined {
  const same = (section: object, values: object): boolean => Object.entries(values).every(([key, value]) => JSON.stringify((section as Record<string, unknown>)[key]) === JSON.stringify(value));
  return PRESETS.find(({ tuning, lora, training }) => tuning === manifest.tuning && same(manifest.lora, lora) && same(manifest.training, training));
}
