/** Calls of a judge outlive the page: the built page's service worker makes them (workers/post.ts). */
import { expect, test, type Page } from '@playwright/test';
import type { ManifestInput } from '../../src/records/manifest.ts';
import { type JudgeServer, startJudgeServer } from '../judge-server.ts';
import { importModel, type LabWindow, openLab, ready, tinyCheckpoint, tinyStudy } from './lab-page.ts';
import { built, product } from './product.ts';
import { dumpDatabase } from './stored-dump.ts';
import type { StudyState } from '../../src/records/study.ts';

test.skip(!built, 'only a built page has a service worker');

const RELOADS = 10;
const KEY = 'sk-Test/4f9c+2b7e.1a_Z';

async function withServer(script: Parameters<typeof startJudgeServer>[0], body: (server: JudgeServer) => Promise<void>): Promise<void> {
  const server = await startJudgeServer(script);
  try {
    await body(server);
  } finally {
    await server.close();
  }
}

const judged = (server: JudgeServer, model: string, change: object = {}): ManifestInput =>
  tinyStudy(model, { judge: { kind: 'openai', base_url: server.url, model: 'judge-1', concurrency: 4, timeout_seconds: 60, ...change } });

/** Opens the lab under its service worker and starts a study. @returns its id */
async function begin(page: Page, server: JudgeServer, change: object = {}, key: string | null = null): Promise<string> {
  await openLab(page, `${product}?device=wasm`);
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
  const model = await importModel(page, tinyCheckpoint());
  return page.evaluate(async ([manifest, url, secret]) => {
    const { lab } = window as unknown as LabWindow;
    if (secret !== null) await lab.judges.setKey(url, secret, { remember: true });
    const { id } = await lab.studies.create(manifest);
    await lab.studies.start(id);
    return id;
  }, [judged(server, model, change), server.url, key] as const);
}

const state = (page: Page, id: string): Promise<StudyState> => page.evaluate((study) => (window as unknown as LabWindow).lab.studies.get(study), id);
const finish = (page: Page, id: string): Promise<string> => page.evaluate((study) => (window as unknown as LabWindow).lab.studies.wait(study).then(({ status }) => status, ({ code }: { code: string }) => code), id);
const promptsOf = (server: JudgeServer): string[] => server.calls.map(({ body }) => body.messages.at(-1)?.content ?? '');
const metered = ({ cells }: StudyState): number => cells.reduce((sum, { judged: { calls = 0 } }) => sum + calls, 0);

/** Reloads at whatever moment a new call has just reached the server. */
async function reloadInTheMiddle(page: Page, server: JudgeServer, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const before = server.calls.length;
    await expect.poll(() => server.calls.length, { timeout: 60_000, intervals: [10] }).toBeGreaterThan(before);
    await page.reload();
    await ready(page);
  }
}

test(`in ${RELOADS} reloads while judging no prompt is paid for twice, and the meter says what the server saw`, async ({ page }) => {
  await withServer([{ milliseconds: 700 }], async (server) => {
    const id = await begin(page, server);
    await reloadInTheMiddle(page, server, RELOADS);
    expect(await finish(page, id)).toBe('done');
    const prompts = promptsOf(server);
    expect(prompts.length).toBeGreaterThan(RELOADS);
    expect(new Set(prompts).size).toBe(prompts.length);
    const seen = await state(page, id);
    expect(metered(seen)).toBe(prompts.length);
    expect(seen.cells.map(({ judged: { done, failed, total } }) => [done, failed, total])).toEqual([[32, 0, 32], [32, 0, 32]]);
    // What the service worker kept has been used and is gone.
    expect((await page.evaluate(dumpDatabase, 'pinch-lab-inbox')).stores.flatMap(({ rows }) => rows)).toEqual([]);
  });
});

test('a cap of calls is met to the call over reloads', async ({ page }) => {
  await withServer([{ milliseconds: 500 }], async (server) => {
    const id = await begin(page, server, { max_calls: 20 });
    await reloadInTheMiddle(page, server, 3);
    expect(await finish(page, id)).toBe('judging.max-calls');
    expect(server.calls).toHaveLength(20);
    expect(metered(await state(page, id))).toBe(20);
  });
});

test('a reply that is kept for the page has the key in no spelling', async ({ page }) => {
  const spelled = [KEY, encodeURIComponent(KEY), Buffer.from(`Bearer ${KEY}`).toString('base64'), KEY.replaceAll('/', '\\/'), Buffer.from(KEY).toString('hex')];
  await withServer([{ text: `You sent ${spelled.join(' or ')}. Rating: [[7]]`, milliseconds: 500 }], async (server) => {
    const id = await begin(page, server, {}, KEY);
    await expect.poll(() => server.calls.length, { timeout: 60_000, intervals: [10] }).toBeGreaterThan(5);
    // A page without the lab: what is under way lands in the inbox and stays there.
    const empty = `${product}nothing-here`;
    await page.route(empty, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Empty</title>' }));
    await page.goto(empty);
    const inbox = async (): Promise<unknown[]> => (await page.evaluate(dumpDatabase, 'pinch-lab-inbox')).stores.flatMap(({ rows }) => rows);
    await expect.poll(async () => (await inbox()).filter((row) => (row as { state: string }).state === 'replied').length, { intervals: [100] }).toBeGreaterThan(0);
    const kept = JSON.stringify([await inbox(), (await page.evaluate(dumpDatabase, 'pinch-lab')).stores.filter(({ name }) => name !== 'settings')]);
    expect(kept).toContain('Rating: [[7]]');
    for (const text of [...spelled, KEY.slice(5, 15)]) expect(kept).not.toContain(text);
    const asked = server.calls.length;
    await openLab(page, `${product}?device=wasm`);
    expect(await finish(page, id)).toBe('done');
    expect(server.calls.length).toBeGreaterThan(asked);
    expect(new Set(promptsOf(server)).size).toBe(server.calls.length);
    expect(server.calls.every(({ authorization }) => authorization === `Bearer ${KEY}`)).toBe(true);
  });
});

test('a call with a longer time limit than a service worker has is made by the page, and counted as lost where a reload cuts it', async ({ page }) => {
  await withServer([{ milliseconds: 700 }], async (server) => {
    const id = await begin(page, server, { timeout_seconds: 271 });
    await reloadInTheMiddle(page, server, 2);
    expect(await finish(page, id)).toBe('done');
    const prompts = promptsOf(server);
    expect(new Set(prompts).size).toBeLessThan(prompts.length);
    // One that was cut off before it left the page counts as well: nobody can tell.
    expect(metered(await state(page, id))).toBeGreaterThanOrEqual(prompts.length);
  });
});
