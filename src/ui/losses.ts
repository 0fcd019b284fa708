/** The whole loss history of one study, by cell, in order of steps; nothing is dropped or thinned. */
import type { LossPoint } from '../records/loss.ts';

export class LossHistory {
  readonly cells = new Map<string, LossPoint[]>();
  /** Grows with every change, so that a figure knows when to draw again. */
  version = 0;

  /** Adds points in any order; a point of a step already known replaces it. */
  add(points: readonly LossPoint[]): void {
    if (points.length === 0) return;
    for (const point of points) {
      const list = this.cells.get(point.cell);
      if (!list) this.cells.set(point.cell, [point]);
      else insert(list, point);
    }
    this.version++;
  }

  get empty(): boolean {
    return this.cells.size === 0;
  }
}

/** The part of a run that a smoothed point looks back on. */
const SPAN = 1 / 20;

/** Steps a smoothed point is the mean of, for a run of so many. */
export function smoothingWindow(steps: number): number {
  return Math.max(1, Math.round(steps * SPAN));
}

/** The mean of each value and those before it, `window` in all. Single steps of one short row jump about; their trend is what is asked for. */
export function smoothed(values: readonly number[], window: number): number[] {
  let sum = 0;
  return values.map((value, i) => {
    sum += value;
    if (i >= window) sum -= values[i - window] as number;
    return sum / Math.min(i + 1, window);
  });
}

function insert(list: LossPoint[], point: LossPoint): void {
  let at = list.length;
  while (at > 0 && (list[at - 1] as LossPoint).step > point.step) at--;
  const before = list[at - 1];
  if (before?.step === point.step) list[at - 1] = { ...before, ...point };
  else list.splice(at, 0, point);
}
