/** Imported benchmarks: small enough to be one row each. */
import type { Database, WriteOptions } from './database.ts';
import type { BenchmarkRow } from './schema.ts';

export class BenchmarkStore {
  constructor(private readonly db: Database) {}

  list(): Promise<BenchmarkRow[]> {
    return this.db.read(['benchmarks'], (tx) => tx.objectStore('benchmarks').getAll());
  }

  get(id: string): Promise<BenchmarkRow | undefined> {
    return this.db.read(['benchmarks'], (tx) => tx.objectStore('benchmarks').get(id));
  }

  async put(row: BenchmarkRow, options: WriteOptions = {}): Promise<void> {
    await this.db.write(['benchmarks'], (tx) => tx.objectStore('benchmarks').put(row), options);
  }

  async remove(id: string): Promise<void> {
    await this.db.write(['benchmarks'], (tx) => tx.objectStore('benchmarks').delete(id));
  }
}
