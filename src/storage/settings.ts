/** Named settings of this browser. API keys that a person asked to keep are the only secrets; no export reads this store. */
import type { Database } from './database.ts';

export class SettingStore {
  constructor(private readonly db: Database) {}

  async get(name: string): Promise<unknown> {
    return (await this.db.read(['settings'], (tx) => tx.objectStore('settings').get(name)))?.value;
  }

  async put(name: string, value: unknown): Promise<void> {
    await this.db.write(['settings'], (tx) => tx.objectStore('settings').put({ name, value }));
  }

  async remove(name: string): Promise<void> {
    await this.db.write(['settings'], (tx) => tx.objectStore('settings').delete(name));
  }
}
