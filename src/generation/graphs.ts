/**
 * The graphs of generation, made of the same layer as training's. Prefill runs a prompt's tokens but the last and gives
 * their keys and values; decoding runs one token a row and step, from that last one on. Lengths are open, so each graph
 * is compiled once for all prompts.
 *
 * A row's memory is in two parts: what prefill gave, which stays as it is, and what decoding added, which is small and
 * therefore cheap to copy at every step. Keys lie transposed, [rows, groups, head_dim, length], as scores need them.
 */
import {
  type Graph, type Value, add, cast, concat, cut, equal, extend, gather, greaterOrEqual, Graph as NewGraph, less, loop, matMul, maximum, reduceMax, reduceSum, reshape, softmax, split, transpose, where,
} from '../onnx/index.ts';
import type { BaseModel } from '../models/base-model.ts';
import { type RotaryTables, type Rows, frozen, logits, rotaryTables } from '../models/layers.ts';
import { type BlockContext, type LayerValues, LAYER_WEIGHTS, layerParameters, llamaBlock } from '../models/llama.ts';
import type { LayerLora, LoraLayout } from '../models/lora.ts';
import { type Sampling, type SamplingInputs, nextToken, samplingInputs } from './sampling.ts';

/** What a graph is built for: K adapters (or none, then K = 1) with N rows each, B = K * N. */
export interface GenerationShape {
  model: BaseModel;
  layout: LoraLayout | null;
  adapters: number;
  batch: number;
  /** Positions the rotary tables have: the longest prompt and answer together. */
  positions: number;
  /** How many tokens can end an answer. */
  stops: number;
  sampling: Sampling;
}

/** What every step reads and no step changes. */
interface Frozen {
  layers: LayerValues[];
  loras: (LayerLora | undefined)[];
  embedding: Value;
  norm: Value;
  head: Value;
  tables: RotaryTables;
}

/** Keys [B, groups, head_dim, length] and values [B, groups, length, head_dim] of one layer. */
interface Memory {
  keys: Value;
  values: Value;
}

/** What a row remembers of its prompt: the same for all its steps. */
interface Past {
  layers: Memory[];
  /** Added to the scores, [B, 1, 1, length]: 0 for the row's own tokens, far below zero for padding. */
  mask: Value;
  /** int64 [1]: the length. */
  length: Value;
}

const rowsOf = ({ adapters, batch }: GenerationShape): number => adapters * batch;

/** Weights, adapters and tables of a graph; the adapters' matrices are cut and halves widened here, once a run. */
function declare(g: Graph, { model, layout, adapters, positions }: GenerationShape): Frozen {
  const { config } = model;
  const widened = (weights: LayerValues): LayerValues => Object.fromEntries(LAYER_WEIGHTS.map((name) => [name, cast(weights[name], 'float32')])) as LayerValues;
  const flats = layout ? split(g.input('adapters', 'float32', [model.layers.length, adapters, layout.size]), model.layers.map(() => 1), 0) : [];
  const embedding = frozen(g, 'embedding', model.embedding);
  return {
    layers: model.layers.map((weights, i) => widened(layerParameters(g, weights, `layer${i}.`))),
    loras: model.layers.map((_, i) => layout?.terms(reshape(flats[i] as Value, [adapters, layout.size])).lora),
    embedding,
    norm: frozen(g, 'norm', model.norm),
    head: cast(model.head === model.embedding ? embedding : frozen(g, 'head', model.head), 'float32'),
    tables: rotaryTables(g, config, positions),
  };
}

/** The same values, for use in a body. */
function captured(body: Graph, { layers, loras, tables, ...single }: Frozen): Frozen {
  const take = (value: Value): Value => body.capture(value);
  const each = <T extends object>(values: T): T => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, take(value as Value)])) as T;
  const term = (lora: LayerLora): LayerLora => Object.fromEntries(Object.entries(lora).map(([input, { a, b, scale }]) => [input, { a: take(a), b: b.map((matrix) => (matrix ? take(matrix) : null)), scale }]));
  return { ...each(single), layers: layers.map(each), loras: loras.map((lora) => lora && term(lora)), tables: each(tables) };
}

/** Where scores are hidden: finite, so that a row with nothing to see does not become NaN. */
export const HIDDEN = -1e9;

/**
 * Inputs: ids int32 [B, length]; positions int64 [B, length]; mask [length, length], causal; adapters.
 * Prompts are padded on the right, where nothing before sees them, so one mask serves all rows.
 * Outputs: key0, value0, key1, ...
 */
export function prefillGraph(shape: GenerationShape): Graph {
  const { config } = shape.model;
  const g = new NewGraph('prefill');
  const rows = rowsOf(shape);
  const longest = shape.positions;
  const ids = g.input('ids', 'int32', [rows, longest], { 1: 'prompt' });
  const positions = g.input('positions', 'int64', [rows, longest], { 1: 'prompt' });
  const mask = g.input('mask', 'float32', [longest, longest], { 0: 'prompt', 1: 'prompt' });
  const fixed = declare(g, shape);
  const context = { config, rows: { adapters: shape.adapters, batch: shape.batch, length: longest } satisfies Rows, positions, tables: fixed.tables };

  let x = reshape(cast(gather(fixed.embedding, ids), 'float32'), [-1, config.hidden_size]);
  fixed.layers.forEach((weights, layer) => {
    const attend: BlockContext['attend'] = (q, k, v) => {
      const keys = transpose(k);
      g.output(`key${layer}`, keys);
      g.output(`value${layer}`, v);
      return groupedAttention(q, { keys, values: v }, (scores) => add(scores, mask));
    };
    x = llamaBlock(x, weights, { ...context, attend, lora: fixed.loras[layer] });
  });
  // The last layer's own output is not asked for, so only its keys and values are computed.
  return g;
}

/** Query heads h * n .. h * n + n - 1 share key-value head h; a product a head, so that lengths may be open. */
function groupedAttention(q: Value, { keys, values }: Memory, masked: (scores: Value) => Value): Value {
  const [rows, heads, , width] = q.shape as [number, number, number, number];
  const groups = keys.shape[1] as number;
  const apart = reshape(q, [rows, groups, heads / groups, -1, width]);
  const scores = masked(matMul(apart, reshape(keys, [rows, groups, 1, width, -1])));
  return reshape(matMul(softmax(scores), reshape(values, [rows, groups, 1, -1, width])), [rows, heads, -1, width]);
}

/** How one step's keys and values join those before them. `mask`, if any, hides what has not been decoded yet. */
interface Recent {
  join(layer: number, key: Value, value: Value): Memory;
  mask?: Value;
}

/** One token a row: token int32 [B] at position int64 [B, 1] to logits [B, V] and the memory with it. */
function step(shape: GenerationShape, fixed: Frozen, token: Value, position: Value, past: Past, recent: Recent): { logits: Value; memory: Memory[] } {
  const { config } = shape.model;
  const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: width } = config;
  const rows = rowsOf(shape);
  const memory: Memory[] = [];
  let x = cast(gather(fixed.embedding, token), 'float32');
  fixed.layers.forEach((weights, layer) => {
    const before = past.layers[layer] as Memory;
    const attend: BlockContext['attend'] = (q, k, v) => {
      const added = recent.join(layer, reshape(k, [rows, groups, width, 1]), v);
      memory.push(added);
      // The queries of a group are the rows of one product.
      const queries = reshape(q, [rows, groups, heads / groups, width]);
      const old = add(matMul(queries, before.keys), past.mask);
      const young = matMul(queries, added.keys);
      const probabilities = softmax(concat([old, recent.mask ? add(young, recent.mask) : young], 3));
      const [ofOld, ofYoung] = cut(probabilities, past.length, 3, [old.shape[3] as number, young.shape[3] as number]);
      return reshape(add(matMul(ofOld, before.values), matMul(ofYoung, added.values)), [rows, heads, 1, width]);
    };
    x = llamaBlock(x, weights, { config, rows: { adapters: shape.adapters, batch: shape.batch, length: 1 }, positions: position, tables: fixed.tables, attend, lora: fixed.loras[layer] });
  });
  return { logits: logits(x, fixed.norm, fixed.head, config), memory };
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
  return { layers: memoryInputs(g, shape, 'past_', 'past'), mask: g.input('past_mask', 'float32', [rowsOf(shape), 1, 1, shape.positions], { 3: 'past' }), length: g.input('past_length', 'int64', [1]) };
}

/**
 * Many steps in one run, for WASM, where a run copies all it is given: ONNX's Loop goes on until enough rows are done.
 *
 * Inputs: token int32 [B], position int64 [B, 1]; past_*; recent_*; steps int64 []; uniforms [B, steps at least] (drawing);
 * done [B], 1 for finished rows; limit [B], how many more tokens a row may have; enough []: it stops when so many are
 * done; stops int32 [n]; settings; seen [B, V] (penalising); adapters.
 * Outputs: tokens int32 [B, taken]; recent_*_after.
 */
export function decodeLoop(shape: GenerationShape): Graph {
  const g = new NewGraph('decode');
  const rows = rowsOf(shape);
  const { sampling, positions: longest } = shape;
  const fixed = declare(g, shape);
  const past = pastInputs(g, shape);
  const recents = memoryInputs(g, shape, 'recent_', 'recent');
  const position = g.input('position', 'int64', [rows, 1]);
  const settings = samplingInputs(g, rows, sampling);
  const uniforms = sampling.draw ? g.input('uniforms', 'float32', [rows, longest], { 1: 'steps' }) : null;
  const limit = g.input('limit', 'float32', [rows]);
  const enough = g.input('enough', 'float32', []);
  const stops = g.input('stops', 'int32', [shape.stops]);

  const none = g.input('tokens_before', 'int32', [rows, longest], { 1: 'taken' });
  const state = [g.input('token', 'int32', [rows]), g.input('done', 'float32', [rows]), none, ...recents.flatMap(({ keys, values }) => [keys, values])];
  if (sampling.penalise) state.push(g.input('seen', 'float32', [rows, shape.model.config.vocab_size]));
  const open = Object.fromEntries([[2, { 1: 'taken' }], ...recents.flatMap((_, layer) => [[3 + 2 * layer, { 3: 'recent' }], [4 + 2 * layer, { 2: 'recent' }]])]);

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
      const memoryBefore = past.layers.map(({ keys, values: v }) => ({ keys: take(keys), values: take(v) }));
      const result = step(shape, inner, token, add(take(position), iteration), { layers: memoryBefore, mask: take(past.mask), length: take(past.length) }, {
        join: (layer, key, value) => ({ keys: extend(rest[2 * layer] as Value, key, 3), values: extend(rest[2 * layer + 1] as Value, value, 2) }),
      });
      const uniform = uniforms ? reshape(gather(take(uniforms), iteration, 1), [rows, 1]) : undefined;
      const inBody = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, take(value as Value)])) as SamplingInputs;
      const chosen = nextToken({ logits: result.logits, settings: inBody, ...(uniform ? { uniform } : {}), ...(seen ? { seen } : {}) });
      const column = reshape(chosen.token, [rows, 1]);
      const stopped = reduceMax(where(equal(column, reshape(take(stops), [1, -1])), 1, 0), [1]);
      const spent = where(greaterOrEqual(add(cast(iteration, 'float32'), 1), take(limit)), 1, 0);
      const finished = maximum(done, maximum(stopped, spent));
      return {
        condition: less(reduceSum(finished, [0]), take(enough)),
        state: [chosen.token, finished, extend(taken, column, 1), ...result.memory.flatMap(({ keys, values: v }) => [keys, v]), ...(chosen.seen ? [chosen.seen] : [])],
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
 * One step a run, for WebGPU, where the memory stays on the GPU: the recent part is a window of fixed size that fills up.
 *
 * Inputs: token int32 [B], position int64 [B, 1]; past_*; recent_*; here and window_mask [window]: 1 at this step's place,
 * and 0 up to it, far below zero after it; uniform [B, 1] (drawing); settings; seen [B, V] (penalising); adapters.
 * Outputs: token_after int32 [B]; recent_*_after; seen_after.
 */
export function decodeStep(shape: GenerationShape): Graph {
  const g = new NewGraph('decode step');
  const rows = rowsOf(shape);
  const { sampling } = shape;
  const fixed = declare(g, shape);
  const past = pastInputs(g, shape);
  const recents = memoryInputs(g, shape, 'recent_', 'window');
  const here = less(0.5, g.input('here', 'float32', [1, 1, 1, shape.positions], { 3: 'window' }));
  const below = less(0.5, g.input('here_below', 'float32', [1, 1, shape.positions, 1], { 2: 'window' }));
  const settings = samplingInputs(g, rows, sampling);
  const result = step(shape, fixed, g.input('token', 'int32', [rows]), g.input('position', 'int64', [rows, 1]), past, {
    join(layer, key, value) {
      const { keys, values } = recents[layer] as Memory;
      return { keys: where(here, key, keys), values: where(below, value, values) };
    },
    mask: g.input('window_mask', 'float32', [1, 1, 1, shape.positions], { 3: 'window' }),
  });
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
