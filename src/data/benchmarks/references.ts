/**
 * Reference answers: what a judge holds an answer against. They come from FastChat's `reference_answer/`, or from files that a
 * person says are references. An answer that lies anywhere else is a model's, and is never held against another.
 */
import { saysNothing } from '../../core/unsaid.ts';
import { latestGood, type LogEntry } from './latest.ts';
import type { Reference } from '../../records/benchmark.ts';
import type { BadLine } from '../../records/import-report.ts';

/** Whether the answers of a file are references, by the folder it lies in. */
export function holdsReferences(path: string): boolean {
  return path.split('/').slice(0, -1).some((folder) => /^reference[_-]?answers?$/i.test(folder));
}

export interface ChosenReferences {
  references: Reference[];
  bad: BadLine[];
  notes: string[];
}

/**
 * The references of one model, the latest good line of each question. Where several models have given some, they are those of
 * `by`; else of gpt-4, whose references FastChat judges by; else of the model with the most.
 */
export function chooseReferences(entries: readonly LogEntry<Reference>[], by?: string): ChosenReferences {
  const models = new Map<string, LogEntry<Reference>[]>();
  for (const entry of entries) models.set(entry.record.model_id, [...(models.get(entry.record.model_id) ?? []), entry]);
  const counted = [...models].map(([model, own]) => ({ model, n: own.filter(({ good }) => good).length })).sort((a, b) => b.n - a.n || (a.model < b.model ? -1 : 1));
  const chosen = by ?? (models.has('gpt-4') ? 'gpt-4' : counted[0]?.model);
  const notes: string[] = [];
  if (models.size > 1 || (chosen !== undefined && !models.has(chosen))) {
    notes.push(`Reference answers of ${models.size} ${models.size === 1 ? 'model' : 'models'} are there (${counted.map(({ model, n }) => `${model}: ${n}`).join(', ')}); those of ${chosen} are used.`);
  }
  const { kept, dropped } = latestGood(models.get(chosen ?? '') ?? []);
  const bad: BadLine[] = [...dropped];
  const references: Reference[] = [];
  for (const { good, record, file, line } of kept) {
    const turns = record.turns.map((turn) => (saysNothing(turn) ? '' : turn));
    if (!good) bad.push({ file, line, reason: turns.every((turn) => turn === '') ? 'is no reference answer: it is empty, or the call that was to make it failed' : 'is a reference answer for one turn only; the other turn has none' });
    if (turns.some((turn) => turn !== '')) references.push({ ...record, turns });
  }
  return { references, bad, notes };
}

/**
 * A question's own `reference` field: a list of texts, with what is no text missing (''). Several published sets write a list as
 * text there, as Python prints it.
 * @returns the turns, and a note where something was not taken
 */
export function ownReference(value: unknown): { turns: string[]; note?: string } {
  if (value === undefined || value === null) return { turns: [] };
  const list = Array.isArray(value) ? (value as unknown[]) : typeof value === 'string' ? listInText(value) : null;
  if (list === null) return { turns: [], note: `its reference is ${typeof value === 'string' ? 'a text' : `of the kind "${typeof value}"`} and no list, so it has none` };
  const turns = list.map((turn) => (typeof turn === 'string' && !saysNothing(turn) ? turn : ''));
  const missing = turns.filter((turn) => turn === '').length;
  if (missing === turns.length) return { turns: [], ...(turns.length > 0 ? { note: 'its reference says nothing' } : {}) };
  return { turns, ...(missing > 0 ? { note: `${missing} of the ${turns.length} turns of its reference ${missing === 1 ? 'is' : 'are'} missing` } : {}) };
}

/** `["1", "2"]` or Python's `['1', "2"]` written as a text; null for anything else. */
function listInText(text: string): unknown[] | null {
  const inner = /^\s*\[([\s\S]*)\]\s*$/.exec(text)?.[1];
  if (inner === undefined) return null;
  const item = String.raw`'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|None|null`;
  if (!new RegExp(String.raw`^\s*(?:(?:${item})\s*(?:,\s*(?:${item})\s*)*,?\s*)?$`).test(inner)) return null;
  return [...inner.matchAll(new RegExp(item, 'g'))].map(([found]) => (/^['"]/.test(found) ? found.slice(1, -1).replace(/\\(.)/gs, (_, sign: string) => ({ n: '\n', t: '\t', r: '\r' })[sign] ?? sign) : null));
}
