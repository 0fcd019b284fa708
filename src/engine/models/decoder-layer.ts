/** A family's block over rows that lie behind one another: for training, prefill and decoding. */
import { type Value, add, reshape, transpose } from '../onnx/index.ts';
import { familyOf } from './families/index.ts';
import type { LayerValues, Layer } from './layer.ts';
import type { LayerLora } from './lora.ts';
import type { AttentionKind, ExpertsConfig, ModelConfig } from './model-config.ts';
import { normalised } from './outer.ts';
import { projections } from './projections.ts';
import { type RotaryTables, applyRotary } from './rotary.ts';
import type { Rows } from './rows.ts';
import { type Stored, decoded } from './stored.ts';

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
