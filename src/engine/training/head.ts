/**
 * The head and the loss. The cross-entropy's gradient has a closed form: with p = softmax(h W^T) and a row's target y,
 * d loss / d h = p W - W[y]. It needs no one-hot matrix. Only the logits and p have the vocabulary's width.
 *
 * A large head is streamed, so that even these are never whole: a stretch of its rows at a time, with the running maximum, sum and
 * weighted mean of FlashAttention (Dao et al. 2022), the head in place of keys and values. Where graphs read stored
 * weights that is one graph; where the device decodes weights (WASM), each stretch is a run.
 */
import {
  Graph, type Value, add, and, cast, concat, div, exp, gather, gatherElements, gradients, greaterOrEqual, less, log, maximum, mul, reduceMax, reduceSum, reshape, softmax, sub, where, zeros,
} from '../onnx/index.ts';
import { type OuterValues, declareOuter, normalised } from '../models/outer.ts';
import { rowCount } from '../models/rows.ts';
import { type Named, type Stored, declareStored, decoded, lookedUp, dependentZero, product, trainedTable, transposedProduct } from '../models/stored.ts';
import type { DeviceTensor } from '../runtime/index.ts';
import { type StepShape, hidden } from './hidden.ts';

/** The positions that carry loss, gathered. */
interface LossRows {
  /** int32 [n]: rows of the hidden states; their targets; what each row's loss is multiplied by in the sum that is minimised. */
  places: Value;
  targets: Value;
  weights: Value;
}

/** Loss rows of a graph: exactly `count`, or any number up to it where `open`. */
export interface LossCount {
  count: number;
  open: boolean;
}

const openRows = (open: boolean): Record<number, string> | undefined => (open ? { 0: 'losses' } : undefined);

export function lossRows(g: Graph, { count, open }: LossCount): LossRows {
  const label = openRows(open);
  return { places: g.input('places', 'int32', [count], label), targets: g.input('targets', 'int32', [count], label), weights: g.input('weights', 'float32', [count], label) };
}

/** Numbers of the head that are multiplied at once; a larger head is streamed. */
export const HEAD_PIECE = 2 ** 24;

/** Writes the outputs loss and correct, [n, 1] each; returns the gradient at the gathered rows, [n, d]. */
export function headWithLoss(g: Graph, x: Value, outer: OuterValues, { model: { config, device } }: StepShape, { places, targets, weights }: LossRows, piece = Number.POSITIVE_INFINITY): Value {
  const rows = gather(x, places);
  const h = normalised(rows, outer.norm, outer.norm_bias, config);
  const found = config.vocab_size * config.hidden_size <= piece ? crossEntropy(h, trainedTable(device, outer.head), targets) : streamedCrossEntropy(h, outer.head, targets, config.vocab_size, Math.floor(piece / config.hidden_size));
  return written(g, rows, h, found, weights);
}

/** What the head makes of h [n, d]. */
interface HeadLoss {
  /** [n, 1] */
  loss: Value;
  /** bool [n, 1]: whether the target has the largest logit. */
  correct: Value;
  /** p W, [n, d]: the mean of the head's rows under the model's probabilities. */
  mean: Value;
  /** W[y], [n, d]: the head's rows of the targets. */
  row: Value;
}

function written(g: Graph, rows: Value, h: Value, found: HeadLoss, weights: Value): Value {
  report(g, found);
  return gradients([h], [mul(sub(found.mean, found.row), reshape(weights, [-1, 1]))], [rows])[0] as Value;
}

function report(g: Graph, { loss, correct }: Pick<HeadLoss, 'loss' | 'correct'>): void {
  g.output('loss', loss);
  g.output('correct', where(correct, 1, 0));
}

function crossEntropy(h: Value, head: Stored, targets: Value): HeadLoss {
  const w = head.packed ? head : { value: decoded(head) };
  const z = product(h, w);
  const p = softmax(z);
  const top = reduceMax(z, [1], true);
  const own = gatherElements(z, reshape(targets, [-1, 1]), 1);
  // -log p[y] by way of the largest probability, which never underflows.
  return { loss: sub(sub(top, own), log(reduceMax(p, [1], true))), correct: greaterOrEqual(own, top), mean: transposedProduct(p, w), row: lookedUp(head, targets) };
}

/** State after some stretches of the head: the largest logit, the sum relative to it, the target's logit; for gradients also the mean and the target's row. */
interface Running {
  top: Value;
  sum: Value;
  own: Value;
  mean?: Value;
  row?: Value;
}

const BEFORE_ANY_LOGIT = -1e30;

/** Shapes of the parts of `Running` for n rows of width d, and what each begins as. */
export function running(n: number, d: number, train: boolean): Record<string, { shape: [number, number]; start: number }> {
  const [one, wide] = [[n, 1], [n, d]] as [[number, number], [number, number]];
  return { top: { shape: one, start: BEFORE_ANY_LOGIT }, sum: { shape: one, start: 0 }, own: { shape: one, start: 0 }, ...(train ? { mean: { shape: wide, start: 0 }, row: { shape: wide, start: 0 } } : {}) };
}

/** Adds a stretch of the head, w [count, d], that begins at token `from` (int32 []), to the state so far. */
function taken(before: Running, h: Value, w: Stored, targets: Value, from: Value): Running {
  const g = h.graph;
  const whole = (value: number): Value => g.constant([value], 'int32', []);
  const z = product(h, w);
  const place = sub(reshape(targets, [-1, 1]), from);
  const here = and(greaterOrEqual(place, whole(0)), less(place, whole(w.value.shape[0] as number)));
  const at = where(here, place, whole(0));
  const top = maximum(before.top, reduceMax(z, [1], true));
  const e = exp(sub(z, top));
  const faded = exp(sub(before.top, top));
  return {
    top,
    sum: add(mul(before.sum, faded), reduceSum(e, [1], true)),
    own: where(here, gatherElements(z, at, 1), before.own),
    ...(before.mean && before.row ? { mean: transposedProduct(e, w, mul(before.mean, faded)), row: where(here, lookedUp(w, reshape(at, [-1])), before.row) } : {}),
  };
}

function lossOf({ top, sum, own }: Running): Pick<HeadLoss, 'loss' | 'correct'> {
  return { loss: add(sub(top, own), log(sum)), correct: greaterOrEqual(own, top) };
}

/** Loss and gradient parts of a state that was begun for gradients. */
function allOf(state: Running): HeadLoss {
  return { ...lossOf(state), mean: div(state.mean as Value, state.sum), row: state.row as Value };
}

/** The streamed head as one graph, which decodes a stretch of its rows at a time. */
function streamedCrossEntropy(h: Value, head: Stored, targets: Value, vocabulary: number, size: number): HeadLoss {
  const g = h.graph;
  let state = Object.fromEntries(Object.entries(running(...(h.shape as [number, number]), true)).map(([name, { shape, start }]) => [name, add(zeros(h, shape), start)])) as unknown as Running;
  for (let from = 0; from < vocabulary; from += size) {
    const count = Math.min(size, vocabulary - from);
    const indices = g.constant(Array.from({ length: count }, (_, i) => from + i), 'int32', [count]);
    const w = lookedUp(head, from > 0 ? add(indices, cast(dependentZero(state.mean as Value), 'int32')) : indices);
    state = taken(state, h, { value: w }, targets, g.constant([from], 'int32', []));
  }
  return allOf(state);
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
export function headGraph(shape: StepShape, losses: LossCount, train: boolean, piece = HEAD_PIECE): Graph {
  const { model } = shape;
  const g = new Graph('head');
  const x = g.input('x', 'float32', hidden(shape));
  backTo(g, shape, headWithLoss(g, x, declareOuter(g, model.outer), shape, lossRows(g, losses), piece), train);
  return g;
}

function backTo(g: Graph, shape: StepShape, gradient: Value, train: boolean): void {
  if (train) g.output('dx', add(g.input('dx_before', 'float32', hidden(shape)), spread(gradient, g.input('sources', 'int32', [rowCount(shape.rows)]))));
}

/** The norm before the head, which both graphs of a head that is streamed by runs compute anew: it is small beside the head. */
export const NORM_NAMES = ['norm', 'norm_bias'] as const;

function normedRows(g: Graph, { model }: StepShape, x: Value, places: Value): { rows: Value; h: Value } {
  const { norm, norm_bias } = declareStored(g, Object.fromEntries(NORM_NAMES.flatMap((name) => (model.outer[name] ? [[name, model.outer[name]]] : []))));
  const rows = gather(x, places);
  return { rows, h: normalised(rows, norm as Stored, norm_bias, model.config) };
}

function runningInputs(g: Graph, { count, open }: LossCount, d: number, train: boolean): Running {
  return Object.fromEntries(Object.entries(running(count, d, train)).map(([name, { shape }]) => [name, g.input(name, 'float32', shape, openRows(open))])) as unknown as Running;
}

/**
 * One stretch of a head that is streamed by runs: `Running` in, and out under the same names with `_after`. Parameters are the norm's, and
 * @param weights `table` [size, d], as `fedRows` gives it
 */
export function headStretchGraph(shape: StepShape, losses: LossCount, weights: Named<DeviceTensor>, train: boolean): Graph {
  const g = new Graph('head stretch');
  const d = shape.model.config.hidden_size;
  const { places, targets } = lossRows(g, losses);
  const { h } = normedRows(g, shape, g.input('x', 'float32', hidden(shape)), places);
  const after = taken(runningInputs(g, losses, d, train), h, trainedTable(shape.model.device, declareStored(g, weights)['table'] as Stored), targets, g.input('from', 'int32', []));
  for (const [name, value] of Object.entries(after)) g.output(`${name}_after`, value);
  return g;
}

/** What follows the last stretch: the outputs of `headGraph`. */
export function headEndGraph(shape: StepShape, losses: LossCount, train: boolean): Graph {
  const g = new Graph('head end');
  const state = runningInputs(g, losses, shape.model.config.hidden_size, train);
  if (!train) {
    report(g, lossOf(state));
    return g;
  }
  const { places, weights } = lossRows(g, losses);
  const { rows, h } = normedRows(g, shape, g.input('x', 'float32', hidden(shape)), places);
  backTo(g, shape, written(g, rows, h, allOf(state), weights), train);
  return g;
}
