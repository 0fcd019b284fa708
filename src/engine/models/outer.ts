/** The weights outside the layers: embeddings, the last norm, the head. */
import { type Graph, type Value, layerNorm, mul, rmsNorm } from '../onnx/index.ts';
import type { DeviceTensor } from '../runtime/index.ts';
import type { ModelConfig } from './model-config.ts';
import { type Named, type Stored, declareStored, decoded, lookedUp, product } from './stored.ts';

/** The weights around the layers as a graph takes them. The head may be the embedding. */
export interface OuterValues {
  embedding: Stored;
  norm: Stored;
  norm_bias?: Stored;
  head: Stored;
}

/** Declares those of them that are needed; what is not read is not written. */
export function declareOuter(graph: Graph, outer: Named<DeviceTensor>): OuterValues {
  const values = declareStored(graph, outer);
  return { ...values, head: values['head'] ?? values['embedding'] } as unknown as OuterValues;
}

/** Token ids int32 [n] to hidden states [n, hidden]. */
export function embedded({ embedding }: OuterValues, ids: Value, config: ModelConfig): Value {
  return scaledRows(lookedUp(embedding, ids), config);
}

/** Rows of the embedding as the first layer takes them. */
export function scaledRows(rows: Value, { embedding_scale }: ModelConfig): Value {
  return embedding_scale === 1 ? rows : mul(rows, embedding_scale);
}

/** RMSNorm, or LayerNorm where there is a bias. */
export function normalised(x: Value, weight: Stored, bias: Stored | undefined, { norm_eps }: ModelConfig): Value {
  return bias ? layerNorm(x, decoded(weight), decoded(bias), norm_eps) : rmsNorm(x, decoded(weight), norm_eps);
}

/** Logits [n, vocabulary] of hidden states [n, d]: the last norm, then the head (or the tied embedding). */
export function logits(x: Value, { norm, norm_bias, head }: OuterValues, config: ModelConfig): Value {
  return product(normalised(x, norm, norm_bias, config), head);
}
