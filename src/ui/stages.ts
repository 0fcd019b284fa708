/** Where a study stands, summed over its cells: the three stretches of work and the comparison at the end. */
import type { CellState, StudyState } from '../records/study.ts';

export const STAGES = ['tune', 'answer', 'grade', 'compare'] as const;
export type Stage = (typeof STAGES)[number];

export interface Stretch {
  done: number;
  total: number;
  /** 0..1 */
  share: number;
}

export interface Standing {
  current: Stage;
  tune: Stretch;
  answer: Stretch;
  grade: Stretch;
  /** Judgments that failed so far. */
  failed: number;
  /** Turns that are no answers and not judged: the dialogue fills the model's context. */
  noRoom: number;
  /** Of the whole study, 0..1: the mean of the three stretches. */
  share: number;
}

export function standing(study: StudyState): Standing {
  const tune = stretch(study.cells, ({ trained }) => trained);
  const answer = stretch(study.cells, ({ answered }) => answered);
  const grade = stretch(study.cells, ({ judged }) => ({ done: judged.done + judged.failed, total: judged.total }));
  const failed = study.cells.reduce((sum, { judged }) => sum + judged.failed, 0);
  const noRoom = study.cells.reduce((sum, { judged }) => sum + (judged.no_room ?? 0), 0);
  const current: Stage = study.status === 'done' ? 'compare' : tune.share < 1 ? 'tune' : answer.share < 1 ? 'answer' : grade.share < 1 ? 'grade' : 'compare';
  return { current, tune, answer, grade, failed, noRoom, share: (tune.share + answer.share + grade.share) / 3 };
}

function stretch(cells: readonly CellState[], of: (cell: CellState) => { done: number; total: number }): Stretch {
  let done = 0;
  let total = 0;
  for (const cell of cells) {
    const part = of(cell);
    done += part.done;
    total += part.total;
  }
  // Work without steps (an untuned model has none to train) is done; work not yet counted is not.
  const share = total > 0 ? done / total : cells.length > 0 && cells.every(({ stage }) => stage !== 'waiting') ? 1 : 0;
  return { done, total, share };
}

/** What a study's status is called, and in which tone. */
export const STATUS: Readonly<Record<StudyState['status'], { name: string; tone: 'running' | 'good' | 'bad' | 'plain' }>> = {
  ready: { name: 'not started', tone: 'plain' },
  running: { name: 'running', tone: 'running' },
  pausing: { name: 'pausing', tone: 'running' },
  paused: { name: 'paused', tone: 'plain' },
  done: { name: 'done', tone: 'good' },
  failed: { name: 'failed', tone: 'bad' },
  cancelled: { name: 'cancelled', tone: 'plain' },
};

/** What is being done, as the running indicator says it. */
export const DOING: Readonly<Record<Stage, string>> = { tune: 'Tuning', answer: 'Answering', grade: 'Grading', compare: 'Comparing' };
