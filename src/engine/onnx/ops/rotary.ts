/** Rotary position embedding (Su et al. 2021) in the half-split layout of Hugging Face's Llama. */
import { int } from '../graph.ts';
import { describe, dim, shapeError } from '../value.ts';
import type { Value } from '../graph.ts';

/**
 * Rotates the pairs (i, i + d/2) of every head by the angle of the token's position.
 * @param x [batch, heads, length, d]
 * @param positions int64 [batch, length]
 * @param cos, sin [positions, d / 2]: the rotation (and any scaling) of every position
 */
export function rotary(x: Value, positions: Value, cos: Value, sin: Value): Value {
  const fits = x.shape.length === 4 && cos.shape.length === 2 && dim(cos, 1) * 2 === dim(x, 3) && dim(positions, 0) === dim(x, 0) && dim(positions, 1) === dim(x, 2);
  if (!fits || positions.dtype !== 'int64') throw shapeError('RotaryEmbedding', `${describe(x)} at positions ${describe(positions)} does not fit a table ${describe(cos)}`);
  return x.graph.append('RotaryEmbedding', [x, positions, cos, sin], [{ dtype: x.dtype, shape: x.shape }], { interleaved: int(0) }, { domain: 'com.microsoft' })[0] as Value;
}
