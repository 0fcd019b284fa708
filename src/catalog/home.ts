/** The study the home page runs: Weber et al.'s nine compositions on the embedded world, sized for two CPU cores. */
import { WORLD_BENCHMARK_ID } from '../world/index.ts';
import { WORLD_MODEL } from './embedded.ts';
import type { ManifestInput } from '../records/manifest.ts';

export const HOME: ManifestInput = {
  schema: 1,
  name: 'Nine mixes of Lima-X (world)',
  models: [WORLD_MODEL],
  datasets: ['lima-x-world'],
  mixes: ['EN', 'DE', 'FR', 'IT', 'ES', 'ENDEFRITES', 'DEFRITES', 'ENDEFRITES-sampled', 'DEFRITES-sampled'],
  lora: { r: 8, lora_alpha: 16 },
  training: { learning_rate: 3e-3, lr_scheduler_type: 'linear', warmup_steps: 10, max_steps: 320, per_device_train_batch_size: 1, max_length: 128, packing: true, save_steps: 20 },
  benchmark: { id: WORLD_BENCHMARK_ID, languages: ['en', 'de', 'fr', 'it', 'es'], questions_per_category: 3, max_new_tokens: 48 },
  judge: { kind: 'rules' },
  seeds: [0],
  adapters_per_pass: 9,
};
