/** Answers and judgments of a FastChat log as a study that is never trained. */
import { expect, test } from '@playwright/test';
import { importAnswerFiles, type AnswerImport } from '../../src/app/host/answers-import.ts';
import type { Question } from '../../src/records/question.ts';
import { readBundle, writeBundle } from '../../src/studies/bundle.ts';
import { asStored, lacks, rowsOf } from '../../src/studies/completeness.ts';
import { newStudy } from '../../src/studies/create.ts';
import { parseManifest } from '../../src/records/manifest.ts';
import { resultsOf } from '../../src/studies/results.ts';

const file = (name: string, ...lines: object[]): File => new File([lines.map((line) => `${JSON.stringify(line)}\n`).join('')], name);
const question = (number: number): Question => ({ question_id: `${number}_EN`, number: String(number), language: 'en', category: 'writing', turns: ['one', 'two'], reference: [] });
const QUESTIONS = [81, 82, 83].map(question);
const answer = (id: number, model_id: string, ...turns: string[]): object => ({ question_id: id, answer_id: 'x', model_id, choices: [{ index: 0, turns }], tstamp: 1 });
const judgment = (id: number, model: string, turn: number, score: number, judge = 'gpt-4'): object => ({ question_id: id, model, judge: [judge, 'single-v1'], user_prompt: 'p', judgment: score < 0 ? '$ERROR$' : `I think [[${score}]]`, score, turn, tstamp: 1 });
const ANSWERS = [
  file('mt_bench/model_answer/a.jsonl', answer(81, 'org/a', 'A first answer.', 'And a second one.'), answer(82, 'org/a', 'A third answer.', 'And a fourth one.')),
  file('mt_bench/model_answer/b.jsonl', answer(81, 'b', 'The other answer.', 'The other second.'), answer(99, 'b', 'x', 'y')),
];
const LOG = file('mt_bench/model_judgment/gpt-4_single.jsonl', judgment(81, 'org/a', 1, 9), judgment(81, 'org/a', 2, 2.5), judgment(82, 'org/a', 1, -1), judgment(81, 'b', 1, 4), judgment(82, 'b', 1, 7), judgment(81, 'b', 1, 1, 'another'));
const OPTIONS: AnswerImport = { id: 's', name: 'log', benchmark: 'b', questions: QUESTIONS, now: 5 };
const A = 'imported/imported/imported:org/a/0';
const B = 'imported/imported/imported:b/0';

const imported = async (files: File[], more: Partial<AnswerImport> = {}) => {
  const { study, bad, notes } = await importAnswerFiles(files, { ...OPTIONS, ...more });
  if (!study) throw new Error('no study');
  return { study, bad, notes };
};

test('a log is a study that is done: a cell a model, scores as the log says, what is missing missing', async () => {
  const { study, bad, notes } = await imported([...ANSWERS, LOG]);
  const { state, questions, answers, judgments } = study;
  expect(state).toMatchObject({ status: 'done', manifest: { models: ['imported'], datasets: ['imported'], mixes: ['imported:b', 'imported:org/a'], judge: { kind: 'imported', model: 'gpt-4' } } });
  expect(questions.map(({ question_id }) => question_id)).toEqual(['81_EN', '82_EN']);
  expect(state.cells.map(({ id, stage, trained, answered, judged }) => [id, stage, trained.total, answered, judged])).toEqual([
    [B, 'done', 0, { done: 1, total: 2 }, { done: 1, failed: 0, total: 1 }],
    [A, 'done', 0, { done: 2, total: 2 }, { done: 2, failed: 1, total: 3 }],
  ]);
  expect(state.cells[0]?.note).toMatch(/^1 of 2 questions/);
  expect(answers.map(({ model_id, question_id, finish, tokens }) => [model_id, question_id, finish, tokens])).toEqual([[A, '81_EN', [], []], [A, '82_EN', [], []], [B, '81_EN', [], []]]);
  expect(judgments.map((row) => [row.model_id, row.question_id, row.turn, row.state === 'graded' ? row.score : row.state])).toEqual([[A, '81_EN', 1, 9], [A, '81_EN', 2, 2.5], [A, '82_EN', 1, 'failed'], [B, '81_EN', 1, 4]]);
  expect(bad).toEqual([]);
  expect(notes).toEqual([
    '1 answer is to questions that the benchmark does not have (99_EN), and left out.',
    'The judgments are those of gpt-4, 5 of them; those of another are not used.',
    '1 judgment is of answers that are not among the files, and left out.',
  ]);
  const results = await resultsOf(study);
  expect(results.judge).toBe('gpt-4 (imported)');
  const means = results.heatmap.filter(({ language }) => language === 'en').map(({ mix, raw, failed }) => [mix, raw.mean, raw.n, failed]);
  expect(means).toEqual([['imported:b', 4, 1, 0], ['imported:org/a', 5.75, 2, 1]]);
});

test('it is done by what is stored of it, and its bundle opens again', async () => {
  const { study } = await imported([...ANSWERS, LOG]);
  const content = { ...study, losses: [], adapters: new Map() };
  expect(asStored(study.state, rowsOf(content), study.questions.length).status).toBe('done');
  const back = readBundle(new Uint8Array(await writeBundle(content).arrayBuffer()));
  expect(back.state).toEqual(study.state);
  expect([back.answers.length, back.judgments.length]).toEqual([3, 4]);
});

test('without a log it waits for the lab’s judge, which grades the answers there are', async () => {
  const { judge } = parseManifest({ schema: 1, name: 'n', models: ['m'], datasets: ['d'], mixes: ['base'], benchmark: { id: 'b' }, judge: { kind: 'openai', base_url: 'http://localhost/v1', model: 'j', repeats: 2 } });
  const { study } = await imported(ANSWERS, { judge });
  const { state, questions } = study;
  expect([state.status, state.manifest.judge.kind, state.cells.map(({ stage, judged }) => [stage, judged.total])]).toEqual(['ready', 'openai', [['waiting', 4], ['waiting', 8]]]);
  const rows = rowsOf(study);
  expect(state.cells.map((cell) => lacks(cell, rows, questions.length, 2))).toEqual([{ answers: 0, judgments: 4 }, { answers: 0, judgments: 8 }]);
  // A log wins over a judge that is named.
  expect((await imported([...ANSWERS, LOG], { judge })).study.state.manifest.judge.kind).toBe('imported');
  await expect(importAnswerFiles(ANSWERS, { ...OPTIONS, judge: { kind: 'rules', repeats: 1 } })).rejects.toMatchObject({ code: 'studies.rules-need-rubric' });
});

test('references and questions are no model’s answers', async () => {
  const references = file('mt_bench/reference_answer/gpt-4.jsonl', answer(81, 'gpt-4', 'a', 'b'));
  const { study, notes } = await imported([...ANSWERS, references, file('question.jsonl', { question_id: 81, category: 'math', turns: ['a', 'b'] })]);
  expect(study.state.cells.map(({ mix }) => mix)).toEqual(['imported:b', 'imported:org/a']);
  expect(notes.slice(0, 2)).toEqual([
    "mt_bench/reference_answer/gpt-4.jsonl: skipped, for it holds reference answers, which are no model's.",
    'question.jsonl: skipped, for it holds neither answers nor judgments of single answers.',
  ]);
  expect((await importAnswerFiles([references], OPTIONS)).study).toBeNull();
});

test('a manifest cannot ask for imported answers', () => {
  const inventory = { models: ['m'], datasets: ['d'], questions: QUESTIONS };
  const base = { schema: 1 as const, name: 'n', models: ['m'], datasets: ['d'], benchmark: { id: 'b', languages: ['en'] } };
  for (const more of [{ mixes: ['imported:x'] }, { mixes: ['base'], judge: { kind: 'imported' as const } }]) {
    expect(() => newStudy('s', parseManifest({ ...base, ...more }), inventory, 0)).toThrow(/imported answers/);
  }
});
