/** The datasets the lab has: the embedded world's and those kept in this browser. */
import type { Conversation } from '../../records/conversation.ts';
import { LabError } from '../../core/errors.ts';
import type { LanguageCode } from '../../core/languages.ts';
import type { OnProgress } from '../../core/progress.ts';
import { alignParallel, parseDataset } from '../../data/datasets/index.ts';
import { studyOrder } from '../../data/recipes/index.ts';
import type { Store, StoredRecord } from '../../storage/index.ts';
import { isEmbedded } from '../../catalog/embedded.ts';
import type { WorldDatasetId } from '../../world/index.ts';
import type { DatasetsApi } from '../facade.ts';
import { DatasetContent } from '../../data/dataset-content.ts';
import { freeId } from './ids.ts';
import { worldContent, worldPage, worldSummaries } from '../../catalog/world-datasets.ts';
import type { DatasetSummary } from '../../records/dataset.ts';
import type { ImportReport } from '../../records/import-report.ts';

export class DatasetLibrary {
  /** The last dataset read: a study asks for the same one many times. */
  private last: { id: string; content: Promise<DatasetContent> } | null = null;

  constructor(private readonly store: Store) {}

  async list(): Promise<DatasetSummary[]> {
    return [...worldSummaries(), ...(await this.store.datasets.list())];
  }

  /** @throws LabError `datasets.not-found` */
  async get(id: string): Promise<DatasetSummary> {
    const all = await this.list();
    const found = all.find((dataset) => dataset.id === id);
    if (!found) throw new LabError('datasets.not-found', `There is no dataset "${id}" in this browser.`, `Import it, or use one of: ${all.map((dataset) => dataset.id).join(', ')}.`, { id });
    return found;
  }

  /** @throws LabError `datasets.not-found` */
  content(id: string): Promise<DatasetContent> {
    if (this.last?.id !== id) {
      const content = this.read(id);
      this.last = { id, content };
      content.catch(() => (this.last = null));
    }
    return this.last.content;
  }

  async page(id: string, { languages, offset = 0, limit = 50 }: Parameters<DatasetsApi['records']>[1]): ReturnType<DatasetsApi['records']> {
    const summary = await this.get(id);
    const wanted = languages ?? summary.languages;
    if (isEmbedded(id)) {
      const total = Math.max(0, ...Object.values(summary.counts));
      const known = wanted.filter((code) => summary.languages.includes(code));
      return { total, rows: worldPage(id as WorldDatasetId, known, offset, Math.min(total, offset + limit)) };
    }
    const rows = await this.store.datasets.records(id, offset, limit);
    return { total: await this.store.datasets.count(id), rows: rows.map(({ versions }) => pick(versions, wanted)) };
  }

  /** Nothing is stored before everything is read; then all of it at once, or, cancelled or short of space, none. */
  async importFiles(files: readonly File[], options: { name?: string; language?: LanguageCode; id?: string } = {}, onProgress?: OnProgress, signal?: AbortSignal): Promise<ImportReport<DatasetSummary>> {
    if (options.id !== undefined && isEmbedded(options.id)) throw new LabError('datasets.embedded', `"${options.id}" ships with the page and cannot be replaced.`, 'Choose another id.', { id: options.id });
    const { layout, records, report } = await parseDataset(files, options, onProgress, signal);
    if (report.records === 0) return { imported: null, ...report };
    const name = options.name ?? nameOf(files);
    const id = options.id ?? freeId(name, (await this.list()).map((dataset) => dataset.id));
    const languages = studyOrder(Object.keys(records));
    const summary: DatasetSummary = {
      id,
      name,
      layout,
      origin: 'files',
      languages,
      counts: Object.fromEntries(languages.map((code) => [code, records[code]?.length ?? 0])),
      parallel: languages.length > 1 ? alignParallel(records).common.length : 0,
      description: `Imported from ${files.map((file) => file.name).join(', ')}.`,
    };
    onProgress?.({ phase: 'Storing', done: 0, total: report.records, unit: 'records', secondsLeft: null });
    await this.store.datasets.put(summary, byId(records, languages), { signal, needed: files.reduce((sum, file) => sum + file.size, 0) });
    this.last = null;
    return { imported: summary, ...report };
  }

  async remove(id: string): Promise<void> {
    if (isEmbedded(id)) throw new LabError('datasets.embedded', `${id} ships with the page and cannot be removed.`, 'Only imported datasets take up storage.', { id });
    this.last = null;
    await this.store.datasets.remove(id);
  }

  private async read(id: string): Promise<DatasetContent> {
    const embedded = worldContent(id);
    if (embedded) return embedded;
    const { languages } = await this.get(id);
    const rows = await this.store.datasets.records(id);
    const of = (code: LanguageCode): Conversation[] => rows.flatMap(({ versions }) => versions[code] ?? []);
    return new DatasetContent(Object.fromEntries(languages.map((code) => [code, of(code).map((conversation) => conversation.id)])), of);
  }
}

function pick(versions: Record<LanguageCode, Conversation>, wanted: readonly LanguageCode[]): Record<LanguageCode, Conversation> {
  return Object.fromEntries(wanted.flatMap((code) => (versions[code] ? [[code, versions[code]]] : [])));
}

/** One row an id, in the order in which ids first appear. */
function byId(records: Readonly<Record<LanguageCode, readonly Conversation[]>>, languages: readonly LanguageCode[]): StoredRecord[] {
  const rows = new Map<string, StoredRecord>();
  for (const code of languages) {
    for (const conversation of records[code] ?? []) {
      const row = rows.get(conversation.id) ?? { id: conversation.id, versions: {} };
      row.versions[code] = conversation;
      rows.set(conversation.id, row);
    }
  }
  return [...rows.values()];
}

function nameOf(files: readonly File[]): string {
  const first = files[0] as File;
  const folder = first.webkitRelativePath.split('/').at(-2);
  return files.length > 1 && folder ? folder : first.name.replace(/(\.(jsonl?|ndjson|gz|txt))+$/i, '');
}
