/** Whether a checkpoint may be brought into this browser: the verdict on its size, and the refusal of one that does not fit. */
import { LabError } from '../core/errors.ts';
import type { ModelConfig } from '../engine/models/model-config.ts';
import { type Verdict, verdict } from '../engine/training/fits.ts';
import type { FitOptions } from '../records/model.ts';

/** @param toStore bytes that have still to be written for it */
export async function judgeSize(config: ModelConfig, bytes: number, toStore: number, { device = 'wasm', largestBuffer = null }: FitOptions): Promise<Verdict> {
  const { usage = 0, quota } = await navigator.storage.estimate();
  return verdict(config, bytes, { kind: device, largestBuffer, free: quota === undefined ? null : Math.max(0, quota - usage), toStore });
}

/** @throws LabError `models.does-not-fit`, unless it is wanted `anyway` */
export function refuseUnfit({ kind, lacks, reason, needs }: Verdict, name: string, { anyway = false }: FitOptions): void {
  if (kind !== 'does-not-fit' || anyway) return;
  const remedy = lacks === 'storage' ? 'Delete models, datasets or studies that you no longer need, or free space on the disk.' : 'Choose a smaller checkpoint, or open the lab where there is more memory.';
  throw new LabError('models.does-not-fit', `${name} does not fit this device. ${reason}`, `${remedy} These figures are estimates: "anyway" brings it in all the same.`, { lacks, needs });
}
