/**
 * The real MT-Bench-X, answered by world-dense and graded over the API path. Its files are not part of this project:
 *
 *   PINCH_MT_BENCH_X=folder-with-mt_bench_DE-and-the-others npm test -- --project=browser tests/browser/real-benchmark.test.ts
 */
import { expect, test } from '@playwright/test';
import { startJudgeServer } from '../judge-server.ts';
import { type LabWindow, openLab } from './lab-page.ts';
import { product } from './product.ts';

const folder = process.env['PINCH_MT_BENCH_X'];
const LANGUAGES = ['en', 'de', 'fr', 'it', 'es'];

test.skip(!folder, 'PINCH_MT_BENCH_X names no folder with the real files');

test('the real MT-Bench-X is imported, answered by world-dense in five languages, and graded by a judge server', async ({ page }) => {
  test.setTimeout(3_600_000);
  const server = await startJudgeServer(['grade']);
  try {
    await openLab(page, `${product}?device=wasm`);
    await page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.id = 'folder';
      input.webkitdirectory = true;
      document.body.append(input);
    });
    await page.setInputFiles('#folder', folder as string);
    const report = await page.evaluate(async () => {
      const { files } = document.querySelector('#folder') as HTMLInputElement;
      const wanted = [...(files ?? [])].filter((file) => /\/(question|judge_prompts)\.jsonl$|\/reference_answer\//.test(file.webkitRelativePath));
      return (window as unknown as LabWindow).lab.benchmarks.importFiles(wanted, { name: 'MT-Bench-X' });
    });
    expect(report.bad).toEqual([]);
    expect(report.imported?.counts).toEqual(Object.fromEntries(LANGUAGES.map((code) => [code, 80])));
    expect([...(report.imported?.promptLanguages ?? [])].sort()).toEqual([...LANGUAGES].sort());
    for (const code of LANGUAGES) expect(report.imported?.references[code], code).toBeGreaterThanOrEqual(30);

    const run = await page.evaluate(
      async ([benchmark, url, languages]) => {
        const { lab } = window as unknown as LabWindow;
        const judge = { kind: 'openai' as const, base_url: url as string, model: 'judge-1', concurrency: 4 };
        const state = await lab.studies.run({
          schema: 1, name: 'the real benchmark', models: ['world-dense'], datasets: ['lima-x-world'], mixes: ['base'],
          benchmark: { id: benchmark as string, languages: languages as string[], max_new_tokens: 24 }, judge,
        });
        const [answers, judgments, results] = await Promise.all([lab.studies.answers(state.id), lab.studies.judgments(state.id), lab.studies.results(state.id)]);
        return { state, answers: answers.length, empty: answers.filter((answer) => answer.turns.includes('')).length, judgments: judgments.map(({ state: how, language, user_prompt, judge: [, prompt] }) => ({ how, language, prompt, length: user_prompt.length })), results };
      },
      [report.imported?.id ?? '', server.url, LANGUAGES] as const,
    );
    console.log(`seconds: ${JSON.stringify(run.state.seconds)}; ${run.answers} answers, ${run.empty} of them with a turn for which the model's 512 positions had no room; ${server.calls.length} calls`);
    for (const cell of run.results.heatmap) console.log(`${cell.mix} ${cell.language}: ${cell.raw.mean.toFixed(2)} [${cell.raw.low.toFixed(2)}, ${cell.raw.high.toFixed(2)}], n ${cell.raw.n}, right language ${cell.rightLanguage.mean.toFixed(2)} of ${cell.rightLanguage.n}, failed ${cell.failed}`);
    expect(run.state.status).toBe('done');
    expect(run.answers).toBe(400);
    expect(run.judgments).toHaveLength(800);
    expect(run.judgments.filter(({ how }) => how === 'graded').length).toBe(800);
    expect(new Set(run.judgments.map(({ prompt }) => prompt))).toEqual(new Set(['single-v1', 'single-math-v1', 'single-v1-multi-turn', 'single-math-v1-multi-turn']));
  } finally {
    await server.close();
  }
});
