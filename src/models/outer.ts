/** What lies around the layers: embeddings, the last norm, the head. */
import { type DType, type Graph, type Value, cast, gather, gemm, layerNorm, mul, rmsNorm } from '../onnx/index.ts';
import type { ModelConfig } from './config.ts';

/** Declares a frozen weight of a graph, as float32 whatever it is stored as. */
export function frozen(graph: Graph, name: string, weight: { dtype: DType; shape: readonly number[] }): Value {
  return cast(graph.parameter(name, weight.dtype, weight.shape), 'float32');
}

/** Token ids int32 to hidden states, [.., hidden]. @param embedding [vocabulary, hidden], as it is stored: only the rows that are looked up are widened */
export function embedded(embedding: Value, ids: Value, { embedding_scale }: ModelConfig): Value {
  const rows = cast(gather(embedding, ids), 'float32');
  return embedding_scale === 1 ? rows : mul(rows, embedding_scale);
}

/** RMSNorm, or LayerNorm where there is a bias. */
export function normalised(x: Value, weight: Value, bias: Value | undefined, { norm_eps }: ModelConfig): Value {
  return bias ? layerNorm(x, weight, bias, norm_eps) : rmsNorm(x, weight, norm_eps);
}

/** The weights of the last norm. */
export interface LastNorm {
  norm: Value;
  norm_bias?: Value | undefined;
}

/** Logits [n, vocabulary] of hidden states [n, d]: the last norm, then the head (or the tied embedding). */
export function logits(x: Value, { norm, norm_bias }: LastNorm, head: Value, config: ModelConfig): Value {
  return gemm(normalised(x, norm, norm_bias, config), head, { transB: true });
}
