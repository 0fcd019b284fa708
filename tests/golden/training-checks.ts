/** What the engine is compared with PyTorch by. Pure of where it runs: tests call it in a page, the bench on a GPU server in Node. */
import { Graph, type Value, attention } from '../../src/engine/onnx/index.ts';
import { type LayerContext, decoderLayer, kindOf, kindsOf } from '../../src/engine/models/decoder-layer.ts';
import { packedMask } from '../../src/engine/models/masks.ts';
import { declareOuter, embedded, logits } from '../../src/engine/models/outer.ts';
import { declareStored } from '../../src/engine/models/stored.ts';
import { rotaryTables } from '../../src/engine/models/rotary.ts';
import type { BaseModel } from '../../src/engine/models/base-model.ts';
import { LoraLayout } from '../../src/engine/models/lora.ts';
import { type Device, host, readFloats } from '../../src/engine/runtime/index.ts';
import type { Batch } from '../../src/engine/text/packing.ts';
import { Trainer, type TrainerOptions } from '../../src/engine/training/index.ts';
import { BlockwiseEngine } from '../../src/engine/training/blockwise.ts';
import { rowKeyFeeds } from '../../src/engine/training/dropout.ts';
import type { StepLosses } from '../../src/engine/training/engine.ts';
import { fedLayer, savedProducts, layerBindings } from '../../src/engine/training/graphs.ts';
import { joinBatches } from '../../src/engine/training/inputs.ts';
import { savedBytes } from '../../src/engine/training/saved-activations.ts';
import { type GoldenNumbers, GOLDEN_ROWS, GoldenSet, type ReadGolden, relativeError } from './golden-set.ts';
import type { AdapterTensor } from '../../src/records/adapter.ts';

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
  const positions = g.input('positions', 'int64', [batchSize, maxLength]);
  const segments = g.input('segments', 'int32', [batchSize, maxLength]);
  const contexts = new Map(kindsOf(model.config).map((kind) => {
    const mask = packedMask(segments, kind === 'sliding_attention' ? model.config.sliding_window : null);
    return [kind, { config: model.config, rows, positions, tables: rotaryTables(g, model.config, maxLength, kind), attend: (q: Value, k: Value, v: Value) => attention(q, k, v, mask) }];
  }));
  const outer = declareOuter(g, model.outer);
  const bindings = { ...model.outer };
  let x = embedded(outer, ids, model.config);
  model.layers.forEach((weights, layer) => {
    const layout = adapted ? new LoraLayout(adapted.lora, model.config) : null;
    let lora;
    if (layout && adapted) {
      const flat = new Float32Array(layout.size);
      layout.pack(adapted.adapter(0).tensors, layer, flat, 0);
      bindings[`adapter${layer}`] = model.device.upload(host('float32', [1, layout.size], flat));
      ({ lora } = layout.terms(g.parameter(`adapter${layer}`, 'float32', [1, layout.size])));
    }
    x = decoderLayer(x, declareStored(g, weights, `layer${layer}.`), { ...(contexts.get(kindOf(model.config, layer)) as LayerContext), lora });
    Object.assign(bindings, layerBindings(model, layer, `layer${layer}.`));
  });
  g.output('logits', logits(x, outer, model.config));
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

export type EngineKind = NonNullable<TrainerOptions['engine']>;

export async function goldenTrainer(device: Device, set: GoldenSet, adapters: readonly number[], engine: EngineKind, more: Partial<TrainerOptions> = {}): Promise<Trainer> {
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
  const three = await goldenTrainer(device, set, [0, 1, 2], engine);
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
  return record(await goldenTrainer(device, set, adapters, engine), adapters.length, steps);
}

export interface FamilyErrors {
  logits: LogitsErrors;
  losses: number[];
  /** The worst of every LoRA tensor's gradient, by the name of the tensor it is of. */
  gradients: { count: number; worst: string; error: number };
  /** Largest relative difference of the twenty losses, over both adapters. */
  curve: number;
}

/** A family's golden checkpoint: logits, gradients of two adapters trained at once, and their twenty steps. */
/** @param steps of the curve, twenty at most */
export async function familyErrors(device: Device, read: ReadGolden, name: string, engine: EngineKind, steps: number): Promise<FamilyErrors> {
  const set = await GoldenSet.open(name, read);
  const trainer = await goldenTrainer(device, set, [0, 1], engine);
  const { losses, gradients } = await trainer.inspectGradients([0, 1].map((k) => set.batch(`batch${k}.0`)));
  const tensors = [0, 1].flatMap((k) => [...set.gradient(k)].map(([tensor, { data }]) => ({ tensor, error: relativeError(data, gradients[k]?.get(tensor)?.data ?? new Float32Array()) })));
  const worst = tensors.reduce((a, b) => (b.error > a.error || Number.isNaN(b.error) ? b : a));
  const curve = await record(trainer, 2, steps);
  return {
    logits: await logitsErrors(device, read, name),
    losses: losses.map((loss, k) => Math.abs(loss / (set.numbers.losses[k]?.loss as number) - 1)),
    gradients: { count: tensors.length, worst: worst.tensor, error: worst.error },
    curve: Math.max(...set.numbers.curves.flatMap(({ loss }, k) => loss.slice(0, steps).map((known, step) => Math.abs((curve[k]?.loss[step] as number) / known - 1)))),
  };
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

/** An engine that goes layer by layer over the first adapter's first batch, and what its gradients are by name. */
async function layerByLayer(device: Device, read: ReadGolden, name: string, dropout: number) {
  const set = await GoldenSet.open(name, read);
  const model = await set.model(device);
  const layout = new LoraLayout(set.lora, model.config);
  const rows = { adapters: 1, batch: GOLDEN_ROWS.batchSize, length: GOLDEN_ROWS.maxLength };
  const numbers = new Float32Array(model.layers.length * layout.size);
  for (const layer of model.layers.keys()) layout.pack(set.adapter(0).tensors, layer, numbers, layer * layout.size);
  const inputs = joinBatches([set.batch('batch0.0')], rows);
  const adapters = device.upload(host('float32', [model.layers.length, 1, layout.size], numbers));
  const shape = { model, layout, rows, dropout };
  const gradients = async (engine: BlockwiseEngine): Promise<{ data: Float32Array; losses: StepLosses }> => {
    const { gradients: found, losses } = await engine.gradients(adapters, inputs, [1 / inputs.places.length], dropout > 0 ? rowKeyFeeds(['dropout'], rows) : {});
    return { data: await readFloats(found), losses: await losses };
  };
  const error = (data: Float32Array): number => {
    const found = new Map<string, AdapterTensor>();
    for (const layer of model.layers.keys()) layout.unpack(data, layer * layout.size, layer, found);
    return Math.max(...[...set.gradient(0)].map(([tensor, known]) => relativeError(known.data, found.get(tensor)?.data ?? new Float32Array())));
  };
  return { set, shape, inputs, adapters, gradients, error };
}

/**
 * Gradients and loss with the head in chunks of four rows, several of them, against PyTorch's.
 * @param piece rows of the head at once, where it is streamed
 */
export async function chunkedHeadError(device: Device, read: ReadGolden, name = 'untied', piece?: number): Promise<{ chunks: number; error: number; loss: number; accuracy: number; evaluated: number }> {
  const { set, shape, inputs, adapters, gradients, error } = await layerByLayer(device, read, name, 0);
  const engine = new BlockwiseEngine(shape, { chunk: 4, ...(piece ? { piece: piece * shape.model.config.hidden_size } : {}) });
  const { data, losses: { loss, correct } } = await gradients(engine);
  const alone = await engine.losses(adapters, inputs);
  await engine.dispose();
  const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const known = set.numbers.losses[0] as GoldenNumbers['losses'][number];
  const evaluated = Math.max(...alone.loss.map((value, i) => Math.abs(value - (loss[i] as number))), ...alone.correct.map((value, i) => Math.abs(value - (correct[i] as number))));
  return { evaluated, loss: Math.abs(mean(loss) / known.loss - 1), accuracy: Math.abs(mean(correct) - known.accuracy), chunks: Math.ceil(inputs.places.length / 4), error: error(data) };
}

/** Gradients where no layer's products are kept, where only the last one's are, and where all are: from PyTorch's (without dropout), and the latter two from the first. */
export async function savedErrors(device: Device, read: ReadGolden, name: string, dropout: number): Promise<{ products: number; errors: number[]; differences: number[] }> {
  const { shape, gradients, error } = await layerByLayer(device, read, name, dropout);
  const { layers, config } = shape.model;
  const products = savedProducts(shape, fedLayer(shape, layers[0] as (typeof layers)[number]), kindOf(config, 0));
  const found: Float32Array[] = [];
  for (const count of [0, 1, layers.length]) {
    const engine = new BlockwiseEngine(shape, { kept: count * savedBytes(products) });
    found.push((await gradients(engine)).data);
    await engine.dispose();
  }
  return { products: products.length, errors: found.map(error), differences: found.slice(1).map((own) => relativeError(found[0] as Float32Array, own)) };
}

/** Logits from weights stored as float16 against the same numbers stored as float32. */
export async function halvesAndFloats(device: Device, read: ReadGolden): Promise<{ stored: (string | undefined)[]; error: number }> {
  const set = await GoldenSet.open('untied-f16', read);
  const halves = await set.model(device);
  const floats = await set.model(device, 'float32');
  const batch = set.batch('input');
  return { stored: [halves, floats].map(({ outer }) => outer['embedding']?.dtype), error: relativeError(await allLogits(floats, batch), await allLogits(halves, batch)) };
}

/** One step of three adapters of the golden model, to be called again and again. */
export async function goldenStep(device: Device, read: ReadGolden, engine: EngineKind): Promise<() => Promise<void>> {
  const set = await GoldenSet.open('untied', read);
  const running = await Trainer.create(await set.model(device), { adapters: [0, 1, 2].map((k) => ({ id: `adapter${k}`, batches: set.batches(k, 10_000), seed: k })), lora: set.lora, training: set.training, engine });
  return async () => {
    await running.step();
  };
}
