import type { OnProgress } from '../core/progress.ts';
import type { Device } from '../runtime/index.ts';
import { type BaseModel, createBaseModel } from './base-model.ts';
import { type CheckpointFiles, readCheckpoint } from './checkpoint.ts';
import type { Storage } from './stored.ts';

/**
 * A checkpoint from its files to frozen weights on a device, with everything about it checked on the way.
 * @throws LabError what `readCheckpoint` throws; `runtime.buffer-limit` when a weight is larger than the GPU can bind
 */
export async function loadCheckpoint(files: CheckpointFiles, device: Device, { storage = 'auto', onProgress }: { storage?: Storage; onProgress?: OnProgress } = {}): Promise<BaseModel> {
  return createBaseModel(await readCheckpoint(files, onProgress), device, storage);
}
