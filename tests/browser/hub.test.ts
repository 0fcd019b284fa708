/** Checkpoints from the Hugging Face Hub and from folders on the web: pinned, in pieces, resumed, refused in words. */
import { expect, type Page, test, type Worker } from '@playwright/test';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readSafetensors, tensorToFloat32, writeSafetensors } from '../../src/files/safetensors.ts';
import { adapterFiles, failureOf, importModel, type LabWindow, openLab, ready, runStudy, tinyCheckpoint, tinyStudy } from './lab-page.ts';

test.use({ serviceWorkers: 'block' });

const SHA = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00';
/** Two pieces and a bit: the embedding alone is 9.4 MB. */
const FILES = tinyCheckpoint({ hidden_size: 576, head_dim: 8 });

/** The same checkpoint in two files with an index. */
function sharded(files: Record<string, Buffer>, names: readonly [string, string] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']): Record<string, Buffer> {
  const { 'model.safetensors': whole, ...rest } = files;
  const tensors = [...readSafetensors(whole as Buffer, 'x').tensors.values()].map((tensor) => [tensor.name, { shape: tensor.shape, data: tensorToFloat32(tensor, 'x') }] as const);
  const parts = { [names[0]]: tensors.slice(0, 1), [names[1]]: tensors.slice(1) };
  const weight_map = Object.fromEntries(Object.entries(parts).flatMap(([file, part]) => part.map(([name]) => [name, file])));
  return { ...rest, 'model.safetensors.index.json': Buffer.from(JSON.stringify({ metadata: {}, weight_map })), ...Object.fromEntries(Object.entries(parts).map(([file, part]) => [file, Buffer.from(writeSafetensors(part))])) };
}

const CORS = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'access-control-expose-headers': 'content-range, etag, retry-after' };

interface Asked {
  path: string;
  range: string | undefined;
  token: string | undefined;
}

/** What the Hub answers, through Playwright's own network. @param change answers some requests differently */
async function hub(page: Page, files: Record<string, Buffer>, change: (asked: Asked) => { status: number; headers?: Record<string, string> } | undefined = () => undefined): Promise<Asked[]> {
  const log: Asked[] = [];
  await page.route('https://huggingface.co/**', async (route) => {
    const request = route.request();
    if (request.method() === 'OPTIONS') return route.fulfill({ status: 204, headers: CORS });
    const headers = await request.allHeaders();
    const asked = { path: new URL(request.url()).pathname, range: headers['range'], token: headers['authorization'] };
    log.push(asked);
    const changed = change(asked);
    if (changed) return route.fulfill({ status: changed.status, headers: { ...CORS, ...changed.headers } });
    if (asked.path.startsWith('/api/models/org/tiny/')) return route.fulfill({ headers: CORS, json: { id: 'org/tiny', sha: SHA, siblings: Object.entries(files).map(([rfilename, bytes]) => ({ rfilename, size: bytes.length })) } });
    const body = files[asked.path.replace(`/org/tiny/resolve/${SHA}/`, '')];
    if (!body) return route.fulfill({ status: 404, headers: CORS });
    const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(asked.range ?? '') ?? [];
    const part = body.subarray(Number(from), to === '' ? undefined : Number(to) + 1);
    return route.fulfill({ status: 206, headers: { ...CORS, 'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${body.length}` }, body: part });
  });
  return log;
}

const lab = (page: Page) => ({
  import: (address: string, options: object = {}) => page.evaluate(([from, more]) => (window as unknown as LabWindow).lab.models.importUrl(from, undefined, undefined, more), [address, options] as const),
  inspect: (address: string, options: object = {}) => page.evaluate(([from, more]) => (window as unknown as LabWindow).lab.models.inspectUrl(from, more), [address, options] as const),
  waiting: () => page.evaluate(() => (window as unknown as LabWindow).lab.models.downloads()),
  answer: (model: string) => page.evaluate(async (id) => (await (window as unknown as LabWindow).lab.models.chat({ model: id, messages: [{ role: 'user', content: 'Where does Kevin live?' }], max_new_tokens: 8 })).text, model),
});

test('a repository is looked at first, then fetched at one commit, in shards, and is the model its files are', async ({ page }) => {
  const files = sharded(FILES);
  const log = await hub(page, files);
  await openLab(page);
  const { inspect, import: bring, waiting, answer } = lab(page);
  const seen = await inspect('org/tiny@main', { token: 'hf_secret' });
  expect(seen).toMatchObject({ address: 'org/tiny', revision: SHA, architecture: 'LlamaForCausalLM', fetched: 0, verdict: { kind: 'fits' } });
  expect(seen.bytes).toBe(Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0));
  expect(log.filter(({ path }) => path.endsWith('.safetensors')), 'no weights yet').toEqual([]);
  expect(new Set(log.map(({ token }) => token))).toEqual(new Set(['Bearer hf_secret']));

  log.length = 0;
  const model = await bring('org/tiny');
  expect(model).toMatchObject({ name: 'tiny', origin: 'url', source: `org/tiny@${SHA}`, bytes: seen.bytes, parameters: seen.parameters });
  expect(new Set(log.map(({ token }) => token)), 'a token is not kept').toEqual(new Set([undefined]));
  expect(log.filter(({ path }) => path.includes('resolve')).every(({ path }) => path.includes(SHA))).toBe(true);
  expect(log.filter(({ path }) => path.endsWith('1-of-00002.safetensors')).map(({ range }) => range)).toEqual(['bytes=0-8388607', 'bytes=8388608-16777215']);
  expect(await waiting()).toEqual([]);
  expect(await answer(model.id)).toBe(await answer(await importModel(page, FILES)));

  // What is tuned on it names the repository and the commit, for PEFT and the Hub to find the base by.
  const { id, cells } = await runStudy(page, tinyStudy(model.id, { mixes: ['EN'], training: { max_steps: 1, per_device_train_batch_size: 1, max_length: 64 }, benchmark: { id: 'mt-bench-x-world', languages: ['en'], questions_per_category: 1, max_new_tokens: 1 } }));
  const adapter = await adapterFiles(page, id, cells[0]?.id as string);
  expect(JSON.parse(adapter['adapter_config.json'] as string)).toMatchObject({ base_model_name_or_path: 'org/tiny', revision: SHA });
  expect(adapter['README.md']).toContain('\nbase_model: "org/tiny"\n');
  expect(adapter['README.md']).toContain(`\norg/tiny at revision ${SHA}, tuned with LoRA`);
});

test('a download that was stopped goes on after a reload with the pieces it lacks, and can be deleted', async ({ page }) => {
  let broken = true;
  const log = await hub(page, FILES, ({ path, range }) => (broken && path.endsWith('model.safetensors') && range?.startsWith('bytes=8388608') ? { status: 429, headers: { 'retry-after': '600' } } : undefined));
  await openLab(page);
  const failure = await failureOf(page, `await lab.models.importUrl('org/tiny')`);
  expect(failure).toMatchObject({ code: 'models.busy', hint: expect.stringContaining('is kept') });
  expect(await lab(page).waiting()).toEqual([{ address: 'org/tiny', name: 'tiny', revision: SHA, done: 8 * 2 ** 20, total: Object.values(FILES).reduce((sum, bytes) => sum + bytes.length, 0) }]);

  await page.reload();
  await ready(page);
  expect((await lab(page).inspect('org/tiny')).fetched).toBe(8 * 2 ** 20);
  broken = false;
  log.length = 0;
  const model = await lab(page).import('org/tiny');
  expect(log.filter(({ path }) => path.endsWith('model.safetensors')).map(({ range }) => range)).toEqual(['bytes=8388608-16777215']);
  expect(await lab(page).answer(model.id)).toBe(await lab(page).answer(await importModel(page, FILES)));
  expect(await lab(page).waiting()).toEqual([]);

  broken = true;
  await failureOf(page, `await lab.models.importUrl('org/tiny')`);
  expect(await lab(page).waiting()).toHaveLength(1);
  await page.evaluate(() => (window as unknown as LabWindow).lab.models.discard('org/tiny'));
  expect(await lab(page).waiting()).toEqual([]);
});

test('what the Hub refuses is said in words, and nothing large is fetched for a model that cannot be run', async ({ page }) => {
  let status = 401;
  const log = await hub(page, { ...FILES, 'config.json': Buffer.from(JSON.stringify({ model_type: 'mamba' })) }, ({ path }) => (status !== 0 && path.startsWith('/api/') ? { status, headers: { 'retry-after': '600' } } : undefined));
  await openLab(page);
  for (const [code, expected] of [[401, { code: 'models.gated', hint: expect.stringContaining('huggingface.co/org/tiny') }], [403, { code: 'models.gated' }], [404, { code: 'models.not-found', message: expect.stringContaining('org/tiny at v9') }], [429, { code: 'models.busy' }]] as const) {
    status = code;
    const failure = await failureOf(page, `await lab.models.importUrl('org/tiny', undefined, undefined, { revision: 'v9', token: 'hf_secret' })`);
    expect(failure).toMatchObject(expected);
    expect(JSON.stringify(failure)).not.toContain('hf_secret');
  }
  status = 0;
  expect(await failureOf(page, `await lab.models.importUrl('org/tiny')`)).toMatchObject({ code: 'models.unsupported-architecture', message: expect.stringContaining('mamba') });
  expect(log.filter(({ path }) => path.endsWith('.safetensors'))).toEqual([]);
  expect(await failureOf(page, `await lab.models.importUrl('no address at all')`)).toMatchObject({ code: 'models.address' });
});

test('a tokenizer that is of another model, or none, is refused before weights are fetched, and lesser doubts are told of', async ({ page }) => {
  const files: Record<string, Buffer> = { ...FILES };
  const log = await hub(page, files);
  await openLab(page);
  const config = JSON.parse(String(FILES['config.json'])) as { vocab_size: number };
  const tokenizer = JSON.parse(String(FILES['tokenizer.json'])) as { added_tokens: { id: number; content: string }[] };
  const beyond = tokenizer.added_tokens.map((token, i) => (i === 0 ? { ...token, id: config.vocab_size } : token));
  for (const [name, text, code] of [['config.json', { ...config, vocab_size: 16 }, 'models.vocabulary'], ['config.json', { ...config, eos_token_id: 100 }, 'models.special-tokens'], ['tokenizer.json', { ...tokenizer, model: null, added_tokens: beyond }, 'text.tokenizer']] as const) {
    files[name] = Buffer.from(JSON.stringify(text));
    for (const method of ['inspectUrl', 'importUrl']) expect(await failureOf(page, `await lab.models.${method}('org/tiny')`), `${code} of ${method}`).toMatchObject({ code });
    files[name] = FILES[name] as Buffer;
  }
  expect(log.filter(({ path }) => path.endsWith('.safetensors'))).toEqual([]);
  files['config.json'] = Buffer.from(JSON.stringify({ ...config, bos_token_id: 100 }));
  expect((await lab(page).inspect('org/tiny')).notes).toEqual([expect.stringContaining('config.json with the id 100')]);
});

test('a gated repository, which lists its files and refuses to send them, is told as one; what is refused is not asked for again', async ({ page }) => {
  let closed = '';
  let status = 401;
  const log = await hub(page, FILES, ({ path }) => (closed !== '' && path.endsWith(closed) ? { status } : undefined));
  await openLab(page);
  for (closed of ['config.json', 'model.safetensors']) {
    for (status of [401, 403]) {
      log.length = 0;
      const failure = await failureOf(page, `await lab.models.importUrl('org/tiny')`);
      expect(failure).toMatchObject({ code: 'models.gated', message: `${closed} at org/tiny is not open to everybody: the server answered ${status}.`, hint: expect.stringContaining('Accept its licence at https://huggingface.co/org/tiny, then give a read token') });
      expect(log.filter(({ path }) => path.endsWith(closed))).toHaveLength(1);
    }
  }
  const known = await failureOf(page, `await lab.models.importUrl('org/tiny', undefined, undefined, { token: 'hf_secret' })`);
  expect(known).toMatchObject({ code: 'models.gated', hint: expect.stringContaining('The token may not read it') });
  expect(JSON.stringify(known)).not.toContain('hf_secret');
  expect(await page.evaluate(async () => (await (window as unknown as LabWindow).lab.models.list()).length), 'nothing of it is kept as a model').toBe(1);
});

test('parts of any name are fetched and kept where the index names them, and no other', async ({ page }) => {
  const small = tinyCheckpoint();
  const files = { ...sharded(small, ['weights.part-a.safetensors', 'consolidated_b.safetensors']), 'model-00001-of-00001.safetensors': Buffer.from('not named'), 'README.md': Buffer.from('# tiny') };
  const log = await hub(page, files);
  await openLab(page);
  const { import: bring, answer } = lab(page);
  const kept = Object.entries(files).reduce((sum, [name, { length }]) => (/^(README|model-0)/.test(name) ? sum : sum + length), 0);
  const fetched = await bring('org/tiny');
  expect(fetched.bytes).toBe(kept);
  expect(log.filter(({ path }) => /README|model-0/.test(path))).toEqual([]);
  const picked = await importModel(page, files);
  const known = await answer(await importModel(page, small));
  await page.reload();
  await ready(page);
  expect([await answer(fetched.id), await answer(picked)]).toEqual([known, known]);
  const listed = await page.evaluate(() => (window as unknown as LabWindow).lab.models.list());
  expect(listed.filter(({ bytes }) => bytes === kept).map(({ id }) => id).sort()).toEqual([fetched.id, picked].sort());
});

/** Of an 8B Llama, whose weights nobody needs to have to see that they do not fit. */
const LARGE = Buffer.from(JSON.stringify({ ...JSON.parse((FILES['config.json'] as Buffer).toString()), hidden_size: 4096, head_dim: 128, intermediate_size: 14336, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 128256 }));

test('a model that does not fit is refused before its weights are fetched, unless it is wanted anyway', async ({ page }) => {
  const log = await hub(page, { ...FILES, 'config.json': LARGE });
  await openLab(page);
  const weights = (): Asked[] => log.filter(({ path }) => path.endsWith('.safetensors'));
  const failure = await failureOf(page, `await lab.models.importUrl('org/tiny')`);
  expect(failure).toMatchObject({ code: 'models.does-not-fit', message: expect.stringMatching(/^tiny does not fit this device\. Even rounded to int4 it takes about \d+\.\d GB, and a tab without a GPU has 3\.5 GB\.$/), hint: expect.stringContaining('Choose a smaller checkpoint') });
  expect(failure.hint).toContain('"anyway"');
  expect(weights()).toEqual([]);
  expect(await failureOf(page, `await lab.models.importUrl('org/tiny', undefined, undefined, { anyway: true })`), 'the weights of this repository are not those of its config.json').toMatchObject({ code: 'models.weights' });
  expect(weights()).toHaveLength(2);
});

/** Lets the browser's estimate say that there is room for so many bytes more. (Chromium's own is a round figure, whatever the quota.) */
async function roomFor(page: Page, bytes: number): Promise<void> {
  await page.evaluate(() => (window as unknown as LabWindow).lab.models.downloads());
  const worker = page.workers().find((one) => /\bdata\b/.test(one.url()));
  await (worker as Worker).evaluate(async (more) => {
    const estimate = (): Promise<StorageEstimate> => Object.getPrototypeOf(navigator.storage).estimate.call(navigator.storage);
    const quota = ((await estimate()).usage ?? 0) + more;
    Object.defineProperty(navigator.storage, 'estimate', { configurable: true, value: async () => ({ ...(await estimate()), quota }) });
  }, bytes);
}

test('what has still to be stored is weighed against the room there is: of a download twice its size less what is here, of files their size', async ({ page }) => {
  let broken = true;
  const log = await hub(page, FILES, ({ path, range }) => (broken && path.endsWith('model.safetensors') && range?.startsWith('bytes=8388608') ? { status: 429, headers: { 'retry-after': '600' } } : undefined));
  await openLab(page);
  const total = Object.values(FILES).reduce((sum, bytes) => sum + bytes.length, 0);

  await roomFor(page, 1.5 * total);
  log.length = 0;
  expect(await failureOf(page, `await lab.models.importUrl('org/tiny')`)).toMatchObject({ code: 'models.does-not-fit', message: expect.stringMatching(/^tiny does not fit this device\. Its files take 9\.\d MB; until they are put away 19\.\d MB more have to be stored, and this browser has 14\.\d MB left/), hint: expect.stringContaining('Delete models, datasets or studies') });
  expect(log.filter(({ path }) => path.endsWith('.safetensors'))).toEqual([]);

  await roomFor(page, 2.3 * total);
  expect(await failureOf(page, `await lab.models.importUrl('org/tiny')`)).toMatchObject({ code: 'models.busy' });
  broken = false;
  expect((await lab(page).inspect('org/tiny')).verdict.kind, 'the first piece is here and takes no more room').toBe('fits');
  const model = await lab(page).import('org/tiny');
  await page.evaluate((id) => (window as unknown as LabWindow).lab.models.remove(id), model.id);

  await roomFor(page, 0.8 * total);
  await expect(importModel(page, FILES)).rejects.toThrow(/The llama checkpoint does not fit this device\. Its files take 9\.\d MB; until they are put away 9\.\d MB more/);
  await roomFor(page, 1.5 * total);
  expect(await importModel(page, FILES)).toBe('llama');
});

test('files are weighed by the device they are for, and brought in anyway where that is said', async ({ page }) => {
  await openLab(page);
  const outcome = await page.evaluate(async (all) => {
    const { models } = (window as unknown as LabWindow).lab;
    const files = Object.entries(all).map(([name, text]) => new File([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], name));
    const small = { device: 'webgpu', largestBuffer: 1000 } as const;
    const refused = await models.importFiles(files, undefined, undefined, { ...small, name: 'mine' }).catch((error: Error) => error.message);
    const before = (await models.list()).length;
    return { refused, before, brought: (await models.importFiles(files, undefined, undefined, { ...small, name: 'mine', anyway: true })).id };
  }, Object.fromEntries(Object.entries(tinyCheckpoint()).map(([name, bytes]) => [name, bytes.toString('base64')])));
  expect(outcome).toEqual({ refused: expect.stringMatching(/^mine does not fit this device\. Its vocabulary's table is larger than this GPU binds at once/), before: 1, brought: 'mine' });
});

test('a server that is busy or at fault for a moment is asked again from the first request on', async ({ page }) => {
  const faults = new Map([['/api/models/org/tiny/revision/main', 429], [`/org/tiny/resolve/${SHA}/config.json`, 503], [`/org/tiny/resolve/${SHA}/model.safetensors`, 429]]);
  const log = await hub(page, FILES, ({ path }) => {
    const status = faults.get(path);
    faults.delete(path);
    return status === undefined ? undefined : { status, headers: { 'retry-after': '1' } };
  });
  await openLab(page);
  expect((await lab(page).import('org/tiny')).source).toBe(`org/tiny@${SHA}`);
  expect(faults.size).toBe(0);
  expect(log.filter(({ path }) => path.startsWith('/api/'))).toHaveLength(2);
  expect(log.filter(({ path }) => path.endsWith('/config.json'))).toHaveLength(2);
});

/** A folder on a server of its own, whose connections really break. */
async function folder(files: Record<string, Buffer>, faults: { cuts: number; ranges: boolean; etag: () => string; busy?: number }): Promise<{ server: Server; address: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    if (request.method === 'OPTIONS') return void response.writeHead(204, CORS).end();
    const name = (request.url ?? '').split('/').at(-1) as string;
    const body = files[name];
    if (!body) return void response.writeHead(404, CORS).end();
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(faults.ranges ? (request.headers.range ?? '') : '') ?? [];
    const part = from === undefined ? body : body.subarray(Number(from), to ? Number(to) + 1 : undefined);
    if (faults.busy && name === 'model.safetensors' && faults.busy-- > 0) return void response.writeHead(503, { ...CORS, 'retry-after': '0' }).end();
    asked.push(`${name} ${from ?? 'whole'}`);
    response.writeHead(from === undefined ? 200 : 206, { ...CORS, etag: faults.etag(), 'content-length': part.length, ...(from === undefined ? {} : { 'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${body.length}` }) });
    if (part.length > 2 ** 20 && faults.cuts-- > 0) response.write(part.subarray(0, 2 ** 19), () => response.destroy());
    else response.end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return { server, address: `http://localhost:${(server.address() as AddressInfo).port}/tiny/`, asked };
}

test('a connection that breaks in the middle of a file is made again, a size that a busy server does not tell is asked for again, and a server without ranges sends its files whole', async ({ page }) => {
  await openLab(page);
  const known = await lab(page).answer(await importModel(page, FILES));
  for (const ranges of [true, false]) {
    const { server, address, asked } = await folder(FILES, { cuts: 1, ranges, etag: () => '"one"', busy: 1 });
    try {
      const model = await lab(page).import(address);
      expect(model).toMatchObject({ origin: 'url', source: address });
      expect(await lab(page).answer(model.id)).toBe(known);
      // The size is asked for twice, of the file and of its plan; then the piece that broke comes twice.
      if (ranges) expect(asked.filter((one) => one.startsWith('model.safetensors ')).slice(-3)).toEqual(['model.safetensors 0', 'model.safetensors 0', 'model.safetensors 8388608']);
    } finally {
      server.close();
    }
  }
});

test('a file that changes between its pieces is noticed and not put together', async ({ page }) => {
  let etags = 0;
  const { server, address } = await folder(FILES, { cuts: 0, ranges: true, etag: () => `"${etags++}"` });
  try {
    await openLab(page);
    expect(await failureOf(page, `await lab.models.importUrl(${JSON.stringify(address)})`)).toMatchObject({ code: 'models.changed', message: expect.stringContaining('model.safetensors changed') });
    expect(await lab(page).waiting()).toEqual([]);
    expect(await page.evaluate(async () => (await (window as unknown as LabWindow).lab.models.list()).length)).toBe(1);
  } finally {
    server.close();
  }
});
