/** Scaled dot-product attention with grouped queries (Ainslie et al. 2023), whose gradient reuses the probabilities. */
import { describe, dim, shapeError } from '../value.ts';
import { add } from './elementwise.ts';
import { reshape } from './layout.ts';
import { matMul, matMulNT } from './product.ts';
import { softmax } from './reduce.ts';
import type { Value } from '../graph.ts';

/**
 * softmax(q k^T + mask) v. The usual 1 / sqrt(d) has to be in q or k already (here: in the rotary tables).
 * Query heads h * n .. h * n + n - 1 share key-value head h, where n = H / G.
 *
 * @param q [batch, H, tq, d]
 * @param k, v [batch, G, tk, d]
 * @param mask added to the scores: [batch or 1, H or 1, tq, tk]
 * @returns [batch, H, tq, d]
 */
export function attention(q: Value, k: Value, v: Value, mask: Value): Value {
  const [batch, heads, tq, width] = q.shape as [number, number, number, number];
  const groups = dim(k, 1);
  const tk = dim(k, 2);
  if (q.shape.length !== 4 || k.shape.length !== 4 || dim(k, 0) !== batch || dim(k, 3) !== width || heads % groups !== 0 || String(v.shape) !== String(k.shape)) {
    throw shapeError('Attention', `queries ${describe(q)}, keys ${describe(k)} and values ${describe(v)} do not fit each other`);
  }
  const [output] = q.graph.composite('Attention', [q, k, v, mask], () => {
    // The queries that share a key-value head are rows of one product, so keys and values are never repeated.
    const rows = reshape(q, [batch, groups, (heads / groups) * tq, width]);
    const scores = reshape(matMulNT(rows, k), [batch, heads, tq, tk]);
    const probabilities = softmax(add(scores, mask));
    const mixed = matMul(reshape(probabilities, [batch, groups, (heads / groups) * tq, tk]), v);
    return [reshape(mixed, [batch, heads, tq, width]), probabilities];
  });
  return output as Value;
}
