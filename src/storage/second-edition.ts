/**
 * From edition 1 of what is stored to edition 2. Until then a judgment's row was named by what the judge was sent, so that two
 * questions of one text, or one text in two languages, had one row between them; and calls were counted in the cells only.
 * Rows that were overwritten then are missing: their study says so, and going on with it copies them from their twin.
 */
import type { Answer } from '../records/question.ts';
import type { Migration } from './migration.ts';
import type { AnswerRow, CallRow } from './schema.ts';
import type { CellState } from '../records/study.ts';

/** Its rows say how many calls a cell had made before each had a row of its own. */
const BEFORE = '@before';

/** Calls that edition 1 counted, or that a bundle says were made elsewhere: a row a cell. */
export function carriedCalls(study: string, cells: readonly CellState[]): CallRow[] {
  return cells.flatMap(({ id, judged: { calls = 0 } }) => (calls > 0 ? [{ study, id: `${BEFORE} ${id}`, key: '', cell: id, sent: 0, state: 'settled' as const, calls }] : []));
}

/** Everything of the study's rows that `carriedCalls` made. */
export function carriedRange(study: string): IDBKeyRange {
  return IDBKeyRange.bound([study, BEFORE], [study, `${BEFORE}\uffff`]);
}

export const secondEdition: Migration = async (db, transaction) => {
  const judgments: unknown[] = await transaction.objectStore('judgments').getAll();
  db.deleteObjectStore('judgments');
  const rows = db.createObjectStore('judgments', { keyPath: ['study', 'cell', 'question_id', 'language', 'key'] });
  for (const [index, field] of [['byQuestion', 'question_id'], ['byLanguage', 'language'], ['byCategory', 'category'], ['byState', 'state']] as const) rows.createIndex(index, ['study', field]);
  for (const row of judgments) await transaction.objectStore('judgments').put(row);
  for (const row of (await transaction.objectStore('answers').getAll()) as AnswerRow[]) {
    const answer = withoutRoom(row.answer);
    if (answer.finish.includes('no-room')) await transaction.objectStore('answers').put({ ...row, answer });
  }
  const calls = db.createObjectStore('calls', { keyPath: ['study', 'id'] });
  for (const [index, field] of [['byKey', 'key'], ['byState', 'state'], ['byCell', 'cell']] as const) calls.createIndex(index, ['study', field]);
  const cells = (await transaction.objectStore('cells').getAll()) as { study: string; cell: CellState }[];
  for (const { study, cell } of cells) for (const row of carriedCalls(study, [cell])) await transaction.objectStore('calls').put(row);
};

/** Edition 1 wrote a turn that had no room in the model's context as one cut off by length before its first token. */
export function withoutRoom(answer: Answer): Answer {
  return { ...answer, finish: answer.finish.map((end, i) => (end === 'length' && answer.tokens[i] === 0 ? 'no-room' : end)) };
}
