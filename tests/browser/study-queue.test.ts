import { expect, test, type Page } from '@playwright/test';
import { contentHash } from '../../src/core/hash.ts';
import { inBrowser } from '../in-browser.ts';
import type { CaseOptions } from './study-queue-cases.ts';

const MODULE = 'tests/browser/study-queue-cases.ts';

interface Report {
  status: string;
  error: string | null;
  message: string | null;
  cells: { mix: string; stage: string; trained: number; answered: number; graded: number; failed: number; calls: number; error: string | null }[];
  notes: (string | null)[];
  failures: object[];
  losses: [string, number, number, number | null, number][];
  trainers: { cells: string[]; from: number }[];
  steps: number;
  answers: string[][];
  asked: number;
  judgments: [string, string, number, number | null][];
  calls: string[];
  adapters: string[];
  finish: string[];
  noRoom: number[];
  judgeable: number[];
  statuses: string[];
  lossesAnnounced: number;
}

const thrice = <T>(row: T): T[] => [row, row, row];
const whole = (page: Page, options: CaseOptions = {}): Promise<Report> => inBrowser<Report>(page, MODULE, 'whole', options);

test('a study trains its mixes in one pass, answers both turns, and grades every answer', async ({ page }) => {
  const report = await whole(page);
  expect(report.status).toBe('done');
  expect(report.trainers).toEqual([{ cells: ['toy/toy-data/EN/0', 'toy/toy-data/DE/0', 'toy/toy-data/ENDE/0'], from: 0 }]);
  expect(report.losses).toHaveLength(3 * 12);
  expect(report.lossesAnnounced).toBe(3 * 12);
  // Held-out loss at every sixth step and nowhere else.
  expect([...new Set(report.losses.filter((row) => row[3] !== null).map((row) => row[1]))]).toEqual([6, 12]);
  // Tokens are counted up, as TRL's num_tokens.
  const tokens = report.losses.filter(([cell]) => cell.endsWith('EN/0')).map((row) => row[4]);
  expect(tokens.every((count, i) => i === 0 || count > (tokens[i - 1] as number))).toBe(true);
  expect(report.answers).toHaveLength(3 * 4);
  expect(report.judgments).toHaveLength(3 * 4 * 2);
  expect(report.cells.map(({ stage, trained, answered, graded }) => [stage, trained, answered, graded])).toEqual(thrice(['done', 12, 4, 8]));
  expect(report.adapters).toHaveLength(3);
  expect(report.statuses).toEqual(['running', 'done']);
});

test('a group larger than adapters_per_pass is split', async ({ page }) => {
  const report = await whole(page, { manifest: { adapters_per_pass: 2 } });
  expect(report.trainers.map(({ cells }) => cells.length)).toEqual([2, 1]);
  expect(report.status).toBe('done');
});

test('a study says where memory did not suffice for a whole batch, and nothing where it did', async ({ page }) => {
  const training = { max_steps: 4, max_length: 128, per_device_train_batch_size: 4 };
  const report = await whole(page, { manifest: { training }, toy: { microBatch: 2 } });
  expect(report.status).toBe('done');
  expect(report.notes).toEqual(thrice('Memory did not suffice for 4 sequences at once: 2 at a time, with the same result.'));
  expect((await whole(page, { manifest: { training }, toy: { microBatch: 4 } })).notes).toEqual(thrice(null));
});

test('a study says where memory did not suffice for a batch of answers, once, beside what it said of training', async ({ page }) => {
  const training = { max_steps: 4, max_length: 128, per_device_train_batch_size: 4 };
  const answering = 'Memory did not suffice for 48 answers at once: 12 at a time.';
  const fewer = [[24, 48], [12, 24]] as const;
  expect((await whole(page, { manifest: { training }, toy: { fewer, microBatch: 4 } })).notes).toEqual(thrice(answering));
  expect((await whole(page, { manifest: { training }, toy: { fewer, microBatch: 2 } })).notes).toEqual(thrice(`Memory did not suffice for 4 sequences at once: 2 at a time, with the same result. ${answering}`));
});

test('adapters that memory does not suffice for in one pass are trained in several, from where they were', async ({ page }) => {
  const unbroken = await whole(page);
  const [en, de, ende] = ['EN', 'DE', 'ENDE'].map((mix) => `toy/toy-data/${mix}/0`) as [string, string, string];
  const all = { cells: [en, de, ende], from: 0 };
  const cases = [
    // At once, and after the checkpoint of step 5.
    [{ adapters: 2, from: 0 }, [all, { cells: [en, de], from: 0 }, { cells: [ende], from: 0 }]],
    [{ adapters: 2, from: 8 }, [all, { cells: [en, de], from: 5 }, { cells: [ende], from: 5 }]],
    [{ adapters: 1, from: 8 }, [all, { cells: [en, de], from: 5 }, { cells: [en], from: 5 }, { cells: [de], from: 5 }, { cells: [ende], from: 5 }]],
  ] as const;
  for (const [memory, trainers] of cases) {
    const report = await whole(page, { toy: { memory } });
    expect(report.status).toBe('done');
    expect(report.trainers).toEqual(trainers);
    expect(report.losses).toEqual(unbroken.losses);
    expect(report.answers).toEqual(unbroken.answers);
    expect(report.notes[0]).toBe(`Memory did not suffice for 3 adapters in one pass: ${memory.adapters} in this one, with the same result.`);
    expect(report.notes[2]).toContain('for 3 adapters in one pass: 1 in this one');
  }
  const hopeless = await whole(page, { toy: { memory: { adapters: 0, from: 0 } } });
  expect([hopeless.status, hopeless.error]).toEqual(['failed', 'runtime.memory']);
  expect(hopeless.trainers.at(-1)?.cells).toEqual([en]);
});

test('a study whose passes were made smaller goes on with these after a reload', async ({ page }) => {
  const name = 'queue-reload-passes';
  const unbroken = await whole(page);
  await inBrowser(page, MODULE, 'begin', { name, toy: { stepMs: 40, memory: { adapters: 2, from: 3 } } });
  // Three steps of all, three of two again, and on past the checkpoint of step 5.
  await expect.poll(async () => (await inBrowser<{ losses: number }>(page, MODULE, 'stored', name)).losses, { intervals: [20] }).toBeGreaterThanOrEqual(3 * 3 + 2 * 4);
  await page.reload();
  const resumed = await whole(page, { name });
  expect(resumed.trainers.map(({ cells }) => cells.length)).toEqual([2, 1]);
  expect([5, 10]).toContain(resumed.trainers[0]?.from);
  expect(resumed.losses).toEqual(unbroken.losses);
  expect(resumed.status).toBe('done');
  await inBrowser(page, MODULE, 'discard', name);
});

test('mixes that take different numbers of steps are trained apart', async ({ page }) => {
  const report = await whole(page, { manifest: { training: { num_train_epochs: 2, max_length: 256, per_device_train_batch_size: 1, packing: false } } });
  expect(report.trainers.map(({ cells }) => cells.map((cell) => cell.split('/')[2]))).toEqual([['EN', 'DE'], ['ENDE']]);
  // 8 and 18 training records, one a row, two epochs.
  expect(report.cells.map(({ trained }) => trained)).toEqual([16, 16, 36]);
});

test('the untuned model is answered and graded without being trained', async ({ page }) => {
  const report = await whole(page, { manifest: { mixes: ['base', 'EN'] } });
  expect(report.trainers.map(({ cells }) => cells)).toEqual([['toy/toy-data/EN/0']]);
  expect(report.cells.map(({ stage, answered }) => [stage, answered])).toEqual([['done', 4], ['done', 4]]);
  expect(report.adapters).toEqual(['toy/toy-data/EN/0']);
});

test('cells that gave the same answer share one call of the judge, and each has its own judgment', async ({ page }) => {
  const report = await whole(page);
  expect(new Set(report.calls).size).toBe(report.calls.length);
  expect(report.calls.length).toBeLessThan(report.judgments.length);
  expect(report.cells.reduce((sum, cell) => sum + cell.calls, 0)).toBe(report.calls.length);
});

test('questions of one text in two languages share a call of the judge, and each has its own judgment and its place in a mean', async ({ page }) => {
  const { judgments, languages, heatmap, calls, cells } = await inBrowser<Report & { languages: string[]; heatmap: [string, string, number, number][] }>(page, MODULE, 'twins', {});
  expect(judgments).toHaveLength(3 * 4 * 2);
  expect(cells.map(({ graded, failed }) => [graded, failed])).toEqual(thrice([8, 0]));
  expect(languages.every((text) => text.endsWith(text.includes('_EN') ? ' en' : ' de'))).toBe(true);
  for (const [mix, language, ...n] of heatmap) expect([mix, language, ...n]).toEqual([mix, language, language === 'all' ? 8 : 4, 0]);
  // Four prompts a cell, the texts of both languages being one.
  expect(calls.length).toBeLessThanOrEqual(3 * 4);
  expect(new Set(calls).size).toBe(calls.length);
});

test('a turn whose dialogue fills the context is no answer: it is never judged, and is counted by itself', async ({ page }) => {
  const ample = await inBrowser<Report>(page, MODULE, 'twins', {});
  expect(ample.finish.every((ends) => ends === 'stop,stop')).toBe(true);
  // Room for every first turn and for no second one.
  const report = await inBrowser<Report & { heatmap: [string, string, number, number][] }>(page, MODULE, 'twins', { toy: { positions: 32 } });
  expect(report.status).toBe('done');
  expect(report.finish).toEqual(Array(12).fill('stop,no-room'));
  expect(report.judgments).toHaveLength(12);
  expect(report.judgments.every(([, , turn]) => turn === 1)).toBe(true);
  expect([report.noRoom, report.judgeable]).toEqual([thrice(4), thrice(4)]);
  expect(report.cells.map(({ answered, graded, failed }) => [answered, graded, failed])).toEqual(thrice([4, 4, 0]));
  for (const [mix, language, ...n] of report.heatmap) expect([mix, language, ...n]).toEqual([mix, language, ...(language === 'all' ? [4, 4] : [2, 2])]);
});

test('a failure of one cell is none where the same prompt is graded for another', async ({ page }) => {
  const options: CaseOptions = { manifest: { mixes: ['EN', 'DE'], adapters_per_pass: 1 }, judge: { failFirst: 1 } };
  const { judgments, calls, cells } = await inBrowser<Report>(page, MODULE, 'twins', options);
  expect(calls[0]).toBe(calls.find((key, i) => calls.indexOf(key) !== i));
  expect(judgments.filter((row) => row[3] === null)).toEqual([]);
  expect(cells.map(({ graded, failed }) => [graded, failed])).toEqual([[8, 0], [8, 0]]);
});

test('of two tabs that retry a study at once one does, and it is done when nothing is missing', async ({ page, context }) => {
  const name = 'queue-two-retries';
  await inBrowser(page, MODULE, 'begin', { name, judge: { failMath: true } });
  await expect.poll(async () => (await inBrowser<{ status: string }>(page, MODULE, 'stored', name)).status).toBe('done');
  expect(await inBrowser(page, MODULE, 'stored', name)).toMatchObject({ judgments: 24, failed: 12 });
  const other = await context.newPage();
  await inBrowser(other, MODULE, 'stored', name);
  const slow: CaseOptions = { name, judge: { milliseconds: 2500 } };
  const codes = await Promise.all([page, other].map((tab) => inBrowser<string>(tab, MODULE, 'retryCode', slow)));
  expect(codes.sort()).toEqual(['retried', 'studies.busy']);
  expect(await inBrowser(page, MODULE, 'stored', name)).toMatchObject({ status: 'done', judgments: 24, failed: 0, cells: thrice(['done', 8, 0]) });
  await other.goto('about:blank');
  await page.reload();
  await inBrowser(page, MODULE, 'discard', name);
});

test('a study that is paused in training goes on with exactly the losses of an unbroken one', async ({ page }) => {
  const unbroken = await whole(page);
  const resumed = await inBrowser<Report & { pausedStatus: string; pausedAfter: number }>(page, MODULE, 'pausedAt', 7, { toy: { stepMs: 5 } });
  expect(resumed.pausedStatus).toBe('paused');
  // From where it was, not from the last regular checkpoint.
  expect(resumed.trainers).toEqual([{ cells: expect.anything(), from: resumed.pausedAfter }]);
  expect(resumed.losses).toEqual(unbroken.losses);
  expect(resumed.judgments).toEqual(unbroken.judgments);
});

test('a page that is reloaded in training goes on from the last checkpoint with exactly the same losses', async ({ page }) => {
  const name = 'queue-reload-training';
  const unbroken = await whole(page);
  await inBrowser(page, MODULE, 'begin', { name, toy: { stepMs: 40 } });
  await expect.poll(async () => (await inBrowser<{ losses: number }>(page, MODULE, 'stored', name)).losses, { intervals: [20] }).toBeGreaterThanOrEqual(3 * 7);
  await page.reload();
  const resumed = await whole(page, { name });
  expect(resumed.trainers).toHaveLength(1);
  expect([5, 10]).toContain(resumed.trainers[0]?.from);
  expect(resumed.losses).toEqual(unbroken.losses);
  expect(resumed.status).toBe('done');
  await inBrowser(page, MODULE, 'discard', name);
});

test('a page that is reloaded while answering asks only what is missing', async ({ page }) => {
  const name = 'queue-reload-answering';
  const unbroken = await whole(page);
  await inBrowser(page, MODULE, 'begin', { name, toy: { answerMs: 40 } });
  await expect.poll(async () => (await inBrowser<{ answers: number }>(page, MODULE, 'stored', name)).answers, { intervals: [20] }).toBeGreaterThanOrEqual(5);
  await page.reload();
  const there = await inBrowser<{ answers: number }>(page, MODULE, 'stored', name);
  const resumed = await whole(page, { name });
  expect(resumed.trainers).toEqual([]);
  expect(resumed.asked).toBeLessThanOrEqual(24 - there.answers);
  expect(resumed.answers).toEqual(unbroken.answers);
  await inBrowser(page, MODULE, 'discard', name);
});

test('a page that is reloaded while judging pays for nothing twice', async ({ page }) => {
  const name = 'queue-reload-judging';
  const unbroken = await whole(page);
  await inBrowser(page, MODULE, 'begin', { name, judge: { milliseconds: 60 } });
  await expect.poll(async () => (await inBrowser<{ judgments: number }>(page, MODULE, 'stored', name)).judgments, { intervals: [20] }).toBeGreaterThanOrEqual(4);
  await page.reload();
  const there = await inBrowser<{ keys: string[] }>(page, MODULE, 'stored', name);
  const resumed = await whole(page, { name });
  expect(resumed.asked).toBe(0);
  expect(resumed.calls.filter((key) => there.keys.includes(key))).toEqual([]);
  expect(resumed.calls.length).toBeGreaterThan(0);
  expect(resumed.judgments).toEqual(unbroken.judgments);
  await inBrowser(page, MODULE, 'discard', name);
});

test('failed judgments stay failed until they are retried, and then only they are asked again', async ({ page }) => {
  const { before, after, callsOfStart } = await inBrowser<{ before: Report; after: Report; callsOfStart: number }>(page, MODULE, 'retried', {});
  expect(before.status).toBe('done');
  expect(before.judgments.filter((row) => row[3] === null)).toHaveLength(3 * 2 * 2);
  expect(before.cells.map(({ graded, failed }) => [graded, failed])).toEqual(thrice([4, 4]));
  expect(callsOfStart).toBe(0);
  expect(after.judgments.filter((row) => row[3] === null)).toEqual([]);
  expect(after.cells.map(({ stage, graded, failed }) => [stage, graded, failed])).toEqual(thrice(['done', 8, 0]));
  const math = new Set(['82_EN', '82_DE'].map(contentHash));
  expect(after.calls.length).toBeGreaterThan(0);
  expect(after.calls.filter((key) => !math.has(key.split('|')[1] as string))).toEqual([]);
  expect(after.asked).toBe(0);
});

test('a judge that reaches its cap pauses the study with what it has kept', async ({ page }) => {
  const { before, after } = await inBrowser<{ before: Report; after: Report }>(page, MODULE, 'capped', {});
  expect([before.status, before.error]).toEqual(['paused', 'judging.max-calls']);
  expect(before.calls).toHaveLength(5);
  expect(before.judgments.length).toBeGreaterThanOrEqual(5);
  expect(after.status).toBe('done');
  expect(after.calls.filter((key) => before.calls.includes(key))).toEqual([]);
  expect(after.judgments).toHaveLength(24);
});

test('a lost device is opened again and the study goes on from the last checkpoint', async ({ page }) => {
  const unbroken = await whole(page);
  const report = await whole(page, { toy: { loseAt: [8] } });
  expect(report.status).toBe('done');
  expect(report.trainers.map(({ from }) => from)).toEqual([0, 5]);
  expect(report.losses).toEqual(unbroken.losses);
  expect(report.error).toBe('runtime.device-lost');
  expect(report.message).toContain('went on from the last checkpoint');
});

test('a device may be lost as often as it likes, as long as something more was stored in between', async ({ page }) => {
  const unbroken = await whole(page);
  const report = await whole(page, { toy: { loseAt: [3, 8, 11], loseAnswering: [4, 9] } });
  expect(report.status).toBe('done');
  expect(report.trainers.map(({ from }) => from)).toEqual([0, 0, 5, 10]);
  expect(report.losses).toEqual(unbroken.losses);
  expect(report.answers).toEqual(unbroken.answers);
  expect(report.judgments).toEqual(unbroken.judgments);
});

test('a device that is lost again before anything more was stored fails the study, which says so', async ({ page }) => {
  // Checkpoints are of steps 5 and 10.
  const failures = [[[3, 4], [0, 0]], [[8, 9], [0, 5]], [[3, 8, 8], [0, 0, 5]]] as const;
  for (const [loseAt, from] of failures) {
    const report = await whole(page, { toy: { loseAt: [...loseAt] } });
    expect([report.status, report.error], String(loseAt)).toEqual(['failed', 'runtime.device-lost']);
    expect(report.message).toContain('nothing more could be stored in between');
    expect(report.trainers.map((trainer) => trainer.from), String(loseAt)).toEqual(from);
  }
});

test('a composition that cannot be made fails alone', async ({ page }) => {
  const report = await whole(page, { manifest: { mixes: ['EN', 'FR', 'DE'] } });
  expect(report.status).toBe('done');
  expect(report.cells.map(({ mix, stage, error }) => [mix, stage, error])).toEqual([['EN', 'done', null], ['FR', 'failed', 'mixes.language-missing'], ['DE', 'done', null]]);
});

test('a loss that is no number fails its cell and lets the others of the pass go on', async ({ page }) => {
  const unbroken = await whole(page);
  const report = await whole(page, { toy: { diverge: { cell: 'toy/toy-data/DE/0', step: 4 } } });
  expect(report.cells.map(({ mix, stage, error }) => [mix, stage, error])).toEqual([['EN', 'done', null], ['DE', 'failed', 'training.diverged'], ['ENDE', 'done', null]]);
  const of = (rows: Report['losses'], mix: string): Report['losses'] => rows.filter(([cell]) => cell === `toy/toy-data/${mix}/0`);
  expect(of(report.losses, 'EN')).toEqual(of(unbroken.losses, 'EN'));
  expect(of(report.losses, 'DE')).toHaveLength(3);
  expect(report.adapters).toEqual(['toy/toy-data/EN/0', 'toy/toy-data/ENDE/0']);
});

test('of a cell whose loss is no number any more the last good checkpoint is kept, and not one that has not been proven', async ({ page }) => {
  const cell = 'toy/toy-data/DE/0';
  // Checkpoints are of steps 5 and 10; the second is stored once step 11 has shown that it is good.
  for (const [step, kept] of [[5, null], [8, 5], [11, 5], [12, 10]] as const) {
    const report = await whole(page, { toy: { diverge: { cell, step } } });
    expect(report.adapters.includes(cell), `step ${step}`).toBe(kept !== null);
    expect(report.failures, `step ${step}`).toEqual([{ cell, step, kept }]);
    expect(report.cells.map(({ stage }) => stage)).toEqual(['done', 'failed', 'done']);
  }
});

test('a pass all of whose cells have diverged ends there', async ({ page }) => {
  const report = await whole(page, { manifest: { mixes: ['DE'] }, toy: { diverge: { cell: 'toy/toy-data/DE/0', step: 4 } } });
  expect(report.status).toBe('failed');
  expect(report.steps).toBe(4);
});

test('a study whose every cell failed has failed, with the reason', async ({ page }) => {
  const report = await whole(page, { manifest: { models: ['no-such-architecture'] } });
  expect([report.status, report.error]).toEqual(['failed', 'models.unsupported-architecture']);
});

test('a cancelled study keeps what it has and trains no further', async ({ page }) => {
  const report = await inBrowser<Report>(page, MODULE, 'cancelled', { toy: { stepMs: 10 } });
  expect(report.status).toBe('cancelled');
  expect(report.losses.length).toBeGreaterThanOrEqual(3 * 3);
  expect(report.losses.length).toBeLessThan(3 * 12);
  expect(report.answers).toEqual([]);
});

test('only one tab runs a study at a time, and the other says so', async ({ page, context }) => {
  const name = 'queue-two-tabs';
  await inBrowser(page, MODULE, 'begin', { name, toy: { stepMs: 600 } });
  const other = await context.newPage();
  expect(await inBrowser(other, MODULE, 'startCode', name)).toBe('studies.busy');
  // The lock goes with the tab.
  await page.close();
  expect(await inBrowser(other, MODULE, 'startCode', name)).toBe('started');
  await other.goto('about:blank');
});

test('a disk that fills up pauses the study, which goes on when there is room again', async ({ page }) => {
  const unbroken = await whole(page);
  const { before, after } = await inBrowser<{ before: Report; after: Report }>(page, MODULE, 'fullAt', 7, {});
  expect([before.status, before.error]).toEqual(['paused', 'storage.quota']);
  expect(before.cells.map(({ stage }) => stage)).toEqual(thrice('training'));
  expect(before.losses.length).toBeLessThan(3 * 12);
  expect(after.status).toBe('done');
  expect(after.losses).toEqual(unbroken.losses);
});
