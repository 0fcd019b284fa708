/** The facade from the page's side: imports, refusals, exports, and what happens when a worker dies. */
import { expect, test, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { readSafetensors } from '../../src/files/safetensors.ts';
import type { ManifestInput } from '../../src/records/manifest.ts';
import { failureOf, importModel, type LabWindow, openLab, ready, runStudy, tinyCheckpoint, tinyStudy } from './lab-page.ts';

// Requests of a service worker pass by page.route, which stands in for other hosts here.
test.use({ serviceWorkers: 'block' });

test('what ships with the page is listed, and nothing else in a fresh browser', async ({ page }) => {
  await openLab(page);
  const listed = await page.evaluate(async () => {
    const { lab } = window as unknown as LabWindow;
    const [datasets, benchmarks, studies] = await Promise.all([lab.datasets.list(), lab.benchmarks.list(), lab.studies.list()]);
    return { datasets: datasets.map(({ id, origin, parallel }) => [id, origin, parallel]), benchmarks: benchmarks.map(({ id, counts }) => [id, counts['de']]), studies };
  });
  expect(listed.datasets).toEqual([['lima-x-world', 'embedded', 1030], ['bactrian-x-world', 'embedded', 64_000], ['bactrian-x-small-world', 'embedded', 1030]]);
  expect(listed.benchmarks).toEqual([['mt-bench-x-world', 80]]);
  expect(listed.studies).toEqual([]);
});

test('files become a dataset, with the bad lines named, and mixes of it can be planned and read', async ({ page }) => {
  await openLab(page);
  const result = await page.evaluate(async () => {
    const { lab } = window as unknown as LabWindow;
    const rows = (language: string): string => Array.from({ length: 10 }, (_, i) => JSON.stringify({ id: `r${i}`, instruction: `${language} ask ${i}`, input: '', output: `${language} say ${i}` })).join('\n');
    const files = [new File([rows('en')], 'en.json'), new File([`${rows('de')}\n{"id": "broken"`], 'de.json')];
    const report = await lab.datasets.importFiles(files, { name: 'Two languages' });
    const id = report.imported?.id as string;
    const plans = await lab.mixes.plans({ dataset: id, eval_fraction: 0.2 });
    const records = await lab.mixes.records({ dataset: id, mix: 'ENDE-sampled', limit: 3 });
    const page = await lab.datasets.records(id, { languages: ['de'], offset: 8, limit: 5 });
    await lab.datasets.remove(id);
    return { report, plans, records, page, left: (await lab.datasets.list()).map((dataset) => dataset.id) };
  });
  expect(result.report.imported).toMatchObject({ id: 'Two-languages', layout: 'bactrian', languages: ['en', 'de'], counts: { en: 10, de: 10 }, parallel: 10 });
  expect(result.report.bad).toEqual([expect.objectContaining({ file: 'de.json', line: 11 })]);
  expect(result.plans.map(({ name, total, validation }) => [name, total, validation])).toEqual([['EN', 10, 2], ['DE', 10, 2], ['ENDE', 20, 4], ['ENDE-sampled', 10, 2]]);
  expect(result.records.total).toBe(10);
  expect(result.records.rows).toHaveLength(3);
  expect(result.page.total).toBe(10);
  expect(result.page.rows.map((row) => Object.keys(row))).toEqual([['de'], ['de']]);
  expect(result.left).not.toContain('Two-languages');
});

test('a cancelled import leaves nothing behind', async ({ page }) => {
  await openLab(page);
  const outcome = await page.evaluate(async () => {
    const { lab } = window as unknown as LabWindow;
    const rows = Array.from({ length: 60_000 }, (_, i) => JSON.stringify({ id: `r${i}`, instruction: `ask ${i}`, input: '', output: `say ${i}` })).join('\n');
    const controller = new AbortController();
    let name = 'imported';
    try {
      await lab.datasets.importFiles([new File([rows], 'en.json')], {}, () => controller.abort(), controller.signal);
    } catch (thrown) {
      name = (thrown as Error).name;
    }
    return { name, datasets: (await lab.datasets.list()).filter((dataset) => dataset.origin === 'files') };
  });
  expect(outcome).toEqual({ name: 'AbortError', datasets: [] });
});

test('errors cross from the worker with their code, message and hint', async ({ page }) => {
  await openLab(page);
  const manifest = await failureOf(page, `await lab.studies.create({ schema: 1, name: '', models: ['world-dense'], datasets: ['lima-x-world'], mixes: ['EN'], benchmark: { id: 'mt-bench-x-world', max_new_tokens: -3 }, surprise: 1 })`);
  expect(manifest).toMatchObject({ name: 'LabError', code: 'studies.manifest', hint: expect.stringContaining('Correct') });
  for (const field of ['name', 'benchmark.max_new_tokens', 'surprise']) expect(manifest.message).toContain(field);

  const unknown = await failureOf(page, `await lab.studies.create({ schema: 1, name: 'x', models: ['gpt-9'], datasets: ['nothing'], mixes: ['EN'], benchmark: { id: 'mt-bench-x-world' } })`);
  expect(unknown.code).toBe('studies.unknown');
  expect(unknown.message).toContain('gpt-9');
  expect(unknown.message).toContain('nothing');

  const mix = await failureOf(page, `await lab.studies.create({ schema: 1, name: 'x', models: ['world-dense'], datasets: ['lima-x-world'], mixes: ['DEEN'], benchmark: { id: 'mt-bench-x-world' } })`);
  expect(mix).toMatchObject({ code: 'mixes.name', hint: 'Write ENDE.' });

  const key = await failureOf(page, `await lab.studies.create({ schema: 1, name: 'x', models: ['world-dense'], datasets: ['lima-x-world'], mixes: ['EN'], benchmark: { id: 'mt-bench-x-world' }, judge: { kind: 'openai', base_url: 'https://judge.example/v1?key=abc', model: 'm' } })`);
  expect(key.code).toBe('studies.key-in-url');
  expect(await failureOf(page, `await lab.studies.start('none')`)).toMatchObject({ code: 'studies.not-found' });
});

test('a checkpoint the lab cannot run is refused by what is wrong with it, and nothing of it is kept', async ({ page }) => {
  await openLab(page);
  const attempt = async (files: Record<string, Buffer>): Promise<string> => importModel(page, files).then(() => 'imported', (error: Error) => error.message);
  expect(await attempt(tinyCheckpoint({ model_type: 'mamba' }))).toContain('architecture is "mamba"');
  const { 'config.json': config, ...rest } = tinyCheckpoint();
  expect(await attempt(rest)).toContain('no config.json');
  expect(await attempt({ ...rest, 'config.json': Buffer.from('<!doctype html>') })).toContain('config.json is not JSON');
  expect(await attempt({ ...tinyCheckpoint(), 'config.json': Buffer.from(JSON.stringify({ ...JSON.parse((config as Buffer).toString()), num_hidden_layers: 3 })) })).toContain('model.layers.2');
  const cut = tinyCheckpoint();
  expect(await attempt({ ...cut, 'model.safetensors': (cut['model.safetensors'] as Buffer).subarray(0, 5000) })).toContain('not a usable safetensors file');
  expect(await page.evaluate(async () => (await (window as unknown as LabWindow).lab.studies.create({ schema: 1, name: 'x', models: ['llama'], datasets: ['lima-x-world'], mixes: ['EN'], benchmark: { id: 'mt-bench-x-world' } }).catch((error: Error) => error.message)))).toContain('model "llama"');
});

test('a tokenizer of another checkpoint is refused, and where only its special tokens or its size differ that is kept with the model', async ({ page }) => {
  await openLab(page);
  const attempt = async (change: Record<string, unknown>): Promise<string> => importModel(page, tinyCheckpoint(change)).then(() => 'imported', (error: Error) => error.message);
  expect(await attempt({ vocab_size: 4000 })).toContain('tokenizer.json has 4096 tokens, the model only 4000');
  expect(await attempt({ eos_token_id: 700 })).toContain('The tokenizer ends a text with </s> (id 2), but config.json with the id 700');
  const noted = await importModel(page, tinyCheckpoint({ eos_token_id: 3, vocab_size: 6000 }));
  const plain = await importModel(page, tinyCheckpoint());
  await page.reload();
  await ready(page);
  const listed = await page.evaluate(async () => Object.fromEntries((await (window as unknown as LabWindow).lab.models.list()).map(({ id, notes }) => [id, notes ?? []])));
  expect(listed).toEqual({ 'world-dense': [], [noted]: [expect.stringContaining('ends a text with </s> (id 2), config.json with the id 3'), expect.stringContaining('has 4096 tokens, the model rows for 6000')], [plain]: [] });
});

test('a model fetched from a web address is the same as one from files', async ({ page }) => {
  const files = tinyCheckpoint();
  await page.route('https://models.example/**', (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1) as string;
    const body = files[name];
    return route.fulfill(body ? { body, headers: { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' } } : { status: 404, headers: { 'access-control-allow-origin': '*' } });
  });
  await openLab(page);
  const fetched = await page.evaluate(async () => {
    const phases: string[] = [];
    const summary = await (window as unknown as LabWindow).lab.models.importUrl('https://models.example/tiny/', (progress) => void phases.push(progress.phase));
    return { summary, phases };
  });
  expect(fetched.summary).toMatchObject({ id: 'tiny', architecture: 'LlamaForCausalLM', origin: 'url' });
  expect(fetched.summary.bytes).toBe(Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0));
  expect(fetched.phases).toContain('Fetching model.safetensors');
  await page.route('https://models.example/none/**', (route) => route.fulfill({ status: 404, headers: { 'access-control-allow-origin': '*' } }));
  expect(await failureOf(page, `await lab.models.importUrl('https://models.example/none/')`)).toMatchObject({ code: 'models.not-found', message: expect.stringContaining('config.json at https://models.example/none/ is not there: the server answered 404') });
});

test('an exported study opens to exactly the same figures, and its adapters are PEFT\'s', async ({ page, browser }) => {
  await openLab(page);
  const model = await importModel(page, tinyCheckpoint());
  const { id } = await runStudy(page, tinyStudy(model));
  const exported = await page.evaluate(async (study) => {
    const { lab } = window as unknown as LabWindow;
    const text = async (blob: Blob): Promise<string> => btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''));
    return {
      results: await lab.studies.results(study),
      losses: await lab.studies.losses(study),
      bundle: await text(await lab.studies.exportBundle(study)),
      adapter: await text(await lab.studies.exportAdapter(study, 'llama/lima-x-world/EN/0')),
      answers: await (await lab.studies.exportAnswers(study)).text(),
      judgments: await (await lab.studies.exportJudgments(study)).text(),
    };
  }, id);

  const adapter = unzipSync(Buffer.from(exported.adapter, 'base64'));
  expect(Object.keys(adapter).sort()).toEqual(['README.md', 'adapter_config.json', 'adapter_model.safetensors']);
  expect(Buffer.from(adapter['README.md'] as Uint8Array).toString()).toMatch(/^---\nlibrary_name: peft\n[\s\S]*\nbase_model: "llama"\n[\s\S]*\n\| en \| \d+\.\d\d \| /);
  expect(JSON.parse(Buffer.from(adapter['adapter_config.json'] as Uint8Array).toString())).toMatchObject({ peft_type: 'LORA', r: 2, lora_alpha: 16, base_model_name_or_path: 'llama' });
  const { tensors } = readSafetensors(adapter['adapter_model.safetensors'] as Uint8Array, 'adapter');
  expect(tensors.get('base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight')?.shape).toEqual([2, 16]);
  expect(tensors.size).toBe(2 * 7 * 2);

  const bundle = unzipSync(Buffer.from(exported.bundle, 'base64'));
  expect(Object.keys(bundle)).toEqual(expect.arrayContaining(['manifest.json', 'study.json', 'questions.jsonl', 'losses.jsonl', 'answers.jsonl', 'judgments.jsonl', 'adapters/llama/lima-x-world/EN/0/adapter_model.safetensors']));
  expect(exported.answers.trim().split('\n')).toHaveLength(2 * 16);
  expect(JSON.parse(exported.judgments.split('\n')[0] as string)).toMatchObject({ judge: expect.any(Array), score: expect.any(Number), turn: expect.any(Number) });

  // Another browser, which has never seen the model.
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await openLab(other, `${new URL(page.url()).origin}/?device=wasm`);
  const opened = await other.evaluate(async (text) => {
    const { lab } = window as unknown as LabWindow;
    const file = new Blob([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))]);
    const state = await lab.studies.importBundle(file);
    const again = await lab.studies.importBundle(file);
    return { state, again: again.id, results: await lab.studies.results(state.id), losses: await lab.studies.losses(state.id) };
  }, exported.bundle);
  expect(opened.results).toEqual(exported.results);
  expect(opened.losses).toEqual(exported.losses);
  expect(opened.state.status).toBe('done');
  expect(opened.again).not.toBe(opened.state.id);
  await elsewhere.close();
});

test('a file that is no bundle is refused', async ({ page }) => {
  await openLab(page);
  expect(await failureOf(page, `await lab.studies.importBundle(new Blob(['hello']))`)).toMatchObject({ code: 'studies.bundle', message: expect.stringContaining('not a zip archive') });
});

test('a tokenizer can be looked into as training sees it', async ({ page }) => {
  await openLab(page);
  const model = await importModel(page, tinyCheckpoint());
  const tokens = await page.evaluate(
    (id) => (window as unknown as LabWindow).lab.models.inspect({ model: id, conversation: { id: 'x', language: 'en', messages: [{ role: 'user', content: 'Where does Anna live?' }, { role: 'assistant', content: 'Anna lives in Rome.' }] } }),
    model,
  );
  const carried = tokens.filter((token) => token.loss).map((token) => token.text).join('');
  expect(carried).toContain('Anna lives in Rome.');
  expect(tokens.filter((token) => !token.loss).map((token) => token.text).join('')).toContain('Where does Anna live?');
});

test('the untuned model and a study\'s adapter can be chatted with', async ({ page }) => {
  await openLab(page);
  const model = await importModel(page, tinyCheckpoint());
  const { id } = await runStudy(page, tinyStudy(model, { mixes: ['EN'] }));
  const replies = await page.evaluate(
    async ([base, study]) => {
      const { lab } = window as unknown as LabWindow;
      const ask = { model: base as string, messages: [{ role: 'user' as const, content: 'Where does Anna live?' }], max_new_tokens: 6 };
      const tuned = { ...ask, study, cell: `${base}/lima-x-world/EN/0` };
      return [await lab.models.chat(ask), await lab.models.chat(ask), await lab.models.chat(tuned), ...(await Promise.all([tuned, ask, ask, tuned].map((one) => lab.models.chat(one))))];
    },
    [model, id],
  );
  const [base, again, tuned, ...atOnce] = replies.map(({ text }) => text);
  expect(again).toBe(base);
  expect(atOnce, 'asked at once they are answered in turn').toEqual([tuned, base, base, tuned]);
  for (const reply of replies) expect(reply.tokens).toBeLessThanOrEqual(6);
  const unknown = await failureOf(page, `await lab.models.chat({ model: '${model}', study: '${id}', cell: 'none', messages: [{ role: 'user', content: 'x' }] })`);
  expect(unknown.code).toBe('studies.no-adapter');
});

// Ended within a step, the engine's WebAssembly waits for ever for threads that ended with it: stuck, not dead.
const trained = (page: Page, least: number): Promise<unknown> => page.waitForFunction((steps) => ((window as unknown as { trained?: number }).trained ?? 0) >= steps, least);

/** Runs a study whose engine is ended this many steps after its start, and after each further start. @returns how it ended, with the code of its error */
async function runDying(page: Page, study: ManifestInput, after: readonly number[]): Promise<{ id: string; status: string; error: string | null }> {
  const dying = page.evaluate(async (manifest) => {
    const { PageLab } = (await import(/* @vite-ignore */ `${location.origin}/src/app/lab.ts`)) as { PageLab: new (options: object, base: string, patience: number) => LabWindow['lab'] };
    const lab = new PageLab({ device: 'wasm', fresh: false }, document.baseURI, 4);
    let id = '';
    const ended = await lab.studies.run(manifest, ({ study: own, state }) => {
      id = own;
      (window as unknown as { trained: number }).trained = state.cells[0]?.trained.done ?? 0;
    }).then(({ status }) => ({ status, error: null }), (thrown: { code: string }) => ({ status: 'failed', error: thrown.code }));
    return { id, ...ended };
  }, study);
  let last = 0;
  for (const steps of after) {
    await trained(page, last + steps);
    await page.workers().findLast((worker) => worker.url().includes('engine'))?.evaluate(() => (globalThis as unknown as DedicatedWorkerGlobalScope).close());
    // How far it really came is heard by now. Steps are counted from there: the next engine must have got further than this one.
    last = await page.evaluate(() => (window as unknown as { trained: number }).trained);
  }
  return dying;
}

test('an engine that is stuck is replaced, as often as more was stored in between, and its study goes on from the last checkpoint to the same losses', async ({ page }) => {
  await openLab(page);
  const model = await importModel(page, tinyCheckpoint());
  const study = tinyStudy(model, { training: { max_steps: 300, learning_rate: 1e-2, per_device_train_batch_size: 1, max_length: 64, save_steps: 5 } });
  const unbroken = await runStudy(page, study);
  const state = await runDying(page, study, [12, 40]);
  expect([state.status, state.error]).toEqual(['done', null]);
  const losses = await page.evaluate(([a, b]) => Promise.all([a, b].map((id) => (window as unknown as LabWindow).lab.studies.losses(id as string))), [unbroken.id, state.id]);
  expect(losses[1]).toEqual(losses[0]);
});

test('an engine that is lost again before anything more was stored fails its study, which says so', async ({ page }) => {
  await openLab(page);
  const model = await importModel(page, tinyCheckpoint());
  const { status, error, id } = await runDying(page, tinyStudy(model, { training: { max_steps: 2000, learning_rate: 1e-2, per_device_train_batch_size: 1, max_length: 64, save_steps: 2000 } }), [12, 12]);
  expect([status, error]).toEqual(['failed', 'app.worker-lost']);
  expect(await page.evaluate(async (study) => (await (window as unknown as LabWindow).lab.studies.get(study)).error?.message, id)).toContain('at the same place');
});

test('an engine whose runtime computes wrongly with the lab’s kernels starts again with the runtime as it is published, and its study runs', async ({ page }) => {
  // In the worker, before all else: the runtime's module, not the small ones of the proofs, is compiled with multiply-subtract for multiply-add.
  const sabotage = `
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = (bytes, imports) => {
      if (bytes.byteLength > 1e6) for (let at = bytes.indexOf(0xfd); at >= 0; at = bytes.indexOf(0xfd, at + 1)) if (bytes[at + 1] === 0x85 && bytes[at + 2] === 0x02) bytes[at + 1] = 0x86;
      return instantiate.call(WebAssembly, bytes, imports);
    };`;
  let engines = 0;
  await page.route(/workers\/engine/, async (route) => {
    engines++;
    const response = await route.fetch();
    await route.fulfill({ response, body: `${sabotage}\n${await response.text()}` });
  });
  await openLab(page);
  const report = await page.evaluate(() => (window as unknown as LabWindow).lab.device());
  expect(report).toMatchObject({ stockProducts: expect.stringContaining('with the lab\'s kernels its numbers are off by'), ownKernels: [], selfTest: { passed: true } });
  expect(engines).toBe(2);
  const model = await importModel(page, tinyCheckpoint());
  expect((await runStudy(page, tinyStudy(model, { mixes: ['EN'] }))).status).toBe('done');
  expect(engines).toBe(2);
});

test('a checkpoint that takes the id of one that was removed answers with its own weights', async ({ page }) => {
  await openLab(page);
  const answer = (model: string): Promise<string> => page.evaluate(
    async (id) => (await (window as unknown as LabWindow).lab.models.chat({ model: id, messages: [{ role: 'user', content: 'Where does Anna live?' }], max_new_tokens: 8 })).text,
    model,
  );
  const first = await importModel(page, tinyCheckpoint());
  const before = await answer(first);
  await page.evaluate((id) => (window as unknown as LabWindow).lab.models.remove(id), first);
  const other = tinyCheckpoint({ num_hidden_layers: 1 });
  const again = await importModel(page, other);
  expect(again).toBe(first);
  const after = await answer(again);
  expect(after).not.toBe(before);
  const beside = await importModel(page, other);
  expect(beside).not.toBe(first);
  expect(await answer(beside)).toBe(after);
});

test('a call that waits on a worker that dies is told so', async ({ page }) => {
  await openLab(page);
  await page.evaluate(() => (window as unknown as LabWindow).lab.datasets.list());
  const call = failureOf(page, `await lab.datasets.importFiles([new File([new Blob([new Uint8Array(5e7).fill(32)])], 'en.json')])`);
  await page.waitForTimeout(50);
  const worker = page.workers().find((one) => /data(\.|-|\?|$)/.test(new URL(one.url()).pathname.split('/').at(-1) as string));
  await worker?.evaluate(() => (globalThis as unknown as DedicatedWorkerGlobalScope).close());
  expect(await call).toMatchObject({ code: 'app.worker-lost' });
  expect((await page.evaluate(() => (window as unknown as LabWindow).lab.datasets.list())).length).toBe(3);
});

test('an address that asks for a device there is none of says so on the page', async ({ page }) => {
  await page.goto('/?device=abacus');
  await expect(page.locator('main')).toContainText('"abacus"');
  await expect(page.locator('main')).toContainText('auto, webgpu, wasm');
});

test('?fresh empties the storage once', async ({ page }) => {
  await openLab(page);
  await importModel(page, tinyCheckpoint());
  const models = async (): Promise<number> => page.evaluate(async () => (await (window as unknown as LabWindow).lab.studies.create({ schema: 1, name: 'x', models: ['llama'], datasets: ['lima-x-world'], mixes: ['EN'], benchmark: { id: 'mt-bench-x-world' } }).then(() => 1, () => 0)));
  expect(await models()).toBe(1);
  await page.goto('/?device=wasm&fresh');
  await ready(page);
  await page.waitForFunction(() => !location.search.includes('fresh'));
  expect(await models()).toBe(0);
});

test('a full disk refuses a dataset in words and keeps what was there', async ({ page }) => {
  await page.goto('/tests/blank.html');
  const session = await page.context().newCDPSession(page);
  const origin = new URL(page.url()).origin;
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 4_000_000 });
  await openLab(page);
  const model = await importModel(page, tinyCheckpoint());
  const refusal = await failureOf(page, `
    const rows = Array.from({ length: 20000 }, (_, i) => JSON.stringify({ id: 'r' + i, instruction: crypto.randomUUID().repeat(4), input: '', output: crypto.randomUUID() }));
    await lab.datasets.importFiles([new File([rows.join('\\n')], 'en.json')], { name: 'big' })`);
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  expect(refusal).toMatchObject({ code: 'storage.quota', message: expect.stringContaining('Nothing that was stored before is lost'), hint: expect.stringContaining('Delete') });
  expect(await page.evaluate(async () => (await (window as unknown as LabWindow).lab.datasets.list()).map((dataset) => dataset.id))).not.toContain('big');
  expect((await runStudy(page, tinyStudy(model, { mixes: ['EN'] }))).status).toBe('done');
});
