/**
 * Runs one study at a time: an explicit state machine over what is in storage. Every group of cells goes through training,
 * answering and judging; each stage asks storage what is already there, so starting, resuming, retrying and going on
 * after a reload are one and the same thing.
 */
import { LabError } from '../core/errors.ts';
import type { Store } from '../storage/index.ts';
import { isOutOfMemory } from '../engine/runtime/index.ts';
import { answerGroup } from './answering-stage.ts';
import { BatchMaker, optimiserSteps, type CellBatches } from './batches.ts';
import type { CallRelay } from './call-desk.ts';
import { BASE_MIX, groupCells, type Group } from './cell.ts';
import { asStored, unfinished } from './completeness.ts';
import type { RunContext } from './context.ts';
import type { StudyData, StudyEngine, StudyModel } from './engine.ts';
import { isImported } from './imported.ts';
import { Halted, Interruption } from './interruption.ts';
import { judgeCells } from './judging-stage.ts';
import { LiveStudy } from './live.ts';
import { runLockHeld, takeRunLock, whileIdle } from './lock.ts';
import { busyElsewhere, busyHere, fail, outcome } from './outcome.ts';
import { halve, passesOf } from './passes.ts';
import { trainGroup } from './training-stage.ts';
import type { CellState, StudyEvent, StudyState } from '../records/study.ts';

export interface RunnerPorts {
  store: Store;
  engine: StudyEngine;
  data: StudyData;
  /** Where requests to judges are made that outlive the page; left out, none do. */
  relay?: CallRelay;
  publish(event: StudyEvent): void;
}

interface Running {
  live: LiveStudy;
  controller: AbortController;
  ended: Promise<void>;
}

export class StudyRunner {
  private running: Running | null = null;

  constructor(private readonly ports: RunnerPorts) {}

  /** The id of the study that runs in this tab. */
  get current(): string | null {
    return this.running?.live.id ?? null;
  }

  /**
   * Starts a study or goes on with it; resolves once it is running.
   * @throws LabError `studies.busy` while another study runs, here or in another tab; `studies.not-found`
   */
  async start(id: string): Promise<void> {
    await this.begin(id, async (state) => state.status !== 'done');
  }

  /** @param prepare run under the lock, so that no other tab does the same meanwhile. @returns whether there is anything to do */
  private async begin(id: string, prepare: (state: StudyState) => Promise<boolean>): Promise<void> {
    if (this.running?.live.id === id && this.running.live.state.status === 'running') return;
    if (this.running?.live.id === id) await this.running.ended;
    if (this.running) throw busyHere(this.running.live.state);
    await this.load(id);
    const unlock = await takeRunLock(id).catch((thrown: unknown) => {
      // Asked for twice at once: the first one has it.
      if (this.current === id) return null;
      throw thrown;
    });
    if (!unlock) return;
    const free = (): void => {
      this.running = null;
      unlock();
    };
    try {
      // Read again under the lock: another tab may have been at it until now.
      const state = await this.load(id);
      if (!(await prepare(state))) return free();
      const live = new LiveStudy(state, this.ports.store.studies, this.ports.publish);
      const running: Running = { live, controller: new AbortController(), ended: Promise.resolve() };
      this.running = running;
      // What the rows do not bear out is put right with it.
      for (const cell of state.cells) live.updateCell(cell.id, {});
      live.update({ status: 'running', error: undefined, progress: null });
      await live.save();
      running.ended = this.execute(running).finally(free);
    } catch (thrown) {
      free();
      throw thrown;
    }
  }

  /** Stops at the next step boundary, with everything saved; resolves when it has stopped. */
  async pause(id: string): Promise<void> {
    if (this.running?.live.id !== id && (await runLockHeld(id))) throw busyElsewhere(id);
    await this.interrupt(id, 'pause');
  }

  /** Stops for good; what is there stays, and a start goes on from it all the same. */
  async cancel(id: string): Promise<void> {
    if (this.running?.live.id === id) return this.interrupt(id, 'cancel');
    await whileIdle(id, async () => {
      const state = await this.load(id);
      if (state.status === 'done' || state.status === 'cancelled') return;
      const live = new LiveStudy(state, this.ports.store.studies, this.ports.publish);
      live.update({ status: 'cancelled', progress: null });
      await live.save();
    });
  }

  /** Puts failed cells and failed judgments back in the queue and starts. */
  async retry(id: string): Promise<void> {
    if (this.running?.live.id === id) throw busyHere(this.running.live.state);
    await this.begin(id, async ({ cells, manifest }) => {
      if (manifest.judge.kind === 'imported') return false;
      await this.ports.store.answers.removeFailedJudgments(id);
      for (const cell of cells) {
        if (cell.stage === 'failed' || cell.judged.failed > 0) Object.assign(cell, { stage: 'waiting', error: undefined, judged: { ...cell.judged, failed: 0 } });
      }
      return true;
    });
  }

  private async interrupt(id: string, kind: 'pause' | 'cancel'): Promise<void> {
    const running = this.running;
    if (running?.live.id !== id) return;
    if (!running.controller.signal.aborted) {
      running.live.update({ status: 'pausing' });
      running.controller.abort(new Interruption(kind));
    }
    await running.ended;
  }

  private async execute({ live, controller }: Running): Promise<void> {
    const { store, engine, data } = this.ports;
    /** Where the study stood when its device was lost last. */
    let stood: string | null = null;
    for (;;) {
      const device = new AbortController();
      const signal = AbortSignal.any([controller.signal, device.signal]);
      const gone = engine.lost().then((error): never => {
        device.abort(error);
        throw error;
      });
      gone.catch(() => {});
      try {
        const questions = await store.studies.questions(live.id);
        live.update({ device: await engine.report() });
        await this.everyGroup({ live, manifest: live.state.manifest, questions, store, engine, data, relay: this.ports.relay ?? null, signal, guard: (work) => Promise.race([work, gone]) });
        return await this.finish(live, outcome(await this.stored(live.state)));
      } catch (thrown) {
        const lost: unknown = device.signal.aborted ? device.signal.reason : null;
        if (controller.signal.aborted) {
          const { kind } = controller.signal.reason as Interruption;
          return await this.finish(live, { status: kind === 'cancel' ? 'cancelled' : 'paused' });
        }
        const stands = lost instanceof LabError ? await store.studies.standing(live.id) : null;
        if (lost instanceof LabError && stands !== stood) {
          stood = stands;
          live.update({ error: new LabError(lost.code, `${lost.message} The lab opened it again and went on from the last checkpoint.`, lost.hint, lost.data).toRecord() });
          await live.save();
          await engine.reopen();
          continue;
        }
        if (thrown instanceof Halted) return await this.finish(live, { status: 'paused', error: thrown.record });
        const failure = lost instanceof LabError ? new LabError(lost.code, `${lost.message} It had been lost at the same place before, and nothing more could be stored in between.`, 'Retry the study; everything stored so far is kept. Where it happens again, lower per_device_train_batch_size, max_length or adapters_per_pass, or use ?device=wasm.', lost.data) : thrown;
        const error = LabError.from(failure, 'studies.failed', 'Retry the study; everything stored so far is kept.').toRecord();
        return await this.finish(live, { status: error.code.startsWith('storage.') ? 'paused' : 'failed', error });
      }
    }
  }

  private async finish(live: LiveStudy, change: Partial<Pick<StudyState, 'status' | 'error'>>): Promise<void> {
    live.update({ ...change, progress: null });
    // When the disk is full even this cannot be stored; the announcement is made all the same.
    await live.save().catch(() => {});
  }

  private async everyGroup(context: RunContext): Promise<void> {
    const { live, manifest } = context;
    for (const model of new Set(live.state.cells.map((cell) => cell.model))) {
      const open = unfinished(live.state.cells.filter((cell) => cell.model === model));
      if (open.length === 0) continue;
      if (await this.onlyJudged(context, open)) continue;
      let loaded: StudyModel;
      try {
        loaded = await context.guard(context.engine.model(model, manifest.storage));
      } catch (thrown) {
        fail(context, open, thrown);
        continue;
      }
      const maker = new BatchMaker(context.data, manifest, loaded.tokenizer);
      // Grouping looks at every cell of the model, done or not, so that it is the same each time.
      const lengths = await this.lengths(context, maker, live.state.cells.filter((cell) => cell.model === model));
      const cells = live.state.cells.filter((cell) => cell.model === model && (cell.mix === BASE_MIX || lengths.has(cell.id)));
      for (const group of groupCells(cells, (cell) => lengths.get(cell.id) as number, manifest.tuning === 'full' ? 1 : manifest.adapters_per_pass)) {
        await this.oneGroup(context, group, loaded, maker);
      }
    }
  }

  /** Grades cells that have given all their answers, or whose answers were imported: for that no model is needed. @returns whether they were such */
  private async onlyJudged(context: RunContext, cells: readonly CellState[]): Promise<boolean> {
    const { live, store, questions } = context;
    for (const cell of cells) {
      if (!isImported(cell) && (await store.answers.answers(live.id, { cell: cell.id })).length < questions.length) return false;
    }
    await this.graded(context, cells.map(({ id }) => id));
    return true;
  }

  private async graded(context: RunContext, cells: readonly string[]): Promise<void> {
    const { live } = context;
    try {
      await judgeCells(context, cells);
      for (const id of cells) live.updateCell(id, { stage: 'done' });
      await live.save();
    } catch (thrown) {
      fail(context, cells.map((id) => live.cell(id)), thrown);
    }
  }

  /** Optimiser steps of every tuned cell; cells whose composition cannot be made fail here and are left out. */
  private async lengths({ live, manifest, ...context }: RunContext, maker: BatchMaker, cells: readonly CellState[]): Promise<Map<string, number>> {
    const lengths = new Map<string, number>();
    for (const cell of cells) {
      if (cell.mix === BASE_MIX) continue;
      try {
        const known = manifest.training.max_steps > 0 ? manifest.training.max_steps : optimiserSteps((await maker.make(cell)).train, manifest.training);
        lengths.set(cell.id, known);
      } catch (thrown) {
        fail({ live, manifest, ...context }, [cell], thrown);
      }
    }
    return lengths;
  }

  private async oneGroup(context: RunContext, group: Group, model: StudyModel, maker: BatchMaker): Promise<void> {
    const { live } = context;
    const open = (): string[] => group.cells.filter((id) => !['done', 'failed'].includes(live.cell(id).stage));
    if (open().length === 0) return;
    try {
      if (group.tuned) {
        while (!(await this.trained(context, group, model, maker, open())));
        for (const id of open()) {
          const { done, total } = live.cell(id).trained;
          // One that was stopped early has had all the steps it will have.
          if (total === 0 || done < total) live.updateCell(id, { trained: { done: group.steps, total: group.steps } });
        }
      }
      if (open().length > 0) await answerGroup(context, group, model, open());
      if (open().length > 0) await this.graded(context, open());
    } catch (thrown) {
      fail(context, open().map((id) => live.cell(id)), thrown);
    }
  }

  /** Trains what is not trained of a group, pass by pass. @returns false where memory did not suffice for a pass, which is now two */
  private async trained(context: RunContext, group: Group, model: StudyModel, maker: BatchMaker, open: readonly string[]): Promise<boolean> {
    const { live, store } = context;
    const there = new Set(await store.studies.adapterCells(live.id));
    for (const pass of passesOf(group, (id) => live.cell(id).pass)) {
      const untrained = pass.cells.filter((id) => open.includes(id) && !there.has(id));
      const batches = await this.batches(context, untrained, maker, await store.studies.checkpoint(live.id, pass.id).then((row) => row?.cells ?? []));
      if (batches.size === 0) continue;
      try {
        await trainGroup(context, pass, model, batches);
      } catch (thrown) {
        if (context.signal.aborted || batches.size === 1 || !isOutOfMemory(thrown)) throw thrown;
        await halve(context, pass, [...batches.keys()]);
        return false;
      }
    }
    return true;
  }

  /** Batches of the cells to train; with a checkpoint, of exactly the cells it holds. */
  private async batches(context: RunContext, untrained: readonly string[], maker: BatchMaker, checkpointed: readonly string[]): Promise<Map<string, CellBatches>> {
    const made = new Map<string, CellBatches>();
    if (untrained.length === 0) return made;
    for (const id of checkpointed.length > 0 ? checkpointed : untrained) {
      try {
        const own = await maker.make(context.live.cell(id));
        made.set(id, own);
        context.live.updateCell(id, { data: own.data });
      } catch (thrown) {
        fail(context, [context.live.cell(id)], thrown);
      }
    }
    return made;
  }

  private async load(id: string): Promise<StudyState> {
    const state = await this.ports.store.studies.get(id);
    if (!state) throw new LabError('studies.not-found', `There is no study "${id}" in this browser.`, 'List the studies to see which there are.', { id });
    return this.stored(state);
  }

  /** @returns the state as its rows bear it out */
  private async stored(state: StudyState): Promise<StudyState> {
    const { studies } = this.ports.store;
    return asStored(state, await studies.rows(state.id, state.cells.map(({ id }) => id)), (await studies.questions(state.id)).length);
  }
}
