/** Studies and their cells, and what training leaves behind: losses, the last checkpoint, adapters. */
import { LabError } from '../core/errors.ts';
import type { Question } from '../records/question.ts';
import type { Database } from './database.ts';
import { everyRowOf, ofCell } from './ranges.ts';
import type { AnswerRow, CheckpointRow, JudgmentRow, StudyRow } from './schema.ts';
import { carriedCalls, carriedRange } from './second-edition.ts';
import type { Tuned } from '../records/adapter.ts';
import type { LossPoint } from '../records/loss.ts';
import type { CellState, StudyState } from '../records/study.ts';

/** Stores whose rows belong to one study. */
const PER_STUDY = ['cells', 'losses', 'checkpoints', 'adapters', 'answers', 'judgments', 'calls'] as const;

export class StudyStore {
  constructor(private readonly db: Database) {}

  /** Newest first. */
  async list(): Promise<StudyState[]> {
    return this.db.read(['studies', 'cells'], async (tx) => {
      const rows = await tx.objectStore('studies').getAll();
      const cells = await tx.objectStore('cells').getAll();
      const of = (id: string): CellState[] => cells.filter((row) => row.study === id).map((row) => row.cell);
      return rows.map((row) => assemble(row, of(row.id))).sort((a, b) => b.created - a.created);
    });
  }

  async get(id: string): Promise<StudyState | undefined> {
    return this.db.read(['studies', 'cells'], async (tx) => {
      const row = await tx.objectStore('studies').get(id);
      if (!row) return undefined;
      const cells = await tx.objectStore('cells').getAll(everyRowOf(id));
      return assemble(row, cells.map((cell) => cell.cell));
    });
  }

  /** Writes a study and the cells named by `changed` (all of them when it is left out). */
  async put(state: StudyState, changed?: ReadonlySet<string>): Promise<void> {
    const { cells, ...study } = state;
    await this.db.write(['studies', 'cells'], async (tx) => {
      await tx.objectStore('studies').put({ schema: 1, ...study });
      for (const [order, cell] of cells.entries()) {
        if (!changed || changed.has(cell.id)) await tx.objectStore('cells').put({ study: state.id, order, cell });
      }
    });
  }

  /** A new study with its questions; with `more`, whatever else belongs in the same all-or-nothing write (an import). */
  async create(state: StudyState, questions: readonly Question[], more: StudyContents = {}, needed?: number): Promise<void> {
    const { cells, ...study } = state;
    await this.db.write(['studies', 'studyQuestions', ...PER_STUDY], async (tx) => {
      await tx.objectStore('studies').add({ schema: 1, ...study });
      await tx.objectStore('studyQuestions').put({ study: state.id, questions: [...questions] });
      for (const [order, cell] of cells.entries()) await tx.objectStore('cells').put({ study: state.id, order, cell });
      for (const point of more.losses ?? []) await tx.objectStore('losses').put({ study: state.id, cell: point.cell, step: point.step, point });
      for (const [cell, adapter] of more.adapters ?? []) await tx.objectStore('adapters').put({ study: state.id, cell, adapter });
      for (const row of more.answers ?? []) await tx.objectStore('answers').put({ study: state.id, ...row });
      for (const row of more.judgments ?? []) await tx.objectStore('judgments').put({ study: state.id, ...row });
      for (const row of carriedCalls(state.id, cells)) await tx.objectStore('calls').put(row);
    }, { needed });
  }

  async questions(id: string): Promise<Question[]> {
    return (await this.db.read(['studyQuestions'], (tx) => tx.objectStore('studyQuestions').get(id)))?.questions ?? [];
  }

  /** Removes a study and everything that belongs to it. */
  async remove(id: string): Promise<void> {
    await this.db.write(['studies', 'studyQuestions', ...PER_STUDY], async (tx) => {
      await tx.objectStore('studies').delete(id);
      await tx.objectStore('studyQuestions').delete(id);
      for (const name of PER_STUDY) await tx.objectStore(name).delete(everyRowOf(id));
    });
  }

  /** Points of one step or several; a step that was trained again replaces its earlier points. */
  async putLosses(study: string, points: readonly LossPoint[]): Promise<void> {
    if (points.length === 0) return;
    await this.db.write(['losses'], async (tx) => {
      for (const point of points) await tx.objectStore('losses').put({ study, cell: point.cell, step: point.step, point });
    });
  }

  /** By cell, then step. */
  async losses(study: string, cell?: string): Promise<LossPoint[]> {
    const rows = await this.db.read(['losses'], (tx) => tx.objectStore('losses').getAll(cell === undefined ? everyRowOf(study) : ofCell(study, cell)));
    return rows.map((row) => row.point);
  }

  checkpoint(study: string, group: string): Promise<CheckpointRow | undefined> {
    return this.db.read(['checkpoints'], (tx) => tx.objectStore('checkpoints').get([study, group]));
  }

  async putCheckpoint(row: CheckpointRow): Promise<void> {
    await this.db.write(['checkpoints'], (tx) => tx.objectStore('checkpoints').put(row));
  }

  async removeCheckpoint(study: string, group: string): Promise<void> {
    await this.db.write(['checkpoints'], (tx) => tx.objectStore('checkpoints').delete([study, group]));
  }

  /** Keeps a group's finished adapters and drops its checkpoint, in one step. */
  async finishTraining(study: string, group: string, adapters: ReadonlyMap<string, Tuned>): Promise<void> {
    await this.db.write(['adapters', 'checkpoints'], async (tx) => {
      for (const [cell, adapter] of adapters) await tx.objectStore('adapters').put({ study, cell, adapter });
      await tx.objectStore('checkpoints').delete([study, group]);
    });
  }

  /** What is kept of a study, counted, losses aside: the same again where nothing has been added. */
  async standing(study: string): Promise<string> {
    return this.db.read(['checkpoints', 'adapters', 'answers', 'judgments'], async (tx) => {
      const all = everyRowOf(study);
      const checkpoints = await tx.objectStore('checkpoints').getAll(all);
      const adapters = await tx.objectStore('adapters').count(all);
      const answers = await tx.objectStore('answers').getAll(all);
      const judgments = await tx.objectStore('judgments').count(all);
      return JSON.stringify([checkpoints.map(({ group, step }) => [group, step]), adapters, answers.reduce((sum, { turns }) => sum + turns, 0), judgments]);
    });
  }

  /** How many rows there are of each cell: what its figures are made of, whatever the cell itself says. */
  async rows(study: string, cells: readonly string[]): Promise<Map<string, CellRows>> {
    return this.db.read(['answers', 'judgments', 'calls'], async (tx) => {
      const carried = await tx.objectStore('calls').getAll(carriedRange(study));
      const counted = cells.map(async (cell): Promise<[string, CellRows]> => {
        const [answers, judgments, calls] = await Promise.all([
          tx.objectStore('answers').count(ofCell(study, cell)),
          tx.objectStore('judgments').count(ofCell(study, cell)),
          tx.objectStore('calls').index('byCell').count([study, cell]),
        ]);
        return [cell, { answers, judgments, calls: carried.reduce((sum, row) => (row.cell === cell ? sum + (row.calls ?? 1) - 1 : sum), calls) }];
      });
      return new Map(await Promise.all(counted));
    });
  }

  /** Keeps what one cell's training gave, its group going on. */
  async keepAdapter(study: string, cell: string, adapter: Tuned): Promise<void> {
    await this.db.write(['adapters'], (tx) => tx.objectStore('adapters').put({ study, cell, adapter }));
  }

  async adapter(study: string, cell: string): Promise<Tuned | undefined> {
    return (await this.db.read(['adapters'], (tx) => tx.objectStore('adapters').get([study, cell])))?.adapter;
  }

  /** Ids of the cells whose adapters are kept. */
  async adapterCells(study: string): Promise<string[]> {
    const keys = await this.db.read(['adapters'], (tx) => tx.objectStore('adapters').getAllKeys(everyRowOf(study)));
    return keys.map(([, cell]) => cell);
  }
}

export interface CellRows {
  /** Those with only a first turn included. */
  answers: number;
  /** Graded or failed. */
  judgments: number;
  /** Requests to a judge, every try counted. */
  calls: number;
}

/** What an imported bundle brings besides the study's state and questions. */
export interface StudyContents {
  losses?: readonly LossPoint[];
  adapters?: ReadonlyMap<string, Tuned>;
  answers?: readonly Omit<AnswerRow, 'study'>[];
  judgments?: readonly Omit<JudgmentRow, 'study'>[];
}

function assemble(row: StudyRow, cells: CellState[]): StudyState {
  const { schema, ...study } = row;
  if (schema !== 1) throw new LabError('storage.schema', `The study "${study.name}" was stored in a form this version does not read (${String(schema)}).`, 'Reload the page to get the newest version.', { schema });
  return { ...study, cells };
}
