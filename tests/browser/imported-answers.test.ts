/** Answers of other models, imported on the Data page: the Results page shows the scores of their log; without one a judge server grades them. */
import { expect, test } from '@playwright/test';
import { gradeOf, startJudgeServer } from '../judge-server.ts';
import { type LabWindow, openLab } from './lab-page.ts';
import { product } from './product.ts';

const lines = (...records: object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');
const question = (id: number): object => ({ question_id: `${id}_EN`, category: 'writing', turns: [`Write about ${id}.`, 'Make it shorter.'] });
const answer = (id: number, model_id: string): object => ({ question_id: `${id}_EN`, answer_id: `${id}${model_id}`, model_id, choices: [{ index: 0, turns: [`The sea is wide, says ${model_id} of ${id}.`, 'The sea is wide indeed.'] }], tstamp: 1 });
const judgment = (id: number, model: string, turn: number, score: number): object => ({ question_id: `${id}_EN`, model, judge: ['gpt-4', 'single-v1'], user_prompt: 'p', judgment: `[[${score}]]`, score, turn, tstamp: 1 });
const file = (name: string, text: string): { name: string; mimeType: string; buffer: Buffer } => ({ name, mimeType: 'application/jsonl', buffer: Buffer.from(text) });

const QUESTIONS = lines(question(81), question(82));
const ALPHA = file('alpha.jsonl', lines(answer(81, 'alpha'), answer(82, 'alpha')));
const BETA = file('beta.jsonl', lines(answer(81, 'org/beta')));
const LOG = file('gpt-4_single.jsonl', lines(judgment(81, 'alpha', 1, 9), judgment(81, 'alpha', 2, 7), judgment(82, 'alpha', 1, 8), judgment(81, 'org/beta', 1, 3)));

test.beforeEach(async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  await page.evaluate(async (text) => {
    await (window as unknown as LabWindow).lab.benchmarks.importFiles([new File([text], 'question_en.jsonl')], { name: 'small', id: 'small' });
  }, QUESTIONS);
});

test('a log of answers and judgments is imported on the Data page and its scores stand on the Results page', async ({ page }) => {
  await page.goto(`${product}?device=wasm#/data`);
  await page.getByRole('group', { name: 'What to import' }).getByRole('button', { name: 'Answers' }).click();
  await expect(page.getByLabel('Answers to')).toHaveValue('small');
  await page.locator('pinch-import-panel .drop input').setInputFiles([ALPHA, BETA, LOG]);
  await expect.poll(() => page.evaluate(async () => (await (window as unknown as LabWindow).lab.studies.list()).map(({ status }) => status))).toEqual(['done']);
  const { id, means } = await page.evaluate(async () => {
    const { studies } = (window as unknown as LabWindow).lab;
    const [study] = await studies.list();
    const results = await studies.results(study?.id ?? '');
    return { id: study?.id ?? '', means: results.heatmap.filter(({ language }) => language === 'en').map(({ mix, raw }) => [mix, raw.mean, raw.n]) };
  });
  expect(means).toEqual([['imported:alpha', 8, 3], ['imported:org/beta', 3, 1]]);
  await page.goto(`${product}?device=wasm#/results/${encodeURIComponent(id)}`);
  await expect(page.getByText('gpt-4 (imported)').first()).toBeVisible();
  await expect(page.getByText('answers of 2 models were imported')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Answers (JSONL)' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Adapter (PEFT)' })).toHaveCount(0);
});

test('answers without a log are graded by the judge that is named, and nothing is trained', async ({ page }) => {
  const server = await startJudgeServer(['grade']);
  try {
    const out = await page.evaluate(async ({ url, texts }) => {
      const { studies } = (window as unknown as LabWindow).lab;
      const files = texts.map(([name, text]) => new File([text as string], name as string));
      const { imported } = await studies.importAnswers(files, { benchmark: 'small', judge: { kind: 'openai', base_url: url, model: 'judge-1' } });
      const id = imported?.id ?? '';
      await studies.start(id);
      const state = await studies.wait(id);
      const judgments = await studies.judgments(id);
      return { before: imported?.status, status: state.status, losses: (await studies.losses(id)).length, judged: state.cells.map(({ mix, judged }) => [mix, judged.done, judged.total]), scores: judgments.map((row) => [row.user_prompt, row.state === 'graded' ? row.score : null] as const) };
    }, { url: server.url, texts: [ALPHA, BETA].map(({ name, buffer }) => [name, buffer.toString()]) });
    expect(out).toMatchObject({ before: 'ready', status: 'done', losses: 0, judged: [['imported:alpha', 4, 4], ['imported:org/beta', 2, 2]] });
    expect(server.calls).toHaveLength(6);
    for (const [prompt, score] of out.scores) expect(score).toBe(gradeOf(prompt));
  } finally {
    await server.close();
  }
});
