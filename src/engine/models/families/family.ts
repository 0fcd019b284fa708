/** What a family of models is to the lab: how its config.json reads, what its checkpoints hold, how a layer computes. */
import type { Value } from '../../onnx/index.ts';
import type { ModelConfig } from '../model-config.ts';
import type { Fields } from '../fields.ts';
import type { Layer } from '../layer.ts';
import type { WeightPlan, LayerPlan } from '../layer-plan.ts';

export interface Family {
  readonly model_type: string;
  /** The class that config.json names. */
  readonly architecture: string;
  /** Tensors outside the layers, and what comes before a layer's number. */
  readonly paths: { readonly embedding: string; readonly head: string; readonly layers: string };
  /** Its config class's defaults in transformers, where they are not LlamaConfig's. */
  readonly defaults: Partial<Fields>;
  /** What sets it apart from a plain Llama, and all it asks for that is not supported. */
  config(fields: Fields): { config: Partial<ModelConfig>; problems: string[] };
  /** The last norm: `norm`, and `norm_bias` where it has one. */
  outer(config: ModelConfig): Readonly<Record<string, WeightPlan>>;
  layer(config: ModelConfig): LayerPlan;
  /** One decoder layer: x [K * B * T, hidden] to the same shape. The same function serves training, prefill, decoding and export. */
  block(x: Value, layer: Layer): Value;
}

/** The tensors of most families lie where Llama's do. */
export const LLAMA_PATHS = { embedding: 'model.embed_tokens.weight', head: 'lm_head.weight', layers: 'model.layers' } as const;

/** A norm's weight. */
export function vector(tensor: string, size: number, plus?: number): WeightPlan {
  return { parts: [[tensor, [size]]], ...(plus === undefined ? {} : { plus }) };
}

/** Linear layers without bias that read the same input, stacked: [path, out] each. */
export function matrices(into: number, ...parts: readonly (readonly [path: string, out: number])[]): WeightPlan {
  return { parts: parts.map(([path, out]) => [`${path}.weight`, [out, into]]) };
}

/** Their biases. */
export function biases(...parts: readonly (readonly [path: string, out: number])[]): WeightPlan {
  return { parts: parts.map(([path, out]) => [`${path}.bias`, [out]]) };
}

/** Queries, keys and values as one product, since they are split by heads anyway; and the output projection. */
export function attentionWeights({ hidden_size: d, num_attention_heads: heads, num_key_value_heads: groups, head_dim: width }: ModelConfig): { qkv: WeightPlan; o: WeightPlan } {
  return {
    qkv: matrices(d, ['self_attn.q_proj', heads * width], ['self_attn.k_proj', groups * width], ['self_attn.v_proj', groups * width]),
    o: matrices(heads * width, ['self_attn.o_proj', d]),
  };
}

/** A gated feed-forward. Gate and up stay two products: splitting one product would cost a pass over memory. */
export function gatedWeights({ hidden_size: d, intermediate_size: ff }: ModelConfig): { gate: WeightPlan; up: WeightPlan; down: WeightPlan } {
  return { gate: matrices(d, ['mlp.gate_proj', ff]), up: matrices(d, ['mlp.up_proj', ff]), down: matrices(ff, ['mlp.down_proj', d]) };
}

export const ATTENTION_INPUTS = { attention: ['qkv'], output: ['o'] } as const;
export const GATED_INPUTS = { ...ATTENTION_INPUTS, mlp: ['gate', 'up'], down: ['down'] } as const;
