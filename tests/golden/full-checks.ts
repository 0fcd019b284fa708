/** Full fine-tuning against PyTorch's numbers (make_goldens.py, `write_full`). */
import { readSafetensors, tensorToFloat32 } from '../../src/files/safetensors.ts';
import type { Device } from '../../src/engine/runtime/index.ts';
import { Trainer, type TrainingOptions } from '../../src/engine/training/index.ts';
import { GoldenSet, type ReadGolden, relativeError } from './golden-set.ts';
import { isFull } from '../../src/records/adapter.ts';
import type { TrainerState } from '../../src/records/trainer-state.ts';

/** Six steps of all weights in one go, and saved, thrown away and resumed after two: every loss and every number of both. */
export async function fullResumed(device: Device, read: ReadGolden): Promise<{ unbroken: number[]; resumed: number[]; sameWeights: boolean }> {
  const set = await GoldenSet.open('families/qwen2', read);
  const make = async (resume?: TrainerState): Promise<Trainer> => Trainer.create(await set.model(device), { adapters: [{ id: 'all', batches: set.batches(0), seed: 0 }], lora: null, training: { ...set.training, learning_rate: 0.003 }, ...(resume ? { resume } : {}) });
  const steps = async (trainer: Trainer, count: number): Promise<number[]> => {
    const losses: number[] = [];
    for (let step = 0; step < count; step++) losses.push((await trainer.step()).adapters[0]?.loss as number);
    return losses;
  };
  const whole = await make();
  const unbroken = await steps(whole, 6);
  const first = await make();
  const before = await steps(first, 2);
  const second = await make(structuredClone(await first.save()));
  const resumed = [...before, ...(await steps(second, 4))];
  const [a, b] = [(await whole.adapters())[0], (await second.adapters())[0]];
  for (const trainer of [whole, first, second]) trainer.dispose();
  return { unbroken, resumed, sameWeights: [...(a?.tensors ?? [])].every(([name, { data }]) => String(data) === String(b?.tensors.get(name)?.data)) };
}

export interface FullErrors {
  /** The worst of every weight's gradient, by the name of the weight. */
  gradients: { count: number; worst: string; error: number };
  /** Largest relative differences over twenty steps. */
  loss: number;
  norm: number;
  /** Names and shapes of what comes out are the checkpoint's. */
  sameTensors: boolean;
}

export async function fullErrors(device: Device, read: ReadGolden, name: string): Promise<FullErrors> {
  const set = await GoldenSet.open(name, read);
  const known = JSON.parse(new TextDecoder().decode(await read(`${name}/full.json`))) as { training: TrainingOptions; loss: number[]; grad_norm: number[] };
  const trainer = await Trainer.create(await set.model(device), { adapters: [{ id: 'all', batches: set.batches(0), seed: 0 }], lora: null, training: { ...set.training, ...known.training } });
  const { gradients } = await trainer.inspectGradients([set.batch('batch0.0')]);
  const { tensors } = readSafetensors(await read(`${name}/full.safetensors`), 'full.safetensors');
  const errors = [...tensors].map(([weight, tensor]) => ({ weight, error: relativeError(tensorToFloat32(tensor, weight), gradients[0]?.get(weight)?.data ?? []) }));
  const worst = errors.reduce((a, b) => (b.error > a.error || Number.isNaN(b.error) ? b : a));
  let [loss, norm] = [0, 0];
  for (const [step, expected] of known.loss.entries()) {
    const [report] = (await trainer.step()).adapters;
    loss = Math.max(loss, Math.abs((report?.loss as number) / expected - 1));
    norm = Math.max(norm, Math.abs((report?.grad_norm as number) / (known.grad_norm[step] as number) - 1));
  }
  const [tuned] = await trainer.adapters();
  const checkpoint = readSafetensors(await read(`${name}/model.safetensors`), 'model.safetensors').tensors;
  const sameTensors = tuned !== undefined && isFull(tuned) && tuned.tensors.size === checkpoint.size && [...checkpoint].every(([key, { shape }]) => tuned.tensors.get(key)?.shape.join() === shape.join());
  trainer.dispose();
  return { gradients: { count: errors.length, worst: worst.weight, error: worst.error }, loss, norm, sameTensors };
}
