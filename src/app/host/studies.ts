/** Studies as they are stored: created, listed, queried, exported, imported. Running them is the engine's. */
import { version } from '../../../package.json';
import { zipAdapter } from '../../engine/adapters/peft.ts';
import { writeAnswers, writeJudgments } from '../../data/benchmarks/index.ts';
import { LabError, type ErrorRecord } from '../../core/errors.ts';
import { contentHash } from '../../core/hash.ts';
import { estimateCost } from '../../judging/index.ts';
import { answerRow, judgmentRow, type Store } from '../../storage/index.ts';
import { baseOf } from '../../studies/base.ts';
import { cardOf } from '../../studies/card.ts';
import { BatchMaker } from '../../studies/batches.ts';
import { BASE_MIX, expand, INIT_ADAPTER } from '../../studies/cell.ts';
import { readBundle, writeBundle } from '../../studies/bundle.ts';
import { asStored } from '../../studies/completeness.ts';
import { newStudy } from '../../studies/create.ts';
import { HOME } from '../../catalog/home.ts';
import { runLockHeld } from '../../studies/lock.ts';
import { parseManifest } from '../../records/manifest.ts';
import { chooseQuestions } from '../../studies/questions.ts';
import { resultsOf } from '../../studies/results.ts';
import type { DataApi } from '../../../workers/protocol.ts';
import type { AdapterLibrary } from './adapters.ts';
import type { BenchmarkLibrary } from './benchmarks.ts';
import type { DatasetLibrary } from './datasets.ts';
import { importAnswerFiles } from './answers-import.ts';
import { freeId } from './ids.ts';
import { exportModel, type TunedCell } from './model-export.ts';
import type { ModelLibrary } from './models.ts';
import { composer, promptLibrary } from './study-data.ts';
import { isFull } from '../../records/adapter.ts';
import type { StudyEvent, StudyState } from '../../records/study.ts';

export interface StudyDeskPorts {
  store: Store;
  models: ModelLibrary;
  adapters: AdapterLibrary;
  datasets: DatasetLibrary;
  benchmarks: BenchmarkLibrary;
  publish(event: StudyEvent): void;
}

type Api = DataApi['studies'];

export class StudyDesk implements Api {
  constructor(private readonly ports: StudyDeskPorts) {}

  async validate(input: Parameters<Api['validate']>[0]): ReturnType<Api['validate']> {
    return parseManifest(input);
  }

  async homeManifest(): ReturnType<Api['homeManifest']> {
    return parseManifest(HOME);
  }

  async create(input: Parameters<Api['create']>[0], { cells }: Parameters<Api['create']>[1] = {}): Promise<StudyState> {
    const { store, models, adapters, datasets, benchmarks } = this.ports;
    const { manifest, init } = await adapters.initial(parseManifest(input), models);
    const inventory = {
      models: await models.ids(),
      datasets: (await datasets.list()).map((dataset) => dataset.id),
      questions: await benchmarks.questions(manifest.benchmark.id),
    };
    const now = Date.now() / 1000;
    const id = `${freeId(manifest.name.toLowerCase(), [])}-${contentHash(`${now} ${crypto.randomUUID()}`).slice(0, 8)}`;
    const { state, questions } = newStudy(id, manifest, inventory, now, cells);
    state.bases = await models.bases(manifest.models);
    await store.studies.create(state, questions, init ? { adapters: new Map([[INIT_ADAPTER, init]]) } : {});
    this.publish(state);
    return state;
  }

  async list(): Promise<StudyState[]> {
    return Promise.all((await this.ports.store.studies.list()).map((state) => this.present(state)));
  }

  async get(id: string): Promise<StudyState> {
    return this.present(await this.load(id));
  }

  async remove(id: string): Promise<void> {
    const state = await this.get(id);
    if (state.status === 'running' || state.status === 'pausing') throw new LabError('studies.busy', `The study "${state.name}" is running.`, 'Cancel it first.', { id });
    await this.ports.store.studies.remove(id);
  }

  async losses(id: string): ReturnType<Api['losses']> {
    return this.ports.store.studies.losses((await this.load(id)).id);
  }

  async answers(id: string, filter: Parameters<Api['answers']>[1] = {}): ReturnType<Api['answers']> {
    return this.ports.store.answers.answers((await this.load(id)).id, filter);
  }

  async judgments(id: string, filter: Parameters<Api['judgments']>[1] = {}): ReturnType<Api['judgments']> {
    return this.ports.store.answers.judgments((await this.load(id)).id, filter);
  }

  async results(id: string): ReturnType<Api['results']> {
    const { store } = this.ports;
    const state = await this.load(id);
    return resultsOf({ state, questions: await store.studies.questions(id), answers: await store.answers.answers(id), judgments: await store.answers.judgments(id) });
  }

  async plan(input: Parameters<Api['plan']>[0]): ReturnType<Api['plan']> {
    const manifest = parseManifest(input);
    const { models, datasets } = this.ports;
    const composition = composer(datasets);
    const planned: Awaited<ReturnType<Api['plan']>> = [];
    for (const model of manifest.models) {
      const maker = new BatchMaker({ composition }, manifest, await models.tokenizer(model));
      for (const cell of expand(manifest)) {
        if (cell.model !== model || cell.mix === BASE_MIX) continue;
        const { id, dataset, mix, seed } = cell;
        planned.push({ id, model, dataset, mix, seed, data: await maker.look(cell) });
      }
    }
    return planned;
  }

  async estimateJudging(input: Parameters<Api['estimateJudging']>[0]): ReturnType<Api['estimateJudging']> {
    const { models, datasets, mixes, seeds, benchmark, judge } = parseManifest(input);
    const questions = chooseQuestions(await this.ports.benchmarks.questions(benchmark.id), benchmark);
    const cells = models.length * datasets.length * mixes.length * seeds.length;
    if (judge.kind !== 'openai') return { calls: 0, tokensIn: 0, tokensOut: 0, dollars: 0 };
    const prompts = await promptLibrary(this.ports.benchmarks, benchmark.id);
    return estimateCost(questions, { models: cells, repeats: judge.repeats, prompts, answerTokens: benchmark.max_new_tokens, price_in: judge.price_in, price_out: judge.price_out });
  }

  async exportBundle(id: string): Promise<Blob> {
    const { store } = this.ports;
    const state = await this.withBases(await this.get(id));
    const adapters = new Map<string, NonNullable<Awaited<ReturnType<typeof store.studies.adapter>>>>();
    for (const cell of await store.studies.adapterCells(id)) {
      const adapter = await store.studies.adapter(id, cell);
      if (adapter) adapters.set(cell, adapter);
    }
    return writeBundle({
      state,
      questions: await store.studies.questions(id),
      losses: await store.studies.losses(id),
      answers: await store.answers.answers(id),
      judgments: await store.answers.judgments(id),
      adapters,
    });
  }

  async importBundle(file: Blob): Promise<StudyState> {
    const { store } = this.ports;
    const { state, questions, losses, answers, judgments, adapters } = readBundle(new Uint8Array(await file.arrayBuffer()));
    const id = freeId(state.id, (await store.studies.list()).map((study) => study.id));
    const byId = new Map(questions.map((question) => [question.question_id, question]));
    const rows = answers.flatMap((answer) => {
      const question = byId.get(answer.question_id);
      return question ? [answerRow(id, question, answer)] : [];
    });
    const opened = { ...state, id };
    await store.studies.create(opened, questions, { losses, adapters, answers: rows, judgments: judgments.map((judgment) => judgmentRow(id, judgment)) }, file.size);
    this.publish(opened);
    return opened;
  }

  async importAnswers(files: Parameters<Api['importAnswers']>[0], options: Parameters<Api['importAnswers']>[1]): ReturnType<Api['importAnswers']> {
    const { store, benchmarks } = this.ports;
    const { summary, content } = await benchmarks.get(options.benchmark);
    const name = options.name ?? `Answers to ${summary.name}`;
    const id = freeId(name.toLowerCase(), (await store.studies.list()).map((study) => study.id));
    const judge = options.judge === undefined ? undefined : parseManifest({ schema: 1, name, models: ['m'], datasets: ['d'], mixes: ['base'], benchmark: { id: options.benchmark }, judge: options.judge }).judge;
    const { study, bad, notes } = await importAnswerFiles(files, { id, name, benchmark: options.benchmark, questions: content.questions, language: options.language, judge, now: Date.now() / 1000 });
    if (!study) return { imported: null, records: 0, bad, notes };
    const { state, questions, answers, judgments } = study;
    const byId = new Map(questions.map((question) => [question.question_id, question]));
    const rows = answers.flatMap((answer) => {
      const question = byId.get(answer.question_id);
      return question ? [answerRow(id, question, answer)] : [];
    });
    await store.studies.create(state, questions, { answers: rows, judgments: judgments.map((judgment) => judgmentRow(id, judgment)) }, files.reduce((sum, file) => sum + file.size, 0));
    this.publish(state);
    return { imported: state, records: answers.length + judgments.length, bad, notes };
  }

  async exportAdapter(id: string, cell: string): Promise<Blob> {
    const tuned = await this.tuned(id, cell);
    const { adapter, study } = tuned;
    if (isFull(adapter)) throw new LabError('studies.full', `All weights of ${cell} were tuned: there is no adapter.`, 'Export the model instead.', { id, cell });
    return new Blob([zipAdapter(adapter, baseOf(study.state, tuned.cell.model), await cardOf(study, tuned.cell, adapter, 'peft', version))], { type: 'application/zip' });
  }

  async exportModel(id: string, cell: string, format: Parameters<Api['exportModel']>[2]): Promise<Blob> {
    return exportModel(this.ports.models, await this.tuned(id, cell), format);
  }

  async exportAnswers(id: string): Promise<Blob> {
    return new Blob([writeAnswers(await this.answers(id))], { type: 'application/jsonl' });
  }

  async exportJudgments(id: string): Promise<Blob> {
    return new Blob([writeJudgments(await this.judgments(id))], { type: 'application/jsonl' });
  }

  standing(id: string): Promise<string> {
    return this.ports.store.studies.standing(id);
  }

  async markFailed(id: string, error: ErrorRecord): Promise<void> {
    const state = await this.load(id);
    state.status = 'failed';
    state.error = error;
    state.progress = null;
    await this.ports.store.studies.put(state, new Set());
    this.publish(state);
  }

  /** A cell's adapter or weights, and what their card tells of. @throws LabError `studies.not-found`, `studies.no-adapter` */
  private async tuned(id: string, cellId: string): Promise<TunedCell> {
    const { store } = this.ports;
    const state = await this.withBases(await this.load(id));
    const cell = state.cells.find((one) => one.id === cellId);
    const adapter = await store.studies.adapter(id, cellId);
    if (!cell || !adapter) throw new LabError('studies.no-adapter', `The study "${state.name}" has no adapter for ${cellId}.`, 'Adapters are there once a cell has been trained; the untuned model has none.', { id, cell: cellId });
    const filter = { cell: cellId };
    return { cell, adapter, study: { state, questions: await store.studies.questions(id), answers: await store.answers.answers(id, filter), judgments: await store.answers.judgments(id, filter) } };
  }

  /** Studies from before the lab kept where their models came from: what the library knows of them now. */
  private async withBases(state: StudyState): Promise<StudyState> {
    return state.bases ? state : { ...state, bases: await this.ports.models.bases(state.manifest.models) };
  }

  /** A study as its rows bear it out; one that was running when its tab went away says so in storage, and is what it is: paused. */
  private async present(state: StudyState): Promise<StudyState> {
    const { studies } = this.ports.store;
    const goesOn = (status: StudyState['status']): boolean => status === 'running' || status === 'pausing';
    const orphaned = goesOn(state.status) && !(await runLockHeld(state.id));
    // It may have ended between being read and being looked for: an end is stored before the lock is let go.
    if (orphaned) state = await this.load(state.id);
    const seen = asStored(state, await studies.rows(state.id, state.cells.map(({ id }) => id)), (await studies.questions(state.id)).length);
    return orphaned && goesOn(seen.status) ? { ...seen, status: 'paused', progress: null } : seen;
  }

  private publish(state: StudyState): void {
    this.ports.publish({ study: state.id, state });
  }

  private async load(id: string): Promise<StudyState> {
    const state = await this.ports.store.studies.get(id);
    if (!state) throw new LabError('studies.not-found', `There is no study "${id}" in this browser.`, 'List the studies to see which there are.', { id });
    return state;
  }
}
