/**
 * What a family's block is written in: the weights of one layer with the operations on them. Training, prefill and decoding
 * make one from rows that lie behind one another (`rowsLayer`); the ONNX export makes one with open axes of its own.
 */
import { type Value, add, reshape, transpose } from '../onnx/index.ts';
import type { AttentionKind, ExpertsConfig, ModelConfig } from './config.ts';
import type { ProjectionInput } from './families/family.ts';
import { familyOf } from './families/index.ts';
import type { LayerLora } from './lora.ts';
import { normalised } from './outer.ts';
import { projections } from './projections.ts';
import { type RotaryTables, applyRotary } from './rotary.ts';
import type { Rows } from './rows.ts';
import { type Named, type Stored, decoded } from './stored.ts';

/** A layer's weights by their names in the family's plan. */
export type LayerValues = Named<Stored>;

export interface Layer {
  readonly config: ModelConfig;
  readonly weights: LayerValues;
  /** Of a family with experts. */
  readonly experts: ExpertsConfig;
  /** x times each of the weights that read this input, with their biases and LoRA. */
  project(input: ProjectionInput, x: Value): Value[];
  /** Over the last axis, whatever the others are. */
  norm(x: Value, name: string): Value;
  /** [rows, count * inner * width] to [sequences, inner * count, length, width]; `inner` matrices lie together in each head. */
  heads(x: Value, count: number, inner?: number): Value;
  /** [sequences, heads, length, width] to [rows, heads * width] */
  joined(x: Value): Value;
  /** The last axis in `count` groups. */
  grouped(x: Value, count: number): Value;
  /** The last two axes as one. */
  ungrouped(x: Value): Value;
  /** Queries or keys with rotary positions applied and scaled, so that q k^T needs no further factor. */
  rotate(x: Value): Value;
  /** Mixes values: q [sequences, heads, T, width], k and v [sequences, key-value heads, T, width]. Returns [sequences, heads, T, width]. */
  attend(q: Value, k: Value, v: Value): Value;
}

export interface LayerContext {
  config: ModelConfig;
  rows: Rows;
  /** int64 [K * B, T] */
  positions: Value;
  tables: RotaryTables;
  attend: Layer['attend'];
  lora?: LayerLora | undefined;
}

/** A layer over rows [K * B * T, d]. T may be open, K and B are not. */
export function rowsLayer(weights: LayerValues, { config, rows, positions, tables, attend, lora }: LayerContext): Layer {
  const sequences = rows.adapters * rows.batch;
  const { inputs } = familyOf(config).layer(config);
  const stored = (name: string): Stored => weights[name] as Stored;
  const weight = (name: string): Value => decoded(stored(name));
  const biased = (y: Value, name: string): Value => (`${name}_bias` in weights ? add(y, weight(`${name}_bias`)) : y);
  return {
    config,
    weights,
    experts: config.experts as ExpertsConfig,
    project(input, x) {
      const names = inputs[input] ?? [];
      return projections(x, names.map(stored), rows, lora?.[input]).map((y, i) => biased(y, names[i] as string));
    },
    norm: (x, name) => normalised(x, stored(name), weights[`${name}_bias`], config),
    heads(x, count, inner = 1) {
      const width = config.head_dim;
      if (inner === 1) return transpose(reshape(x, [sequences, -1, count, width]), [0, 2, 1, 3]);
      return reshape(transpose(reshape(x, [sequences, -1, count, inner, width]), [0, 3, 2, 1, 4]), [sequences, inner * count, -1, width]);
    },
    joined: (x) => reshape(transpose(x, [0, 2, 1, 3]), [-1, (x.shape[1] as number) * (x.shape[3] as number)]),
    grouped: (x, count) => reshape(x, [-1, count, (x.shape.at(-1) as number) / count]),
    ungrouped: (x) => reshape(x, [-1, (x.shape.at(-2) as number) * (x.shape.at(-1) as number)]),
    rotate: (x) => applyRotary(x, positions, tables, config),
    attend,
  };
}

/** One decoder layer of any family: x [K * B * T, hidden] to the same shape. */
export function decoderLayer(x: Value, weights: LayerValues, context: LayerContext): Value {
  return familyOf(context.config).block(x, rowsLayer(weights, context));
}

/** The kinds of attention that a model's layers have. */
export function kindsOf({ layer_types }: ModelConfig): AttentionKind[] {
  return [...new Set(layer_types)];
}

export function kindOf({ layer_types }: ModelConfig, layer: number): AttentionKind {
  return layer_types[layer] as AttentionKind;
}
