/** The whole loss history of one study, by cell, in order of steps; nothing is dropped or thinned. */
import type { LossPoint } from '../app/facade.ts';

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

function insert(list: LossPoint[], point: LossPoint): void {
  let at = list.length;
  while (at > 0 && (list[at - 1] as LossPoint).step > point.step) at--;
  const before = list[at - 1];
  if (before?.step === point.step) list[at - 1] = { ...before, ...point };
  else list.splice(at, 0, point);
}
