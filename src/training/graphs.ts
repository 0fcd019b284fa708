/**
 * The graphs a training step is made of: embedding, layers, head with loss, and all of them in one.
 *
 * The cross-entropy's gradient is taken in closed form. With p = softmax(h W^T) and a row's target y,
 * d loss / d h = p W - W[y]: no one-hot matrix, and nothing of the vocabulary's width is written but the logits and p.
 * A large vocabulary's are not written either: see `streamedCrossEntropy`.
 */
import {
  Graph, type Value, add, and, attention, cast, concat, div, exp, gather, gatherElements, gemm, gradients, greaterOrEqual, less, log, maximum, mul, reduceMax, reduceSum, reshape, softmax, split, sub, where, zeros,
} from '../onnx/index.ts';
import type { BaseModel } from '../models/base-model.ts';
import type { AttentionKind, ModelConfig } from '../models/config.ts';
import { type LayerContext, decoderLayer, kindOf, kindsOf } from '../models/layer.ts';
import type { LoraLayout } from '../models/lora.ts';
import { packedMask } from '../models/masks.ts';
import { type OuterValues, declareOuter, embedded, normalised } from '../models/outer.ts';
import { rotaryTables } from '../models/rotary.ts';
import { type Rows, rowCount } from '../models/rows.ts';
import { type Named, type Stored, declareStored, decoded, lookedUp, nought } from '../models/stored.ts';
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

/** The frozen weights under the names the whole step's graph declares them by. */
export function layerBindings(model: BaseModel, layer: number, prefix: string): Record<string, DeviceTensor> {
  return Object.fromEntries(Object.entries(model.layers[layer] as Named<DeviceTensor>).map(([name, tensor]) => [`${prefix}${name}`, tensor]));
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
export function sharedContext(g: Graph, config: ModelConfig, rows: Rows, kinds: readonly AttentionKind[]): Shared {
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

/**
 * One layer forward: x, adapters [K, size] to y. Dropout's keys only when training. Layers of one kind share the graph.
 * @param weights any layer's, as sessions are bound to them
 */
export function blockForward(shape: StepShape, weights: Named<DeviceTensor>, kind: AttentionKind, train: boolean): Graph {
  const g = new Graph('layer forward');
  g.output('y', singleLayer(g, shape, weights, kind, train).y);
  return g;
}

/** The layer again, and from dy the gradients of its input (unless it is the first layer's) and of its adapters. */
export function blockBackward(shape: StepShape, weights: Named<DeviceTensor>, kind: AttentionKind, wantsInput: boolean): Graph {
  const g = new Graph('layer backward');
  const { x, y, pieces } = singleLayer(g, shape, weights, kind, true);
  const found = gradients([y], [g.input('dy', 'float32', hidden(shape))], wantsInput ? [...pieces, x] : pieces);
  if (wantsInput) g.output('dx', found.pop() as Value);
  g.output('gradients', shape.layout.join(found));
  return g;
}

function singleLayer(g: Graph, shape: StepShape, weights: Named<DeviceTensor>, kind: AttentionKind, train: boolean): { x: Value; y: Value; pieces: Value[] } {
  const { layout, rows, dropout } = shape;
  const x = g.input('x', 'float32', hidden(shape));
  const flat = g.input('adapters', 'float32', [rows.adapters, layout.size]);
  const shared = sharedContext(g, shape.model.config, rows, [kind]);
  const keep = train && dropout > 0 ? keepMasks(rowKeys(g, rows), columnInputs(g), layout, dropout) : {};
  const { lora, pieces } = layout.terms(flat, keep);
  const y = decoderLayer(x, declareStored(g, weights), { ...shared(kind), lora });
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

export function lossRows(g: Graph, { count, open }: LossCount): LossRows {
  const label = open ? { 0: 'losses' } : undefined;
  return { places: g.input('places', 'int32', [count], label), targets: g.input('targets', 'int32', [count], label), weights: g.input('weights', 'float32', [count], label) };
}

/** Numbers of the head that are multiplied at once; a larger head is streamed. */
export const HEAD_PIECE = 2 ** 24;

/** Writes the outputs loss and correct, [n, 1] each; returns the gradient at the gathered rows, [n, d]. */
function headWithLoss(g: Graph, x: Value, { norm, norm_bias, head }: OuterValues, { model: { config } }: StepShape, { places, targets, weights }: LossRows, piece = Number.POSITIVE_INFINITY): Value {
  const rows = gather(x, places);
  const h = normalised(rows, norm, norm_bias, config);
  const { loss, correct, mean } = config.vocab_size * config.hidden_size <= piece ? crossEntropy(h, head, targets) : streamedCrossEntropy(h, head, targets, config.vocab_size, Math.floor(piece / config.hidden_size));
  g.output('loss', loss);
  g.output('correct', where(correct, 1, 0));
  const dh = mul(sub(mean, lookedUp(head, targets)), reshape(weights, [-1, 1]));
  return gradients([h], [dh], [rows])[0] as Value;
}

/** What the head makes of h [n, d]. */
interface HeadLoss {
  /** [n, 1] */
  loss: Value;
  /** bool [n, 1]: whether the target has the largest logit. */
  correct: Value;
  /** p W, [n, d]: the mean of the head's rows under the model's probabilities. */
  mean: Value;
}

function crossEntropy(h: Value, head: Stored, targets: Value): HeadLoss {
  const w = decoded(head);
  const z = gemm(h, w, { transB: true });
  const p = softmax(z);
  const top = reduceMax(z, [1], true);
  const own = gatherElements(z, reshape(targets, [-1, 1]), 1);
  // -log p[y] by way of the largest probability, which never underflows.
  return { loss: sub(sub(top, own), log(reduceMax(p, [1], true))), correct: greaterOrEqual(own, top), mean: gemm(p, w) };
}

/**
 * The same, a stretch of the vocabulary at a time, so that neither the head's rows nor the logits are ever all there: the
 * running maximum, sum and weighted mean of FlashAttention (Dao et al. 2022), with the head in place of keys and values.
 */
function streamedCrossEntropy(h: Value, head: Stored, targets: Value, vocabulary: number, size: number): HeadLoss {
  const g = h.graph;
  const column = reshape(targets, [-1, 1]);
  let state: { top: Value; sum: Value; mean: Value; own: Value } | null = null;
  for (let from = 0; from < vocabulary; from += size) {
    const count = Math.min(size, vocabulary - from);
    const indices = g.constant(Array.from({ length: count }, (_, i) => from + i), 'int32', [count]);
    const w = lookedUp(head, state ? add(indices, cast(nought(state.mean), 'int32')) : indices);
    const z = gemm(h, w, { transB: true });
    const place = sub(column, g.constant([from], 'int32', []));
    const here = and(greaterOrEqual(place, g.constant([0], 'int32', [])), less(place, g.constant([count], 'int32', [])));
    const own = where(here, gatherElements(z, where(here, place, g.constant([0], 'int32', [])), 1), 0);
    const highest = reduceMax(z, [1], true);
    const top: Value = state ? maximum(state.top, highest) : highest;
    const e = exp(sub(z, top));
    const sum = reduceSum(e, [1], true);
    if (!state) {
      state = { top, sum, mean: gemm(e, w), own };
      continue;
    }
    const faded = exp(sub(state.top, top));
    state = { top, sum: add(mul(state.sum, faded), sum), mean: gemm(e, w, { c: mul(state.mean, faded) }), own: add(state.own, own) };
  }
  const { top, sum, mean, own } = state as NonNullable<typeof state>;
  return { loss: add(sub(top, own), log(sum)), correct: greaterOrEqual(own, top), mean: div(mean, sum) };
}

/** Gradient rows [n, d] back at their places among all rows; `sources` has for every row its index in the gradient, or n where it has none. */
export function spread(gradient: Value, sources: Value): Value {
  return gather(concat([gradient, zeros(gradient, [1, gradient.shape[1] as number])], 0), sources);
}

/**
 * The head over one chunk of loss rows: x [K B T, d] to loss and correct [chunk, 1] and, for training, the gradient of
 * x added to `dx`, what the chunks before gave.
 * @param piece numbers of the head at once, beyond which it is streamed
 */
export function headGraph(shape: StepShape, chunk: number, train: boolean, piece = HEAD_PIECE): Graph {
  const { model } = shape;
  const g = new Graph('head');
  const x = g.input('x', 'float32', hidden(shape));
  const gradient = headWithLoss(g, x, declareOuter(g, model.outer), shape, lossRows(g, { count: chunk, open: false }), piece);
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
  const shared = sharedContext(g, model.config, rows, kindsOf(model.config));
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
