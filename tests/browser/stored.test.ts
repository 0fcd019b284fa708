/** What earlier code stored and exported (tests/fixtures/edition-N, made by stored-make.test.ts) is opened, goes on and is exported by this code. */
import { expect, test, type Page } from '@playwright/test';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type JudgeServer, startJudgeServer } from '../judge-server.ts';
import { type LabWindow, openLab } from './lab-page.ts';
import { product } from './product.ts';
import { type Dump, fillDatabase } from './stored-dump.ts';
import { STORED_PORT } from './stored-edition.ts';
import type { StudyResults } from '../../src/records/results.ts';
import type { StudyState } from '../../src/records/study.ts';

const FOLDER = 'tests/fixtures/edition-1';
type Name = 'done' | 'twins' | 'paused';

interface Expected {
  studies: Record<Name, string>;
  states: Record<Name, StudyState>;
  results: Record<Name, StudyResults>;
  answers: Record<Name, number>;
  judgments: Record<Name, number>;
}

const unpacked = (name: string): string => gunzipSync(readFileSync(`${FOLDER}/${name}`)).toString('utf8');
const expected = JSON.parse(unpacked('expected.json.gz')) as Expected;

/** The stored judge's address is this server's. */
const moved = (text: string, server: JudgeServer): string => text.replaceAll(`127.0.0.1:${STORED_PORT}`, new URL(server.url).host);

async function openStored(page: Page, server: JudgeServer): Promise<void> {
  const empty = `${product}nothing-here`;
  await page.route(empty, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Empty</title>' }));
  await page.goto(empty);
  await page.evaluate(fillDatabase, ['pinch-lab', JSON.parse(moved(unpacked('database.json.gz'), server)) as Dump] as const);
  await openLab(page, `${product}?device=wasm`);
}

/** A study's bundle as edition 1 wrote it, opened. @returns the new study's id */
async function openBundle(page: Page, name: Name, server: JudgeServer): Promise<string> {
  const files = unzipSync(readFileSync(`${FOLDER}/${name}.zip`));
  for (const [file, bytes] of Object.entries(files)) if (/\.jsonl?$/.test(file)) files[file] = strToU8(moved(strFromU8(bytes), server));
  return page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    return (await (window as unknown as LabWindow).lab.studies.importBundle(new Blob([bytes]))).id;
  }, Buffer.from(zipSync(files)).toString('base64'));
}

interface Seen {
  state: StudyState;
  results: StudyResults;
  answers: number;
  judgments: number;
}

const look = (page: Page, id: string): Promise<Seen> => page.evaluate(async (study) => {
  const { studies } = (window as unknown as LabWindow).lab;
  const [state, results, answers, judgments] = await Promise.all([studies.get(study), studies.results(study), studies.answers(study), studies.judgments(study)]);
  return { state, results, answers: answers.length, judgments: judgments.length };
}, id);

const finish = (page: Page, id: string): Promise<string> => page.evaluate(async (study) => {
  const { studies } = (window as unknown as LabWindow).lab;
  await studies.start(study);
  return (await studies.wait(study)).status;
}, id);

/** JSON knows no NaN; the ends of a single question's interval are none. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
/** Figures without the study's id, which an opened bundle may have anew. */
const figures = (results: StudyResults): Record<string, unknown> => ({ ...plain(results), study: '' });

async function withServer(body: (server: JudgeServer) => Promise<void>): Promise<void> {
  const server = await startJudgeServer(['grade']);
  try {
    await body(server);
  } finally {
    await server.close();
  }
}

test('a stored study of edition 1 opens to its figures, and its bundle as well', async ({ page }) => {
  await withServer(async (server) => {
    await openStored(page, server);
    const { state, results, answers, judgments } = await look(page, expected.studies.done);
    expect([state.status, answers, judgments]).toEqual(['done', expected.answers.done, expected.judgments.done]);
    expect(plain(state.cells)).toEqual(expected.states.done.cells);
    expect(plain(results)).toMatchObject(plain({ ...expected.results.done }));
    const again = await page.evaluate(async (id) => {
      const { studies } = (window as unknown as LabWindow).lab;
      return (await studies.importBundle(await studies.exportBundle(id))).id;
    }, expected.studies.done);
    expect(again).not.toBe(expected.studies.done);
    for (const id of [again, await openBundle(page, 'done', server)]) {
      const seen = await look(page, id);
      expect([seen.state.status, seen.answers, seen.judgments]).toEqual(['done', expected.answers.done, expected.judgments.done]);
      expect(figures(seen.results)).toMatchObject(figures(expected.results.done));
    }
    expect(server.calls).toHaveLength(0);
  });
});

test('a study of edition 1 that was paused in judging goes on with what is missing, from the database and from its bundle', async ({ page }) => {
  await withServer(async (server) => {
    await openStored(page, server);
    for (const id of [expected.studies.paused, await openBundle(page, 'paused', server)]) {
      const before = await look(page, id);
      expect(before.state.status).toBe('paused');
      const calls = server.calls.length;
      expect(await finish(page, id)).toBe('done');
      // Four prompts of the second cell, one of them graded before.
      expect(server.calls.length - calls).toBe(3);
      const { state } = await look(page, id);
      expect(state.cells.map(({ stage, judged: { done, failed, total } }) => [stage, done, failed, total])).toEqual([['done', 12, 0, 12], ['done', 12, 0, 12]]);
    }
  });
});

test('a study of edition 1 whose questions share a text says that it lacks judgments, and copies them from their twins without a call', async ({ page }) => {
  await withServer(async (server) => {
    await openStored(page, server);
    for (const id of [expected.studies.twins, await openBundle(page, 'twins', server)]) {
      const before = await look(page, id);
      // Nothing that was stored is lost: eight rows for 24 places, and the second language has none.
      expect([before.state.status, before.judgments]).toEqual(['paused', expected.judgments.twins]);
      expect(before.state.cells.map(({ judged }) => judged.calls)).toEqual([4, 4]);
      expect(await finish(page, id)).toBe('done');
      expect(server.calls).toHaveLength(1);
      const { state, results, judgments } = await look(page, id);
      expect(judgments).toBe(24);
      for (const { language, raw, failed } of results.heatmap) expect([language, raw.n + failed]).toEqual([language, language === 'all' ? 12 : 6]);
      expect(state.cells.map(({ judged: { done, failed, total, calls } }) => [done, failed, total, calls])).toEqual([[12, 0, 12, 5], [12, 0, 12, 4]]);
      server.calls.length = 0;
    }
  });
});
