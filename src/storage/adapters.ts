/** Adapters that were brought in from outside. They lie among the studies' own, under a name that no study has. */
import type { Database } from './database.ts';
import type { Adapter } from '../records/adapter.ts';

const IMPORTED = '@imported';

export class AdapterStore {
  constructor(private readonly db: Database) {}

  async list(): Promise<{ id: string; adapter: Adapter }[]> {
    const rows = await this.db.read(['adapters'], (tx) => tx.objectStore('adapters').getAll(IDBKeyRange.bound([IMPORTED], [IMPORTED, []])));
    // Only adapters are put under this name.
    return rows.map(({ cell, adapter }) => ({ id: cell, adapter: adapter as Adapter }));
  }

  async get(id: string): Promise<Adapter | undefined> {
    return (await this.db.read(['adapters'], (tx) => tx.objectStore('adapters').get([IMPORTED, id])))?.adapter as Adapter | undefined;
  }

  /** @param needed bytes about to be added, for the message of a full disk */
  async put(id: string, adapter: Adapter, needed: number): Promise<void> {
    await this.db.write(['adapters'], (tx) => tx.objectStore('adapters').put({ study: IMPORTED, cell: id, adapter }), { needed });
  }

  async remove(id: string): Promise<void> {
    await this.db.write(['adapters'], (tx) => tx.objectStore('adapters').delete([IMPORTED, id]));
  }
}
