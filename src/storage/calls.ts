/** Requests to judges, each written before it is sent: what a cap counts holds over reloads, tabs and simultaneous calls. */
import { LabError } from '../core/errors.ts';
import type { Database, WriteTransaction } from './database.ts';
import { everyRowOf } from './ranges.ts';
import type { CallRow } from './schema.ts';
import { carriedRange } from './second-edition.ts';

export class CallStore {
  constructor(private readonly db: Database) {}

  /**
   * Counts a request that is about to be sent, in one transaction with the look at the cap.
   * @param most requests the study may make in all, null for no cap
   * @returns its id
   * @throws LabError `judging.max-calls` when it would be one too many
   */
  async open(study: string, key: string, cell: string, most: number | null): Promise<string> {
    const id = crypto.randomUUID();
    await this.db.write(['calls'], async (tx) => {
      if (most !== null && (await counted(tx, study)) >= most) {
        throw new LabError('judging.max-calls', `Judging paused: the limit of ${most} calls is reached.`, 'Everything graded so far is kept. Raise the limit to go on.', { max_calls: most });
      }
      await tx.objectStore('calls').add({ study, id, key, cell, sent: Date.now() / 1000, state: 'open' });
    });
    return id;
  }

  /** Requests whose reply has not been stored yet. */
  async unsettled(study: string): Promise<CallRow[]> {
    return this.db.read(['calls'], (tx) => tx.objectStore('calls').index('byState').getAll([study, 'open']));
  }

  /** Those of the ids that are requests of this study whose reply is not wanted any more. */
  async ended(study: string, ids: readonly string[]): Promise<string[]> {
    return this.db.read(['calls'], async (tx) => {
      const rows = await Promise.all(ids.map((id) => tx.objectStore('calls').get([study, id])));
      return rows.flatMap((row) => (row && row.state !== 'open' ? [row.id] : []));
    });
  }

  /** The reply has been used, or nobody can tell what became of the request. It stays counted. */
  async close(study: string, id: string, state: 'settled' | 'lost'): Promise<void> {
    await this.db.write(['calls'], async (tx) => {
      const row = await tx.objectStore('calls').get([study, id]);
      if (row?.state === 'open') await tx.objectStore('calls').put({ ...row, state });
    });
  }

  /** A request that never left is not counted any more. @returns whether it was */
  async withdraw(study: string, id: string): Promise<boolean> {
    return this.db.write(['calls'], async (tx) => {
      const row = await tx.objectStore('calls').get([study, id]);
      await tx.objectStore('calls').delete([study, id]);
      return row !== undefined;
    });
  }
}

/** Settles the requests whose judgments are stored in this transaction. */
export async function settleCalls(tx: WriteTransaction<'judgments' | 'calls'>, study: string, keys: ReadonlySet<string>): Promise<void> {
  const calls = tx.objectStore('calls');
  for (const key of keys) {
    for (const row of await calls.index('byKey').getAll([study, key])) if (row.state === 'open') await calls.put({ ...row, state: 'settled' });
  }
}

async function counted(tx: WriteTransaction<'calls'>, study: string): Promise<number> {
  const rows = await tx.objectStore('calls').count(everyRowOf(study));
  const carried = await tx.objectStore('calls').getAll(carriedRange(study));
  return carried.reduce((sum, { calls = 1 }) => sum + calls - 1, rows);
}
