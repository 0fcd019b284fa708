/**
 * Decoding: the same layer as training's over one token a row and step, from a prompt's last token on. Lengths are open, so
 * each graph is compiled once for all prompts.
 *
 * A row's memory is in two parts: what prefill gave, which stays as it is, and what decoding added, which is small and
 * therefore cheap to copy at every step. Keys lie transposed, [rows, groups, head_dim, length], as scores need them.
 */
import {
  type Value, add, cast, concat, cut, equal, extend, gather, Graph, greaterOrEqual, less, loop, matMul, maximum, reduceMax, reduceSum, reshape, softmax, sub, where,
} from '../onnx/index.ts';
import { decoderLayer, kindOf, type LayerContext } from '../models/layer.ts';
import { embedded, logits } from '../models/outer.ts';
import type { RotaryTables } from '../models/rotary.ts';
import { type SamplingInputs, nextToken, samplingInputs } from './sampling.ts';
import { captured, declare, type Frozen, type GenerationShape, HIDDEN, type Memory, rowsOf, slides } from './shape.ts';

/** What a row remembers of its prompt: the same for all its steps. */
interface Past {
  layers: Memory[];
  /** Added to the scores, [B, 1, 1, length]: 0 for the row's own tokens, far below zero for padding. */
  mask: Value;
  /** int64 [1]: the length. */
  length: Value;
  /** Of a model with layers that forget: each column's position, float32 [1, 1, 1, length]. */
  index?: Value | undefined;
}

/** How one step's keys and values join those before them. `mask`, if any, hides what has not been decoded yet. */
interface Recent {
  join(layer: number, key: Value, value: Value): Memory;
  mask?: Value | undefined;
}

/** Of layers that forget: the lowest position each row still sees, float32 [B, 1, 1, 1], and their mask of the recent part. */
interface Near {
  lowest: Value;
  mask: Value;
}

/** One token a row: token int32 [B] at position int64 [B, 1] to logits [B, V] and the memory with it. */
function step(shape: GenerationShape, fixed: Frozen, token: Value, position: Value, past: Past, recent: Recent, near?: Near): { logits: Value; memory: Memory[] } {
  const { config } = shape.model;
  const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: width } = config;
  const rows = rowsOf(shape);
  const memory: Memory[] = [];
  const nearPast = near && past.index ? where(less(past.index, near.lowest), HIDDEN, past.mask) : past.mask;
  let x = embedded(fixed.outer, token, config);
  fixed.layers.forEach((weights, layer) => {
    const before = past.layers[layer] as Memory;
    const forgets = near !== undefined && slides(shape, layer);
    const recentMask = forgets ? near.mask : recent.mask;
    const attend: LayerContext['attend'] = (q, k, v) => {
      const added = recent.join(layer, reshape(k, [rows, groups, width, 1]), v);
      memory.push(added);
      // The queries of a group are the rows of one product.
      const queries = reshape(q, [rows, groups, heads / groups, width]);
      const old = add(matMul(queries, before.keys), forgets ? nearPast : past.mask);
      const young = matMul(queries, added.keys);
      const probabilities = softmax(concat([old, recentMask ? add(young, recentMask) : young], 3));
      const [ofOld, ofYoung] = cut(probabilities, past.length, 3, [old.shape[3] as number, young.shape[3] as number]);
      return reshape(add(matMul(ofOld, before.values), matMul(ofYoung, added.values)), [rows, heads, 1, width]);
    };
    const tables = fixed.tables[kindOf(config, layer)] as RotaryTables;
    x = decoderLayer(x, weights, { config, rows: { adapters: shape.adapters, batch: shape.batch, length: 1 }, positions: position, tables, attend, lora: fixed.loras[layer] });
  });
  return { logits: logits(x, fixed.outer, config), memory };
}

/** Inputs for one part of the memory, of open length: key0, value0, ... under a prefix. */
function memoryInputs(g: Graph, shape: GenerationShape, prefix: string, label: string): Memory[] {
  const { num_key_value_heads: groups, head_dim: width } = shape.model.config;
  const rows = rowsOf(shape);
  return shape.model.layers.map((_, layer) => ({
    keys: g.input(`${prefix}key${layer}`, 'float32', [rows, groups, width, shape.positions], { 3: label }),
    values: g.input(`${prefix}value${layer}`, 'float32', [rows, groups, shape.positions, width], { 2: label }),
  }));
}

function pastInputs(g: Graph, shape: GenerationShape): Past {
  return {
    layers: memoryInputs(g, shape, 'past_', 'past'),
    mask: g.input('past_mask', 'float32', [rowsOf(shape), 1, 1, shape.positions], { 3: 'past' }),
    length: g.input('past_length', 'int64', [1]),
    index: slides(shape) ? g.input('past_index', 'float32', [1, 1, 1, shape.positions], { 3: 'past' }) : undefined,
  };
}

/**
 * Many steps in one run, for WASM, where a run copies all it is given: ONNX's Loop goes on until enough rows are done.
 *
 * Inputs: token int32 [B], position int64 [B, 1]; past_*; recent_*; steps int64 []; uniforms [B, steps at least] (drawing);
 * done [B], 1 for finished rows; limit [B], how many more tokens a row may have; enough []: it stops when so many are
 * done; stops int32 [n]; settings; seen [B, V] (penalising); adapters. Where layers forget: past_index; lowest [B, 1, 1, 1];
 * recent_order [1, 1, 1, recent], counting up to `decoded` [1, 1, 1, 1].
 * Outputs: tokens int32 [B, taken]; recent_*_after.
 */
export function decodeLoop(shape: GenerationShape): Graph {
  const g = new Graph('decode');
  const rows = rowsOf(shape);
  const { sampling, positions: longest } = shape;
  const fixed = declare(g, shape);
  const past = pastInputs(g, shape);
  const recents = memoryInputs(g, shape, 'recent_', 'recent');
  const position = g.input('position', 'int64', [rows, 1]);
  const settings = samplingInputs(g, rows, sampling);
  const uniforms = sampling.draw ? g.input('uniforms', 'float32', [rows, longest], { 1: 'steps' }) : null;
  const forgets = slides(shape);
  const [lowest, decoded] = forgets ? [g.input('lowest', 'float32', [rows, 1, 1, 1]), g.input('decoded', 'float32', [1, 1, 1, 1])] : [];
  const limit = g.input('limit', 'float32', [rows]);
  const enough = g.input('enough', 'float32', []);
  const stops = g.input('stops', 'int32', [shape.stops]);

  const none = g.input('tokens_before', 'int32', [rows, longest], { 1: 'taken' });
  const state = [g.input('token', 'int32', [rows]), g.input('done', 'float32', [rows]), none, ...recents.flatMap(({ keys, values }) => [keys, values])];
  if (forgets) state.push(g.input('recent_order', 'float32', [1, 1, 1, longest], { 3: 'recent' }));
  if (sampling.penalise) state.push(g.input('seen', 'float32', [rows, shape.model.config.vocab_size]));
  const open = Object.fromEntries([[2, { 1: 'taken' }], ...recents.flatMap((_, layer) => [[3 + 2 * layer, { 3: 'recent' }], [4 + 2 * layer, { 2: 'recent' }]]), ...(forgets ? [[3 + 2 * recents.length, { 3: 'recent' }]] : [])]);

  const after = loop({
    name: 'steps',
    trips: g.input('steps', 'int64', []),
    condition: g.constant([1], 'bool', []),
    state,
    open,
    body(body, iteration, values) {
      const take = (value: Value): Value => body.capture(value);
      const inner = captured(body, fixed);
      const [token, done, taken, ...rest] = values as [Value, Value, Value, ...Value[]];
      const seen = sampling.penalise ? rest.pop() : undefined;
      const order = forgets ? rest.pop() : undefined;
      const now = decoded && add(take(decoded), cast(iteration, 'float32'));
      const ordered = order && now && extend(order, now, 3);
      const oldest = now && sub(now, (shape.model.config.sliding_window as number) - 1);
      const near = lowest && ordered && oldest && { lowest: add(take(lowest), cast(iteration, 'float32')), mask: where(less(ordered, oldest), HIDDEN, 0) };
      const memoryBefore = past.layers.map(({ keys, values: v }) => ({ keys: take(keys), values: take(v) }));
      const result = step(shape, inner, token, add(take(position), iteration), { layers: memoryBefore, mask: take(past.mask), length: take(past.length), index: past.index && take(past.index) }, {
        join: (layer, key, value) => ({ keys: extend(rest[2 * layer] as Value, key, 3), values: extend(rest[2 * layer + 1] as Value, value, 2) }),
      }, near);
      const uniform = uniforms ? reshape(gather(take(uniforms), iteration, 1), [rows, 1]) : undefined;
      const inBody = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, take(value as Value)])) as SamplingInputs;
      const chosen = nextToken({ logits: result.logits, settings: inBody, ...(uniform ? { uniform } : {}), ...(seen ? { seen } : {}) });
      const column = reshape(chosen.token, [rows, 1]);
      const stopped = reduceMax(where(equal(column, reshape(take(stops), [1, -1])), 1, 0), [1]);
      const spent = where(greaterOrEqual(add(cast(iteration, 'float32'), 1), take(limit)), 1, 0);
      const finished = maximum(done, maximum(stopped, spent));
      return {
        condition: less(reduceSum(finished, [0]), take(enough)),
        state: [chosen.token, finished, extend(taken, column, 1), ...result.memory.flatMap(({ keys, values: v }) => [keys, v]), ...(ordered ? [ordered] : []), ...(chosen.seen ? [chosen.seen] : [])],
      };
    },
  });
  const [, , tokens, ...rest] = after as [Value, Value, Value, ...Value[]];
  g.output('tokens', tokens);
  recents.forEach((_, layer) => {
    g.output(`recent_key${layer}_after`, rest[2 * layer] as Value);
    g.output(`recent_value${layer}_after`, rest[2 * layer + 1] as Value);
  });
  return g;
}

/**
 * One step a run, for WebGPU, where the memory stays on the GPU: the recent part is a window that each row fills at its own pace.
 *
 * Inputs: token int32 [B], position int64 [B, 1]; past_*; recent_*; window_index float32 [1, 1, 1, window], counting up;
 * filled float32 [B, 1, 1, 1], how many tokens of the window are a row's own; where layers forget past_index and
 * lowest [B, 1, 1, 1]; uniform [B, 1] (drawing); settings; seen [B, V] (penalising); adapters.
 * Outputs: token_after int32 [B]; recent_*_after; seen_after.
 */
export function decodeStep(shape: GenerationShape): Graph {
  const g = new Graph('decode step');
  const rows = rowsOf(shape);
  const { sampling } = shape;
  const fixed = declare(g, shape);
  const past = pastInputs(g, shape);
  const recents = memoryInputs(g, shape, 'recent_', 'window');
  const index = g.input('window_index', 'float32', [1, 1, 1, shape.positions], { 3: 'window' });
  const filled = g.input('filled', 'float32', [rows, 1, 1, 1]);
  const here = equal(index, filled);
  const below = equal(reshape(index, [1, 1, -1, 1]), filled);
  const mask = where(less(filled, index), HIDDEN, 0);
  const settings = samplingInputs(g, rows, sampling);
  const result = step(shape, fixed, g.input('token', 'int32', [rows]), g.input('position', 'int64', [rows, 1]), past, {
    join(layer, key, value) {
      const { keys, values } = recents[layer] as Memory;
      return { keys: where(here, key, keys), values: where(below, value, values) };
    },
    mask,
  }, slides(shape) ? { lowest: g.input('lowest', 'float32', [rows, 1, 1, 1]), mask: where(less(index, sub(filled, (shape.model.config.sliding_window as number) - 1)), HIDDEN, mask) } : undefined);
  const uniform = sampling.draw ? g.input('uniform', 'float32', [rows, 1]) : undefined;
  const seen = sampling.penalise ? g.input('seen', 'float32', [rows, shape.model.config.vocab_size]) : undefined;
  const chosen = nextToken({ logits: result.logits, settings, ...(uniform ? { uniform } : {}), ...(seen ? { seen } : {}) });
  g.output('token_after', chosen.token);
  result.memory.forEach(({ keys, values }, layer) => {
    g.output(`recent_key${layer}_after`, keys);
    g.output(`recent_value${layer}_after`, values);
  });
  if (chosen.seen) g.output('seen_after', chosen.seen);
  return g;
}
