// What the command line says. Every mistake in it, or in what it names, is a Refusal: one line, and exit code 2.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export class Refusal extends Error {
  /** @param {string} message @param {string} [hint] what to do now, where the message does not say */
  constructor(message, hint = '') {
    super(message);
    this.hint = hint;
  }
}

/** Rooms whose errors are of this machine or this moment, not of what was given: trying again may help. */
const NOT_GIVEN = /^(app|storage|runtime)\.|\.(busy|download)$/;

/** Does what reads or checks something that was given; what the lab says against it is a Refusal. */
export async function given(work) {
  try {
    return await work();
  } catch (error) {
    if (typeof error.code !== 'string' || typeof error.hint !== 'string' || NOT_GIVEN.test(error.code)) throw error;
    throw new Refusal(error.message, error.hint);
  }
}

export const USAGE = `npm run lab -- STUDY.json --out DIR [options]
npm run lab -- merge DIR... --out DIR

  --device wasm|webgpu|auto   where to compute (wasm)
  --shard I/N                 compute the I-th of N parts; merge puts them together
  --model NAME=FOLDER         a checkpoint in Hugging Face layout, used in the manifest as NAME
  --adapter NAME=PATH         a PEFT adapter (a folder or a zip), for the manifest's init_adapter
  --dataset NAME=PATH         a file or folder of files
  --benchmark NAME=FOLDER     MT-Bench-X files
  --anyway                    bring models in even where they are judged not to fit the device
  --judge-key-env VARIABLE    the environment variable that holds the judge's key
  --port N                    where the lab is served (kept in DIR once chosen)

The same command again goes on where it was stopped. Exit code 0: every cell is done and every
judgment given; 1: not, each with its reason; 2: something given is wrong, and nothing was run.`;

/** @param {string[]} args without node and script */
export function readOptions(args) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        out: { type: 'string' }, device: { type: 'string', default: 'wasm' }, shard: { type: 'string' }, port: { type: 'string' }, 'judge-key-env': { type: 'string' },
        model: { type: 'string', multiple: true, default: [] }, adapter: { type: 'string', multiple: true, default: [] }, dataset: { type: 'string', multiple: true, default: [] }, benchmark: { type: 'string', multiple: true, default: [] },
        anyway: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Refusal(`${error.message}\n\n${USAGE}`);
  }
  const { values, positionals } = parsed;
  if (values.help || positionals.length === 0) throw new Refusal(USAGE);
  if (!values.out) throw new Refusal('Say with --out DIR where the results go.');
  if (!['wasm', 'webgpu', 'auto'].includes(values.device)) throw new Refusal(`There is no device "${values.device}": use wasm, webgpu or auto.`);
  const out = resolve(values.out);
  if (positionals[0] === 'merge') {
    if (positionals.length < 2) throw new Refusal('Name the folders to merge: npm run lab -- merge DIR... --out DIR');
    return { merge: positionals.slice(1).map((folder) => resolve(folder)), out };
  }
  if (positionals.length > 1) throw new Refusal(`One study at a time; what is "${positionals[1]}"?`);
  const keyVariable = values['judge-key-env'];
  if (keyVariable !== undefined && !process.env[keyVariable]) throw new Refusal(`The environment variable ${keyVariable} is not set, so there is no key for the judge.`);
  return {
    study: resolve(positionals[0]),
    out,
    device: values.device,
    shard: values.shard ?? null,
    port: values.port === undefined ? null : Number(values.port),
    anyway: values.anyway,
    key: keyVariable === undefined ? null : process.env[keyVariable],
    imports: ['model', 'adapter', 'dataset', 'benchmark'].flatMap((kind) => values[kind].map((text) => localFiles(kind, text))),
  };
}

/** `NAME=PATH` to the files there: of a folder, those directly in it and one folder down. */
function localFiles(kind, text) {
  const at = text.indexOf('=');
  if (at < 1) throw new Refusal(`--${kind} wants NAME=PATH, not "${text}".`);
  const name = text.slice(0, at);
  const path = resolve(text.slice(at + 1));
  if (!existsSync(path)) throw new Refusal(`--${kind} ${name}: there is no ${path}.`);
  if (!statSync(path).isDirectory()) return { kind, name, files: [{ name: basename(path), path }] };
  const files = readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inner = join(path, entry.name);
    if (!entry.isDirectory()) return [{ name: entry.name, path: inner }];
    return readdirSync(inner, { withFileTypes: true }).filter((one) => one.isFile()).map((one) => ({ name: `${entry.name}/${one.name}`, path: join(inner, one.name) }));
  });
  if (files.length === 0) throw new Refusal(`--${kind} ${name}: ${path} is empty.`);
  return { kind, name, files };
}
