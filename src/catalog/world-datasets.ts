/** The embedded world's datasets, made when they are asked for. */
import type { Conversation } from '../records/conversation.ts';
import type { LanguageCode } from '../core/languages.ts';
import { type WorldDataset, type WorldDatasetId, worldConversations, worldDatasets, type WorldLanguage, worldRecords } from '../world/index.ts';
import { DatasetContent } from '../data/dataset-content.ts';
import type { DatasetSummary } from '../records/dataset.ts';

export function worldSummaries(): DatasetSummary[] {
  return worldDatasets().map(({ id, name, description, languages, size }) => ({
    id,
    name,
    layout: 'world',
    origin: 'embedded',
    languages: [...languages],
    counts: Object.fromEntries(languages.map((code) => [code, size])),
    parallel: size,
    description,
  }));
}

/** Null for an id that is none of the world's. */
export function worldContent(id: string): DatasetContent | null {
  const dataset = find(id);
  if (!dataset) return null;
  const ids = worldRecords(dataset.id).map((record) => record.id);
  return new DatasetContent(Object.fromEntries(dataset.languages.map((code) => [code, ids])), (code) => worldConversations(dataset.id, code as WorldLanguage));
}

/** The first `end` records, from `start` on, in some languages. */
export function worldPage(id: WorldDatasetId, languages: readonly LanguageCode[], start: number, end: number): Record<LanguageCode, Conversation>[] {
  const versions = languages.map((code) => worldConversations(id, code as WorldLanguage, { limit: end }).slice(start));
  return (versions[0] ?? []).map((_, i) => Object.fromEntries(languages.map((code, l) => [code, versions[l]?.[i] as Conversation])));
}

function find(id: string): WorldDataset | undefined {
  return worldDatasets().find((dataset) => dataset.id === id);
}
