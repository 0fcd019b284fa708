/**
 * Dropout masks that a graph computes from keys, so that no mask crosses to the device and a backward pass that runs the
 * layer again finds the same one. An element's bit is a hash of its row's keys, fresh every step, and its column's,
 * fixed for each layer and input. Integer products wrap modulo 2^32 on every device, so the masks are the same everywhere.
 * The projections that read one input share its mask.
 */
import { Rng } from '../core/rng.ts';
import { type Graph, type Value, add, less, mul, reshape, slice, where } from '../onnx/index.ts';
import { type Rows, rowCount } from '../models/layers.ts';
import type { LoraLayout } from '../models/lora.ts';
import type { ProjectionInput } from '../models/projections.ts';

/** The rows' keys as a graph input, `dropout` int32 [2, K B T]. */
export function rowKeys(g: Graph, rows: Rows): Value {
  return reshape(g.input('dropout', 'int32', [2, rowCount(rows)]), [2, rows.adapters, rows.batch * rows.length, 1]);
}

/** Fresh row keys of one adapter's rows in one micro-batch, int32 [2, count]. @param seed names adapter, step and micro-batch */
export function freshRowKeys(seed: string, count: number): Int32Array {
  const rng = new Rng(seed);
  return Int32Array.from({ length: 2 * count }, () => rng.uint32() | 0);
}

/** The keys of one input's columns in one layer, int32 [2, width]. */
export function columnKeys(layer: number, input: ProjectionInput, width: number): Int32Array {
  const rng = new Rng(`dropout/${layer}/${input}`);
  return Int32Array.from({ length: 2 * width }, () => rng.uint32() | 0);
}

/**
 * The masks of one layer: 0 with probability p, else 1 / (1 - p).
 * @param columns the column keys of an input, int32 [2, width]
 */
export function keepMasks(keys: Value, columns: (input: ProjectionInput, width: number) => Value, layout: LoraLayout, p: number): { [I in ProjectionInput]?: Value } {
  const [, adapters, rows] = keys.shape as [number, number, number, number];
  const part = (value: Value, i: number, shape: number[]): Value => reshape(slice(value, 0, i, i + 1), shape);
  const [r, s] = [part(keys, 0, [adapters, rows, 1]), part(keys, 1, [adapters, rows, 1])];
  const threshold = Math.round((1 - p) * 2 ** 32) - 2 ** 31;
  return Object.fromEntries(
    layout.inputs().map(({ input, width }) => {
      const table = columns(input, width);
      const [c, d] = [part(table, 0, [1, 1, width]), part(table, 1, [1, 1, width])];
      return [input, where(less(hashed(r, s, c, d), threshold), 1 / (1 - p), 0)];
    }),
  );
}

/** Two rounds of multiplying sums by odd numbers; the high bits, which the comparison looks at, depend on all others. */
function hashed(r: Value, s: Value, c: Value, d: Value): Value {
  const odd = (x: Value): Value => add(add(x, x), 1);
  const first = mul(add(r, c), odd(add(s, d)));
  const second = mul(add(first, d), odd(add(first, s)));
  return mul(add(second, r), odd(add(second, c)));
}
