import { expect, test } from '@playwright/test';
import type { CellRows } from '../../src/storage/index.ts';
import { asStored } from '../../src/studies/completeness.ts';
import { newStudy } from '../../src/studies/create.ts';
import { parseManifest } from '../../src/records/manifest.ts';
import type { Question } from '../../src/records/question.ts';
import type { StudyState } from '../../src/records/study.ts';

const questions: Question[] = Array.from({ length: 40 }, (_, i) => ({ question_id: `${i}_EN`, number: String(i), language: 'en', category: 'writing', turns: ['a', 'b'], reference: [], rubric: {} }));

function study(kind: 'rules' | 'openai', change: (state: StudyState) => void): StudyState {
  const judge = kind === 'rules' ? { kind } : { kind, base_url: 'http://localhost:9/v1', model: 'm' };
  const manifest = parseManifest({ schema: 1, name: 's', models: ['m'], datasets: ['d'], mixes: ['EN', 'DE'], benchmark: { id: 'b', languages: ['en'] }, judge });
  const { state } = newStudy('s', manifest, { models: ['m'], datasets: ['d'], questions }, 0);
  state.status = 'done';
  for (const cell of state.cells) Object.assign(cell, { stage: 'done', answered: { done: 40, total: 40 }, judged: { done: 80, failed: 0, total: 80, calls: 7 } });
  change(state);
  return state;
}

const rows = (...counts: [answers: number, judgments: number, calls?: number][]): Map<string, CellRows> =>
  new Map(counts.map(([answers, judgments, calls = 0], i) => [`m/d/${['EN', 'DE'][i]}/0`, { answers, judgments, calls }]));

const seen = (state: StudyState, counts: Map<string, CellRows>): unknown => {
  const { status, cells } = asStored(state, counts, questions.length);
  return [status, cells.map(({ stage }) => stage)];
};

test('a study that says it is done and has a cell that waits is not done', () => {
  const state = study('rules', ({ cells: [, cell] }) => cell && Object.assign(cell, { stage: 'waiting', judged: { done: 73, failed: 0, total: 80 } }));
  expect(seen(state, rows([40, 80], [40, 73]))).toEqual(['paused', ['done', 'waiting']]);
});

test('a cell that says it is done is done where its rows are there, and waits where any is missing', () => {
  const state = study('rules', () => {});
  expect(seen(state, rows([40, 80], [40, 80]))).toEqual(['done', ['done', 'done']]);
  expect(seen(state, rows([40, 80], [40, 79]))).toEqual(['paused', ['done', 'waiting']]);
  expect(seen(state, rows([39, 80], [40, 80]))).toEqual(['paused', ['waiting', 'done']]);
  expect(seen(state, rows())).toEqual(['paused', ['waiting', 'waiting']]);
});

test('turns without room for an answer are not missed', () => {
  const state = study('rules', ({ cells: [cell] }) => cell && Object.assign(cell.judged, { no_room: 54, total: 26 }));
  expect(seen(state, rows([40, 26], [40, 80]))).toEqual(['done', ['done', 'done']]);
});

test('a failed cell ends a study as well, and a study that is under way stays so', () => {
  expect(seen(study('rules', ({ cells: [cell] }) => cell && (cell.stage = 'failed')), rows([0, 0], [40, 80]))).toEqual(['done', ['failed', 'done']]);
  expect(seen(study('rules', (state) => (state.status = 'running')), rows([40, 80], [40, 3]))).toEqual(['running', ['done', 'waiting']]);
});

test('calls of a judge are those that were counted', () => {
  const calls = (kind: 'rules' | 'openai'): unknown => asStored(study(kind, () => {}), rows([40, 80, 139], [40, 80]), 40).cells.map(({ judged }) => judged.calls);
  expect(calls('openai')).toEqual([139, 0]);
  expect(calls('rules')).toEqual([7, 7]);
});
