/** Rotary positions (Su et al. 2021) as tables of cosines and sines. */
import { type Graph, type Value, concat, mul, rotary, split } from '../onnx/index.ts';
import type { AttentionKind, ModelConfig, RopeConfig } from './model-config.ts';

export interface RotaryTables {
  /** [positions, rotary_dim / 2] */
  cos: Value;
  sin: Value;
}

/**
 * cos and sin of every position as transformers has them, times the square root of the attention's scale: queries and
 * keys are both rotated by these tables, so their products come out scaled.
 */
export function rotaryTables(graph: Graph, config: ModelConfig, positions: number, kind: AttentionKind = 'full_attention'): RotaryTables {
  const half = config.rotary_dim / 2;
  const scale = Math.sqrt(config.attention_scale);
  const frequencies = inverseFrequencies(config.rope[kind], config.rotary_dim);
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = Math.fround(position * (frequencies[i] as number));
      cos[position * half + i] = scale * Math.cos(angle);
      sin[position * half + i] = scale * Math.sin(angle);
    }
  }
  return { cos: graph.constant(cos, 'float32', [positions, half]), sin: graph.constant(sin, 'float32', [positions, half]) };
}

/** theta^(-2i/d), stretched for long contexts as transformers' modeling_rope_utils does; rounded to float32 as PyTorch's are. */
export function inverseFrequencies({ theta, scaling }: RopeConfig, dim: number): number[] {
  const plain = Array.from({ length: dim / 2 }, (_, i) => Math.fround(1 / Math.fround(theta ** ((2 * i) / dim))));
  if (!scaling) return plain;
  if (scaling.rope_type === 'linear') return plain.map((frequency) => Math.fround(frequency / scaling.factor));
  const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: original } = scaling;
  return plain.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength < original / high) return frequency;
    if (wavelength > original / low) return Math.fround(frequency / factor);
    const smooth = (original / wavelength - low) / (high - low);
    return Math.fround(((1 - smooth) * frequency) / factor + smooth * frequency);
  });
}

/** Queries or keys [sequences, heads, length, head_dim] rotated by their positions, int64 [sequences, length]. The part of a head that is not rotated is scaled alike. */
export function applyRotary(x: Value, positions: Value, { cos, sin }: RotaryTables, { head_dim, rotary_dim, attention_scale }: ModelConfig): Value {
  if (rotary_dim === head_dim) return rotary(x, positions, cos, sin);
  const [own, rest] = split(x, [rotary_dim, head_dim - rotary_dim], 3) as [Value, Value];
  return concat([rotary(own, positions, cos, sin), mul(rest, Math.sqrt(attention_scale))], 3);
}
