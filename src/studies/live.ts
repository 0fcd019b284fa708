/**
 * The state of a running study: changed in memory, written to storage, then announced; in that order, and at most a few
 * times a second, so that a page never shows what a reload would not find.
 */
import { LabError } from '../core/errors.ts';
import type { StudyStore } from '../storage/index.ts';
import type { LossPoint } from '../records/loss.ts';
import type { CellState, StudyEvent, StudyState } from '../records/study.ts';

const INTERVAL_MS = 200;

export class LiveStudy {
  private changed = new Set<string>();
  private points: LossPoint[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private saving: Promise<void> = Promise.resolve();
  private failure: unknown = null;

  constructor(
    readonly state: StudyState,
    private readonly store: StudyStore,
    private readonly publish: (event: StudyEvent) => void,
  ) {}

  get id(): string {
    return this.state.id;
  }

  /** @throws LabError `studies.no-cell` */
  cell(id: string): CellState {
    const found = this.state.cells.find((cell) => cell.id === id);
    if (!found) throw new LabError('studies.no-cell', `The study has no cell "${id}".`, `Its cells are: ${this.state.cells.map((cell) => cell.id).join(', ')}.`, { id });
    return found;
  }

  update(change: Partial<Omit<StudyState, 'id' | 'cells' | 'manifest'>>): void {
    Object.assign(this.state, change);
    this.schedule();
  }

  updateCell(id: string, change: Partial<CellState>): void {
    Object.assign(this.cell(id), change);
    this.changed.add(id);
    this.schedule();
  }

  /** Announces points that are already stored. */
  announceLosses(points: readonly LossPoint[]): void {
    this.points.push(...points);
    this.schedule();
  }

  /** Writes and announces now. @throws what the store threw, now or at an earlier scheduled save */
  async save(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.saving = this.saving.then(() => this.saveNow());
    await this.saving;
    if (this.failure) {
      const thrown = this.failure;
      this.failure = null;
      throw thrown;
    }
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.saving = this.saving.then(() => this.saveNow());
    }, INTERVAL_MS);
  }

  private async saveNow(): Promise<void> {
    const changed = this.changed;
    const losses = this.points;
    this.changed = new Set();
    this.points = [];
    this.state.updated = Date.now() / 1000;
    const state = structuredClone(this.state);
    try {
      await this.store.put(state, changed);
    } catch (thrown) {
      for (const id of changed) this.changed.add(id);
      this.failure ??= thrown;
    }
    // A full disk must not hide from the page what is going on.
    this.publish({ study: this.id, state, ...(losses.length > 0 ? { losses } : {}) });
  }
}
