/** Names of what ships with the page. */
import { WORLD_BENCHMARK_ID, worldDatasets } from '../world/index.ts';

export const WORLD_MODEL = 'world-dense';

const EMBEDDED: ReadonlySet<string> = new Set([WORLD_MODEL, WORLD_BENCHMARK_ID, ...worldDatasets().map((dataset) => dataset.id)]);

/** Whether a model, dataset or benchmark is part of the embedded world. */
export function isEmbedded(id: string): boolean {
  return EMBEDDED.has(id);
}
