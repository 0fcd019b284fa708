/** How cells and studies end when something went wrong, and who is told so. */
import { LabError } from '../core/errors.ts';
import { incomplete, unfinished } from './completeness.ts';
import type { RunContext } from './context.ts';
import { Halted } from './interruption.ts';
import type { CellState, StudyState } from '../records/study.ts';

/** Fails some cells and lets the others go on; rethrows what concerns the whole run, such as a full disk. */
export function fail({ live, signal }: RunContext, cells: readonly CellState[], thrown: unknown): void {
  if (signal.aborted || thrown instanceof Halted) throw thrown;
  const error = LabError.from(thrown, 'studies.cell-failed', 'Retry the study; everything stored so far is kept.');
  if (error.code.startsWith('storage.')) throw new Halted(error.toRecord());
  for (const cell of cells) live.updateCell(cell.id, { stage: 'failed', error: error.toRecord() });
}

/** A study none of whose cells came through has failed, with the first one's error; one that lacks nothing is done. */
export function outcome({ cells, error }: StudyState): Pick<StudyState, 'status' | 'error'> {
  const open = unfinished(cells);
  if (open.length > 0) return { status: 'paused', error: incomplete(open).toRecord() };
  const failed = cells.filter((cell) => cell.stage === 'failed');
  return failed.length === cells.length ? { status: 'failed', error: failed[0]?.error } : { status: 'done', error };
}

export function busyElsewhere(id: string): LabError {
  return new LabError('studies.busy', 'Another tab of this browser is running this study.', 'Pause it there.', { study: id });
}

export function busyHere(state: StudyState): LabError {
  return new LabError('studies.busy', `The study "${state.name}" is running in this tab.`, 'Pause or cancel it first.', { study: state.id });
}
