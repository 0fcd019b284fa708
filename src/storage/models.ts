/** Imported checkpoints: a summary, and the files as Blobs that stay on disk until they are read. */
import { LabError } from '../core/errors.ts';
import type { Database, WriteOptions } from './database.ts';
import type { ModelSummary } from '../records/model.ts';

export class ModelStore {
  constructor(private readonly db: Database) {}

  list(): Promise<ModelSummary[]> {
    return this.db.read(['models'], (tx) => tx.objectStore('models').getAll());
  }

  /** Adds a model with all its files, or nothing; one of the same id is replaced. */
  async put(summary: ModelSummary, files: ReadonlyMap<string, Blob>, options: Pick<WriteOptions, 'signal'> = {}): Promise<void> {
    const needed = [...files.values()].reduce((sum, blob) => sum + blob.size, 0);
    await this.db.write(['models', 'modelFiles'], async (tx) => {
      await tx.objectStore('modelFiles').delete(filesOf(summary.id));
      await tx.objectStore('models').put(summary);
      for (const [name, blob] of files) await tx.objectStore('modelFiles').put({ model: summary.id, name, blob });
    }, { ...options, needed });
  }

  /** @throws LabError `storage.no-model` */
  async files(id: string): Promise<Map<string, Blob>> {
    const rows = await this.db.read(['modelFiles'], (tx) => tx.objectStore('modelFiles').getAll(filesOf(id)));
    if (rows.length === 0) throw new LabError('storage.no-model', `There is no model "${id}" in this browser.`, 'Import it again, or choose another model.', { id });
    return new Map(rows.map((row) => [row.name, row.blob]));
  }

  async remove(id: string): Promise<void> {
    await this.db.write(['models', 'modelFiles'], async (tx) => {
      await tx.objectStore('models').delete(id);
      await tx.objectStore('modelFiles').delete(filesOf(id));
    });
  }
}

function filesOf(model: string): IDBKeyRange {
  return IDBKeyRange.bound([model], [model, []]);
}
