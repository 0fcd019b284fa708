/** Names of what ships with the page. */
export const WORLD_MODEL = 'world-dense';
export const WORLD_DATASET = 'lima-x-world';
export const WORLD_BENCHMARK = 'mt-bench-x-world';

const EMBEDDED: ReadonlySet<string> = new Set([WORLD_MODEL, WORLD_DATASET, WORLD_BENCHMARK]);

/** Whether a model, dataset or benchmark is part of the embedded world. */
export function isEmbedded(id: string): boolean {
  return EMBEDDED.has(id);
}
