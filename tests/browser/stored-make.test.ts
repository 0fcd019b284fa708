/**
 * Makes what a browser holds of studies, by the code as it is now: the database, the bundles, and the figures they gave.
 * tests/browser/stored.test.ts shows that later code opens it. A new layout of the database gets a new folder; one that
 * is there is never made again, for the code that made it is gone.
 *
 *   PINCH_MAKE_STORED=tests/fixtures/edition-N npm test -- --project=browser tests/browser/stored-make.test.ts
 */
import { expect, test, type Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ManifestInput } from '../../src/records/manifest.ts';
import { startJudgeServer } from '../judge-server.ts';
import { importModel, type LabWindow, openLab, tinyCheckpoint, tinyStudy } from './lab-page.ts';
import { product } from './product.ts';
import { dumpDatabase } from './stored-dump.ts';
import { STORED_PORT, TWINS } from './stored-edition.ts';

const folder = process.env['PINCH_MAKE_STORED'];

test.skip(!folder, 'PINCH_MAKE_STORED names no folder to write to');

/** @returns the study's id, once it is done or has stopped for the judge */
async function ran(page: Page, input: ManifestInput): Promise<string> {
  return page.evaluate(async (manifest) => {
    const { lab } = window as unknown as LabWindow;
    const { id } = await lab.studies.create(manifest);
    await lab.studies.start(id);
    await lab.studies.wait(id).catch(() => {});
    return id;
  }, input);
}

test('a database and the bundles of its studies are written', async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  await page.evaluate(async (lines) => {
    const files = Object.entries(lines).map(([name, rows]) => new File([rows.map((row) => JSON.stringify(row)).join('\n')], name));
    await (window as unknown as LabWindow).lab.benchmarks.importFiles(files, { name: 'twins' });
  }, TWINS);
  const studies: Record<string, string> = { done: await ran(page, tinyStudy(model, { name: 'done by rules' })) };
  // The third prompt has no verdict; the sixth call and all behind it are refused.
  let allowed = Number.POSITIVE_INFINITY;
  const server = await startJudgeServer((call) => (call >= allowed ? { status: 401 } : call === 2 ? 'no-rating' : 'grade'), STORED_PORT);
  const twins = (name: string): ManifestInput => tinyStudy(model, {
    name, mixes: ['base', 'EN'], system_prompt: false, benchmark: { id: 'twins', languages: ['en', 'is'], max_new_tokens: 4 },
    judge: { kind: 'openai', base_url: server.url, model: 'judge-1', concurrency: 1, timeout_seconds: 5, max_attempts: 1 },
  });
  try {
    studies['twins'] = await ran(page, twins('twins, judged'));
    allowed = server.calls.length + 5;
    studies['paused'] = await ran(page, twins('twins, paused'));
  } finally {
    await server.close();
  }
  const made = await page.evaluate(async (ids) => {
    const { lab } = window as unknown as LabWindow;
    const each = async <T>(read: (id: string) => Promise<T>): Promise<Record<string, T>> => Object.fromEntries(await Promise.all(Object.entries(ids).map(async ([name, id]) => [name, await read(id)])));
    const base64 = async (blob: Blob): Promise<string> => btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''));
    return {
      states: await each((id) => lab.studies.get(id)),
      results: await each((id) => lab.studies.results(id)),
      answers: await each(async (id) => (await lab.studies.answers(id)).length),
      judgments: await each(async (id) => (await lab.studies.judgments(id)).length),
      bundles: await each(async (id) => base64(await lab.studies.exportBundle(id))),
    };
  }, studies);
  expect(Object.values(made.states).map(({ status }) => status)).toEqual(['done', 'done', 'paused']);
  const { bundles, ...expected } = made;
  mkdirSync(folder as string, { recursive: true });
  for (const [name, bytes] of Object.entries(bundles)) writeFileSync(join(folder as string, `${name}.zip`), Buffer.from(bytes, 'base64'));
  writeFileSync(join(folder as string, 'expected.json.gz'), gzipSync(JSON.stringify({ studies, ...expected }), { level: 9 }));
  writeFileSync(join(folder as string, 'database.json.gz'), gzipSync(JSON.stringify(await page.evaluate(dumpDatabase, 'pinch-lab')), { level: 9 }));
});
