/** Where two manifests differ, field by field: the first thing to ask of two studies with different results. */
import type { Manifest } from '../records/manifest.ts';

export interface Difference {
  /** Dotted path: `training.learning_rate`. */
  field: string;
  a: string;
  b: string;
}

export function manifestDiff(a: Manifest, b: Manifest): Difference[] {
  const [left, right] = [flatten(a), flatten(b)];
  const fields = [...new Set([...left.keys(), ...right.keys()])];
  return fields.flatMap((field) => {
    const [x, y] = [left.get(field) ?? '(not set)', right.get(field) ?? '(not set)'];
    return x === y ? [] : [{ field, a: x, b: y }];
  });
}

/** Leaves by their path; a list is one leaf. */
function flatten(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[path, Array.isArray(value) ? value.join(', ') : String(value)]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => Array.from(flatten(inner, path ? `${path}.${key}` : key))));
}
