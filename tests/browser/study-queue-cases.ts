/** What tests/browser/study-queue.test.ts runs inside the page: the real queue over the real IndexedDB, with a toy engine. */
import { LabError } from '../../src/core/errors.ts';
import type { Question } from '../../src/records/question.ts';
import { Database, Store } from '../../src/storage/index.ts';
import { newStudy } from '../../src/studies/create.ts';
import { resultsOf } from '../../src/studies/results.ts';
import { parseManifest, type ManifestInput } from '../../src/records/manifest.ts';
import { StudyRunner } from '../../src/studies/runner.ts';
import { ToyEngine, ToyJudge, toyData, type ToyJudgeOptions, type ToyOptions } from './toy-engine.ts';
import type { StudyEvent, StudyState } from '../../src/records/study.ts';

const QUESTIONS: Question[] = ['en', 'de'].flatMap((language) =>
  (['writing', 'math'] as const).map((category, i) => ({ question_id: `${81 + i}_${language.toUpperCase()}`, number: String(81 + i), language, category, turns: [`${category} one?`, `${category} two?`], reference: [], rubric: {} })),
);

export interface CaseOptions {
  /** Database: cases that a reload interrupts share one. */
  name?: string;
  manifest?: Partial<ManifestInput>;
  toy?: ToyOptions;
  judge?: { milliseconds?: number; cap?: number; failMath?: boolean; failFirst?: number; byText?: boolean };
}

function manifestOf(options: CaseOptions): ManifestInput {
  return {
    schema: 1, name: 'toy study', models: ['toy'], datasets: ['toy-data'], mixes: ['EN', 'DE', 'ENDE'],
    training: { max_steps: 12, save_steps: 5, max_length: 128, per_device_train_batch_size: 1, eval_steps: 6 },
    benchmark: { id: 'toy-bench', languages: ['en', 'de'] },
    ...options.manifest,
  };
}

interface Rig {
  store: Store;
  engine: ToyEngine;
  judge: ToyJudge;
  runner: StudyRunner;
  events: StudyEvent[];
  id: string;
}

let counter = 0;

async function rig(options: CaseOptions, store?: Store): Promise<Rig> {
  const opened = store ?? (await Store.open(options.name ?? `queue-${performance.timeOrigin}-${counter++}`));
  const engine = new ToyEngine(options.toy);
  const fails: ToyJudgeOptions['fails'] = options.judge?.failMath ? ({ question }) => question.category === 'math' : undefined;
  const judge = new ToyJudge({ ...options.judge, fails });
  const events: StudyEvent[] = [];
  const runner = new StudyRunner({ store: opened, engine, data: toyData(() => judge), publish: (event) => events.push(event) });
  const known = await opened.studies.list();
  let id = known[0]?.id;
  if (!id) {
    id = 'study';
    const { state, questions } = newStudy(id, parseManifest(manifestOf(options)), { models: ['toy', 'no-such-architecture'], datasets: ['toy-data'], questions: QUESTIONS }, 1000);
    await opened.studies.create(state, questions);
  }
  return { store: opened, engine, judge, runner, events, id };
}

async function settled({ store, runner, id }: Rig): Promise<StudyState> {
  while (runner.current !== null) await new Promise((wait) => setTimeout(wait, 10));
  return (await store.studies.get(id)) as StudyState;
}

async function report(one: Rig): Promise<Record<string, unknown>> {
  const state = await settled(one);
  const judgments = await one.store.answers.judgments(one.id);
  return {
    status: state.status,
    error: state.error?.code ?? null,
    message: state.error?.message ?? null,
    cells: state.cells.map(({ mix, stage, trained, answered, judged, error }) => ({ mix, stage, trained: trained.done, answered: answered.done, graded: judged.done, failed: judged.failed, calls: judged.calls ?? 0, error: error?.code ?? null })),
    notes: state.cells.map(({ note }) => note ?? null),
    failures: state.cells.flatMap(({ error }) => (error ? [error.data] : [])),
    losses: (await one.store.studies.losses(one.id)).map(({ cell, step, loss, eval_loss, num_tokens }) => [cell, step, loss, eval_loss ?? null, num_tokens]),
    trainers: one.engine.trainers,
    steps: one.engine.steps,
    answers: (await one.store.answers.answers(one.id)).map(({ model_id, question_id, turns }) => [model_id, question_id, turns.join(' / ')]),
    asked: one.engine.answered.length,
    judgments: judgments.map((judgment) => [judgment.model_id, judgment.question_id, judgment.turn, judgment.state === 'graded' ? judgment.score : null]),
    calls: one.judge.calls,
    adapters: await one.store.studies.adapterCells(one.id),
    finish: (await one.store.answers.answers(one.id)).map((answer) => answer.finish.join()),
    noRoom: state.cells.map(({ judged }) => judged.no_room),
    judgeable: state.cells.map(({ judged }) => judged.total),
    statuses: [...new Set(one.events.map((event) => event.state.status))],
    lossesAnnounced: one.events.flatMap((event) => event.losses ?? []).length,
  };
}

async function close({ store }: Rig, name?: string): Promise<void> {
  store.close();
  if (name) await Database.delete(name);
}

/** A whole run, start to end. */
export async function whole(options: CaseOptions = {}): Promise<unknown> {
  const one = await rig(options);
  await one.runner.start(one.id);
  const result = await report(one);
  await close(one);
  return result;
}

/** Begins and does not wait: the test reloads the page under it. */
export async function begin(options: CaseOptions): Promise<void> {
  const one = await rig(options);
  await one.runner.start(one.id);
}

/** How far a study has come, by what is stored. */
export async function stored(name: string): Promise<unknown> {
  const store = await Store.open(name);
  const [study] = await store.studies.list();
  const counts = { losses: 0, answers: 0, judgments: 0, failed: 0, keys: [] as string[], status: study?.status, cells: study?.cells.map(({ stage, judged: { done, failed } }) => [stage, done, failed]) };
  if (study) {
    counts.losses = (await store.studies.losses(study.id)).length;
    counts.answers = (await store.answers.answers(study.id, {}, { partial: true })).length;
    const judgments = await store.answers.judgments(study.id);
    counts.judgments = judgments.length;
    counts.failed = judgments.filter(({ state }) => state === 'failed').length;
    counts.keys = judgments.map(({ judge_id, prompt_hash, answer_hash, turn, repeat }) => [judge_id, prompt_hash, answer_hash, turn, repeat].join('|'));
  }
  store.close();
  return counts;
}

/** Pauses once so many optimiser steps are done, then goes on with a new queue and a new engine. */
export async function pausedAt(steps: number, options: CaseOptions): Promise<unknown> {
  const first = await rig(options);
  await first.runner.start(first.id);
  while (first.engine.steps < steps) await new Promise((wait) => setTimeout(wait, 2));
  await first.runner.pause(first.id);
  const paused = (await first.store.studies.get(first.id)) as StudyState;
  const second = await rig({ ...options, toy: {} }, first.store);
  await second.runner.start(second.id);
  const result = await report(second);
  await close(second);
  return { ...result, pausedStatus: paused.status, pausedAfter: first.engine.steps };
}

export async function retried(options: CaseOptions): Promise<unknown> {
  const first = await rig({ ...options, judge: { failMath: true } });
  await first.runner.start(first.id);
  const before = await report(first);
  const again = await rig(options, first.store);
  await again.runner.start(again.id);
  await settled(again);
  const callsOfStart = again.judge.calls.length;
  await again.runner.retry(again.id);
  const after = await report(again);
  await close(again);
  return { before, after, callsOfStart };
}

export async function capped(options: CaseOptions): Promise<unknown> {
  const first = await rig({ ...options, judge: { cap: 5 } });
  await first.runner.start(first.id);
  const before = await report(first);
  const again = await rig(options, first.store);
  await again.runner.start(again.id);
  const after = await report(again);
  await close(again);
  return { before, after };
}

/** The disk is full from this optimiser step on, until a second attempt. */
export async function fullAt(step: number, options: CaseOptions): Promise<unknown> {
  const first = await rig(options);
  const write = first.store.studies.putLosses.bind(first.store.studies);
  first.store.studies.putLosses = async (study, points) => {
    if (points.some((point) => point.step >= step)) throw new LabError('storage.quota', 'The disk is full.', 'Make room.');
    await write(study, points);
  };
  await first.runner.start(first.id);
  const before = await report(first);
  first.store.studies.putLosses = write;
  const again = await rig(options, first.store);
  await again.runner.start(again.id);
  const after = await report(again);
  await close(again);
  return { before, after };
}

export async function cancelled(options: CaseOptions): Promise<unknown> {
  const one = await rig(options);
  await one.runner.start(one.id);
  while (one.engine.steps < 3) await new Promise((wait) => setTimeout(wait, 2));
  await one.runner.cancel(one.id);
  const result = await report(one);
  await close(one);
  return result;
}

/** A whole run whose questions are the same texts in both languages, and what its figures are counted from. */
export async function twins(options: CaseOptions): Promise<unknown> {
  const one = await rig({ ...options, manifest: { system_prompt: false, ...options.manifest }, judge: { byText: true, ...options.judge } });
  await one.runner.start(one.id);
  const result = await report(one);
  const [answers, judgments, state] = [await one.store.answers.answers(one.id), await one.store.answers.judgments(one.id), (await one.store.studies.get(one.id)) as StudyState];
  const { heatmap } = await resultsOf({ state, questions: QUESTIONS, answers, judgments });
  await close(one);
  return { ...result, heatmap: heatmap.map(({ mix, language, raw, noRoom }) => [mix, language, raw.n, noRoom]), languages: judgments.map(({ question_id, language }) => `${question_id} ${language}`) };
}

/** Retries, and waits until it has come to its end here. @returns the code of the error, if there is one */
export async function retryCode(options: CaseOptions): Promise<string> {
  const one = await rig(options);
  try {
    await one.runner.retry(one.id);
    await settled(one);
    return 'retried';
  } catch (thrown) {
    return thrown instanceof LabError ? thrown.code : String(thrown);
  } finally {
    one.store.close();
  }
}

/** @returns the code of the error, if there is one */
export async function startCode(name: string): Promise<string> {
  const one = await rig({ name });
  try {
    await one.runner.start(one.id);
    return 'started';
  } catch (thrown) {
    return thrown instanceof LabError ? thrown.code : String(thrown);
  } finally {
    if (one.runner.current === null) one.store.close();
  }
}

export async function discard(name: string): Promise<void> {
  await Database.delete(name);
}
