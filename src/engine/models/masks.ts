/** Attention masks, as numbers added to the scores. */
import { type Value, and, equal, greaterOrEqual, less, reshape, sub, where } from '../onnx/index.ts';

/** Far below any score, yet finite: a row that attends to nothing must not become NaN. */
export const HIDDEN = -1e9;

/**
 * The mask of packed rows: a token attends to the tokens up to itself in its own segment, and with a window only to
 * the last `window` of them.
 * @param segments int32 [sequences, length]
 * @returns [sequences, 1, length, length]
 */
export function packedMask(segments: Value, window: number | null = null): Value {
  const [sequences, length] = segments.shape as [number, number];
  const order = Array.from({ length }, (_, i) => i);
  const g = segments.graph;
  const [query, key] = [g.constant(order, 'int32', [length, 1]), g.constant(order, 'int32', [1, length])];
  const earlier = greaterOrEqual(query, key);
  const near = window === null || window >= length ? earlier : and(earlier, less(sub(query, key), g.constant([window], 'int32', [])));
  const together = equal(reshape(segments, [sequences, 1, length, 1]), reshape(segments, [sequences, 1, 1, length]));
  return where(together, where(near, 0, HIDDEN), HIDDEN);
}
