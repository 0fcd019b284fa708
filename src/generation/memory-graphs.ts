/**
 * Changes to a batch's memory while it lies on the GPU. All are gathers and choices, so that every value stays the very
 * number it was; lengths are open, so that each graph is compiled once.
 */
import { type Value, gather, Graph, less, where } from '../onnx/index.ts';
import { type GenerationShape, type Memory, rowsOf } from './shape.ts';

/**
 * New rows' prompts in the place of finished rows', in one layer's past.
 *
 * Inputs: keys [B, groups, head_dim, past] and values [B, groups, past, head_dim]; fresh_keys and fresh_values, the same
 * of rows just prefilled; from int32 [B], which fresh row a place takes; replaced float32 [B, 1, 1, 1], 1 where it takes one;
 * columns and fresh_columns int32 [after], which tokens of either make up the past afterwards.
 * Outputs: keys_after, values_after.
 */
export function replaceGraph(shape: GenerationShape): Graph {
  const g = new Graph('replace rows');
  const [before, fresh] = [layerInputs(g, shape, '', { rows: null, length: 'past' }), layerInputs(g, shape, 'fresh_', { rows: 'fresh', length: 'prompt' })];
  const [columns, freshColumns] = [columnInput(g, shape, 'columns'), columnInput(g, shape, 'fresh_columns')];
  const from = g.input('from', 'int32', [rowsOf(shape)]);
  const replaced = less(0.5, g.input('replaced', 'float32', [rowsOf(shape), 1, 1, 1]));
  const merged = (own: Value, others: Value, axis: number): Value => where(replaced, gather(gather(others, from, 0), freshColumns, axis), gather(own, columns, axis));
  g.output('keys_after', merged(before.keys, fresh.keys, 3));
  g.output('values_after', merged(before.values, fresh.values, 2));
  return g;
}

/** A longer or shorter window in one layer. Inputs: keys, values, as above; columns int32 [after]. Outputs: keys_after, values_after. */
export function resizeGraph(shape: GenerationShape): Graph {
  const g = new Graph('resize window');
  const { keys, values } = layerInputs(g, shape, '', { rows: null, length: 'window' });
  const columns = columnInput(g, shape, 'columns');
  g.output('keys_after', gather(keys, columns, 3));
  g.output('values_after', gather(values, columns, 2));
  return g;
}

/** The same for the tokens rows have had: seen [B, V], fresh [b, V], from int32 [B], replaced float32 [B, 1] to seen_after [B, V]. */
export function replaceSeenGraph(shape: GenerationShape): Graph {
  const g = new Graph('replace seen tokens');
  const [rows, vocabulary] = [rowsOf(shape), shape.model.config.vocab_size];
  const seen = g.input('seen', 'float32', [rows, vocabulary]);
  const fresh = g.input('fresh', 'float32', [rows, vocabulary], { 0: 'fresh' });
  g.output('seen_after', where(less(0.5, g.input('replaced', 'float32', [rows, 1])), gather(fresh, g.input('from', 'int32', [rows]), 0), seen));
  return g;
}

function layerInputs(g: Graph, shape: GenerationShape, prefix: string, label: { rows: string | null; length: string }): Memory {
  const { num_key_value_heads: groups, head_dim: width } = shape.model.config;
  const rows = rowsOf(shape);
  const open: Record<number, string> = label.rows ? { 0: label.rows } : {};
  return {
    keys: g.input(`${prefix}keys`, 'float32', [rows, groups, width, shape.positions], { ...open, 3: label.length }),
    values: g.input(`${prefix}values`, 'float32', [rows, groups, shape.positions, width], { ...open, 2: label.length }),
  };
}

const columnInput = (g: Graph, shape: GenerationShape, name: string): Value => g.input(name, 'int32', [shape.positions], { 0: 'after' });
