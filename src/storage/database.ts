/**
 * The one place that opens IndexedDB. Every read and write of the room goes through `read` and `write`, which are
 * all-or-nothing: a transaction that throws, is aborted or meets a full disk leaves what was there before.
 */
import { deleteDB, openDB, type IDBPDatabase, type IDBPTransaction } from 'idb';
import { LabError } from '../core/errors.ts';
import { explain } from './failure.ts';
import { MIGRATIONS } from './migrations.ts';
import type { LabSchema, StoreName } from './schema.ts';
import type { Migration } from './migration.ts';

export const DATABASE_NAME = 'pinch-lab';

/** How long an older tab may take to let go of the database. */
const PATIENCE_MS = 2000;

export type ReadTransaction<S extends StoreName> = IDBPTransaction<LabSchema, S[], 'readonly'>;
export type WriteTransaction<S extends StoreName> = IDBPTransaction<LabSchema, S[], 'readwrite'>;

export interface WriteOptions {
  /** Aborting it undoes the whole write. */
  signal?: AbortSignal;
  /** Bytes about to be added, for the message of a full disk. */
  needed?: number;
}

export class Database {
  private constructor(private readonly db: IDBPDatabase<LabSchema>) {}

  /**
   * Opens the database, migrating it as needed.
   * @throws LabError `storage.unavailable`, `storage.blocked` (an older tab keeps the old version open), `storage.newer`
   */
  static async open(name = DATABASE_NAME, migrations: readonly Migration[] = MIGRATIONS): Promise<Database> {
    if (typeof indexedDB === 'undefined') {
      throw new LabError('storage.unavailable', 'This browser offers no IndexedDB here, so nothing could be kept.', 'Use an ordinary window of a current browser; some private modes switch storage off.');
    }
    let giveUp: (reason: LabError) => void = () => {};
    const blocked = new Promise<never>((_, reject) => (giveUp = reject));
    blocked.catch(() => {});
    let abandoned = false;
    let failed: { thrown: unknown } | null = null;
    const opening = openDB<LabSchema>(name, migrations.length, {
      async upgrade(db, oldVersion, _newVersion, transaction) {
        try {
          for (const migration of migrations.slice(oldVersion)) await migration(db as unknown as IDBPDatabase<unknown>, transaction as never);
        } catch (thrown) {
          // IndexedDB would keep what the failed migration had done so far.
          failed = { thrown };
          transaction.done.catch(() => {});
          transaction.abort();
        }
      },
      blocked() {
        // An older tab that makes way may have to finish a transaction first.
        setTimeout(() => {
          abandoned = true;
          giveUp(new LabError('storage.blocked', 'Another tab has an older version of the lab open, which keeps its storage from being brought up to date.', 'Close the other tabs of the lab, then reload this one.'));
        }, PATIENCE_MS);
      },
      // This tab is the older one: make way. Later operations report `storage.superseded`.
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase).close();
      },
    });
    // An opening that was given up on must not keep a connection when it succeeds after all.
    opening.then((db) => abandoned && db.close(), () => {});
    try {
      return new Database(await Promise.race([opening, blocked]));
    } catch (thrown) {
      throw await explain((failed as { thrown: unknown } | null)?.thrown ?? thrown);
    }
  }

  /** Runs `body` in one read-only transaction. */
  async read<S extends StoreName, R>(stores: S[], body: (transaction: ReadTransaction<S>) => Promise<R>): Promise<R> {
    try {
      const transaction = this.db.transaction(stores, 'readonly');
      return await body(transaction);
    } catch (thrown) {
      throw await explain(thrown);
    }
  }

  /**
   * Runs `body` in one transaction and resolves when it is committed. Within `body`, await nothing but the transaction.
   * @throws LabError `storage.quota` and the other storage errors, or the abort reason of `signal`
   */
  async write<S extends StoreName, R>(stores: S[], body: (transaction: WriteTransaction<S>) => R | Promise<R>, { signal, needed }: WriteOptions = {}): Promise<R> {
    signal?.throwIfAborted();
    let cause: unknown;
    try {
      const transaction = this.db.transaction(stores, 'readwrite');
      const done = transaction.done;
      const cancel = (): void => stop(transaction);
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        const result = await body(transaction);
        await done;
        return result;
      } catch (thrown) {
        stop(transaction);
        // A failed request says only that its transaction was aborted; the transaction knows why.
        cause = await done.then(() => thrown, (why: unknown) => (isAbort(why) ? thrown : why));
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    } catch (thrown) {
      cause = thrown;
    }
    signal?.throwIfAborted();
    throw await explain(cause, needed);
  }

  close(): void {
    this.db.close();
  }

  static async delete(name = DATABASE_NAME): Promise<void> {
    await deleteDB(name);
  }
}

function stop(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // It has already ended.
  }
}

function isAbort(thrown: unknown): boolean {
  return thrown === null || thrown === undefined || ((thrown instanceof Error || thrown instanceof DOMException) && thrown.name === 'AbortError');
}
