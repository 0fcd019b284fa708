/**
 * Dropout masks that a graph computes from keys, so that no mask crosses to the device and a backward pass that runs the
 * layer again finds the same one. An element's bit is a hash of its row's keys, fresh every step, and its column's,
 * fixed for each layer and input. Integer products wrap modulo 2^32 on every device, so the masks are the same everywhere.
 * The projections that read one input share its mask.
 */
import { Rng } from '../../core/rng.ts';
import { type Graph, type Value, add, less, mul, where } from '../onnx/index.ts';
import type { Rows } from '../models/rows.ts';
import type { LoraLayout } from '../models/lora.ts';
import type { ProjectionInput } from '../models/layer-plan.ts';
import { type HostTensor, host } from '../runtime/index.ts';

/** A pair of keys as values: two tensors, since not every device slices integers. */
export type Keys = readonly [Value, Value];

/** The rows' keys as graph inputs, `rows.0` and `rows.1`, int32 [K, B T, 1] each. */
export function rowKeys(g: Graph, rows: Rows): Keys {
  return pair((i) => g.input(`rows.${i}`, 'int32', [rows.adapters, rows.batch * rows.length, 1]));
}

/** What `rowKeys` is fed in one micro-batch. @param seeds name adapter, step and micro-batch */
export function rowKeyFeeds(seeds: readonly string[], rows: Rows): Record<string, HostTensor> {
  const each = rows.batch * rows.length;
  const keys = seeds.map((seed) => randomKeys(new Rng(seed), each));
  return Object.fromEntries([0, 1].map((i) => [`rows.${i}`, host('int32', [rows.adapters, each, 1], concatenated(keys.map((own) => own[i] as Int32Array)))]));
}

/** A layer's column keys as constants of the graph. */
export function columnConstants(g: Graph, layer: number): ColumnKeys {
  return (input, width) => {
    const keys = columnKeys(layer, input, width);
    return pair((i) => g.constant(keys[i], 'int32', [1, 1, width]));
  };
}

/** A layer's column keys as graph inputs, so that one graph serves all layers. */
export function columnInputs(g: Graph): ColumnKeys {
  return (input, width) => pair((i) => g.input(`columns.${input}.${i}`, 'int32', [1, 1, width]));
}

/** What `columnInputs` is fed for a layer. */
export function columnFeeds(layout: LoraLayout, layer: number): Record<string, HostTensor> {
  return Object.fromEntries(
    layout.inputs().flatMap(({ input, width }) => columnKeys(layer, input, width).map((keys, i) => [`columns.${input}.${i}`, host('int32', [1, 1, width], keys)])),
  );
}

/** The column keys of an input of the given width. */
export type ColumnKeys = (input: ProjectionInput, width: number) => Keys;

/** The masks of one layer, [K, B T, width] each: 0 with probability p, else 1 / (1 - p). */
export function keepMasks([r, s]: Keys, columns: ColumnKeys, layout: LoraLayout, p: number): { [I in ProjectionInput]?: Value } {
  const threshold = Math.round((1 - p) * 2 ** 32) - 2 ** 31;
  return Object.fromEntries(
    layout.inputs().map(({ input, width }) => {
      const [c, d] = columns(input, width);
      return [input, where(less(hashed(r, s, c, d), threshold), 1 / (1 - p), 0)];
    }),
  );
}

/** Rounds of multiplying sums by odd numbers; the high bits, which the comparison looks at, depend on all others. */
function hashed(r: Value, s: Value, c: Value, d: Value): Value {
  const odd = (x: Value): Value => add(add(x, x), 1);
  const first = mul(add(r, c), odd(add(s, d)));
  const second = mul(add(first, d), odd(add(first, s)));
  return mul(add(second, r), odd(add(second, c)));
}

function columnKeys(layer: number, input: ProjectionInput, width: number): [Int32Array, Int32Array] {
  return randomKeys(new Rng(`dropout/${layer}/${input}`), width);
}

function randomKeys(rng: Rng, count: number): [Int32Array, Int32Array] {
  return pair(() => Int32Array.from({ length: count }, () => rng.uint32() | 0));
}

function pair<T>(make: (i: 0 | 1) => T): [T, T] {
  return [make(0), make(1)];
}

function concatenated(parts: readonly Int32Array[]): Int32Array {
  return Int32Array.from(parts.flatMap((part) => Array.from(part)));
}
