/** Estimates the memory of training, by parts, before anything is allocated, and chooses the engine that fits. */
import type { BaseModel } from '../models/base-model.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { Device } from '../runtime/index.ts';
import { type Rows, rowCount } from '../models/rows.ts';
import { LoraLayout } from '../models/lora.ts';
import { weightShapes } from '../models/plan.ts';
import type { Storage } from '../models/stored.ts';
import { headChunk } from './blockwise-head.ts';
import { SAVED_BYTES } from './blockwise.ts';
import { HEAD_PIECE } from './head.ts';
import { nextParts } from './splitting.ts';
import type { GradientEngine } from './engine.ts';
import type { LoraConfig } from '../../records/adapter.ts';

/** Bytes. */
export interface TrainingMemory {
  /** Frozen weights as the device holds them. */
  weights: number;
  /** Adapters with both averages of the optimiser, and a gradient. */
  adapters: number;
  /** What the backward pass needs of the forward pass, at its peak. */
  activations: number;
  /** Logits and probabilities at the loss positions. */
  head: number;
  total: number;
}

export interface MemoryQuestion {
  config: ModelConfig;
  lora: LoraConfig;
  rows: Rows;
  kind: 'wasm' | 'webgpu';
  engine: GradientEngine['kind'];
  /** Bytes of the frozen weights as stored. */
  stored: number;
  storage: Storage;
  /** Whether the device multiplies by quantised weights, so that they are never decoded as a whole. */
  codes?: boolean;
}

/** Numbers one layer keeps for its backward pass, for each row: what the rules of a layer's ops read. */
function numbersPerRow(config: ModelConfig, lora: LoraConfig, length: number): number {
  const { hidden_size: d, intermediate_size: ff, num_attention_heads: heads, num_key_value_heads: groups, head_dim } = config;
  const q = heads * head_dim;
  const kv = groups * head_dim;
  const stream = 4 * d; // the layer's input, the middle, and both normed
  const attention = 3 * q + 2 * kv + heads * length; // queries, and what was mixed, by head and by token; keys, values; probabilities
  // Up, opened, activated, product; of experts those of all, and the product once more, shared out.
  const gated = config.experts ? config.experts.count * 5 * ff : 4 * ff;
  return stream + attention + gated + lora.r * lora.target_modules.length;
}

/** The products of frozen weights among them, which a layer-by-layer step may save (saved-activations.ts). */
function productsPerRow({ hidden_size: d, intermediate_size: ff, num_attention_heads: heads, num_key_value_heads: groups, head_dim, experts }: ModelConfig): number {
  return (heads + 2 * groups) * head_dim + d + (experts ? experts.count * (2 * ff + 1) : 2 * ff);
}

/** Bytes that such a step saves: the products of as many of the last layers as fit. */
function bytesKept({ config, rows, kind }: MemoryQuestion): number {
  const layer = 4 * rowCount(rows) * productsPerRow(config);
  return layer * Math.min(config.num_hidden_layers, Math.floor(SAVED_BYTES[kind] / layer));
}

/**
 * Graphs of a layer that are captured on WebGPU where a step goes layer by layer: forward (with dropout and, for evaluation,
 * without) and backward of every kind of layer, and the first layer's backward.
 */
function capturedGraphs(config: ModelConfig, lora: LoraConfig): number {
  const kinds = new Set(config.layer_types).size;
  return (lora.lora_dropout > 0 ? 3 : 2) * kinds + 1;
}

/** Bytes that the frozen weights take while a step computes. */
function weightBytes({ config, lora, kind, engine, stored, storage, codes = false }: MemoryQuestion): number {
  const full = 4 * [...weightShapes(config).values()].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
  const quantized = storage === 'int8' || storage === 'int4';
  const table = 4 * config.vocab_size * config.hidden_size;
  const layer = (full - table * (config.tie_word_embeddings ? 1 : 2)) / config.num_hidden_layers;
  const piece = Math.min(table, 4 * HEAD_PIECE);
  // Quantised: the lab's own copy, and the copy that a run reads or the session keeps.
  if (kind === 'wasm' && quantized && codes) return engine === 'blockwise' ? stored + stored / 2 : 2 * stored;
  // Layer by layer, WASM has buffers for one decoded layer and a piece of the head, and a copy of what a run reads: the stored embedding at most.
  if (engine === 'blockwise' && kind === 'wasm') return stored + layer + piece + Math.max(layer, piece) + stored / 2;
  // On WebGPU each captured graph has buffers of its own, into which a layer's weights are copied.
  if (engine === 'blockwise') return stored + capturedGraphs(config, lora) * (stored * (layer / full) + (stored < full ? layer : 0)) + (stored < full ? piece : 0);
  if (quantized) return (kind === 'wasm' ? 2 : 1) * stored + full;
  // WASM has a copy beside the lab's own, and packs every decoded weight for the forward and again for the backward product.
  return kind === 'wasm' ? 2 * stored + 2 * full : stored + (stored < full ? full : 0);
}

export function estimateMemory(question: MemoryQuestion): TrainingMemory {
  const { config, lora, rows, engine } = question;
  const count = rowCount(rows);
  const layers = config.num_hidden_layers;
  const layer = 4 * count * numbersPerRow(config, lora, rows.length);
  const stream = 4 * count * config.hidden_size;
  // Backward holds cotangents of about the same size, for one layer at a time.
  const activations = engine === 'whole' ? layers * layer + layer : layers * stream + bytesKept(question) + (question.kind === 'wasm' ? 2 : 1 + capturedGraphs(config, lora)) * layer;
  const lossRows = engine === 'whole' ? count : headChunk(config, count);
  const vocabulary = engine === 'whole' ? config.vocab_size : Math.min(config.vocab_size, Math.floor(HEAD_PIECE / config.hidden_size));
  const parts = {
    weights: weightBytes(question),
    adapters: 4 * 4 * layers * rows.adapters * new LoraLayout(lora, config).size,
    activations,
    head: 2 * 4 * lossRows * vocabulary,
  };
  return { ...parts, total: parts.weights + parts.adapters + parts.activations + parts.head };
}

/** Memory that a tab may take: a quarter of the machine's, where the browser reports it (`memory`, GB). No browser reports a GPU's. */
function budget({ kind, report: { memory } }: Device): number {
  return kind === 'webgpu' ? 2 * 2 ** 30 : Math.min(2, Math.max(1, (memory ?? 4) / 4)) * 2 ** 30;
}

/** WebAssembly's 4 GB address space, less what else is in it. A GPU reports when its memory is exhausted. */
const MOST = { wasm: 3.5 * 2 ** 30, webgpu: Number.POSITIVE_INFINITY } as const;

/** Bytes that a training step may take. */
export function mostMemory(kind: 'wasm' | 'webgpu'): number {
  return MOST[kind];
}

/** Of full fine-tuning: all weights, both averages and a gradient, as they are and as the runtime copies and cuts them. */
export function estimateFullMemory(config: ModelConfig, rows: Rows): TrainingMemory {
  const numbers = [...weightShapes(config).values()].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
  const count = rowCount(rows);
  const layer = 4 * count * numbersPerRow(config, { r: 0, lora_alpha: 1, lora_dropout: 0, target_modules: [] }, rows.length);
  // In the runtime the vector, the weights cut from it, their gradients, and those joined.
  const parts = { weights: 4 * 2 * numbers, adapters: 4 * (3 + 3) * numbers, activations: (config.num_hidden_layers + 1) * layer, head: 3 * 4 * count * config.vocab_size };
  return { ...parts, total: parts.weights + parts.adapters + parts.activations + parts.head };
}

/** Parts that a micro-batch is split into from the start, so that the tab does not crash for lack of memory. */
export function startingParts(model: BaseModel, lora: LoraConfig, rows: Rows, engine: GradientEngine['kind']): number {
  const stored = storedBytes(model);
  const { kind } = model.device;
  let parts = 1;
  while (estimateMemory({ config: model.config, lora, rows: { ...rows, batch: rows.batch / parts }, kind, engine, stored, storage: model.storage, codes: inCodes(model, lora) }).total > MOST[kind]) {
    const next = nextParts(rows.batch, parts);
    if (next === null) break;
    parts = next;
  }
  return parts;
}

/** DoRA takes the lengths of the weights' rows, for which they are decoded. */
function inCodes({ device }: BaseModel, { use_dora = false }: LoraConfig): boolean {
  return device.multipliesQuantized && !use_dora;
}

function storedBytes(model: BaseModel): number {
  return [model.outer, ...model.layers].flatMap((tensors) => Object.values(tensors)).reduce((sum, tensor) => sum + tensor.bytes, 0);
}

/** The whole step in one graph where it fits, else layer by layer. */
export function chooseEngine(model: BaseModel, lora: LoraConfig, rows: Rows): GradientEngine['kind'] {
  const { kind } = model.device;
  return estimateMemory({ config: model.config, lora, rows, kind, engine: 'whole', stored: storedBytes(model), storage: model.storage, codes: inCodes(model, lora) }).total <= budget(model.device) ? 'whole' : 'blockwise';
}
