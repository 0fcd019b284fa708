/** The home page's study, shortened: nine mixes at once, on the product's own page. */
import { expect, test } from '@playwright/test';
import { adapterFiles, importModel, type LabWindow, openLab, runStudy, tinyCheckpoint, tinyStudy } from './lab-page.ts';
import { product } from './product.ts';

const NINE = ['EN', 'DE', 'FR', 'IT', 'ES', 'ENDEFRITES', 'DEFRITES', 'ENDEFRITES-sampled', 'DEFRITES-sampled'];
const FIVE = ['en', 'de', 'fr', 'it', 'es'];

test('the home page\'s nine mixes are tuned, answered and graded into a heat map of nine by five', async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  const home = await page.evaluate(() => (window as unknown as LabWindow).lab.studies.homeManifest());
  expect(home.mixes).toEqual(NINE);
  const state = await runStudy(page, { ...home, models: [model], training: { ...home.training, max_steps: 4, max_length: 64 }, benchmark: { ...home.benchmark, questions_per_category: 1, max_new_tokens: 4 } });
  expect(state.status).toBe('done');
  expect(state.cells).toHaveLength(9);
  expect(state.cells.every((cell) => cell.stage === 'done')).toBe(true);
  const [results, losses] = await page.evaluate(async (id) => {
    const { lab } = window as unknown as LabWindow;
    return [await lab.studies.results(id), await lab.studies.losses(id)] as const;
  }, state.id);
  const cells = results.heatmap.filter((cell) => cell.language !== 'all');
  expect(cells.map(({ mix, language }) => `${mix} ${language}`).sort()).toEqual(NINE.flatMap((mix) => FIVE.map((language) => `${mix} ${language}`)).sort());
  // One question in each of eight categories, two turns.
  for (const { raw, failed } of cells) {
    expect(raw.n).toBe(16);
    expect(failed).toBe(0);
    expect(raw.mean).toBeGreaterThanOrEqual(1);
    expect(raw.low).toBeLessThanOrEqual(raw.mean);
    expect(raw.high).toBeGreaterThanOrEqual(raw.mean);
  }
  expect(results.judge).toContain('not an LLM');
  expect(results.improvements).toHaveLength(4 * 5);
  expect(losses).toHaveLength(9 * 4);
  expect(losses.filter((point) => point.eval_loss !== undefined)).toHaveLength(9);
});

test('a training step, an answer and a grade on WebGPU', async ({ page }) => {
  await openLab(page, `${product}?device=webgpu`);
  const report = await page.evaluate(() => (window as unknown as LabWindow).lab.device());
  expect(report.kind).toBe('webgpu');
  expect(report.selfTest.passed).toBe(true);
  const model = await importModel(page, tinyCheckpoint());
  const shape = { training: { max_steps: 2, learning_rate: 1e-2, per_device_train_batch_size: 1, max_length: 96 }, benchmark: { id: 'mt-bench-x-world', languages: ['en'], questions_per_category: 1, max_new_tokens: 2 } };
  const state = await runStudy(page, tinyStudy(model, shape));
  expect(state.status).toBe('done');
  expect(state.device?.kind).toBe('webgpu');
  const onGpu = await page.evaluate((id) => (window as unknown as LabWindow).lab.studies.losses(id), state.id);

  // The same study on WASM, by another engine altogether.
  await openLab(page, `${product}?device=wasm`);
  const again = await runStudy(page, tinyStudy(model, shape));
  const onCpu = await page.evaluate((id) => (window as unknown as LabWindow).lab.studies.losses(id), again.id);
  expect(onGpu).toHaveLength(4);
  for (const [i, point] of onGpu.entries()) expect(Math.abs(point.loss / (onCpu[i]?.loss ?? 0) - 1)).toBeLessThan(1e-4);
});

test('a graphics process that crashes in training costs no more than the steps since the last checkpoint', async ({ page, browser }) => {
  await openLab(page, `${product}?device=webgpu`);
  const model = await importModel(page, tinyCheckpoint());
  const manifest = tinyStudy(model, {
    mixes: ['EN'],
    training: { max_steps: 12, learning_rate: 1e-2, per_device_train_batch_size: 1, max_length: 96, save_steps: 2 },
    benchmark: { id: 'mt-bench-x-world', languages: ['en'], questions_per_category: 1, max_new_tokens: 1 },
  });
  const running = page.evaluate(async (input) => {
    const notices = new Set<string>();
    const state = await (window as unknown as LabWindow).lab.studies.run(input, (event) => {
      (window as unknown as { trained: number }).trained = event.state.cells[0]?.trained.done ?? 0;
      if (event.state.error) notices.add(event.state.error.code);
    });
    const losses = await (window as unknown as LabWindow).lab.studies.losses(state.id);
    return { status: state.status, steps: losses.map((point) => point.step), notices: [...notices] };
  }, manifest);
  await page.waitForFunction(() => ((window as unknown as { trained?: number }).trained ?? 0) >= 5);
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess');
  const { status, steps, notices } = await running;
  expect(notices).toContain('runtime.device-lost');
  expect(status).toBe('done');
  expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test('a conversation that loses its graphics device is told so, and the next one gets another', async ({ page, browser }) => {
  await openLab(page, `${product}?device=webgpu`);
  const model = await importModel(page, tinyCheckpoint());
  const ask = (tokens: number): Promise<string> => page.evaluate(
    ([id, most]) => (window as unknown as LabWindow).lab.models.chat({ model: id, messages: [{ role: 'user', content: 'Where does Anna live?' }], max_new_tokens: most }).then(({ text }) => text, (error: { code: string }) => error.code),
    [model, tokens] as const,
  );
  const before = await ask(6);
  const broken = ask(400);
  await page.waitForTimeout(200);
  await (await browser.newBrowserCDPSession()).send('Browser.crashGpuProcess');
  expect(await broken).toBe('runtime.device-lost');
  expect(await ask(6)).toBe(before);
});

test('a study of another family trains and answers with its weights in four bits, near what the whole weights give', async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint({ architectures: ['GPTNeoXForCausalLM'], model_type: 'gpt_neox', hidden_act: 'gelu', hidden_size: 32, head_dim: null, intermediate_size: 64, rotary_pct: 0.5 }));
  const { modules } = (await page.evaluate(async (id) => (await (window as unknown as LabWindow).lab.models.list()).find((one) => one.id === id), model)) as { modules: string[] };
  expect(modules).toEqual(['query_key_value', 'dense', 'dense_h_to_4h', 'dense_4h_to_h']);
  const losses: number[][] = [];
  for (const storage of ['auto', 'int4'] as const) {
    const state = await runStudy(page, tinyStudy(model, { storage, mixes: ['base', 'EN'], lora: { r: 2, target_modules: ['query_key_value', 'dense_h_to_4h', 'q_proj'] } }));
    expect(state.status).toBe('done');
    losses.push(await page.evaluate(async (id) => (await (window as unknown as LabWindow).lab.studies.losses(id)).map(({ loss }) => loss), state.id));
  }
  const [whole, rounded] = losses as [number[], number[]];
  expect(whole).toHaveLength(6);
  for (const [step, loss] of rounded.entries()) {
    expect(loss).not.toBe(whole[step]);
    expect(Math.abs(loss / (whole[step] as number) - 1)).toBeLessThan(0.02);
  }
  const failed = await runStudy(page, tinyStudy(model, { mixes: ['EN'], lora: { target_modules: ['q_proj'] } })).catch((thrown: Error) => thrown.message);
  expect(failed).toContain('query_key_value');
});

test('a composition may have a learning rate of its own, in the same pass', async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  const training = { max_steps: 3, learning_rate: 1e-2, lr_scheduler_type: 'constant' as const, per_device_train_batch_size: 1, max_length: 64, learning_rates: { DE: 1e-3 } };
  const { id } = await runStudy(page, tinyStudy(model, { mixes: ['EN', 'DE'], training, benchmark: { id: 'mt-bench-x-world', languages: ['en'], questions_per_category: 1, max_new_tokens: 1 } }));
  const losses = await page.evaluate((study) => (window as unknown as LabWindow).lab.studies.losses(study), id);
  expect(losses.map(({ cell, learning_rate }) => `${cell.split('/')[2]} ${learning_rate}`).sort()).toEqual(['DE 0.001', 'DE 0.001', 'DE 0.001', 'EN 0.01', 'EN 0.01', 'EN 0.01']);
  const refused = await runStudy(page, tinyStudy(model, { mixes: ['EN'], training })).catch((thrown: Error) => thrown.message);
  expect(refused).toContain('does not have: DE');
});

test('a composition whose loss explodes fails at that step; its last good weights are kept, and retry answers with them', async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  // The warm-up's first step has a rate of zero, so the last good weights are those it began with; the second step's is 5e19.
  const training = { max_steps: 6, learning_rate: 1e-2, learning_rates: { DE: 1e20 }, warmup_steps: 2, lr_scheduler_type: 'constant' as const, max_grad_norm: 0, per_device_train_batch_size: 1, max_length: 64, save_steps: 1 };
  const study = await runStudy(page, tinyStudy(model, { mixes: ['base', 'EN', 'DE'], training, benchmark: { id: 'mt-bench-x-world', languages: ['en'], questions_per_category: 1, max_new_tokens: 4 } }));
  expect(study.cells.map(({ stage }) => stage)).toEqual(['done', 'done', 'failed']);
  expect(study.cells[2]).toMatchObject({ trained: { done: 1, total: 1 }, error: { code: 'training.diverged', data: { step: 3, kept: 1 } }, note: 'The weights are those of step 1: at step 3 the loss was no longer a number.' });
  const { stages, said } = await page.evaluate(async (id) => {
    const { lab } = window as unknown as LabWindow;
    await lab.studies.retry(id);
    const { cells } = await lab.studies.wait(id);
    const turns = async (cell: string): Promise<string[][]> => (await lab.studies.answers(id, { cell })).sort((a, b) => (a.question_id < b.question_id ? -1 : 1)).map((answer) => answer.turns);
    return { stages: cells.map(({ stage }) => stage), said: await Promise.all(cells.map((cell) => turns(cell.id))) };
  }, study.id);
  expect(stages).toEqual(['done', 'done', 'done']);
  expect(said[2], 'an adapter before its first real step changes nothing').toEqual(said[0]);
  expect(said[1]).not.toEqual(said[0]);
});

test('a composition whose validation no longer improves stops by itself, and is what it was then', async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  const benchmark = { id: 'mt-bench-x-world', languages: ['en'], questions_per_category: 1, max_new_tokens: 1 };
  const training = { learning_rate: 1e-2, lr_scheduler_type: 'constant' as const, per_device_train_batch_size: 1, max_length: 64, eval_steps: 1, eval_fraction: 0.1, save_steps: 1 };
  // No loss is ever a hundred lower: the second evaluation is the first that is not better.
  const stopped = await runStudy(page, tinyStudy(model, { mixes: ['EN'], benchmark, training: { ...training, max_steps: 9, early_stopping_patience: 1, early_stopping_threshold: 100 } }));
  expect(stopped.cells[0]).toMatchObject({ stage: 'done', trained: { done: 2, total: 2 }, note: expect.stringMatching(/^Stopped at step 2: eval_loss has not improved since step [12]/) });
  const short = await runStudy(page, tinyStudy(model, { name: 'two steps', mixes: ['EN'], benchmark, training: { ...training, max_steps: 2 } }));
  const losses = await page.evaluate(async (one) => (await (window as unknown as LabWindow).lab.studies.losses(one)).map(({ step, eval_loss }) => [step, typeof eval_loss]), stopped.id);
  const [early, other] = await Promise.all([stopped, short].map(({ id }) => adapterFiles(page, id, stopped.cells[0]?.id as string)));
  expect(losses).toEqual([[1, 'number'], [2, 'number']]);
  expect(early?.['adapter_model.safetensors'] === other?.['adapter_model.safetensors']).toBe(true);
  expect(early?.['README.md']).toContain('\n- early_stopping_patience: 1\n');
  expect(early?.['README.md']).toMatch(/\nStopped at step 2: eval\\_loss has not improved since step [12]/);
  const refused = await runStudy(page, tinyStudy(model, { training: { early_stopping_patience: 1 } })).catch((thrown: Error) => thrown.message);
  expect(refused).toContain('needs evaluations on the way');
});
