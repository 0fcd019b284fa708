/** How long the page's own thread is busy. For a quiet machine: `npm run test:times`. */
import { expect, test } from '@playwright/test';
import { importModel, type LabWindow, openLab, tinyCheckpoint } from '../browser/lab-page.ts';
import { product } from '../browser/product.ts';

test('no task of the page takes a tenth of a second while a study runs', async ({ page, browser }) => {
  await openLab(page, `${product}?device=wasm`);
  const model = await importModel(page, tinyCheckpoint());
  const home = await page.evaluate(() => (window as unknown as LabWindow).lab.studies.homeManifest());
  const manifest = { ...home, models: [model], training: { ...home.training, max_steps: 60, max_length: 64 }, benchmark: { ...home.benchmark, questions_per_category: 1, max_new_tokens: 4 } };
  await page.waitForTimeout(1000);
  await browser.startTracing(page, { categories: ['-*', 'toplevel', '__metadata'] });
  const events = await page.evaluate(async (input) => {
    let count = 0;
    await (window as unknown as LabWindow).lab.studies.run(input, () => void count++);
    return count;
  }, manifest);
  const tasks = pageTasks(await browser.stopTracing());
  expect(events).toBeGreaterThan(5);
  expect(tasks.length).toBeGreaterThan(100);
  expect(tasks.filter((milliseconds) => milliseconds > 100)).toEqual([]);
});

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  ph: string;
  /** Microseconds the thread was really at work: on a busy machine the clock counts other programs too. */
  tdur?: number;
  args?: { name?: string };
}

/** Milliseconds of every task on the pages' main threads. */
function pageTasks(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as { traceEvents: TraceEvent[] };
  const main = new Set(traceEvents.filter((event) => event.name === 'thread_name' && event.args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid}/${tid}`));
  return traceEvents.filter((event) => event.ph === 'X' && event.tdur !== undefined && main.has(`${event.pid}/${event.tid}`)).map((event) => (event.tdur as number) / 1000);
}
