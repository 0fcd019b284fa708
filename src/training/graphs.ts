/**
 * The graphs a training step is made of: embedding, layers, head with loss, and all of them in one.
 *
 * The cross-entropy's gradient is taken in closed form. With p = softmax(h W^T) and a row's target y,
 * d loss / d h = p W - W[y]: no one-hot matrix, and nothing of the vocabulary's width is written but the logits and p.
 */
import {
  Graph, type Value, add, cast, concat, gather, gatherElements, gemm, gradients, greaterOrEqual, log, mul, neg, reduceMax, reshape, rmsNorm, softmax, split, sub, where, zeros,
} from '../onnx/index.ts';
import type { BaseModel } from '../models/base-model.ts';
import { type Rows, frozen, packedMask, rotaryTables, rowCount } from '../models/layers.ts';
import { type BlockContext, LAYER_WEIGHTS, type LayerWeightName, layerParameters, llamaBlock, maskedAttention } from '../models/llama.ts';
import type { LoraLayout } from '../models/lora.ts';
import type { DeviceTensor } from '../runtime/index.ts';
import { columnConstants, columnInputs, keepMasks, rowKeys } from './dropout.ts';

/** What every graph of a trainer is built for. */
export interface StepShape {
  model: BaseModel;
  layout: LoraLayout;
  rows: Rows;
  /** Dropout on LoRA's inputs, 0 to turn it off. */
  dropout: number;
}

/** The frozen weights under the names the graphs below declare them by. */
export function layerBindings(model: BaseModel, layer: number, prefix = ''): Record<string, DeviceTensor> {
  const weights = model.layers[layer] as Record<LayerWeightName, DeviceTensor>;
  return Object.fromEntries(LAYER_WEIGHTS.map((name) => [`${prefix}${name}`, weights[name]]));
}

export function outerBindings(model: BaseModel): Record<string, DeviceTensor> {
  return { embedding: model.embedding, norm: model.norm, ...(tied(model) ? {} : { head: model.head }) };
}

function tied(model: BaseModel): boolean {
  return model.head === model.embedding;
}

const hidden = ({ model, rows }: StepShape): [number, number] => [rowCount(rows), model.config.hidden_size];

/** Token ids int32 [K B T] to hidden states [K B T, d]. */
export function embedGraph(shape: StepShape): Graph {
  const g = new Graph('embedding');
  g.output('x', embedded(g, frozen(g, 'embedding', shape.model.embedding), shape));
  return g;
}

function embedded(g: Graph, embedding: Value, { rows }: StepShape): Value {
  return cast(gather(embedding, g.input('ids', 'int32', [rowCount(rows)])), 'float32');
}

/** The inputs that every layer shares: positions, segments, and the rows' dropout keys. */
function sharedContext(g: Graph, { model, rows }: StepShape): BlockContext {
  const sequences = rows.adapters * rows.batch;
  return {
    config: model.config,
    rows,
    positions: g.input('positions', 'int64', [sequences, rows.length]),
    tables: rotaryTables(g, model.config, rows.length),
    attend: maskedAttention(packedMask(g.input('segments', 'int32', [sequences, rows.length]))),
  };
}

/** One layer forward: x, adapters [K, size] to y. Dropout's keys only when training. */
export function blockForward(shape: StepShape, train: boolean): Graph {
  const g = new Graph('layer forward');
  g.output('y', singleLayer(g, shape, train).y);
  return g;
}

/** The layer again, and from dy the gradients of its input (unless it is the first layer's) and of its adapters. */
export function blockBackward(shape: StepShape, wantsInput: boolean): Graph {
  const g = new Graph('layer backward');
  const { x, y, pieces } = singleLayer(g, shape, true);
  const found = gradients([y], [g.input('dy', 'float32', hidden(shape))], wantsInput ? [...pieces, x] : pieces);
  if (wantsInput) g.output('dx', found.pop() as Value);
  g.output('gradients', shape.layout.join(found));
  return g;
}

function singleLayer(g: Graph, shape: StepShape, train: boolean): { x: Value; y: Value; pieces: Value[] } {
  const { model, layout, rows, dropout } = shape;
  const x = g.input('x', 'float32', hidden(shape));
  const flat = g.input('adapters', 'float32', [rows.adapters, layout.size]);
  const shared = sharedContext(g, shape);
  const keep = train && dropout > 0 ? keepMasks(rowKeys(g, rows), columnInputs(g), layout, dropout) : {};
  const { lora, pieces } = layout.terms(flat, keep);
  const y = llamaBlock(x, layerParameters(g, model.layers[0] as Record<LayerWeightName, DeviceTensor>), { ...shared, lora });
  return { x, y, pieces };
}

/** The positions that carry loss, gathered. */
interface LossRows {
  /** int32 [n]: rows of the hidden states; their targets; what each row's loss is multiplied by in the sum that is minimised. */
  places: Value;
  targets: Value;
  weights: Value;
}

/** How many loss rows a graph takes: exactly `count`, or where `open` any number up to it. */
export interface LossCount {
  count: number;
  open: boolean;
}

function lossRows(g: Graph, { count, open }: LossCount): LossRows {
  const label = open ? { 0: 'losses' } : undefined;
  return { places: g.input('places', 'int32', [count], label), targets: g.input('targets', 'int32', [count], label), weights: g.input('weights', 'float32', [count], label) };
}

/** Writes the outputs loss and correct, [n, 1] each; returns the gradient at the gathered rows, [n, d]. */
function headWithLoss(g: Graph, x: Value, norm: Value, head: Value, epsilon: number, { places, targets, weights }: LossRows): Value {
  const w = cast(head, 'float32');
  const rows = gather(x, places);
  const h = rmsNorm(rows, norm, epsilon);
  const z = gemm(h, w, { transB: true });
  const p = softmax(z);
  const top = reduceMax(z, [1], true);
  const own = gatherElements(z, reshape(targets, [-1, 1]), 1);
  // -log p[y] by way of the largest probability, which never underflows.
  g.output('loss', sub(sub(top, own), log(reduceMax(p, [1], true))));
  g.output('correct', where(greaterOrEqual(own, top), 1, 0));
  const dh = mul(gemm(p, w, { c: neg(gather(w, targets)) }), reshape(weights, [-1, 1]));
  return gradients([h], [dh], [rows])[0] as Value;
}

/** Gradient rows [n, d] back at their places among all rows; `sources` has for every row its index in the gradient, or n where it has none. */
function spread(gradient: Value, sources: Value): Value {
  return gather(concat([gradient, zeros(gradient, [1, gradient.shape[1] as number])], 0), sources);
}

/**
 * The head over one chunk of loss rows: x [K B T, d] to loss and correct [chunk, 1] and, for training, the gradient of
 * x added to `dx`, what the chunks before gave.
 */
export function headGraph(shape: StepShape, chunk: number, train: boolean): Graph {
  const { model } = shape;
  const g = new Graph('head');
  const x = g.input('x', 'float32', hidden(shape));
  const head = frozen(g, tied(model) ? 'embedding' : 'head', model.head);
  const gradient = headWithLoss(g, x, frozen(g, 'norm', model.norm), head, model.config.rms_norm_eps, lossRows(g, { count: chunk, open: false }));
  if (train) g.output('dx', add(g.input('dx_before', 'float32', hidden(shape)), spread(gradient, g.input('sources', 'int32', [rowCount(shape.rows)]))));
  return g;
}

/**
 * Forward, loss and (for training) all LoRA gradients in one graph, every activation kept.
 * Inputs: ids, positions, segments; places, targets, weights, as many as `losses` says; sources; adapters [layers, K, size].
 * Outputs: loss, correct [n, 1]; gradients [layers, K, size].
 */
export function wholeGraph(shape: StepShape, train: boolean, losses: LossCount): Graph {
  const { model, layout, rows, dropout } = shape;
  const g = new Graph(train ? 'training step' : 'evaluation');
  const adapters = g.input('adapters', 'float32', [model.layers.length, rows.adapters, layout.size]);
  const flats = split(adapters, model.layers.map(() => 1), 0).map((layer) => reshape(layer, [rows.adapters, layout.size]));
  const shared = sharedContext(g, shape);
  const keys = train && dropout > 0 ? rowKeys(g, rows) : null;
  const embedding = frozen(g, 'embedding', model.embedding);

  let x = embedded(g, embedding, shape);
  const pieces = model.layers.map((weights, layer) => {
    const keep = keys ? keepMasks(keys, columnConstants(g, layer), layout, dropout) : {};
    const terms = layout.terms(flats[layer] as Value, keep);
    x = llamaBlock(x, layerParameters(g, weights, `layer${layer}.`), { ...shared, lora: terms.lora });
    return terms.pieces;
  });
  const head = tied(model) ? embedding : frozen(g, 'head', model.head);
  const gradient = headWithLoss(g, x, frozen(g, 'norm', model.norm), head, model.config.rms_norm_eps, lossRows(g, losses));
  if (!train) return g;

  const found = gradients([x], [spread(gradient, g.input('sources', 'int32', [rowCount(rows)]))], pieces.flat());
  const joined = pieces.map((own) => reshape(layout.join(found.splice(0, own.length)), [1, rows.adapters, layout.size]));
  g.output('gradients', concat(joined, 0));
  return g;
}
