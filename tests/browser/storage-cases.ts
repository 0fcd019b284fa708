/** What tests/browser/storage.test.ts runs inside the page: each makes a database of its own name and leaves none. */
import { LabError } from '../../src/core/errors.ts';
import { Database, Store } from '../../src/storage/index.ts';
import type { Conversation } from '../../src/records/conversation.ts';
import { MIGRATIONS } from '../../src/storage/migrations.ts';
import { openDB } from 'idb';
import type { DatasetSummary } from '../../src/records/dataset.ts';
import type { LossPoint } from '../../src/records/loss.ts';
import type { StudyState } from '../../src/records/study.ts';

let counter = 0;
const fresh = (): string => `test-${performance.now()}-${counter++}`;

async function withStore<T>(body: (store: Store, name: string) => Promise<T>): Promise<T> {
  const name = fresh();
  const store = await Store.open(name);
  try {
    return await body(store, name);
  } finally {
    store.close();
    await Database.delete(name);
  }
}

const code = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'no error';
  } catch (thrown) {
    return thrown instanceof LabError ? thrown.code : (thrown as Error).name;
  }
};

const summary = (id: string): DatasetSummary => ({ id, name: id, layout: 'lima', origin: 'files', languages: ['en'], counts: { en: 3 }, parallel: 0, description: '' });
const record = (i: number, content = 'hello'): { id: string; versions: Record<string, Conversation> } => ({ id: `r${i}`, versions: { en: { id: `r${i}`, language: 'en', messages: [{ role: 'user', content }] } } });
const point = (cell: string, step: number, loss: number): LossPoint => ({ cell, step, loss, grad_norm: 1, learning_rate: 0.1, num_tokens: step * 10, mean_token_accuracy: 0.5 });

export function pages(): Promise<unknown> {
  return withStore(async (store) => {
    await store.datasets.put(summary('a'), Array.from({ length: 25 }, (_, i) => record(i)));
    await store.datasets.put(summary('b'), [record(99)]);
    const page = await store.datasets.records('a', 10, 5);
    await store.datasets.remove('b');
    return { page: page.map((row) => row.id), count: await store.datasets.count('a'), left: (await store.datasets.list()).map((dataset) => dataset.id), rest: await store.datasets.count('b') };
  });
}

/** A write that fails half way: one record cannot be cloned. */
export function halfway(): Promise<unknown> {
  return withStore(async (store) => {
    const broken = record(1);
    (broken.versions['en'] as unknown as Record<string, unknown>)['bad'] = () => 1;
    const thrown = await code(store.datasets.put(summary('a'), [record(0), broken, record(2)]));
    return { thrown, datasets: (await store.datasets.list()).length, records: await store.datasets.count('a') };
  });
}

export function cancelled(): Promise<unknown> {
  return withStore(async (store) => {
    await store.datasets.put(summary('kept'), [record(0)]);
    const controller = new AbortController();
    const work = code(store.datasets.put(summary('a'), Array.from({ length: 5000 }, (_, i) => record(i)), { signal: controller.signal }));
    setTimeout(() => controller.abort(), 5);
    const thrown = await work;
    return { thrown, datasets: (await store.datasets.list()).map((dataset) => dataset.id), records: await store.datasets.count('a') };
  });
}

/** Run with a small quota set from outside. */
export async function full(bytes: number): Promise<unknown> {
  const name = fresh();
  const store = await Store.open(name);
  try {
    await store.datasets.put(summary('kept'), [record(0)]);
    let error: LabError | null = null;
    try {
      // Random text, so that no compression makes it fit.
      const noise = (): string => Array.from(crypto.getRandomValues(new Uint32Array(10_000)), (n) => n.toString(36)).join('');
      const big = Array.from({ length: bytes / 60_000 }, (_, i) => record(i, noise()));
      await store.datasets.put(summary('big'), big, { needed: bytes });
    } catch (thrown) {
      error = thrown as LabError;
    }
    return { code: error?.code, message: error?.message, data: error?.data, datasets: (await store.datasets.list()).map((dataset) => dataset.id), big: await store.datasets.count('big'), kept: await store.datasets.records('kept') };
  } finally {
    store.close();
    await Database.delete(name);
  }
}

export function losses(): Promise<unknown> {
  return withStore(async (store) => {
    await store.studies.putLosses('s', [point('A', 2, 2), point('A', 1, 1), point('A', 10, 10), point('B', 1, 5)]);
    await store.studies.putLosses('s', [point('A', 2, 2.5)]);
    await store.studies.putLosses('other', [point('A', 1, 9)]);
    return (await store.studies.losses('s')).map(({ cell, step, loss }) => [cell, step, loss]);
  });
}

/** A newer tab upgrades while this one has the old version open. */
export async function superseded(): Promise<unknown> {
  const name = fresh();
  const old = await Store.open(name);
  const newer = await Database.open(name, [...MIGRATIONS, (db) => void db.createObjectStore('later')]);
  const inOldTab = await code(old.datasets.put(summary('a'), [record(0)]));
  newer.close();
  const reopened = await code(Store.open(name));
  await Database.delete(name);
  return { inOldTab, reopened };
}

/** An older tab that does not make way. */
export async function blocked(): Promise<unknown> {
  const name = fresh();
  const stubborn = await openDB(name, 1, { upgrade: (db) => void db.createObjectStore('old') });
  const thrown = await code(Database.open(name, [...MIGRATIONS, () => {}]));
  stubborn.close();
  await new Promise((wait) => setTimeout(wait, 100));
  await Database.delete(name);
  return thrown;
}

/** From version 1 with data to a version 2 that changes it. */
export async function migrated(): Promise<unknown> {
  const name = fresh();
  const first = await Store.open(name);
  await first.settings.put('greeting', 'hello');
  first.close();
  const second = await Database.open(name, [
    ...MIGRATIONS,
    async (_db, transaction) => {
      const store = transaction.objectStore('settings');
      const row = (await store.get('greeting')) as { name: string; value: string };
      await store.put?.({ ...row, value: `${row.value} again` });
    },
  ]);
  const value = await second.read(['settings'], async (tx) => (await tx.objectStore('settings').get('greeting'))?.value);
  second.close();
  const failed = await code(Database.open(name, [...MIGRATIONS, () => {}, () => Promise.reject(new Error('a migration with a fault'))]));
  const after = await Database.open(name, [...MIGRATIONS, () => {}]);
  const kept = await after.read(['settings'], async (tx) => (await tx.objectStore('settings').get('greeting'))?.value);
  after.close();
  await Database.delete(name);
  return { value, failed, kept };
}

export function cells(): Promise<unknown> {
  return withStore(async (store) => {
    const cell = (id: string, stage: 'waiting' | 'done'): StudyState['cells'][number] => ({ id, model: 'm', dataset: 'd', mix: id, seed: 0, stage, trained: { done: 0, total: 1 }, answered: { done: 0, total: 1 }, judged: { done: 0, failed: 0, total: 1 } });
    const state = { id: 's', name: 's', manifest: {} as StudyState['manifest'], status: 'ready', created: 1, updated: 1, seconds: { training: 0, answering: 0, judging: 0 }, progress: null, tokensPerSecond: { training: null, generation: null }, cells: [cell('Z', 'waiting'), cell('A', 'waiting')] } as StudyState;
    await store.studies.create(state, []);
    // Only the cell that is named is written.
    await store.studies.put({ ...state, status: 'running', cells: [cell('Z', 'done'), cell('A', 'done')] }, new Set(['A']));
    const found = await store.studies.get('s');
    await store.studies.remove('s');
    return { status: found?.status, cells: found?.cells.map(({ id, stage }) => [id, stage]), gone: await store.studies.get('s').then((row) => row === undefined), twice: await code(store.studies.create(state, []).then(() => store.studies.create(state, []))) };
  });
}
