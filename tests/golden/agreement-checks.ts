/** What has to agree with itself: one pass with many, one engine with the other, a resumed run with an unbroken one. */
import { LabError } from '../../src/core/errors.ts';
import { Graph, type Value } from '../../src/engine/onnx/index.ts';
import { LoraLayout } from '../../src/engine/models/lora.ts';
import { type Device, readFloats } from '../../src/engine/runtime/index.ts';
import type { Batch, Batches } from '../../src/engine/text/packing.ts';
import { Trainer } from '../../src/engine/training/index.ts';
import { columnConstants, keepMasks, rowKeyFeeds, rowKeys } from '../../src/engine/training/dropout.ts';
import { GOLDEN_ROWS, GoldenSet, type ReadGolden, relativeError } from './golden-set.ts';
import { cramped, starved } from './shortage.ts';
import { type EngineKind, goldenTrainer } from './training-checks.ts';

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

/** Three adapters of different learning rates in one pass against each alone at its rate. */
export async function ratesTogetherAndAlone(device: Device, read: ReadGolden): Promise<{ differences: Difference[]; rates: number[] }> {
  const set = await GoldenSet.open('untied', read);
  const rates = [0.02, 0.005, 0];
  const own = (k: number) => ({ id: `adapter${k}`, batches: set.batches(k), seed: k, init: set.adapter(k) });
  const together = await goldenTrainer(device, set, [], 'whole', { adapters: [0, 1, 2].map((k) => Object.assign(own(k), { learning_rate: rates[k] as number })) });
  const all = await run(together, 6);
  const seen = (await together.step()).adapters.map(({ learning_rate }) => learning_rate);
  together.dispose();
  const differences: Difference[] = [];
  for (const [k, learning_rate] of rates.entries()) {
    const alone = await goldenTrainer(device, set, [k], 'whole', { training: { ...set.training, learning_rate } });
    differences.push(difference({ losses: all.losses.map((losses) => [losses[k] as number]), adapters: [all.adapters[k] as Float32Array] }, await run(alone, 6)));
    alone.dispose();
  }
  return { differences, rates: seen };
}

/** Three adapters in one pass against each alone. */
export async function togetherAndAlone(device: Device, read: ReadGolden, dropout: number): Promise<Difference[]> {
  const set = await GoldenSet.open('untied', read);
  const more = { lora: { ...set.lora, lora_dropout: dropout } };
  const together = await goldenTrainer(device, set, [0, 1, 2], 'whole', more);
  const all = await run(together, 6);
  together.dispose();
  const differences: Difference[] = [];
  for (const k of [0, 1, 2]) {
    const alone = await goldenTrainer(device, set, [k], 'whole', more);
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
    const running = await goldenTrainer(device, set, [0, 1, 2], engine, { lora: { ...set.lora, lora_dropout: dropout } });
    runs.push(await run(running, 4));
    running.dispose();
  }
  return difference(runs[0] as Run, runs[1] as Run);
}

/** An unbroken run against one saved, thrown away and resumed on the way; the state goes through a structured clone. */
export async function brokenAndUnbroken(device: Device, read: ReadGolden, engine: EngineKind): Promise<Difference> {
  const set = await GoldenSet.open('untied', read);
  const more = { lora: { ...set.lora, lora_dropout: 0.2 }, training: { ...set.training, gradient_accumulation_steps: 2 } };
  const whole = await goldenTrainer(device, set, [0, 1], engine, more);
  const unbroken = await run(whole, 8);
  whole.dispose();
  const first = await goldenTrainer(device, set, [0, 1], engine, more);
  const before = await run(first, 3);
  const state = structuredClone(await first.save());
  first.dispose();
  const second = await goldenTrainer(device, set, [0, 1], engine, { ...more, resume: state });
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

/** alpha / sqrt(r) written as rsLoRA against the same scale written as LoRA; the latter's curve is PyTorch's (training-checks.ts). */
export async function rankStabilised(device: Device, read: ReadGolden): Promise<Difference> {
  const set = await GoldenSet.open('untied', read);
  const { r, lora_alpha } = set.lora;
  const runs: Run[] = [];
  for (const lora of [set.lora, { ...set.lora, lora_alpha: lora_alpha / Math.sqrt(r), use_rslora: true }]) {
    const running = await goldenTrainer(device, set, [0], 'whole', { lora });
    runs.push(await run(running, 6));
    running.dispose();
  }
  return difference(runs[0] as Run, runs[1] as Run);
}

/** Two micro-batches of two rows, accumulated, against one batch of the same four rows. */
export async function accumulatedAndAtOnce(device: Device, read: ReadGolden): Promise<Difference> {
  const set = await GoldenSet.open('untied', read);
  const narrow = set.batches(0);
  const wide = { ...narrow, batchSize: 4, length: 10, at: (index: number) => joined(narrow.at(2 * index), narrow.at(2 * index + 1)) };
  const runs: Run[] = [];
  for (const [batches, gradient_accumulation_steps] of [[narrow, 2], [wide, 1]] as const) {
    const running = await Trainer.create(await set.model(device), { adapters: [{ id: 'a', batches, seed: 0, init: set.adapter(0) }], lora: set.lora, training: { ...set.training, gradient_accumulation_steps }, engine: 'whole' });
    runs.push(await run(running, 4));
    running.dispose();
  }
  return difference(runs[0] as Run, runs[1] as Run);
}

/** Batches of four rows of one adapter's data. */
function wideBatches(set: GoldenSet, k: number): Batches {
  const narrow = set.batches(k);
  return { ...narrow, batchSize: 4, length: 10, at: (index: number) => joined(narrow.at(2 * index), narrow.at(2 * index + 1)) };
}

/** Two adapters on batches of four rows, two of them a step, with dropout. */
async function wideTrainer(device: Device, set: GoldenSet, engine: EngineKind): Promise<Trainer> {
  return Trainer.create(await set.model(device), { adapters: [0, 1].map((k) => ({ id: `adapter${k}`, batches: wideBatches(set, k), seed: k, init: set.adapter(k) })), lora: { ...set.lora, lora_dropout: 0.2 }, training: { ...set.training, gradient_accumulation_steps: 2 }, engine });
}

/** Two adapters on batches of four rows where memory suffices for one row of each, against the same run with room enough; and with too little for even that. */
export async function crampedAndRoomy(device: Device, read: ReadGolden, engine: EngineKind): Promise<Difference & { refused: number[]; microBatches: number[]; evaluated: number; hopeless: string }> {
  const set = await GoldenSet.open('untied', read);
  const { maxLength } = GOLDEN_ROWS;
  const wide = (k: number): Batches => wideBatches(set, k);
  const refused: number[] = [];
  const make = (on: Device): Promise<Trainer> => wideTrainer(on, set, engine);
  const roomy = await make(device);
  const [knownFirst] = await roomy.evaluate([wide(0), null]);
  const known = await run(roomy, 4);
  const [knownLoss] = await roomy.evaluate([wide(0), null]);
  roomy.dispose();
  // Memory may run out in an evaluation too, before any step has found out how little there is.
  const asked = await make(cramped(device, () => 2 * maxLength));
  const [first] = await asked.evaluate([wide(0), null]);
  asked.dispose();
  const tight = await make(cramped(device, () => 2 * maxLength, refused));
  const losses: number[][] = [];
  const microBatches: number[] = [];
  for (let step = 0; step < 4; step++) {
    const report = await tight.step();
    losses.push(report.adapters.map(({ loss }) => loss));
    microBatches.push(report.micro_batch);
  }
  const [loss] = await tight.evaluate([wide(0), null]);
  const found = { losses, adapters: await flat(tight) };
  tight.dispose();
  const starving = await make(cramped(device, () => 2));
  const hopeless = await starving.step().then(() => 'it went on', (thrown: LabError) => thrown.code);
  starving.dispose();
  return { ...difference(known, found), refused, microBatches, evaluated: Math.max(Math.abs((loss as number) / (knownLoss as number) - 1), Math.abs((first as number) / (knownFirst as number) - 1)), hopeless };
}

interface Starved extends Difference {
  /** Loss against a run with room enough. */
  roomy: number;
  refused: number;
  microBatches: number[];
}

/** A run on a GPU with no memory for buffers over `most` bytes, against the same run begun with as few sequences at once as it ends up with. */
export async function starvedAndCramped(device: Device, read: ReadGolden, engine: EngineKind, most: number): Promise<Starved & { evaluated: number }> {
  const set = await GoldenSet.open('untied', read);
  const steps = 3;
  const tight = await wideTrainer(device, set, engine);
  const found: Run = { losses: [], adapters: [] };
  const microBatches: number[] = [];
  let loss: number | null | undefined;
  const refused = await starved((size) => size > most, async () => {
    for (let step = 0; step < steps; step++) {
      const report = await tight.step();
      found.losses.push(report.adapters.map((adapter) => adapter.loss));
      microBatches.push(report.micro_batch);
    }
    [loss] = await tight.evaluate([wideBatches(set, 0), null]);
    found.adapters = await flat(tight);
  });
  tight.dispose();
  const small = await wideTrainer(cramped(device, () => 2 * (microBatches[0] as number) * GOLDEN_ROWS.maxLength), set, engine);
  const known = await run(small, steps);
  const [knownLoss] = await small.evaluate([wideBatches(set, 0), null]);
  small.dispose();
  const roomy = await wideTrainer(device, set, engine);
  const all = await run(roomy, steps);
  roomy.dispose();
  return { ...difference(known, found), roomy: difference(all, found).loss, refused, microBatches, evaluated: Math.abs((loss as number) / (knownLoss as number) - 1) };
}

/**
 * Runs whose third step finds no memory, once: for the gradient of its second micro-batch, which the GPU tells when the losses are
 * read; and for reading the norms, when the optimiser has done its work. Each against a run that goes on in halves from the third step on.
 */
export async function starvedLate(device: Device, read: ReadGolden, engine: EngineKind): Promise<{ gradients: Starved; norm: Starved }> {
  const set = await GoldenSet.open('untied', read);
  const [steps, from] = [4, 2];
  let done = 0;
  const counted = async (trainer: Trainer): Promise<Run & { microBatches: number[] }> => {
    const losses: number[][] = [];
    const microBatches: number[] = [];
    for (done = 0; done < steps; done++) {
      const report = await trainer.step();
      losses.push(report.adapters.map(({ loss }) => loss));
      microBatches.push(report.micro_batch);
    }
    const out = { losses, microBatches, adapters: await flat(trainer) };
    trainer.dispose();
    return out;
  };
  const known = await counted(await wideTrainer(cramped(device, () => (done < from ? Number.POSITIVE_INFINITY : 4 * GOLDEN_ROWS.maxLength)), set, engine));
  const all = await counted(await wideTrainer(device, set, engine));
  const late = async (which: (sizes: { gradients: number; norm: number }) => number, time: number): Promise<Starved> => {
    const trainer = await wideTrainer(device, set, engine);
    const { adapters } = await trainer.save();
    const wanted = which({ gradients: 4 * adapters.reduce((sum, { parameters }) => sum + parameters.length, 0), norm: 4 * adapters.length });
    let seen = 0;
    let found: Awaited<ReturnType<typeof counted>> | undefined;
    const refused = await starved((size) => done === from && size === wanted && ++seen === time, async () => void (found = await counted(trainer)));
    const own = found as NonNullable<typeof found>;
    return { ...difference(known, own), roomy: difference(all, own).loss, refused, microBatches: own.microBatches };
  };
  return { gradients: await late(({ gradients }) => gradients, 2), norm: await late(({ norm }) => norm, 1) };
}

function joined(a: Batch, b: Batch): Batch {
  const both = (key: keyof Batch): Int32Array => Int32Array.from([...a[key], ...b[key]]);
  return { ids: both('ids'), positions: both('positions'), segments: both('segments'), targets: both('targets') };
}

/** `evaluate` on the first batches of adapter 0, none of adapter 1, and two of adapter 2, with the same losses taken from `inspectGradients`. */
export async function evaluations(device: Device, read: ReadGolden, engine: EngineKind): Promise<{ found: (number | null)[]; known: (number | null)[] }> {
  const set = await GoldenSet.open('untied', read);
  const running = await goldenTrainer(device, set, [0, 1, 2], engine);
  const found = await running.evaluate([set.batches(0, 1), null, set.batches(2, 2)]);
  running.dispose();
  const tokens = [0, 1].map((s) => set.batch(`batch2.${s}`).targets.filter((target) => target >= 0).length) as [number, number];
  const second = await goldenTrainer(device, set, [2], engine);
  const { losses } = await second.inspectGradients([set.batch('batch2.1')]);
  second.dispose();
  const mean = ((set.numbers.losses[2]?.loss as number) * tokens[0] + (losses[0] as number) * tokens[1]) / (tokens[0] + tokens[1]);
  return { found, known: [set.numbers.losses[0]?.loss as number, null, mean] };
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
