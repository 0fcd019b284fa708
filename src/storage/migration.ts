/** One step from an edition of the database to the next. */
import type { IDBPDatabase, IDBPTransaction } from 'idb';

export type Migration = (db: IDBPDatabase<unknown>, transaction: IDBPTransaction<unknown, string[], 'versionchange'>) => void | Promise<void>;
