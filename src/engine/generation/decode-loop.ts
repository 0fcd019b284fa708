/**
 * Decoding on WASM, where a run copies all it is given: many steps in one run, from a prompt's last token on. Lengths are open,
 * so that the graph is compiled once for all prompts.
 */
import {
  type Value, add, cast, cut, equal, extend, gather, Graph, greaterOrEqual, less, loop, maximum, reduceMax, reduceSum, reshape, sub, where,
} from '../onnx/index.ts';
import { step } from './one-token.ts';
import { type SamplingInputs, nextToken, samplingInputs } from './sampling.ts';
import { captured, declare, type GenerationShape, HIDDEN, type Memory, rowsOf, slides } from './shape.ts';

/** Inputs for one part of the memory, of open length: key0, value0, ... under a prefix. */
function memoryInputs(g: Graph, shape: GenerationShape, prefix: string, label: string): Memory[] {
  const { num_key_value_heads: groups, head_dim: width } = shape.model.config;
  const rows = rowsOf(shape);
  return shape.model.layers.map((_, layer) => ({
    keys: g.input(`${prefix}key${layer}`, 'float32', [rows, groups, width, shape.positions], { 3: label }),
    values: g.input(`${prefix}value${layer}`, 'float32', [rows, groups, shape.positions, width], { 2: label }),
  }));
}

/** What the loop remembers of the prompts: the same for all its steps. */
interface Past {
  layers: Memory[];
  /** Added to the scores, [B, 1, 1, length]: 0 for the row's own tokens, far below zero for padding. */
  mask: Value;
  /** int64 [1]: the length. */
  length: Value;
  /** Of a model with layers that forget: each column's position, float32 [1, 1, 1, length]. */
  index?: Value | undefined;
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
 * ONNX's Loop goes on until enough rows are done.
 *
 * Inputs: token int32 [B], position int64 [B, 1]; past_*; recent_*; steps int64 []; uniforms [B, steps at least] (drawing);
 * done [B], 1 for finished rows; limit [B], how many more tokens a row may have; enough []: it stops when so many are
 * done; stops int32 [n]; settings; seen [B, V] (penalising); adapters. Where layers forget: past_index; lowest [B, 1, 1, 1];
 * recent_order [1, 1, 1, recent], counting up to `decoded` [1, 1, 1, 1].
 * Outputs: tokens int32 [B, taken]; recent_*_after.
 * Longer than 60 lines: the loop's body captures the values around it, and its state has one order inside and outside.
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
      const lowestNow = lowest && add(take(lowest), cast(iteration, 'float32'));
      const pastMask = take(past.mask);
      const near = lowestNow && past.index && ordered && oldest && { past: where(less(take(past.index), lowestNow), HIDDEN, pastMask), recent: where(less(ordered, oldest), HIDDEN, 0) };
      const memory: Memory[] = [];
      const length = take(past.length);
      const scores = step(shape, inner, token, add(take(position), iteration), {
        parts(layer, key, value) {
          const { keys, values: v } = past.layers[layer] as Memory;
          const joined = { keys: extend(rest[2 * layer] as Value, key, 3), values: extend(rest[2 * layer + 1] as Value, value, 2) };
          memory.push(joined);
          const nearer = near && slides(shape, layer) ? near : null;
          return [{ keys: take(keys), values: take(v), mask: nearer?.past ?? pastMask }, { ...joined, mask: nearer?.recent }];
        },
        divide: (probabilities, [old, recent]) => cut(probabilities, length, 3, [old?.keys.shape[3] as number, recent?.keys.shape[3] as number]),
      });
      const uniform = uniforms ? reshape(gather(take(uniforms), iteration, 1), [rows, 1]) : undefined;
      const inBody = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, take(value as Value)])) as SamplingInputs;
      const chosen = nextToken({ logits: scores, settings: inBody, ...(uniform ? { uniform } : {}), ...(seen ? { seen } : {}) });
      const column = reshape(chosen.token, [rows, 1]);
      const stopped = reduceMax(where(equal(column, reshape(take(stops), [1, -1])), 1, 0), [1]);
      const spent = where(greaterOrEqual(add(cast(iteration, 'float32'), 1), take(limit)), 1, 0);
      const finished = maximum(done, maximum(stopped, spent));
      return {
        condition: less(reduceSum(finished, [0]), take(enough)),
        state: [chosen.token, finished, extend(taken, column, 1), ...memory.flatMap(({ keys, values: v }) => [keys, v]), ...(ordered ? [ordered] : []), ...(chosen.seen ? [chosen.seen] : [])],
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
