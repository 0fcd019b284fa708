/** What the graphs of generation have in common: what they are built for, and the weights, adapters and tables they read. */
import { type Graph, type Value, reshape, split } from '../onnx/index.ts';
import type { BaseModel } from '../models/base-model.ts';
import type { AttentionKind } from '../models/model-config.ts';
import { type LayerValues } from '../models/layer.ts';
import type { LayerLora, LoraLayout } from '../models/lora.ts';
import { type OuterValues, declareOuter } from '../models/outer.ts';
import { type RotaryTables, rotaryTables } from '../models/rotary.ts';
import { type Named, type Stored, declarePacked, decoded, packedTable } from '../models/stored.ts';
import type { Sampling } from './sampling.ts';

export { HIDDEN } from '../models/masks.ts';
import { kindOf, kindsOf } from '../models/decoder-layer.ts';

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
export interface Frozen {
  layers: LayerValues[];
  loras: (LayerLora | undefined)[];
  outer: OuterValues;
  tables: Readonly<Partial<Record<AttentionKind, RotaryTables>>>;
}

/** Keys [B, groups, head_dim, length] and values [B, groups, length, head_dim] of one layer. */
export interface Memory {
  keys: Value;
  values: Value;
}

export const rowsOf = ({ adapters, batch }: GenerationShape): number => adapters * batch;

/** Whether a layer's sliding window is shorter than the positions that are generated. */
export function slides({ model: { config }, positions }: GenerationShape, layer?: number): boolean {
  const sliding = layer === undefined ? kindsOf(config).includes('sliding_attention') : kindOf(config, layer) === 'sliding_attention';
  return sliding && config.sliding_window !== null && config.sliding_window < positions;
}

/**
 * Weights, adapters and tables of a graph; the adapters' matrices are cut and float16 converted here, once a run.
 * Quantised matrices stay packed: a decoder's few rows are not worth decoding them for, and a prompt's are multiplied as fast.
 */
export function declare(g: Graph, { model, layout, adapters, positions }: GenerationShape): Frozen {
  const { config } = model;
  const flats = layout ? split(g.input('adapters', 'float32', [model.layers.length, adapters, layout.size]), model.layers.map(() => 1), 0) : [];
  const outer = declareOuter(g, model.outer);
  return {
    layers: model.layers.map((weights, i) => asFloat32(declarePacked(g, weights, `layer${i}.`))),
    loras: model.layers.map((_, i) => layout?.terms(reshape(flats[i] as Value, [adapters, layout.size]), {}, 'divided').lora),
    outer: { ...outer, head: outer.head.scale ? packedTable(outer.head) : (asFloat32({ head: outer.head })['head'] as Stored) },
    // Twice as long as any row: on WASM one that has come to the model's last position is stepped on until the others of its batch are done.
    tables: Object.fromEntries(kindsOf(config).map((kind) => [kind, rotaryTables(g, config, 2 * positions, kind)])),
  };
}

/** Converts float16 weights to float32 once a run, not at every step. */
function asFloat32(weights: Named<Stored>): Named<Stored> {
  return Object.fromEntries(Object.entries(weights).map(([name, stored]) => [name, stored.scale || stored.packed ? stored : { value: decoded(stored) }]));
}

/** The same values, for use in a body. */
export function captured(body: Graph, { layers, loras, tables, outer }: Frozen): Frozen {
  const take = (value: Value): Value => body.capture(value);
  const each = <T extends object>(values: T): T => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, take(value as Value)])) as T;
  const stored = (weights: Named<Stored>): Named<Stored> => Object.fromEntries(Object.entries(weights).map(([name, { packed, ...weight }]) => [name, { ...each(weight), ...(packed ? { packed: each(packed) } : {}) }]));
  const term = (lora: LayerLora): LayerLora => Object.fromEntries(Object.entries(lora).map(([input, { a, b, scale, gains }]) => [input, { a: take(a), b: b.map((matrix) => (matrix ? take(matrix) : null)), scale, ...(gains ? { gains: gains.map((gain) => gain && { magnitude: take(gain.magnitude) }) } : {}) }]));
  return {
    layers: layers.map(stored),
    loras: loras.map((lora) => lora && term(lora)),
    outer: stored({ ...outer }) as unknown as OuterValues,
    tables: Object.fromEntries(Object.entries(tables).map(([kind, table]) => [kind, each(table)])),
  };
}
