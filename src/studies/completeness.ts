/** What a study has done, by its rows. The cells say it too, but a row is what a figure is made of. */
import { LabError } from '../core/errors.ts';
import type { CellRows } from '../storage/index.ts';
import { isImported } from './imported.ts';
import type { StudyContent } from './study-content.ts';
import type { CellState, StudyState } from '../records/study.ts';

/** Turns of a dialogue, each of them graded. */
export const TURNS = 2;

/** @param questions how many the study asks */
export function lacks({ id, mix, judged }: CellState, rows: ReadonlyMap<string, CellRows>, questions: number, repeats: number): { answers: number; judgments: number } {
  const there = rows.get(id) ?? { answers: 0, judgments: 0 };
  // What came from elsewhere is all there is; its log says no more than it says.
  if (isImported({ mix })) return { answers: 0, judgments: Math.max(0, there.answers * TURNS * repeats - there.judgments) };
  const wanted = (questions * TURNS - (judged.no_room ?? 0)) * repeats;
  return { answers: Math.max(0, questions - there.answers), judgments: Math.max(0, wanted - there.judgments) };
}

/**
 * The state as its rows bear it out: a cell that says it is done and lacks answers or judgments is waiting, a study with a cell
 * that has not ended is not done, and the calls of a judge are those that were counted.
 * @param questions how many the study asks
 */
export function asStored(state: StudyState, rows: ReadonlyMap<string, CellRows>, questions: number): StudyState {
  const { repeats, kind } = state.manifest.judge;
  const cells = state.cells.map((cell): CellState => {
    const missing = kind === 'imported' ? { answers: 0, judgments: 0 } : lacks(cell, rows, questions, repeats);
    const stage = cell.stage === 'done' && missing.answers + missing.judgments > 0 ? 'waiting' : cell.stage;
    const calls = kind === 'openai' ? { calls: rows.get(cell.id)?.calls ?? 0 } : {};
    return { ...cell, stage, judged: { ...cell.judged, ...calls } };
  });
  const status = state.status === 'done' && unfinished(cells).length > 0 ? 'paused' : state.status;
  return { ...state, cells, status };
}

/** How many rows a bundle has of each cell; how many calls were made only its cells say. */
export function rowsOf({ state, answers, judgments }: Pick<StudyContent, 'state' | 'answers' | 'judgments'>): Map<string, CellRows> {
  const of = (id: string, rows: readonly { model_id: string }[]): number => rows.filter(({ model_id }) => model_id === id).length;
  return new Map(state.cells.map(({ id, judged }) => [id, { answers: of(id, answers), judgments: of(id, judgments), calls: judged.calls ?? 0 }]));
}

/** Cells that have neither come through nor failed. */
export function unfinished(cells: readonly CellState[]): CellState[] {
  return cells.filter(({ stage }) => stage !== 'done' && stage !== 'failed');
}

/** Of a run that ended with cells that have not. */
export function incomplete(cells: readonly CellState[]): LabError {
  const names = cells.map(({ id }) => id);
  return new LabError('studies.incomplete', `The study is not done: answers or judgments of ${names.join(', ')} are missing.`, 'Start it again to go on with what is missing.', { cells: names });
}
