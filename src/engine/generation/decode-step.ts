/**
 * Decoding on WebGPU, where the key-value cache stays on the GPU: one step in each run. All sizes are fixed, so that the step can be captured;
 * the cache is only read, and the new keys and values are outputs.
 */
import { type Value, add, concat, Graph, less, reshape, split, sub, where } from '../onnx/index.ts';
import { step } from './one-token.ts';
import { nextToken, samplingInputs } from './sampling.ts';
import { declare, type GenerationShape, HIDDEN, type Memory, rowsOf, slides } from './shape.ts';

/** Columns of a batch's two parts of memory: sizes that the graph is compiled for. */
export interface MemoryLengths {
  /** Of the prompts' part. */
  past: number;
  /** Of the answers' part, which each row fills at its own pace. */
  window: number;
}

/** The smallest sizes. Larger ones double, since each size is compiled anew. */
const LEAST: MemoryLengths = { past: 32, window: 64 };

/** The length that a part has for so many tokens. */
export function partLength(part: keyof MemoryLengths, tokens: number): number {
  return LEAST[part] * 2 ** Math.max(0, Math.ceil(Math.log2(tokens / LEAST[part])));
}

/**
 * Inputs: token int32 [B], position int64 [B, 1]; past_*; recent_*; past_filled and window_filled float32 [B, 1, 1, 1], how many
 * columns of either are a row's own; uniform [B, 1] (drawing); settings; seen [B, V] (penalising); adapters.
 * Outputs: token_after int32 [B]; added [2 * layers, B * groups * head_dim], the new key and value of every layer.
 */
export function decodeStep(shape: GenerationShape, { past, window }: MemoryLengths): Graph {
  const g = new Graph('decode step');
  const rows = rowsOf(shape);
  const { sampling, model: { config } } = shape;
  const { num_key_value_heads: groups, head_dim: width } = config;
  const fixed = declare(g, shape);
  const part = (prefix: string, length: number): { layers: Memory[]; index: Value; filled: Value; mask: Value } => {
    const index = g.constant(Float32Array.from({ length }, (_, i) => i), 'float32', [1, 1, 1, length]);
    const filled = g.input(`${prefix === 'past_' ? 'past' : 'window'}_filled`, 'float32', [rows, 1, 1, 1]);
    const layers = shape.model.layers.map((_, layer) => ({
      keys: g.input(`${prefix}key${layer}`, 'float32', [rows, groups, width, length]),
      values: g.input(`${prefix}value${layer}`, 'float32', [rows, groups, length, width]),
    }));
    return { layers, index, filled, mask: where(less(index, filled), 0, HIDDEN) };
  };
  const [old, recent] = [part('past_', past), part('recent_', window)];
  // A sliding-window layer attends to the last `sliding_window` tokens, the new one among them; column i of the window is at position filled(past) + i.
  const forgotten = slides(shape) ? sub(recent.filled, (config.sliding_window as number) - 1) : null;
  const near = forgotten && { old: where(less(old.index, add(old.filled, forgotten)), HIDDEN, old.mask), recent: where(less(recent.index, forgotten), HIDDEN, recent.mask) };
  const added: Value[] = [];
  const scores = step(shape, fixed, g.input('token', 'int32', [rows]), g.input('position', 'int64', [rows, 1]), {
    parts(layer, key, value) {
      added.push(reshape(key, [1, -1]), reshape(value, [1, -1]));
      const forgets = near && slides(shape, layer) ? near : null;
      return [{ ...(old.layers[layer] as Memory), mask: forgets?.old ?? old.mask }, { ...(recent.layers[layer] as Memory), mask: forgets?.recent ?? recent.mask }, { keys: key, values: value }];
    },
    divide: (probabilities) => split(probabilities, [past, window, 1], 3),
  });
  const settings = samplingInputs(g, rows, sampling);
  const uniform = sampling.draw ? g.input('uniform', 'float32', [rows, 1]) : undefined;
  const seen = sampling.penalise ? g.input('seen', 'float32', [rows, config.vocab_size]) : undefined;
  g.output('token_after', nextToken({ logits: scores, settings, ...(uniform ? { uniform } : {}), ...(seen ? { seen } : {}) }).token);
  g.output('added', concat(added, 0));
  return g;
}
