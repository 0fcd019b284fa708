/** DoRA beside what PyTorch's numbers say of it (families.py): where it starts, its dropout, and plain adapters next to it. */
import { loraNames } from '../../src/engine/adapters/adapter.ts';
import { Generator } from '../../src/engine/generation/index.ts';
import { readSafetensors, tensorToFloat32 } from '../../src/files/safetensors.ts';
import type { Device } from '../../src/engine/runtime/index.ts';
import { Trainer, type TrainerOptions } from '../../src/engine/training/index.ts';
import { GoldenSet, type ReadGolden, relativeError } from './golden-set.ts';

const FOLDER = 'families/qwen2-dora';

async function trainer(device: Device, set: GoldenSet, more: Partial<TrainerOptions>): Promise<Trainer> {
  return Trainer.create(await set.model(device), { adapters: [{ id: 'fresh', batches: set.batches(0), seed: 3 }], lora: set.lora, training: set.training, engine: 'whole', ...more });
}

/** Before its first step: how far the magnitudes are from the lengths of the checkpoint's rows, and its loss and gradient from plain LoRA's. */
export async function freshDora(device: Device, read: ReadGolden): Promise<{ lengths: number; loss: number; gradients: number }> {
  const set = await GoldenSet.open(FOLDER, read);
  const [dora, lora] = [await trainer(device, set, {}), await trainer(device, set, { lora: { ...set.lora, use_dora: false } })];
  const [adapter] = await dora.adapters();
  const { tensors } = readSafetensors(await read(`${FOLDER}/model.safetensors`), 'model.safetensors');
  const { config } = await set.model(device);
  const names = loraNames(config, 1, 'self_attn.v_proj');
  const weight = tensorToFloat32(tensors.get('model.layers.1.self_attn.v_proj.weight') as Parameters<typeof tensorToFloat32>[0], 'v_proj');
  const rows = Array.from({ length: weight.length / config.hidden_size }, (_, i) => Math.hypot(...weight.subarray(i * config.hidden_size, (i + 1) * config.hidden_size)));
  const [a, b] = [await dora.inspectGradients([set.batch('batch0.0')]), await lora.inspectGradients([set.batch('batch0.0')])];
  dora.dispose();
  lora.dispose();
  const worst = [...(b.gradients[0] as (typeof b.gradients)[number])].filter(([name]) => name.endsWith('lora_B.weight')).map(([name, { data }]) => relativeError(data, a.gradients[0]?.get(name)?.data ?? []));
  return { lengths: relativeError(rows, adapter?.tensors.get(names.magnitude)?.data ?? []), loss: Math.abs((a.losses[0] as number) / (b.losses[0] as number) - 1), gradients: Math.max(...worst) };
}

/** Losses of a few steps with dropout by both engines, and without it. */
export async function doraDropout(device: Device, read: ReadGolden): Promise<Record<'whole' | 'blockwise' | 'without', number[]>> {
  const set = await GoldenSet.open(FOLDER, read);
  const losses = async (more: Partial<TrainerOptions>): Promise<number[]> => {
    const running = await trainer(device, set, more);
    const found: number[] = [];
    for (let step = 0; step < 6; step++) found.push((await running.step()).adapters[0]?.loss as number);
    running.dispose();
    return found;
  };
  const lora = { ...set.lora, lora_dropout: 0.2 };
  return { whole: await losses({ lora }), blockwise: await losses({ lora, engine: 'blockwise' }), without: await losses({}) };
}

/** A DoRA adapter and a plain one, of the same base, answering in one batch: their tokens and PyTorch's. */
export async function doraBesideLora(device: Device, read: ReadGolden): Promise<{ found: number[][]; known: number[][] }> {
  const sets = [await GoldenSet.open(FOLDER, read), await GoldenSet.open('families/qwen2', read)];
  const asked = await Promise.all([FOLDER, 'families/qwen2'].map(async (folder) => (JSON.parse(new TextDecoder().decode(await read(`${folder}/goldens.json`))) as { generations: { adapter: number; prompt: number[]; tokens: number[] }[] }).generations.filter(({ adapter }) => adapter === 0)));
  const generator = await Generator.create(await (sets[0] as GoldenSet).model(device), sets.map((set) => set.adapter(0)), { stops: [95_000] });
  const requests = asked.flatMap((own, adapter) => own.map(({ prompt }, i) => ({ id: `${adapter}/${i}`, adapter, prompt, maxNewTokens: 24, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: '' })));
  const results = await generator.generate(requests);
  await generator.dispose();
  return { found: results.map(({ tokens }) => tokens), known: asked.flat().map(({ tokens }) => tokens) };
}
