/**
 * The database's versions. A migration is never edited once released: a change of layout is a new entry at the end.
 * Each runs inside IndexedDB's upgrade transaction, so a failed one leaves the old version as it was.
 * They speak of stores by bare name, because the typed schema describes only the present.
 */
import { secondEdition } from './second-edition.ts';
import type { Migration } from './migration.ts';

interface StoreLayout {
  keyPath: string | string[];
  indexes?: Record<string, string[]>;
}

const FIRST_LAYOUT: Record<string, StoreLayout> = {
  models: { keyPath: 'id' },
  modelFiles: { keyPath: ['model', 'name'] },
  datasets: { keyPath: 'id' },
  records: { keyPath: ['dataset', 'index'] },
  benchmarks: { keyPath: 'id' },
  studies: { keyPath: 'id' },
  studyQuestions: { keyPath: 'study' },
  cells: { keyPath: ['study', 'order'] },
  losses: { keyPath: ['study', 'cell', 'step'] },
  checkpoints: { keyPath: ['study', 'group'] },
  adapters: { keyPath: ['study', 'cell'] },
  answers: { keyPath: ['study', 'cell', 'question_id'], indexes: { byQuestion: ['study', 'question_id'], byLanguage: ['study', 'language'], byCategory: ['study', 'category'] } },
  judgments: { keyPath: ['study', 'cell', 'key'], indexes: { byQuestion: ['study', 'question_id'], byLanguage: ['study', 'language'], byCategory: ['study', 'category'], byState: ['study', 'state'] } },
  settings: { keyPath: 'name' },
};

/** Creates stores and indexes from a table. */
function create(layout: Record<string, StoreLayout>): Migration {
  return (db) => {
    for (const [name, { keyPath, indexes = {} }] of Object.entries(layout)) {
      const store = db.createObjectStore(name, { keyPath });
      for (const [index, path] of Object.entries(indexes)) store.createIndex(index, path);
    }
  };
}

/** Entry n brings version n to version n + 1. */
export const MIGRATIONS: readonly Migration[] = [create(FIRST_LAYOUT), secondEdition];
