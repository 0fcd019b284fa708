/** Layers that the families share: frozen projections with LoRA on them, rotary tables, the mask of packed rows, the head. */
import { type DType, type Graph, type Value, cast, dim, equal, gemm, greaterOrEqual, matMul, matMulNT, mul, reshape, rmsNorm, split, where } from '../onnx/index.ts';
import type { ModelConfig } from './config.ts';

/**
 * How the rows of an activation matrix [K * B * T, d] lie: K adapters, each with a batch of B sequences of T tokens.
 * A run without adapters has K = 1.
 */
export interface Rows {
  adapters: number;
  batch: number;
  length: number;
}

export function rowCount({ adapters, batch, length }: Rows): number {
  return adapters * batch * length;
}

/** What LoRA adds to the projections of one input, for every adapter at once: y += scale * (x * keep) A^T B. */
export interface LoraInput {
  /** [K, n r, in]: the A matrices of the n adapted projections, stacked. */
  a: Value;
  /** For each stack of frozen weights, [K, m r, out]: the transposed B matrices of its m adapted projections, each in its own columns. Null where none is adapted. */
  b: readonly (Value | null)[];
  scale: number;
  /** Dropout's mask on this input, [K, B T, in]: zero, or 1 / (1 - p). */
  keep?: Value;
}

/**
 * x W^T (+ LoRA) for x [rows, in] and each frozen W [out, in], stored as float32 or float16. The frozen product sees all
 * adapters' rows at once, and takes the adapters' part as its addend.
 */
export function projections(x: Value, weights: readonly Value[], rows: Rows, lora?: LoraInput): Value[] {
  const deltas = lora ? loraDeltas(reshape(x, [rows.adapters, -1, dim(x, -1)]), lora) : [];
  return weights.map((weight, i) => {
    const delta = deltas[i];
    return gemm(x, cast(weight, 'float32'), { transB: true, ...(delta ? { c: reshape(delta, [-1, dim(delta, -1)]) } : {}) });
  });
}

function loraDeltas(x: Value, { a, b, scale, keep }: LoraInput): (Value | null)[] {
  const low = matMulNT(keep ? mul(x, keep) : x, a);
  const scaled = scale === 1 ? low : mul(low, scale);
  const adapted = b.filter((matrix) => matrix !== null);
  const parts = split(scaled, adapted.map((matrix) => matrix.shape[1] as number), 2);
  return b.map((matrix) => (matrix === null ? null : matMul(parts.shift() as Value, matrix)));
}

export interface RotaryTables {
  /** [positions, head_dim / 2] */
  cos: Value;
  sin: Value;
}

/**
 * cos and sin of every position, as Hugging Face's Llama has them, times head_dim^-1/4: queries and keys are both
 * rotated by these tables, so their products come out divided by sqrt(head_dim).
 */
export function rotaryTables(graph: Graph, config: ModelConfig, positions: number): RotaryTables {
  const half = config.head_dim / 2;
  const scale = config.head_dim ** -0.25;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      // The frequency is rounded to float32 first, as PyTorch's is.
      const angle = Math.fround(position * Math.fround(1 / Math.fround(config.rope_theta ** (i / half))));
      cos[position * half + i] = scale * Math.cos(angle);
      sin[position * half + i] = scale * Math.sin(angle);
    }
  }
  return { cos: graph.constant(cos, 'float32', [positions, half]), sin: graph.constant(sin, 'float32', [positions, half]) };
}

/** Far below any score, yet finite: a row that sees nothing must not become NaN. */
const HIDDEN = -1e9;

/**
 * The additive attention mask of packed rows: a token sees the tokens up to itself in its own segment.
 * @param segments int32 [sequences, length]
 * @returns [sequences, 1, length, length]
 */
export function packedMask(segments: Value): Value {
  const [sequences, length] = segments.shape as [number, number];
  const order = Array.from({ length }, (_, i) => i);
  const g = segments.graph;
  const causal = where(greaterOrEqual(g.constant(order, 'int32', [length, 1]), g.constant(order, 'int32', [1, length])), 0, HIDDEN);
  const together = equal(reshape(segments, [sequences, 1, length, 1]), reshape(segments, [sequences, 1, 1, length]));
  return where(together, causal, HIDDEN);
}

/** Logits [n, vocabulary] of hidden states [n, d]: the last norm, then the head (or the tied embedding). */
export function logits(x: Value, norm: Value, head: Value, config: ModelConfig): Value {
  return gemm(rmsNorm(x, norm, config.rms_norm_eps), cast(head, 'float32'), { transB: true });
}

/** Declares a frozen weight of a graph. */
export function frozen(graph: Graph, name: string, weight: { dtype: DType; shape: readonly number[] }): Value {
  return graph.parameter(name, weight.dtype, weight.shape);
}
