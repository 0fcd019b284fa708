/** Whether a checkpoint can be tuned and asked on a device, judged from its config.json before its weights are fetched. */
import { MODULE_NAMES } from '../../records/modules.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { weightShapes } from '../models/plan.ts';
import type { Storage } from '../models/stored.ts';
import { estimateMemory } from './memory.ts';
import type { LoraConfig } from '../../records/adapter.ts';

export interface Verdict {
  kind: 'fits' | 'fits-as-int4' | 'does-not-fit';
  /** The resource that is too small, where it does not fit. */
  lacks: 'memory' | 'storage' | null;
  /** In a sentence, with the figures. */
  reason: string;
  /** Bytes that tuning or answering takes at its peak. */
  needs: { asItIs: number; int4: number };
}

/** WASM has an address space of 4 GB for everything. No browser reports a GPU's memory, so this is that of a modest card. */
const MOST = { wasm: 3.5 * 2 ** 30, webgpu: 6 * 2 ** 30 } as const;
/** The training step that it is judged by: one adapter of rank 8 on 256 tokens. */
const LORA: LoraConfig = { r: 8, lora_alpha: 16, lora_dropout: 0, target_modules: [...MODULE_NAMES] };
const ROWS = { adapters: 1, batch: 1, length: 256 } as const;

export interface Place {
  kind: 'wasm' | 'webgpu';
  /** Bytes of the largest buffer that the GPU binds; null where unknown, or on WASM. */
  largestBuffer?: number | null;
  /** Bytes the browser will still store; null where unknown. */
  free?: number | null;
  /** Bytes that have still to be stored; twice the files where left out, which are there twice while they are put away. */
  toStore?: number;
}

/** @param bytes of the checkpoint's files; half precision is told by two bytes a number */
export function verdict(config: ModelConfig, bytes: number, { kind, largestBuffer = null, free = null, toStore = 2 * bytes }: Place): Verdict {
  const parameters = numbersIn(config).all;
  const half = bytes < 3 * parameters;
  const needs = { asItIs: need(config, half ? 'float16' : 'float32', kind), int4: need(config, 'int4', kind) };
  const most = amount(MOST[kind]);
  const place = kind === 'wasm' ? 'a tab without a GPU' : 'a common graphics card';
  const table = 4 * config.vocab_size * config.hidden_size;
  // Sixteen bits a number as it is, eight in int4.
  const binds = (width: number): boolean => kind === 'wasm' || largestBuffer === null || (table / 4) * width <= largestBuffer;
  if (!binds(1)) return { kind: 'does-not-fit', lacks: 'memory', reason: `Its vocabulary's table is larger than this GPU binds at once (${amount(largestBuffer ?? 0)}).`, needs };
  if (needs.int4 > MOST[kind]) return { kind: 'does-not-fit', lacks: 'memory', reason: `Even rounded to int4 it takes about ${amount(needs.int4)}, and ${place} has ${most}.`, needs };
  if (free !== null && toStore > free) return { kind: 'does-not-fit', lacks: 'storage', reason: `Its files take ${amount(bytes)}; until they are put away ${amount(toStore)} more have to be stored, and this browser has ${amount(free)} left for the lab.`, needs };
  if (needs.asItIs <= MOST[kind] && binds(half ? 2 : 4)) return { kind: 'fits', lacks: null, reason: `It takes about ${amount(needs.asItIs)} of the ${most} that ${place} has.`, needs };
  return { kind: 'fits-as-int4', lacks: null, reason: `As it is it takes about ${amount(needs.asItIs)}, and ${place} has ${most}; rounded to int4 it takes ${amount(needs.int4)}. Choose int4 on the Train page.`, needs };
}

const amount = (bytes: number): string => (bytes < 0.1 * 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`);

/** The larger of what a training step and what answering take. */
function need(config: ModelConfig, storage: Storage, kind: 'wasm' | 'webgpu'): number {
  const { all, tables } = numbersIn(config);
  const quantized = storage === 'int4';
  // A scale of four bytes and a zero point for each block of 32.
  const stored = quantized ? (all - tables) * (0.5 + 4.5 / 32) + tables * (1 + 5 / 32) : all * (storage === 'float16' ? 2 : 4);
  const training = estimateMemory({ config, lora: LORA, rows: ROWS, kind, engine: 'blockwise', stored, storage }).total;
  // On WASM prefill and decoding each hold the weights, and decoded ones twice: plain and packed. Quantised ones are decoded
  // one at a time, the vocabulary's table the largest of them; measured on Qwen3-0.6B (docs/performance.md).
  const answering = kind === 'wasm' ? (quantized ? 3 * stored + 2 * 4 * tables : stored + 2 * 2 * 4 * all) : stored + (storage === 'float32' ? 0 : 4 * tables);
  return Math.max(training, answering);
}

function numbersIn(config: ModelConfig): { all: number; tables: number } {
  const all = [...weightShapes(config).values()].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
  return { all, tables: config.vocab_size * config.hidden_size * (config.tie_word_embeddings ? 1 : 2) };
}
