/** What the graphs of generation have in common: what they are built for, and the weights, adapters and tables they read. */
import { type Graph, type Value, cast, reshape, split } from '../onnx/index.ts';
import type { BaseModel } from '../models/base-model.ts';
import type { AttentionKind } from '../models/config.ts';
import { type LayerValues, kindOf, kindsOf, layerParameters } from '../models/layer.ts';
import type { LayerLora, LoraLayout } from '../models/lora.ts';
import { type LastNorm, frozen } from '../models/outer.ts';
import { type RotaryTables, rotaryTables } from '../models/rotary.ts';
import type { Sampling } from './sampling.ts';

export { HIDDEN } from '../models/masks.ts';

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
  /** As it is stored. */
  embedding: Value;
  last: LastNorm;
  head: Value;
  tables: Readonly<Partial<Record<AttentionKind, RotaryTables>>>;
}

/** Keys [B, groups, head_dim, length] and values [B, groups, length, head_dim] of one layer. */
export interface Memory {
  keys: Value;
  values: Value;
}

export const rowsOf = ({ adapters, batch }: GenerationShape): number => adapters * batch;

/** Whether a layer forgets tokens within the positions that are generated. */
export function slides({ model: { config }, positions }: GenerationShape, layer?: number): boolean {
  const sliding = layer === undefined ? kindsOf(config).includes('sliding_attention') : kindOf(config, layer) === 'sliding_attention';
  return sliding && config.sliding_window !== null && config.sliding_window < positions;
}

/** Weights, adapters and tables of a graph; the adapters' matrices are cut and halves widened here, once a run. */
export function declare(g: Graph, { model, layout, adapters, positions }: GenerationShape): Frozen {
  const { config } = model;
  const flats = layout ? split(g.input('adapters', 'float32', [model.layers.length, adapters, layout.size]), model.layers.map(() => 1), 0) : [];
  const embedding = g.parameter('embedding', model.embedding.dtype, model.embedding.shape);
  return {
    layers: model.layers.map((weights, i) => layerParameters(g, weights, `layer${i}.`)),
    loras: model.layers.map((_, i) => layout?.terms(reshape(flats[i] as Value, [adapters, layout.size])).lora),
    embedding,
    last: layerParameters(g, model.outer) as LayerValues & LastNorm,
    head: model.head === model.embedding ? cast(embedding, 'float32') : frozen(g, 'head', model.head),
    // Twice as long as any row: one that has come to the model's last position is stepped on until the others of its batch are done.
    tables: Object.fromEntries(kindsOf(config).map((kind) => [kind, rotaryTables(g, config, 2 * positions, kind)])),
  };
}

/** The same values, for use in a body. */
export function captured(body: Graph, { layers, loras, tables, last, embedding, head }: Frozen): Frozen {
  const take = (value: Value): Value => body.capture(value);
  const each = <T extends object>(values: T): T => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, take(value as Value)])) as T;
  const term = (lora: LayerLora): LayerLora => Object.fromEntries(Object.entries(lora).map(([input, { a, b, scale }]) => [input, { a: take(a), b: b.map((matrix) => (matrix ? take(matrix) : null)), scale }]));
  return {
    layers: layers.map(each),
    loras: loras.map((lora) => lora && term(lora)),
    embedding: take(embedding),
    last: each(last),
    head: take(head),
    tables: Object.fromEntries(Object.entries(tables).map(([kind, table]) => [kind, each(table)])),
  };
}
