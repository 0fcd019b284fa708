/** Reload and resume through the lab's own page, with the real engine. */
import { expect, test, type Page } from '@playwright/test';
import { importModel, type LabWindow, openLab, ready, runStudy, tinyCheckpoint, tinyStudy } from './lab-page.ts';
import { product } from './product.ts';
import type { LossPoint } from '../../src/records/loss.ts';

const LONG = { max_steps: 120, learning_rate: 1e-2, per_device_train_batch_size: 1, max_length: 64, save_steps: 10 };

const lossesOf = (page: Page, id: string): Promise<LossPoint[]> => page.evaluate((study) => (window as unknown as LabWindow).lab.studies.losses(study), id);

async function begin(page: Page, model: string, training: object = LONG, more: object = {}): Promise<string> {
  return page.evaluate(async (manifest) => {
    const { lab } = window as unknown as LabWindow;
    const { id } = await lab.studies.create(manifest);
    await lab.studies.start(id);
    return id;
  }, tinyStudy(model, { training, ...more }));
}

async function trainedTo(page: Page, id: string, step: number): Promise<void> {
  await page.waitForFunction(
    async ([study, least]) => ((await (window as unknown as LabWindow).lab.studies.get(study as string)).cells[0]?.trained.done ?? 0) >= (least as number),
    [id, step] as const,
    { polling: 50 },
  );
}

const finished = (page: Page, id: string): Promise<string> => page.evaluate(async (study) => (await (window as unknown as LabWindow).lab.studies.wait(study)).status, id);

test('a study that a reload interrupts in training goes on by itself to exactly the unbroken run\'s losses', async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  const unbroken = await runStudy(page, tinyStudy(model, { training: LONG }));
  const id = await begin(page, model);
  await trainedTo(page, id, 33);
  await page.reload();
  await ready(page);
  expect(await finished(page, id)).toBe('done');
  const [losses, wanted] = [await lossesOf(page, id), await lossesOf(page, unbroken.id)];
  expect(wanted).toHaveLength(2 * 120);
  expect(losses).toEqual(wanted);
});

test('early stopping remembers over a reload what it has seen, and keeps the same weights', async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  // No loss is ever a hundred lower: patience is spent by six evaluations after the first one, at step 35.
  const training = { ...LONG, eval_steps: 5, eval_fraction: 0.1, early_stopping_patience: 6, early_stopping_threshold: 100, load_best_model_at_end: true };
  const unbroken = await runStudy(page, tinyStudy(model, { training }));
  const id = await begin(page, model, training);
  await trainedTo(page, id, 22);
  await page.reload();
  await ready(page);
  expect(await finished(page, id)).toBe('done');
  const cells = await page.evaluate(async (study) => (await (window as unknown as LabWindow).lab.studies.get(study)).cells.map(({ trained, note }) => ({ trained, note })), id);
  expect(cells).toEqual(unbroken.cells.map(({ trained, note }) => ({ trained, note })));
  expect(cells[0]?.trained.done).toBe(35);
  expect(await lossesOf(page, id)).toEqual(await lossesOf(page, unbroken.id));
  const same = await page.evaluate(async ([one, two, cell]) => {
    const { lab } = window as unknown as LabWindow;
    const bytes = async (study: string): Promise<string> => String(new Uint8Array(await (await lab.studies.exportAdapter(study, cell)).arrayBuffer()).slice(1000));
    return (await bytes(one)) === (await bytes(two));
  }, [unbroken.id, id, unbroken.cells[0]?.id as string] as const);
  expect(same).toBe(true);
});

test('a study that tunes all weights goes on after a reload to the unbroken run\'s losses', async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  const training = { ...LONG, max_steps: 60 };
  const unbroken = await runStudy(page, tinyStudy(model, { training, tuning: 'full' }));
  const id = await begin(page, model, training, { tuning: 'full' });
  await trainedTo(page, id, 25);
  await page.reload();
  await ready(page);
  expect(await finished(page, id)).toBe('done');
  expect(await lossesOf(page, id)).toEqual(await lossesOf(page, unbroken.id));
});

test('a paused study stays paused over a reload and goes on when it is started', async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  const id = await begin(page, model);
  await trainedTo(page, id, 15);
  const pausedAt = await page.evaluate(async (study) => {
    const { lab } = window as unknown as LabWindow;
    await lab.studies.pause(study);
    const { status, cells } = await lab.studies.get(study);
    return { status, done: cells[0]?.trained.done };
  }, id);
  expect(pausedAt.status).toBe('paused');
  expect(pausedAt.done).toBeLessThan(LONG.max_steps);
  await page.reload();
  await ready(page);
  // Whoever would go on by itself does so when the page opens: a study made and finished since then shows that it had its chance.
  await runStudy(page, tinyStudy(model, { mixes: ['EN'], training: { ...LONG, max_steps: 2 } }));
  const later = await page.evaluate(async (study) => {
    const { status, cells } = await (window as unknown as LabWindow).lab.studies.get(study);
    return { status, done: cells[0]?.trained.done };
  }, id);
  expect(later).toEqual(pausedAt);
  await page.evaluate((study) => (window as unknown as LabWindow).lab.studies.start(study), id);
  expect(await finished(page, id)).toBe('done');
});

// The embedded model answers for seconds; a tiny one would be through before it could be asked to pause.
test('pausing is heard in the middle of answering, and what is answered is kept', async ({ page }) => {
  await openLab(page, `${product}?device=wasm`);
  const outcome = await page.evaluate(async (manifest) => {
    const { lab } = window as unknown as LabWindow;
    const { id } = await lab.studies.create(manifest);
    let done = 0;
    let total = 0;
    const begun = new Promise<void>((resolve) => {
      lab.studies.subscribe(({ state: { progress } }) => {
        if (progress?.phase !== 'answering') return;
        ({ done, total } = progress);
        if (done > 0) resolve();
      });
    });
    await lab.studies.start(id);
    await begun;
    await lab.studies.pause(id);
    const { status } = await lab.studies.get(id);
    const pausedAt = done;
    // What is stored is what was counted: the first event after going on says where it stands.
    const again = new Promise<number>((resolve) => {
      lab.studies.subscribe(({ state: { progress, status: now } }) => now === 'running' && progress?.phase === 'answering' && resolve(progress.done));
    });
    await lab.studies.start(id);
    const resumedAt = await again;
    await lab.studies.cancel(id);
    return { status, pausedAt, resumedAt, total };
  }, tinyStudy('world-dense', { training: { ...LONG, max_steps: 2 }, benchmark: { id: 'mt-bench-x-world', max_new_tokens: 48 } }));
  expect(outcome.status).toBe('paused');
  expect(outcome.pausedAt).toBeGreaterThan(0);
  expect(outcome.pausedAt).toBeLessThan(outcome.total);
  expect(outcome.resumedAt).toBeGreaterThan(outcome.pausedAt);
});

test('a second tab sees the study run and cannot start another', async ({ page, context }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  const id = await begin(page, model, { ...LONG, max_steps: 100_000 });
  const other = await context.newPage();
  await openLab(other, `${product}?device=wasm`);
  const seen = await other.evaluate(async (study) => {
    const { lab } = window as unknown as LabWindow;
    const event = await new Promise<string>((heard) => lab.studies.subscribe(({ state }) => heard(state.status)));
    const { status, manifest } = await lab.studies.get(study);
    const second = await lab.studies.create(manifest);
    const code = await lab.studies.start(second.id).then(() => 'started', (error: { code: string }) => error.code);
    return { event, status, code };
  }, id);
  expect(seen).toEqual({ event: 'running', status: 'running', code: 'studies.busy' });
  // The tab that ran it goes away: here the study is seen for what it is, and can go on.
  await page.close();
  await expect.poll(() => other.evaluate(async (study) => (await (window as unknown as LabWindow).lab.studies.get(study)).status, id)).toBe('paused');
  const after = await other.evaluate(async (study) => {
    const { studies } = (window as unknown as LabWindow).lab;
    await studies.start(study);
    const running = (await studies.get(study)).status;
    await studies.cancel(study);
    return [running, (await studies.get(study)).status];
  }, id);
  expect(after).toEqual(['running', 'cancelled']);
});
