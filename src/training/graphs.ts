/**
 * The graphs a training step is made of: embedding, layers, head with loss, and all of them in one.
 *
 * The cross-entropy's gradient is taken in closed form. With p = softmax(h W^T) and a row's target y,
 * d loss / d h = p W - W[y]: no one-hot matrix, and nothing of the vocabulary's width is written but the logits and p.
 */
import {
  Graph, type Value, add, attention, concat, gather, gatherElements, gemm, gradients, greaterOrEqual, log, mul, neg, reduceMax, reshape, softmax, split, sub, where, zeros,
} from '../onnx/index.ts';
import type { BaseModel } from '../models/base-model.ts';
import type { AttentionKind } from '../models/config.ts';
import { type LayerContext, decoderLayer, kindOf, kindsOf } from '../models/layer.ts';
import type { LoraLayout } from '../models/lora.ts';
import { packedMask } from '../models/masks.ts';
import { type OuterValues, declareOuter, embedded, normalised } from '../models/outer.ts';
import { rotaryTables } from '../models/rotary.ts';
import { type Rows, rowCount } from '../models/rows.ts';
import { type Named, declareStored, decoded, lookedUp } from '../models/stored.ts';
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
  return Object.fromEntries(Object.entries(weightsOf(model, layer)).map(([name, tensor]) => [`${prefix}${name}`, tensor]));
}

function weightsOf(model: BaseModel, layer: number): Named<DeviceTensor> {
  return model.layers[layer] as Named<DeviceTensor>;
}

const hidden = ({ model, rows }: StepShape): [number, number] => [rowCount(rows), model.config.hidden_size];

/** Token ids int32 [K B T] to hidden states [K B T, d]. */
export function embedGraph(shape: StepShape): Graph {
  const g = new Graph('embedding');
  g.output('x', embeddings(g, declareOuter(g, shape.model.outer), shape));
  return g;
}

function embeddings(g: Graph, outer: OuterValues, { model, rows }: StepShape): Value {
  return embedded(outer, g.input('ids', 'int32', [rowCount(rows)]), model.config);
}

type Shared = (kind: AttentionKind) => LayerContext;

/** The inputs that every layer shares, positions and segments, and what the layers of each kind make of them. */
function sharedContext(g: Graph, { model, rows }: StepShape, kinds: readonly AttentionKind[]): Shared {
  const { config } = model;
  const sequences = rows.adapters * rows.batch;
  const positions = g.input('positions', 'int64', [sequences, rows.length]);
  const segments = g.input('segments', 'int32', [sequences, rows.length]);
  const contexts = new Map(kinds.map((kind) => {
    const mask = packedMask(segments, kind === 'sliding_attention' ? config.sliding_window : null);
    const context: LayerContext = { config, rows, positions, tables: rotaryTables(g, config, rows.length, kind), attend: (q, k, v) => attention(q, k, v, mask) };
    return [kind, context] as const;
  }));
  return (kind) => contexts.get(kind) as LayerContext;
}

/** One layer forward: x, adapters [K, size] to y. Dropout's keys only when training. Layers of one kind share the graph. */
export function blockForward(shape: StepShape, kind: AttentionKind, train: boolean): Graph {
  const g = new Graph('layer forward');
  g.output('y', singleLayer(g, shape, kind, train).y);
  return g;
}

/** The layer again, and from dy the gradients of its input (unless it is the first layer's) and of its adapters. */
export function blockBackward(shape: StepShape, kind: AttentionKind, wantsInput: boolean): Graph {
  const g = new Graph('layer backward');
  const { x, y, pieces } = singleLayer(g, shape, kind, true);
  const found = gradients([y], [g.input('dy', 'float32', hidden(shape))], wantsInput ? [...pieces, x] : pieces);
  if (wantsInput) g.output('dx', found.pop() as Value);
  g.output('gradients', shape.layout.join(found));
  return g;
}

function singleLayer(g: Graph, shape: StepShape, kind: AttentionKind, train: boolean): { x: Value; y: Value; pieces: Value[] } {
  const { model, layout, rows, dropout } = shape;
  const x = g.input('x', 'float32', hidden(shape));
  const flat = g.input('adapters', 'float32', [rows.adapters, layout.size]);
  const shared = sharedContext(g, shape, [kind]);
  const keep = train && dropout > 0 ? keepMasks(rowKeys(g, rows), columnInputs(g), layout, dropout) : {};
  const { lora, pieces } = layout.terms(flat, keep);
  const y = decoderLayer(x, declareStored(g, weightsOf(model, 0)), { ...shared(kind), lora });
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
function headWithLoss(g: Graph, x: Value, { norm, norm_bias, head }: OuterValues, { model }: StepShape, { places, targets, weights }: LossRows): Value {
  const w = decoded(head);
  const rows = gather(x, places);
  const h = normalised(rows, norm, norm_bias, model.config);
  const z = gemm(h, w, { transB: true });
  const p = softmax(z);
  const top = reduceMax(z, [1], true);
  const own = gatherElements(z, reshape(targets, [-1, 1]), 1);
  // -log p[y] by way of the largest probability, which never underflows.
  g.output('loss', sub(sub(top, own), log(reduceMax(p, [1], true))));
  g.output('correct', where(greaterOrEqual(own, top), 1, 0));
  const dh = mul(gemm(p, w, { c: neg(lookedUp(head, targets)) }), reshape(weights, [-1, 1]));
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
  const gradient = headWithLoss(g, x, declareOuter(g, model.outer), shape, lossRows(g, { count: chunk, open: false }));
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
  const shared = sharedContext(g, shape, kindsOf(model.config));
  const keys = train && dropout > 0 ? rowKeys(g, rows) : null;
  const outer = declareOuter(g, model.outer);

  let x = embeddings(g, outer, shape);
  const pieces = model.layers.map((weights, layer) => {
    const keep = keys ? keepMasks(keys, columnConstants(g, layer), layout, dropout) : {};
    const terms = layout.terms(flats[layer] as Value, keep);
    x = decoderLayer(x, declareStored(g, weights, `layer${layer}.`), { ...shared(kindOf(model.config, layer)), lora: terms.lora });
    return terms.pieces;
  });
  const gradient = headWithLoss(g, x, outer, shape, lossRows(g, losses));
  if (!train) return g;

  const found = gradients([x], [spread(gradient, g.input('sources', 'int32', [rowCount(rows)]))], pieces.flat());
  const joined = pieces.map((own) => reshape(layout.join(found.splice(0, own.length)), [1, rows.adapters, layout.size]));
  g.output('gradients', concat(joined, 0));
  return g;
}
