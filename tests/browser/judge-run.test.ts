/** Judging through an OpenAI-compatible endpoint, from the lab's own page, against a local server that misbehaves. */
import { expect, test, type Page } from '@playwright/test';
import { strFromU8, unzipSync } from 'fflate';
import type { Judgment } from '../../src/records/judgment.ts';
import type { ManifestInput } from '../../src/records/manifest.ts';
import { type Behaviour, gradeOf, type JudgeServer, startJudgeServer } from '../judge-server.ts';
import { importModel, type LabWindow, openLab, ready, tinyCheckpoint, tinyStudy } from './lab-page.ts';
import { product } from './product.ts';

const KEY = 'sk-test-4f9c2b7e1a';

function judged(server: JudgeServer, model: string, change: Record<string, unknown> = {}): ManifestInput {
  return tinyStudy(model, { judge: { kind: 'openai', base_url: server.url, model: 'judge-1', concurrency: 3, timeout_seconds: 2, max_attempts: 4, ...change } });
}

const judgmentsOf = (page: Page, id: string): Promise<Judgment[]> => page.evaluate((study) => (window as unknown as LabWindow).lab.studies.judgments(study), id);

/** Starts a study and waits until it stops, however it stops. */
async function untilStopped(page: Page, input: ManifestInput | string, verb: 'start' | 'retry' = 'start'): Promise<{ id: string; status: string; code: string | null; hint: string | null }> {
  return page.evaluate(
    async ([manifest, how]) => {
      const { lab } = window as unknown as LabWindow;
      const id = typeof manifest === 'string' ? manifest : (await lab.studies.create(manifest)).id;
      let stop = (): void => {};
      const stopped = new Promise<void>((resolve) => {
        stop = lab.studies.subscribe(({ study, state }) => {
          if (study === id && ['paused', 'done', 'failed', 'cancelled'].includes(state.status) && started) resolve();
        });
      });
      let started = false;
      await lab.studies[how](id);
      started = true;
      if ((await lab.studies.get(id)).status === 'running') await stopped;
      stop();
      const { status, error } = await lab.studies.get(id);
      return { id, status, code: error?.code ?? null, hint: error?.hint ?? null };
    },
    [input, verb] as const,
  );
}

async function withServer(script: Parameters<typeof startJudgeServer>[0], body: (server: JudgeServer) => Promise<void>): Promise<void> {
  const server = await startJudgeServer(script);
  try {
    await body(server);
  } finally {
    await server.close();
  }
}

test('a judge that answers with 429, 500, a hang, half a reply and no rating costs no grade but the one it never gave', async ({ page }) => {
  const troubles: Behaviour[] = [{ status: 429, retryAfter: '1' }, { status: 500 }, 'hang', 'malformed', 'no-rating', 'grade'];
  await withServer(troubles, async (server) => {
    await openLab(page, `${product}?device=wasm`);
    const model = await importModel(page, tinyCheckpoint());
    const { id, status } = await untilStopped(page, judged(server, model));
    expect(status).toBe('done');
    const first = await judgmentsOf(page, id);
    expect(first).toHaveLength(2 * 16 * 2);
    for (const judgment of first) if (judgment.state === 'graded') expect(judgment.score).toBe(gradeOf(judgment.user_prompt));
    const failed = first.filter((judgment) => judgment.state === 'failed');
    expect(new Set(failed.map((judgment) => judgment.user_prompt)).size).toBe(1);
    expect(failed[0]).toMatchObject({ error: { code: 'judging.no-rating' }, judgment: 'A pleasant answer, all in all.' });
    // A failed judgment is counted as failed and is in no mean.
    const results = await page.evaluate((study) => (window as unknown as LabWindow).lab.studies.results(study), id);
    const all = results.heatmap.filter((cell) => cell.language === 'all');
    expect(all.reduce((sum, cell) => sum + cell.failed, 0)).toBe(failed.length);
    expect(all.reduce((sum, cell) => sum + cell.raw.n, 0)).toBe(first.length - failed.length);

    const callsBefore = server.calls.length;
    expect((await untilStopped(page, id, 'retry')).status).toBe('done');
    expect(server.calls.length).toBe(callsBefore + 1);
    expect((await judgmentsOf(page, id)).every((judgment) => judgment.state === 'graded')).toBe(true);
  });
});

/** What a server sends by turns, and the grade or the code of the failure that has to come of it. */
const VERDICTS: readonly (readonly [Behaviour, number | string])[] = [
  [{ text: '<think>Could be [[2]].</think> Good. Rating: [[9]]' }, 9],
  [{ text: 'It wrote "[[10]]" itself. Rating: [[1]]' }, 1],
  [{ text: 'As in [1], fine. Rating: 7' }, 'judging.no-rating'],
  [{ text: 'I would say [[3]', finish: 'length' }, 'judging.cut-off'],
  [{ text: '[[8/10]]' }, 8],
  [{ text: '[[Bewertung: 8]]' }, 8],
  [{ text: '[[８]]' }, 8],
  [{ text: '[[8,9]]' }, 'judging.ambiguous'],
  [{ text: '[[8]] or [[9]]' }, 'judging.ambiguous'],
  [{ content: [{ type: 'thinking', thinking: 'Rating: [[2]]' }, { type: 'text', text: 'Rating: [[6]]' }] }, 6],
  [{ rating: 9, error: 'the upstream fell over' }, 'judging.error-body'],
  [{ rating: 9, finish: 'error' }, 'judging.error-body'],
];

test('replies of every form give the judge’s own last rating or a failure by name; what an endpoint refuses is left out, and every request is counted', async ({ page }) => {
  const sent = new Map<string, number | string>();
  const refused = (body: Record<string, unknown>): string | null => {
    if ('max_tokens' in body) return "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
    return 'temperature' in body ? "'temperature' does not support 0 with this model." : null;
  };
  await withServer((_, { body }) => {
    const message = refused(body);
    if (message) return { status: 400, message };
    const prompt = body.messages.at(-1)?.content ?? '';
    const [behaviour, verdict] = VERDICTS[sent.size % VERDICTS.length] as (typeof VERDICTS)[number];
    sent.set(prompt, verdict);
    return behaviour;
  }, async (server) => {
    await openLab(page, `${product}?device=wasm`);
    const model = await importModel(page, tinyCheckpoint());
    const { id, status } = await untilStopped(page, judged(server, model, { concurrency: 4 }));
    expect(status).toBe('done');
    const judgments = await judgmentsOf(page, id);
    for (const judgment of judgments) expect(judgment.state === 'graded' ? judgment.score : judgment.error.code).toBe(sent.get(judgment.user_prompt));
    expect(new Set(judgments.map((judgment) => sent.get(judgment.user_prompt))).size).toBe(new Set(VERDICTS.map(([, verdict]) => verdict)).size);
    const cells = await page.evaluate(async (study) => (await (window as unknown as LabWindow).lab.studies.get(study)).cells, id);
    expect(cells.reduce((sum, { judged: { calls = 0 } }) => sum + calls, 0)).toBe(server.calls.length);
    expect(cells.some(({ note = '' }) => note.includes('takes no temperature'))).toBe(true);
  });
});

test('a reload in the middle of judging pays for nothing twice, and a remembered key goes on being used', async ({ page }) => {
  await withServer([{ rating: 7, milliseconds: 250 }], async (server) => {
    await openLab(page, `${product}?device=wasm`);
    const model = await importModel(page, tinyCheckpoint());
    const id = await page.evaluate(
      async ([manifest, url, key]) => {
        const { lab } = window as unknown as LabWindow;
        await lab.judges.setKey(url, key, { remember: true });
        const study = await lab.studies.create(manifest);
        await lab.studies.start(study.id);
        return study.id;
      },
      [judged(server, model), server.url, KEY] as const,
    );
    const keptNow = async (): Promise<Set<string>> => new Set((await judgmentsOf(page, id)).map((judgment) => judgment.user_prompt));
    await expect.poll(async () => (await keptNow()).size, { timeout: 60_000, intervals: [50] }).toBeGreaterThan(5);
    const kept = await keptNow();
    await page.reload();
    const asked = server.calls.length;
    await ready(page);
    expect(await page.evaluate(async (study) => (await (window as unknown as LabWindow).lab.studies.wait(study)).status, id)).toBe('done');
    const prompts = server.calls.map((call) => call.body.messages.at(-1)?.content ?? '');
    expect(server.calls.length).toBeGreaterThan(asked);
    // Calls that were under way when the page went are relay.test.ts's; what had come home is not asked again.
    const paid = prompts.slice(0, asked).filter((prompt) => kept.has(prompt));
    expect(paid.length).toBeGreaterThan(5);
    expect(prompts.slice(asked).filter((prompt) => paid.includes(prompt))).toEqual([]);
    expect(server.calls.every((call) => call.authorization === `Bearer ${KEY}`)).toBe(true);
    expect(server.mostAtOnce).toBeLessThanOrEqual(3);
  });
});

test('a key is in no export, no state, no link and no storage but the one it was given to', async ({ page }) => {
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await withServer(['grade'], async (server) => {
    await openLab(page, `${product}?device=wasm`);
    const model = await importModel(page, tinyCheckpoint());
    await page.evaluate(([url, key]) => (window as unknown as LabWindow).lab.judges.setKey(url, key), [server.url, KEY] as const);
    const { id, status } = await untilStopped(page, judged(server, model));
    expect(status).toBe('done');
    const everything = await page.evaluate(async ([study, url]) => {
      const { lab } = window as unknown as LabWindow;
      const bundle = new Uint8Array(await (await lab.studies.exportBundle(study)).arrayBuffer());
      return {
        bundle: [...bundle],
        text: JSON.stringify([await lab.studies.list(), await lab.studies.judgments(study), await (await lab.studies.exportJudgments(study)).text(), location.href, { ...localStorage }, { ...sessionStorage }]),
        state: await lab.judges.keyState(url),
      };
    }, [id, server.url] as const);
    expect(server.calls[0]?.authorization).toBe(`Bearer ${KEY}`);
    expect(everything.state).toBe('memory');
    const files = Object.entries(unzipSync(Uint8Array.from(everything.bundle)));
    expect(files.length).toBeGreaterThan(5);
    for (const [name, bytes] of files) expect(strFromU8(bytes, true).includes(KEY), name).toBe(false);
    expect(everything.text).not.toContain(KEY);
    expect(said.join('\n')).not.toContain(KEY);
    // Kept in memory only, it is gone with the page.
    await page.reload();
    await ready(page);
    const states = await page.evaluate(async ([url, key]) => {
      const { judges } = (window as unknown as LabWindow).lab;
      const after = await judges.keyState(url);
      await judges.setKey(url, key, { remember: true });
      const stored = await judges.keyState(`${url}/`);
      await judges.forgetKey(url);
      return [after, stored, await judges.keyState(url)];
    }, [server.url, KEY] as const);
    expect(states).toEqual(['none', 'stored', 'none']);
  });
});

test('a wrong key pauses the study at once, and the right one lets it go on', async ({ page }) => {
  await withServer((_, call) => (call.authorization === `Bearer ${KEY}` ? 'grade' : { status: 401, message: `no such key: ${call.authorization}` }), async (server) => {
    await openLab(page, `${product}?device=wasm`);
    const model = await importModel(page, tinyCheckpoint());
    await page.evaluate((url) => (window as unknown as LabWindow).lab.judges.setKey(url, 'sk-wrong-00000000'), server.url);
    const stopped = await untilStopped(page, judged(server, model));
    expect(stopped).toMatchObject({ status: 'paused', code: 'judging.unauthorised', hint: expect.stringContaining('key') });
    expect(server.calls.length).toBeLessThanOrEqual(3);
    const probes = await page.evaluate(
      async ([judge, key]) => {
        const { judges } = (window as unknown as LabWindow).lab;
        const before = await judges.probe(judge as never);
        await judges.setKey((judge as { base_url: string }).base_url, key);
        return [before, await judges.probe(judge as never)];
      },
      [{ ...judged(server, model).judge, temperature: 0, max_tokens: 100, repeats: 1, max_calls: null, price_in: null, price_out: null }, KEY] as const,
    );
    expect(probes.map((probe) => probe.ok)).toEqual([false, true]);
    // Calls that were refused for the key have not failed: going on asks them with everything else that is missing.
    expect(await judgmentsOf(page, stopped.id)).toEqual([]);
    expect((await untilStopped(page, stopped.id)).status).toBe('done');
    expect((await judgmentsOf(page, stopped.id)).every((judgment) => judgment.state === 'graded')).toBe(true);
  });
});

test('a cap on calls pauses judging with what it has kept', async ({ page }) => {
  await withServer(['grade'], async (server) => {
    await openLab(page, `${product}?device=wasm`);
    const model = await importModel(page, tinyCheckpoint());
    const stopped = await untilStopped(page, judged(server, model, { max_calls: 5 }));
    expect(stopped).toMatchObject({ status: 'paused', code: 'judging.max-calls' });
    expect(server.calls).toHaveLength(5);
    expect((await judgmentsOf(page, stopped.id)).length).toBeGreaterThanOrEqual(5);
    // Going on does not forget what was spent.
    expect(await untilStopped(page, stopped.id)).toMatchObject({ status: 'paused', code: 'judging.max-calls' });
    expect(server.calls).toHaveLength(5);
  });
});

test('a cap on calls holds over any number of reloads, and the meter says what the server saw', async ({ page }) => {
  await withServer([{ rating: 7, milliseconds: 400 }], async (server) => {
    await openLab(page, `${product}?device=wasm`);
    const model = await importModel(page, tinyCheckpoint());
    const id = await page.evaluate(async (manifest) => {
      const { lab } = window as unknown as LabWindow;
      const study = await lab.studies.create(manifest);
      await lab.studies.start(study.id);
      return study.id;
    }, judged(server, model, { max_calls: 30, concurrency: 4, timeout_seconds: 30 }));
    for (let reload = 0; reload < 8; reload++) {
      const before = server.calls.length;
      await expect.poll(() => server.calls.length > before || server.calls.length >= 30, { timeout: 60_000, intervals: [20] }).toBe(true);
      await page.reload();
      await ready(page);
    }
    const stopped = await page.evaluate((study) => (window as unknown as LabWindow).lab.studies.wait(study).then(() => 'done', ({ code }: { code: string }) => code), id);
    expect(stopped).toBe('judging.max-calls');
    const cells = await page.evaluate(async (study) => (await (window as unknown as LabWindow).lab.studies.get(study)).cells, id);
    const meter = cells.reduce((sum, { judged: { calls = 0 } }) => sum + calls, 0);
    expect(meter).toBe(30);
    // A request that was counted and never left counts all the same: the server may see fewer, never more.
    expect(server.calls.length).toBeLessThanOrEqual(30);
    expect(server.calls.length).toBeGreaterThan(15);
  });
});

test('a judge that cannot be reached pauses the study, with the answers kept', async ({ page }) => {
  const server = await startJudgeServer();
  await server.close();
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  const stopped = await untilStopped(page, judged(server, model, { max_attempts: 1 }));
  expect(stopped).toMatchObject({ status: 'paused', code: 'judging.network', hint: expect.stringContaining('CORS') });
  const answers = await page.evaluate((study) => (window as unknown as LabWindow).lab.studies.answers(study), stopped.id);
  expect(answers).toHaveLength(2 * 16);
});
