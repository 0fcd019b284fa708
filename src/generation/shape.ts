/** What the graphs of generation have in common: what they are built for, and the weights, adapters and tables they read. */
import { type Graph, type Value, cast, reshape, split } from '../onnx/index.ts';
import type { BaseModel } from '../models/base-model.ts';
import { type RotaryTables, frozen, rotaryTables } from '../models/layers.ts';
import { type LayerValues, LAYER_WEIGHTS, layerParameters } from '../models/llama.ts';
import type { LayerLora, LoraLayout } from '../models/lora.ts';
import type { Sampling } from './sampling.ts';

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
  embedding: Value;
  norm: Value;
  head: Value;
  tables: RotaryTables;
}

/** Keys [B, groups, head_dim, length] and values [B, groups, length, head_dim] of one layer. */
export interface Memory {
  keys: Value;
  values: Value;
}

export const rowsOf = ({ adapters, batch }: GenerationShape): number => adapters * batch;

/** Weights, adapters and tables of a graph; the adapters' matrices are cut and halves widened here, once a run. */
export function declare(g: Graph, { model, layout, adapters, positions }: GenerationShape): Frozen {
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
    // Twice as long as any row: one that has come to the model's last position is stepped on until the others of its batch are done.
    tables: rotaryTables(g, config, 2 * positions),
  };
}

/** The same values, for use in a body. */
export function captured(body: Graph, { layers, loras, tables, ...single }: Frozen): Frozen {
  const take = (value: Value): Value => body.capture(value);
  const each = <T extends object>(values: T): T => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, take(value as Value)])) as T;
  const term = (lora: LayerLora): LayerLora => Object.fromEntries(Object.entries(lora).map(([input, { a, b, scale }]) => [input, { a: take(a), b: b.map((matrix) => (matrix ? take(matrix) : null)), scale }]));
  return { ...each(single), layers: layers.map(each), loras: loras.map((lora) => lora && term(lora)), tables: each(tables) };
}

/** Where scores are hidden: finite, so that a row with nothing to see does not become NaN. */
export const HIDDEN = -1e9;
