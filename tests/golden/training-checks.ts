/** What the engine is compared with PyTorch by. Pure of where it runs: tests call it in a page, the bench on a GPU server in Node. */
import { Graph, type Value, cast, gather } from '../../src/onnx/index.ts';
import { frozen, logits, packedMask, rotaryTables } from '../../src/models/layers.ts';
import { layerParameters, llamaBlock, maskedAttention } from '../../src/models/llama.ts';
import type { BaseModel } from '../../src/models/base-model.ts';
import { LoraLayout } from '../../src/models/lora.ts';
import { type Device, host, readFloats } from '../../src/runtime/index.ts';
import type { Batch } from '../../src/text/packing.ts';
import { Trainer, type TrainerOptions } from '../../src/training/index.ts';
import { BlockwiseEngine } from '../../src/training/blockwise.ts';
import { columnConstants, keepMasks, rowKeyFeeds, rowKeys } from '../../src/training/dropout.ts';
import { layerBindings, outerBindings } from '../../src/training/graphs.ts';
import { joinBatches } from '../../src/training/inputs.ts';
import { GOLDEN_ROWS, GoldenSet, type ReadGolden, relativeError } from './golden-set.ts';

export interface LogitsErrors {
  packed: number;
  plain: number;
  /** Null where the checkpoint's goldens have no adapter. */
  adapter: number | null;
}

/** Relative errors of the logits of a golden checkpoint: packed rows, plain rows, and with adapter 0. */
export async function logitsErrors(device: Device, read: ReadGolden, name: string): Promise<LogitsErrors> {
  const set = await GoldenSet.open(name, read);
  const model = await set.model(device);
  const packed = set.batch('input');
  const ids = set.ints('plain.ids');
  const plain: Batch = { ids, positions: ids.map((_, i) => i % GOLDEN_ROWS.maxLength), segments: ids.map(() => 0), targets: ids };
  return {
    packed: relativeError(set.floats('logits.packed'), await allLogits(model, packed)),
    plain: relativeError(set.floats('logits.plain'), await allLogits(model, plain)),
    adapter: set.numbers.lora ? relativeError(set.floats('logits.adapter0'), await allLogits(model, packed, set)) : null,
  };
}

async function allLogits(model: BaseModel, batch: Batch, adapted?: GoldenSet): Promise<Float32Array> {
  const { batchSize, maxLength } = GOLDEN_ROWS;
  const rows = { adapters: 1, batch: batchSize, length: maxLength };
  const g = new Graph('logits');
  const ids = g.input('ids', 'int32', [batchSize * maxLength]);
  const shared = {
    config: model.config,
    rows,
    positions: g.input('positions', 'int64', [batchSize, maxLength]),
    tables: rotaryTables(g, model.config, maxLength),
    attend: maskedAttention(packedMask(g.input('segments', 'int32', [batchSize, maxLength]))),
  };
  const embedding = frozen(g, 'embedding', model.embedding);
  const tied = model.head === model.embedding;
  const bindings = { ...outerBindings(model) };
  let x = cast(gather(embedding, ids), 'float32');
  model.layers.forEach((weights, layer) => {
    const layout = adapted ? new LoraLayout(adapted.lora, model.config) : null;
    let lora;
    if (layout && adapted) {
      const flat = new Float32Array(layout.size);
      layout.pack(adapted.adapter(0).tensors, layer, flat, 0);
      bindings[`adapter${layer}`] = model.device.upload(host('float32', [1, layout.size], flat));
      ({ lora } = layout.terms(g.parameter(`adapter${layer}`, 'float32', [1, layout.size])));
    }
    x = llamaBlock(x, layerParameters(g, weights, `layer${layer}.`), { ...shared, ...(lora ? { lora } : {}) });
    Object.assign(bindings, layerBindings(model, layer, `layer${layer}.`));
  });
  g.output('logits', logits(x, frozen(g, 'norm', model.norm), tied ? embedding : frozen(g, 'head', model.head), model.config));
  const program = model.device.program(g);
  const session = await program.bind(bindings);
  const outputs = await session.run({
    ids: host('int32', [batch.ids.length], batch.ids),
    positions: host('int64', [batchSize, maxLength], BigInt64Array.from(batch.positions, BigInt)),
    segments: host('int32', [batchSize, maxLength], batch.segments),
  });
  const result = await readFloats(outputs.get('logits'));
  outputs.dispose();
  await program.dispose();
  return result;
}

type EngineKind = NonNullable<TrainerOptions['engine']>;

async function trainer(device: Device, set: GoldenSet, adapters: readonly number[], engine: EngineKind, more: Partial<TrainerOptions> = {}): Promise<Trainer> {
  return Trainer.create(await set.model(device), {
    adapters: adapters.map((k) => ({ id: `adapter${k}`, batches: set.batches(k), seed: k, init: set.adapter(k) })),
    lora: set.lora,
    training: set.training,
    engine,
    ...more,
  });
}

/** For every LoRA tensor of three adapters trained at once, how far its gradient is from PyTorch's; and the losses. */
export async function gradientErrors(device: Device, read: ReadGolden, engine: EngineKind): Promise<{ losses: number[]; tensors: { name: string; error: number }[] }> {
  const set = await GoldenSet.open('untied', read);
  const three = await trainer(device, set, [0, 1, 2], engine);
  const found = await three.inspectGradients([0, 1, 2].map((k) => set.batch(`batch${k}.0`)));
  three.dispose();
  return {
    losses: found.losses.map((loss, k) => Math.abs(loss / (set.numbers.losses[k]?.loss as number) - 1)),
    tensors: [0, 1, 2].flatMap((k) => [...set.gradient(k)].map(([name, { data }]) => ({ name: `adapter${k} ${name}`, error: relativeError(data, found.gradients[k]?.get(name)?.data ?? new Float32Array()) }))),
  };
}

export interface Curve {
  loss: number[];
  grad_norm: number[];
  learning_rate: number[];
  accuracy: number[];
}

/** Twenty AdamW steps of the given adapters in one pass. */
export async function curves(device: Device, read: ReadGolden, adapters: number[], engine: EngineKind, steps = 20): Promise<Curve[]> {
  const set = await GoldenSet.open('untied', read);
  return record(await trainer(device, set, adapters, engine), adapters.length, steps);
}

async function record(running: Trainer, adapters: number, steps: number): Promise<Curve[]> {
  const out: Curve[] = Array.from({ length: adapters }, () => ({ loss: [], grad_norm: [], learning_rate: [], accuracy: [] }));
  for (let step = 0; step < steps; step++) {
    const report = await running.step();
    report.adapters.forEach((adapter, k) => {
      for (const key of ['loss', 'grad_norm', 'learning_rate', 'accuracy'] as const) out[k]?.[key].push(adapter[key]);
    });
  }
  running.dispose();
  return out;
}

/** Where two runs that should agree differ most: losses relatively, adapters relative to the largest number. */
export interface Difference {
  loss: number;
  adapters: number;
  /** Whether every number is the very same. */
  exact: boolean;
}

interface Run {
  losses: number[][];
  adapters: Float32Array[];
}

async function run(running: Trainer, steps: number): Promise<Run> {
  const losses: number[][] = [];
  for (let step = 0; step < steps; step++) losses.push((await running.step()).adapters.map(({ loss }) => loss));
  return { losses, adapters: await flat(running) };
}

async function flat(running: Trainer): Promise<Float32Array[]> {
  return (await running.adapters()).map(({ tensors }) => Float32Array.from([...tensors.values()].flatMap(({ data }) => Array.from(data))));
}

function difference(a: Run, b: Run): Difference {
  const [x, y] = [a.losses.flat(), b.losses.flat()];
  return {
    loss: Math.max(...x.map((loss, i) => Math.abs(loss / (y[i] as number) - 1))),
    adapters: Math.max(...a.adapters.map((own, k) => relativeError(own, b.adapters[k] as Float32Array))),
    exact: x.every((loss, i) => loss === y[i]) && a.adapters.every((own, k) => own.every((value, i) => value === b.adapters[k]?.[i])),
  };
}

/** Three adapters in one pass against each alone. */
export async function togetherAndAlone(device: Device, read: ReadGolden, dropout: number): Promise<Difference[]> {
  const set = await GoldenSet.open('untied', read);
  const more = { lora: { ...set.lora, lora_dropout: dropout } };
  const together = await trainer(device, set, [0, 1, 2], 'whole', more);
  const all = await run(together, 6);
  together.dispose();
  const differences: Difference[] = [];
  for (const k of [0, 1, 2]) {
    const alone = await trainer(device, set, [k], 'whole', more);
    const own = await run(alone, 6);
    differences.push(difference({ losses: all.losses.map((losses) => [losses[k] as number]), adapters: [all.adapters[k] as Float32Array] }, own));
    alone.dispose();
  }
  return differences;
}

/** The two engines on the same run. */
export async function wholeAndBlockwise(device: Device, read: ReadGolden, dropout: number): Promise<Difference> {
  const set = await GoldenSet.open('untied', read);
  const runs: Run[] = [];
  for (const engine of ['whole', 'blockwise'] as const) {
    const running = await trainer(device, set, [0, 1, 2], engine, { lora: { ...set.lora, lora_dropout: dropout } });
    runs.push(await run(running, 4));
    running.dispose();
  }
  return difference(runs[0] as Run, runs[1] as Run);
}

/** Gradients with the head in chunks of four rows, several of them, against PyTorch's. */
export async function chunkedHeadError(device: Device, read: ReadGolden): Promise<{ chunks: number; error: number }> {
  const set = await GoldenSet.open('untied', read);
  const model = await set.model(device);
  const layout = new LoraLayout(set.lora, model.config);
  const rows = { adapters: 1, batch: GOLDEN_ROWS.batchSize, length: GOLDEN_ROWS.maxLength };
  const engine = new BlockwiseEngine({ model, layout, rows, dropout: 0 }, 4);
  const numbers = new Float32Array(model.layers.length * layout.size);
  for (const layer of model.layers.keys()) layout.pack(set.adapter(0).tensors, layer, numbers, layer * layout.size);
  const inputs = joinBatches([set.batch('batch0.0')], rows);
  const result = await engine.gradients(device.upload(host('float32', [model.layers.length, 1, layout.size], numbers)), inputs, [1 / inputs.places.length], {});
  const found = new Map<string, { shape: number[]; data: Float32Array }>();
  const data = await readFloats(result.gradients);
  for (const layer of model.layers.keys()) layout.unpack(data, layer * layout.size, layer, found);
  await engine.dispose();
  return { chunks: Math.ceil(inputs.places.length / 4), error: Math.max(...[...set.gradient(0)].map(([name, known]) => relativeError(known.data, found.get(name)?.data ?? new Float32Array()))) };
}

/** An unbroken run against one saved, thrown away and resumed on the way; the state goes through a structured clone. */
export async function brokenAndUnbroken(device: Device, read: ReadGolden, engine: EngineKind): Promise<Difference> {
  const set = await GoldenSet.open('untied', read);
  const more = { lora: { ...set.lora, lora_dropout: 0.2 }, training: { ...set.training, gradient_accumulation_steps: 2 } };
  const whole = await trainer(device, set, [0, 1], engine, more);
  const unbroken = await run(whole, 8);
  whole.dispose();
  const first = await trainer(device, set, [0, 1], engine, more);
  const before = await run(first, 3);
  const state = structuredClone(await first.save());
  first.dispose();
  const second = await trainer(device, set, [0, 1], engine, { ...more, resume: state });
  const after = await run(second, 5);
  second.dispose();
  return difference(unbroken, { losses: [...before.losses, ...after.losses], adapters: after.adapters });
}

/** One adapter whose data ends after three steps beside one that goes on to six: each against a run of its own. */
export async function earlyFinish(device: Device, read: ReadGolden): Promise<{ short: Difference; long: Difference; finished: boolean[][] }> {
  const set = await GoldenSet.open('untied', read);
  const of = (k: number, length: number) => ({ id: `adapter${k}`, batches: set.batches(k, length), seed: k, init: set.adapter(k) });
  const make = async (adapters: ReturnType<typeof of>[]) => Trainer.create(await set.model(device), { adapters, lora: set.lora, training: set.training, engine: 'whole' });
  const both = await make([of(0, 3), of(1, 6)]);
  const losses: number[][] = [];
  const finished: boolean[][] = [];
  let early: Float32Array | undefined;
  for (let step = 0; step < 6; step++) {
    const report = await both.step();
    losses.push(report.adapters.map(({ loss }) => loss));
    finished.push(report.adapters.map((adapter) => adapter.finished));
    if (step === 2) early = (await flat(both))[0];
  }
  const [short, long] = await flat(both);
  both.dispose();
  const alone = await make([of(1, 6)]);
  const own = await run(alone, 6);
  alone.dispose();
  return {
    short: difference({ losses: [[1]], adapters: [early as Float32Array] }, { losses: [[1]], adapters: [short as Float32Array] }),
    long: difference({ losses: losses.map((step) => [step[1] as number]), adapters: [long as Float32Array] }, own),
    finished,
  };
}

/** Two micro-batches of two rows, accumulated, against one batch of the same four rows. */
export async function accumulatedAndAtOnce(device: Device, read: ReadGolden): Promise<Difference> {
  const set = await GoldenSet.open('untied', read);
  const join = (a: Batch, b: Batch): Batch => {
    const both = (key: keyof Batch): Int32Array => Int32Array.from([...a[key], ...b[key]]);
    return { ids: both('ids'), positions: both('positions'), segments: both('segments'), targets: both('targets') };
  };
  const narrow = set.batches(0);
  const wide = { ...narrow, batchSize: 4, length: 10, at: (index: number) => join(narrow.at(2 * index), narrow.at(2 * index + 1)) };
  const runs: Run[] = [];
  for (const [batches, gradient_accumulation_steps] of [[narrow, 2], [wide, 1]] as const) {
    const running = await Trainer.create(await set.model(device), { adapters: [{ id: 'a', batches, seed: 0, init: set.adapter(0) }], lora: set.lora, training: { ...set.training, gradient_accumulation_steps }, engine: 'whole' });
    runs.push(await run(running, 4));
    running.dispose();
  }
  return difference(runs[0] as Run, runs[1] as Run);
}

/** `evaluate` on the first batches of adapter 0, none of adapter 1, and two of adapter 2, with the same losses taken from `inspectGradients`. */
export async function evaluations(device: Device, read: ReadGolden, engine: EngineKind): Promise<{ found: (number | null)[]; known: (number | null)[] }> {
  const set = await GoldenSet.open('untied', read);
  const running = await trainer(device, set, [0, 1, 2], engine);
  const found = await running.evaluate([set.batches(0, 1), null, set.batches(2, 2)]);
  running.dispose();
  const tokens = [0, 1].map((s) => set.batch(`batch2.${s}`).targets.filter((target) => target >= 0).length) as [number, number];
  const second = await trainer(device, set, [2], engine);
  const { losses } = await second.inspectGradients([set.batch('batch2.1')]);
  second.dispose();
  const mean = ((set.numbers.losses[2]?.loss as number) * tokens[0] + (losses[0] as number) * tokens[1]) / (tokens[0] + tokens[1]);
  return { found, known: [set.numbers.losses[0]?.loss as number, null, mean] };
}

/** Logits from weights stored as float16 against the same numbers stored as float32. */
export async function halvesAndFloats(device: Device, read: ReadGolden): Promise<{ stored: string[]; error: number }> {
  const set = await GoldenSet.open('untied-f16', read);
  const halves = await set.model(device);
  const widened = await set.model(new Proxy(device, { get: (target, key) => (key === 'halves' ? false : bound(target, key as keyof Device)) }));
  const batch = set.batch('input');
  return { stored: [halves.embedding.dtype, widened.embedding.dtype], error: relativeError(await allLogits(widened, batch), await allLogits(halves, batch)) };
}

function bound(device: Device, key: keyof Device): unknown {
  const value = device[key];
  return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(device) : value;
}

/** The dropout masks of two layers at p, as the graph computes them: rows of numbers, 0 or 1 / (1 - p). */
export async function dropoutMasks(device: Device, read: ReadGolden, p: number): Promise<{ width: number; rows: number; layers: number[][] }> {
  const set = await GoldenSet.open('untied', read);
  const { config } = await set.model(device);
  const layout = new LoraLayout(set.lora, config);
  const rows = { adapters: 2, batch: 2, length: 64 };
  const g = new Graph('masks');
  const keys = rowKeys(g, rows);
  for (const layer of [0, 1]) g.output(`mask${layer}`, keepMasks(keys, columnConstants(g, layer), layout, p).down as Value);
  const program = device.program(g);
  const outputs = await (await program.bind({})).run(rowKeyFeeds(['a', 'b'], rows));
  const layers = [Array.from(await readFloats(outputs.get('mask0'))), Array.from(await readFloats(outputs.get('mask1')))];
  outputs.dispose();
  await program.dispose();
  return { width: config.intermediate_size, rows: 256, layers };
}
