/**
 * A whole study as one zip file: what it was, what it asked, everything it measured, and its adapters in PEFT's layout.
 *
 *   study.json           schema, state of the study and its cells
 *   manifest.json        the manifest alone, for other tools
 *   questions.jsonl      the questions that were asked
 *   losses.jsonl         one optimiser step of one cell a line
 *   answers.jsonl        records/question.ts's Answer
 *   judgments.jsonl      records/judgment.ts's Judgment, failed ones too
 *   adapters/<cell>/     adapter_config.json, adapter_model.safetensors (model.safetensors where all weights were tuned); adapters/init_adapter/ is what the study started from
 *
 * API keys are in none of these: no record holds one, and the settings store is not read here.
 */
import { strFromU8, strToU8, zipSync, type Zippable } from 'fflate';
import { unpackArchive } from '../files/archive.ts';
import { checkBundle } from './bundle-check.ts';
import { readSafetensors, tensorToFloat32, writeSafetensors } from '../files/safetensors.ts';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, readAdapter, writeAdapter } from '../engine/adapters/peft.ts';
import { LabError } from '../core/errors.ts';
import type { Answer } from '../records/question.ts';
import { withoutRoom } from '../storage/index.ts';
import { baseOf } from './base.ts';
import { type BundlePart, checkPart } from './bundle-schema.ts';
import { asStored, rowsOf } from './completeness.ts';
import { expand, INIT_ADAPTER } from './cell.ts';
import { parseManifest } from '../records/manifest.ts';
import type { StudyContent } from './study-content.ts';
import { isFull, type Tuned } from '../records/adapter.ts';
import type { StudyState } from '../records/study.ts';

/** Edition 1 counted calls in the cells alone, and lacks judgments of questions that share a text (storage/second-edition.ts). */
const SCHEMA = 2;
const READ: readonly unknown[] = [1, SCHEMA];

/** In place of an adapter's two files, where all weights were tuned. */
const FULL_WEIGHTS = 'model.safetensors';

const PARTS = ['study.json', 'manifest.json', 'questions.jsonl', 'losses.jsonl', 'answers.jsonl', 'judgments.jsonl'];

/** Weights hardly shrink; text does. */
const STORE = 0;
const DEFLATE = 6;

export function writeBundle(content: StudyContent): Blob {
  const { state } = content;
  const files: Zippable = {
    'study.json': text(JSON.stringify({ schema: SCHEMA, study: state }, null, 2)),
    'manifest.json': text(JSON.stringify(state.manifest, null, 2)),
    'questions.jsonl': lines(content.questions),
    'losses.jsonl': lines(content.losses),
    'answers.jsonl': lines(content.answers),
    'judgments.jsonl': lines(content.judgments),
  };
  for (const [cell, adapter] of content.adapters) {
    const { model } = state.cells.find((one) => one.id === cell) ?? { model: state.manifest.models[0] as string };
    const written = isFull(adapter) ? { [FULL_WEIGHTS]: writeSafetensors(adapter.tensors) } : writeAdapter(adapter, baseOf(state, model));
    for (const [name, bytes] of Object.entries(written)) files[`adapters/${cell}/${name}`] = [bytes as Uint8Array<ArrayBuffer>, { level: STORE }];
  }
  return new Blob([zipSync(files) as Uint8Array<ArrayBuffer>], { type: 'application/zip' });
}

/**
 * Reads a bundle. A study that was not done when it was exported is paused here: it can go on, from its adapters and answers.
 * @throws LabError `studies.bundle` saying which part is missing or damaged; `studies.manifest`
 */
export function readBundle(bytes: Uint8Array): StudyContent {
  const entries = unpackArchive(bytes, { code: 'studies.bundle', hint: 'Choose a file that was made with "Export study".' });
  const read = (name: string): string => {
    const found = entries.get(name);
    if (!found) throw new LabError('studies.bundle', `The archive has no ${name}, so it is not a study bundle.`, 'Choose a file that was made with "Export study".', { missing: name });
    return strFromU8(found);
  };
  const { schema, study } = (parse(read('study.json'), 'study.json', 1) ?? {}) as { schema?: unknown; study: StudyState };
  if (!READ.includes(schema)) throw new LabError('studies.bundle', `The bundle is of edition ${String(schema)}; this lab reads editions ${READ.join(' and ')}.`, 'Open it with the version of the lab that made it.', { schema });
  checkPart('study.json', study, 1);
  const manifest = parseManifest(study.manifest);
  const rows = <T>(name: BundlePart): T[] =>
    read(name).split('\n').flatMap((line, i) => {
      if (line === '') return [];
      const row = parse(line, name, i + 1);
      checkPart(name, row, i + 1);
      numbers.set(row as object, i + 1);
      return [row as T];
    });
  const numbers = new Map<object, number>();
  const adapters = new Map<string, Tuned>();
  const ids = expand(manifest).map((cell) => cell.id);
  checkFiles(entries.keys(), ids);
  for (const id of [INIT_ADAPTER, ...ids]) {
    const [config, weights, full] = [ADAPTER_CONFIG, ADAPTER_WEIGHTS, FULL_WEIGHTS].map((name) => entries.get(`adapters/${id}/${name}`)) as [Uint8Array?, Uint8Array?, Uint8Array?];
    if ((config === undefined) !== (weights === undefined) || (full && config)) throw new LabError('studies.bundle', `The bundle has ${full ? 'two kinds of weights' : `only one of the two files of the adapter`} of ${id}.`, 'The file is damaged or was edited: export the study again.', { cell: id });
    if (full) adapters.set(id, { full: true, tensors: new Map([...readSafetensors(full, FULL_WEIGHTS).tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: tensorToFloat32(tensor, FULL_WEIGHTS) }])) });
    else if (config && weights) adapters.set(id, readAdapter({ [ADAPTER_CONFIG]: config, [ADAPTER_WEIGHTS]: weights }));
  }
  const was = new Map(study.cells.map((cell) => [cell.id, cell]));
  const cells = expand(manifest).map((cell) => {
    const before = was.get(cell.id) ?? cell;
    if (before.stage !== 'done' && before.stage !== 'failed') before.stage = 'waiting';
    return before;
  });
  const ended = study.status === 'done' || study.status === 'failed' || study.status === 'cancelled';
  const state: StudyState = { ...study, manifest, cells, progress: null, status: ended ? study.status : 'paused' };
  const content: StudyContent = { state, questions: rows('questions.jsonl'), losses: rows('losses.jsonl'), answers: rows<Answer>('answers.jsonl').map((answer) => {
      if (schema !== 1) return answer;
      const now = withoutRoom(answer);
      numbers.set(now, numbers.get(answer) as number);
      return now;
    }), judgments: rows('judgments.jsonl'), adapters };
  checkBundle({ ...content, state: { ...state, cells: study.cells } }, ids, (row) => numbers.get(row) ?? 1);
  return { ...content, state: asStored(state, rowsOf(content), content.questions.length) };
}

/** Files that are no part of a bundle: what is there and not read would be lost without a word. */
function checkFiles(names: Iterable<string>, cells: readonly string[]): void {
  const known = new Set([...PARTS, ...[INIT_ADAPTER, ...cells].flatMap((id) => [ADAPTER_CONFIG, ADAPTER_WEIGHTS, FULL_WEIGHTS].map((name) => `adapters/${id}/${name}`))]);
  const strange = [...names].filter((name) => !known.has(name));
  if (strange.length > 0) throw new LabError('studies.bundle', `The bundle has files that belong to no study: ${strange.slice(0, 6).join(', ')}${strange.length > 6 ? ` and ${strange.length - 6} more` : ''}.`, 'Open the file as the lab exported it, or with the version of the lab that made it.', { strange });
}

function lines(rows: readonly unknown[]): [Uint8Array<ArrayBuffer>, { level: typeof DEFLATE }] {
  return text(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

function text(content: string): [Uint8Array<ArrayBuffer>, { level: typeof DEFLATE }] {
  return [strToU8(content) as Uint8Array<ArrayBuffer>, { level: DEFLATE }];
}

function parse(json: string, file: string, line: number): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new LabError('studies.bundle', `Line ${line} of ${file} in the bundle is not JSON.`, 'The file is damaged: export the study again.', { file, line }, { cause });
  }
}
