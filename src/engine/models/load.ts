import type { Device } from '../runtime/index.ts';
import { type BaseModel, type LoadOptions, createBaseModel } from './base-model.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { CheckpointFiles } from '../../records/checkpoint-files.ts';

/**
 * A checkpoint from its files to frozen weights on a device, with everything about it checked on the way.
 * @throws LabError what `readCheckpoint` and `createBaseModel` throw
 */
export async function loadCheckpoint(files: CheckpointFiles, device: Device, options?: LoadOptions): Promise<BaseModel> {
  return createBaseModel(await readCheckpoint(files), device, options);
}
