/** Imported datasets: a summary, and one row a record id with its version in every language. */
import type { Conversation } from '../records/conversation.ts';
import type { LanguageCode } from '../core/languages.ts';
import type { Database, WriteOptions } from './database.ts';
import type { DatasetSummary } from '../records/dataset.ts';

/** One record id in every language it exists in. */
export interface StoredRecord {
  id: string;
  versions: Record<LanguageCode, Conversation>;
}

export class DatasetStore {
  constructor(private readonly db: Database) {}

  list(): Promise<DatasetSummary[]> {
    return this.db.read(['datasets'], (tx) => tx.objectStore('datasets').getAll());
  }

  get(id: string): Promise<DatasetSummary | undefined> {
    return this.db.read(['datasets'], (tx) => tx.objectStore('datasets').get(id));
  }

  /** Adds a dataset with all its records, or nothing; one of the same id is replaced. */
  async put(summary: DatasetSummary, records: readonly StoredRecord[], options: WriteOptions = {}): Promise<void> {
    await this.db.write(['datasets', 'records'], async (tx) => {
      const store = tx.objectStore('records');
      await store.delete(recordsOf(summary.id));
      // Awaiting only the last put lets IndexedDB work through the rest without a turn of the event loop each.
      let last: Promise<unknown> = tx.objectStore('datasets').put(summary);
      for (const [index, { id, versions }] of records.entries()) {
        last = store.put({ dataset: summary.id, index, id, versions });
        last.catch(() => {});
      }
      await last;
    }, options);
  }

  /** Records `offset` to `offset + limit` in the order of the import. */
  async records(id: string, offset = 0, limit = Number.POSITIVE_INFINITY): Promise<StoredRecord[]> {
    const range = IDBKeyRange.bound([id, offset], [id, offset + limit], false, true);
    const rows = await this.db.read(['records'], (tx) => tx.objectStore('records').getAll(range));
    return rows.map((row) => ({ id: row.id, versions: row.versions }));
  }

  count(id: string): Promise<number> {
    return this.db.read(['records'], (tx) => tx.objectStore('records').count(recordsOf(id)));
  }

  async remove(id: string): Promise<void> {
    await this.db.write(['datasets', 'records'], async (tx) => {
      await tx.objectStore('datasets').delete(id);
      await tx.objectStore('records').delete(recordsOf(id));
    });
  }
}

function recordsOf(dataset: string): IDBKeyRange {
  return IDBKeyRange.bound([dataset], [dataset, []]);
}
