// Runs one study, or a shard of it, in headless Chromium through window.lab, and writes what came out.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { chromiumPath, ensureChromium } from '../chromium.mjs';
import { given, Refusal } from './options.mjs';
import { tellOutcome } from './outcome.mjs';
import { serveLab } from './serve.mjs';
import { writeParts } from './write.mjs';

const INTERRUPTED = 130;
/** Between two progress lines of one phase. */
const QUIET_SECONDS = 5;

/** @returns {Promise<number>} the exit code */
export async function runStudy(options, studies) {
  const manifest = await given(() => studies.parseManifest(readJson(options.study)));
  const cells = options.shard === null ? null : await given(() => studies.cellsOfShard(manifest, studies.parseShard(options.shard)));
  if (cells?.length === 0) {
    console.log(`Shard ${options.shard} has no cells: the study has fewer parts than that.`);
    return 0;
  }
  mkdirSync(options.out, { recursive: true });
  const record = join(options.out, 'run.json');
  const before = existsSync(record) ? readJson(record) : null;
  const identity = { manifest, shard: options.shard };
  // Read as a manifest again: one that was kept by an earlier version of the lab lacks the fields that have come since.
  const earlier = before ? { ...before.identity, manifest: await given(() => studies.parseManifest(before.identity.manifest)) } : null;
  if (earlier && JSON.stringify(earlier) !== JSON.stringify(identity)) throw new Refusal(`${options.out} holds the run of another study or shard. Use another --out folder.`);

  const reads = new Map(options.imports.flatMap(({ kind, name, files }) => files.map((file) => [`${kind}/${name}/${file.name}`, file.path])));
  const server = await serveLab({ reads, out: options.out, port: options.port ?? before?.port ?? null });
  ensureChromium();
  const browser = await chromium.launchPersistentContext(join(options.out, 'profile'), { executablePath: chromiumPath(), headless: true, handleSIGINT: false, handleSIGTERM: false, args: ['--no-first-run', '--disable-background-networking', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...(options.device === 'webgpu' ? ['--enable-unsafe-webgpu'] : [])] });
  try {
    const page = browser.pages()[0] ?? (await browser.newPage());
    return await drive({ page, server, options, manifest, cells, study: before?.study ?? null, keep: (study) => writeFileSync(record, JSON.stringify({ identity, port: server.port, study }, null, 2)), studies });
  } finally {
    await browser.close().catch(() => {});
    await server.close();
  }
}

async function drive({ page, server, options, manifest, cells, study: known, keep, studies }) {
  const crashed = new Promise((_, reject) => {
    page.on('crash', () => reject(Object.assign(new Error('The page crashed; the browser may be out of memory.'), { hint: 'The same command goes on from the last checkpoint; smaller batches or fewer adapters_per_pass need less.' })));
  });
  crashed.catch(() => {});
  await page.addInitScript(`window.headless = { ${[bringIn, setKey, findOrCreate, runToItsEnd, sendOut].map((work) => `${work.name}: ${work}`).join(', ')} };`);
  await page.goto(`${server.address}?device=${options.device}`);
  await page.waitForFunction(() => 'lab' in window, undefined, { timeout: 60_000 });
  const call = async (work, value) => {
    const { result, failure } = await Promise.race([page.evaluate(inPage, { name: work.name, value }), crashed]);
    if (failure) throw Object.assign(new Error(failure.message), failure);
    return result;
  };

  await page.exposeFunction('tellProgress', progressLines());
  for (const { kind, name, files } of options.imports) {
    const { fresh, notes } = await given(() => call(bringIn, { kind, name, files: files.map((file) => file.name), local: server.local, anyway: options.anyway }));
    console.log(fresh ? `${kind} ${name}: imported` : `${kind} ${name}: already there`);
    for (const note of notes) console.log(`${kind} ${name}: ${note}`);
  }
  if (options.key !== null && manifest.judge.kind === 'openai') await call(setKey, { url: manifest.judge.base_url, key: options.key });

  const study = await given(() => call(findOrCreate, { known, manifest, cells }));
  keep(study);
  console.log(`${known === study ? 'Going on with' : 'Starting'} ${study}${cells ? `, ${cells.length} cells of it` : ''}`);

  let interrupted = false;
  const stop = () => {
    if (interrupted) process.exit(INTERRUPTED);
    interrupted = true;
    console.log('Pausing; everything is kept. Once more stops at once.');
    page.evaluate((id) => window.lab.studies.pause(id), study).catch(() => {});
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const state = await call(runToItsEnd, study);
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);

  await call(sendOut, { study, local: server.local });
  const { judgments } = await writeParts(options.out, studies);
  if (state.status === 'paused' && interrupted) {
    console.log('Paused. The same command goes on.');
    return INTERRUPTED;
  }
  // The state is the run's own: a shard's bundle names the other shards' cells too, as open.
  if (!tellOutcome({ state, judgments }, 'The same command tries again.')) return 1;
  console.log(`Done: ${state.cells.length} cells in ${options.out}`);
  return 0;
}

// The functions below run in the page.

/** Calls one of them by name; errors do not cross with their hints, so they are taken apart. */
async function inPage({ name, value }) {
  try {
    return { result: await window.headless[name](value) };
  } catch (error) {
    // Only the lab's own errors have a code that is text; without one it is a fault, whose place should be seen.
    const { message, stack, code, hint = '' } = error;
    return { failure: typeof code === 'string' ? { message, code, hint } : { message, stack } };
  }
}

const setKey = ({ url, key }) => window.lab.judges.setKey(url, key);

/** The study that is there under the id, or a new one. @returns its id */
async function findOrCreate({ known, manifest, cells }) {
  const { studies } = window.lab;
  const found = known === null ? null : await studies.get(known).catch(() => null);
  return (found ?? (await studies.create(manifest, cells ? { cells } : {}))).id;
}

/** Imports local files under the name the manifest uses, unless they are there. @returns whether they were not, and what is to be known of a model */
async function bringIn({ kind, name, files, local, anyway }) {
  const { lab } = window;
  const api = { model: lab.models, adapter: lab.adapters, dataset: lab.datasets, benchmark: lab.benchmarks }[kind];
  const known = (await api.list()).find(({ id }) => id === name);
  if (known) return { fresh: false, notes: (kind === 'model' && known.notes) || [] };
  const wrong = (message) => Object.assign(new Error(message), { code: 'files', hint: '' });
  const tell = (progress) => window.tellProgress({ label: `${kind} ${name}:`, progress });
  if (kind === 'model') {
    // What an import that was interrupted has left stands under an address that is no more.
    for (const { address } of await lab.models.downloads()) await lab.models.discard(address);
    const { id, notes = [] } = await lab.models.importUrl(`${local}model/${encodeURIComponent(name)}/`, tell, undefined, { anyway });
    if (id !== name) throw wrong(`The lab calls the model "${id}", not "${name}": name it so in the manifest.`);
    return { fresh: true, notes };
  }
  const picked = [];
  for (const [i, file] of files.entries()) {
    tell({ phase: 'reading', done: i, total: files.length, unit: 'files', secondsLeft: null });
    const response = await fetch(`${local}${kind}/${name}/${file}`);
    if (!response.ok) throw wrong(`${file} could not be read: ${response.status}.`);
    picked.push(new File([await response.blob()], file));
  }
  if (kind === 'adapter') {
    await lab.adapters.importFiles(picked, name);
    return { fresh: true, notes: [] };
  }
  // Only datasets tell of their progress; the other rooms take no listener.
  const report = await (kind === 'dataset' ? api.importFiles(picked, { name, id: name }, tell) : api.importFiles(picked, { name, id: name }));
  if (!report.imported) throw wrong(`Nothing in ${kind} ${name} could be used: ${report.bad.map((bad) => `${bad.file}:${bad.line} ${bad.reason}`).slice(0, 5).join('; ')}`);
  return { fresh: true, notes: [] };
}

/** Starts or retries a study and waits for whatever end it comes to. */
async function runToItsEnd(id) {
  const { lab } = window;
  const stop = lab.studies.subscribe(({ study, state }) => study === id && window.tellProgress({ label: state.status, progress: state.progress, tokensPerSecond: state.tokensPerSecond }));
  const { status } = await lab.studies.get(id);
  if (status === 'failed' || status === 'done') await lab.studies.retry(id);
  else await lab.studies.start(id);
  for (;;) {
    const state = await lab.studies.get(id);
    if (!['running', 'pausing', 'ready'].includes(state.status)) {
      stop();
      return state;
    }
    await new Promise((later) => setTimeout(later, 500));
  }
}

/** Sends the results to the command line's own server, as files. */
async function sendOut({ study, local }) {
  const { lab } = window;
  const put = async (name, body) => {
    const response = await fetch(`${local}${name}`, { method: 'PUT', body });
    if (!response.ok) throw new Error(`${name} could not be written: ${await response.text()}`);
  };
  await put('study.pinch.zip', await lab.studies.exportBundle(study));
}

/** One line for every phase, and one every few seconds within it. */
function progressLines() {
  let phase = '';
  let last = 0;
  return ({ label, progress, tokensPerSecond = null }) => {
    if (!progress) return;
    const now = Date.now() / 1000;
    const what = `${label} ${progress.phase}`;
    if (what === phase && now - last < QUIET_SECONDS) return;
    phase = what;
    last = now;
    const speed = progress.phase === 'training' ? tokensPerSecond?.training : progress.phase === 'answering' ? tokensPerSecond?.generation : null;
    console.log([what, amount(progress), ...(typeof speed === 'number' ? [`${Math.round(speed)} tokens/s`] : []), ...(progress.secondsLeft === null ? [] : [`${Math.round(progress.secondsLeft)} s left`])].join(', '));
  };
}

function amount({ done, total, unit }) {
  return unit === 'bytes' ? `${(done / 1e6).toFixed(1)}/${(total / 1e6).toFixed(1)} MB` : `${done}/${total} ${unit}`;
}

function readJson(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(`${path} cannot be read: ${error.message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(`${path} is not JSON: ${error.message}`);
  }
}
