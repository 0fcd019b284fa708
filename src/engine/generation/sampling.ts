/**
 * The choice of the next token, as graph nodes, in transformers' order: repetition penalty (Keskar et al. 2019),
 * temperature, top-k, top-p (Holtzman et al. 2020), then one draw by inverting the cumulative distribution at a uniform
 * number that the caller brings. A batch pays only for what its requests ask: see `samplingOf`.
 */
import {
  type Graph, type Value, add, cast, concat, cumSum, div, equal, exp, greaterOrEqual, less, minimum, mul, reduceMax, reduceSum, reshape, slice, sub, where, zeros,
} from '../onnx/index.ts';
import type { GenerationRequest } from './request.ts';

/** How a request's tokens are chosen; each part adds nodes to the graph. Requests of one batch are chosen alike. */
export interface Sampling {
  /** It has a temperature; else the likeliest token is taken. */
  draw: boolean;
  /** The draw is limited by top-k or top-p. */
  limit: boolean;
  /** It has a repetition penalty. */
  penalise: boolean;
}

export function samplingOf(request: GenerationRequest): Sampling {
  const draw = request.temperature > 0;
  return { draw, limit: draw && (request.topP < 1 || request.topK > 0), penalise: request.repetitionPenalty !== 1 };
}

/** Names a sampling, for keeping batches and compiled graphs apart. */
export function samplingKey({ draw, limit, penalise }: Sampling): string {
  return [draw && 'draw', limit && 'limit', penalise && 'penalise'].filter(Boolean).join('+') || 'greedy';
}

/** The settings of B rows, float32 [B, 1] each; only those a sampling needs are graph inputs. */
export interface SamplingInputs {
  temperature?: Value;
  topP?: Value;
  /** The vocabulary's size for a row without a limit. */
  topK?: Value;
  penalty?: Value;
}

export function samplingInputs(g: Graph, rows: number, sampling: Sampling): SamplingInputs {
  const setting = (name: string): Value => g.input(name, 'float32', [rows, 1]);
  return {
    ...(sampling.draw ? { temperature: setting('temperature') } : {}),
    ...(sampling.limit ? { topP: setting('top_p'), topK: setting('top_k') } : {}),
    ...(sampling.penalise ? { penalty: setting('penalty') } : {}),
  };
}

/** The same settings as arrays to feed. */
export function samplingFeeds(requests: readonly GenerationRequest[], sampling: Sampling, vocabulary: number): Record<string, Float32Array> {
  const setting = (of: (request: GenerationRequest) => number): Float32Array => Float32Array.from(requests, of);
  return {
    ...(sampling.draw ? { temperature: setting(({ temperature }) => temperature) } : {}),
    ...(sampling.limit ? { top_p: setting(({ topP }) => topP), top_k: setting(({ topK }) => topK || vocabulary) } : {}),
    ...(sampling.penalise ? { penalty: setting(({ repetitionPenalty }) => repetitionPenalty) } : {}),
  };
}

export interface Choice {
  /** Logits [B, V]. */
  logits: Value;
  settings: SamplingInputs;
  /** float32 [B, 1] in [0, 1), to draw by. */
  uniform?: Value;
  /** float32 [B, V]: 1 for tokens that occurred, to penalise them. */
  seen?: Value;
}

/** @returns the next token of every row, int32 [B], and `seen` with it marked */
export function nextToken({ logits, settings, uniform, seen }: Choice): { token: Value; seen?: Value } {
  const [rows, vocabulary] = logits.shape as [number, number];
  const scores = seen && settings.penalty ? penalised(logits, seen, settings.penalty) : logits;
  const token = settings.temperature && uniform ? drawn(weights(scores, settings.temperature, settings), uniform) : likeliest(scores);
  if (!seen) return { token };
  const ids = logits.graph.constant(Int32Array.from({ length: vocabulary }, (_, id) => id), 'int32', [1, vocabulary]);
  return { token, seen: where(equal(ids, reshape(token, [rows, 1])), 1, seen) };
}

/** The first of the largest logits: int32 [B]. (ONNX's ArgMax gives int64, which WebGPU cannot convert.) */
function likeliest(logits: Value): Value {
  const [rows, vocabulary] = logits.shape as [number, number];
  const backwards = logits.graph.constant(Float32Array.from({ length: vocabulary }, (_, id) => vocabulary - id), 'float32', [1, vocabulary]);
  const first = reduceMax(where(greaterOrEqual(logits, reduceMax(logits, [1], true)), backwards, 0), [1]);
  return reshape(cast(sub(vocabulary, first), 'int32'), [rows]);
}

function penalised(logits: Value, seen: Value, penalty: Value): Value {
  return where(less(0.5, seen), where(less(0, logits), div(logits, penalty), mul(logits, penalty)), logits);
}

/** Probabilities up to a factor a row: exp((logits - max) / temperature), zero beyond the limits. */
function weights(logits: Value, temperature: Value, { topK, topP }: SamplingInputs): Value {
  const x = div(sub(logits, reduceMax(logits, [1], true)), temperature);
  const w = exp(x);
  if (!topK || !topP) return w;
  const one = where(less(x, 1), 1, 0);
  const largest = where(greaterOrEqual(x, threshold(x, one, topK)), w, 0);
  return where(greaterOrEqual(x, threshold(x, largest, mul(topP, reduceSum(largest, [1], true)))), largest, 0);
}

/** Nothing below e^-80 of the likeliest token's probability is ever drawn; 30 halvings leave a gap of 1e-7, float32's own. */
const LOWEST = -80;
const HALVINGS = 30;

/**
 * The largest t for which the elements with x >= t together weigh `enough`, by bisection. Sorting would give the same,
 * but no sort is fast on every device at every vocabulary's size. Equal elements stay together, as in transformers' top-k.
 * @param x [B, V], at most 0 @param weight [B, V] @param enough [B, 1] @returns [B, 1]
 */
function threshold(x: Value, weight: Value, enough: Value): Value {
  const g = x.graph;
  let low: Value = g.constant([LOWEST], 'float32', [1, 1]);
  let step = -LOWEST;
  for (let i = 0; i < HALVINGS; i++) {
    step /= 2;
    const middle = add(low, step);
    const weighed = reduceSum(where(greaterOrEqual(x, middle), weight, 0), [1], true);
    // Where rounding keeps the whole from weighing enough, the lowest threshold stays: everything is allowed.
    low = where(greaterOrEqual(weighed, enough), middle, low);
  }
  return low;
}

/**
 * The token at which the running sum of the weights passes uniform * total: int32 [B]. Found in two steps, first among
 * chunks of the vocabulary and then within one, because a running sum over a whole row is slow on GPUs.
 */
function drawn(weight: Value, uniform: Value): Value {
  const [rows, vocabulary] = weight.shape as [number, number];
  const g = weight.graph;
  const size = Math.ceil(Math.sqrt(vocabulary));
  const chunks = Math.ceil(vocabulary / size);
  const rest = chunks * size - vocabulary;
  const padded = reshape(rest > 0 ? concat([weight, zeros(weight, [rows, rest])], 1) : weight, [rows, chunks, size]);

  const perChunk = cumSum(reduceSum(padded, [2]), 1);
  const target = mul(uniform, slice(perChunk, 1, chunks - 1, chunks));
  const passed = greaterOrEqual(target, perChunk);
  const chunk = minimum(reduceSum(where(passed, 1, 0), [1], true), chunks - 1);
  const before = reduceMax(where(passed, perChunk, 0), [1], true);

  const order = g.constant(Float32Array.from({ length: chunks }, (_, i) => i), 'float32', [1, chunks]);
  const chosen = reshape(equal(order, chunk), [rows, chunks, 1]);
  const within = cumSum(reduceSum(where(chosen, padded, 0), [1]), 1);
  // Rounding may put the target past the chunk's own sum; it must still fall on a token that has weight.
  const reach = minimum(sub(target, before), mul(slice(within, 1, size - 1, size), 1 - 2 ** -23));
  const place = reduceSum(where(greaterOrEqual(reach, within), 1, 0), [1], true);
  // Not reshaped last: a captured graph's outputs may not come from a reshape.
  return cast(reshape(add(mul(chunk, size), place), [rows]), 'int32');
}
