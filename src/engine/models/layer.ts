/**
 * What a family's block is written in: the weights of one layer with the operations on them. Training, prefill and decoding
 * make one from rows that lie behind one another (`rowsLayer`); the ONNX export makes one with open axes of its own.
 */
import { type Value } from '../onnx/index.ts';
import type { ExpertsConfig, ModelConfig } from './model-config.ts';
import type { ProjectionInput } from './layer-plan.ts';
import { type Named, type Stored } from './stored.ts';

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

