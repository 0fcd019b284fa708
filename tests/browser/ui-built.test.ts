/** The page as it is shipped: that its code runs after the bundler has had it, and how much of it there is. */
import { expect, test } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import { settled } from '../fixtures/ui-open.ts';
import type { LabWindow } from './lab-page.ts';
import { built, product } from './product.ts';

test.skip(!built, 'this is about the built page');
// A service worker would fetch the shell once more.
test.use({ actionTimeout: 15_000, serviceWorkers: 'block' });

test('the page needs at most 150 KB of script and style, gzipped, before the workers and ORT', async ({ page }) => {
  const workers = new Set<string>();
  page.on('worker', (worker) => workers.add(worker.url()));
  await page.goto(product);
  await settled(page);
  await expect(page.getByRole('button', { name: 'Run the nine-mix study' })).toBeVisible();
  // The page's own timeline: what a worker fetches (ORT) is in the worker's.
  const fetched = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  const own = fetched.filter((url) => /\.(js|css)$/.test(url) && !workers.has(url));
  let bytes = 0;
  for (const url of own) bytes += gzipSync(await (await page.request.get(url)).body()).length;
  console.log(`The page's own code: ${(bytes / 1000).toFixed(1)} kB gzip in ${own.length} files`);
  expect(bytes).toBeGreaterThan(20_000);
  expect(bytes).toBeLessThanOrEqual(150_000);
});

test('all that the home study fetches but ONNX Runtime is at most 30 MB', async ({ page, context }) => {
  const fetched = new Set<string>();
  // Only the addresses: the browser may have let a worker's answer go before its body is asked for.
  context.on('response', (response) => {
    if (response.ok() && response.url().startsWith('http')) fetched.add(response.url());
  });
  await page.goto(`${product}?device=wasm`);
  await settled(page);
  await page.evaluate(() => (window as unknown as LabWindow).lab.models.chat({ model: 'world-dense', messages: [{ role: 'user', content: 'Hi' }], max_new_tokens: 1 }));
  await expect.poll(() => [...fetched].some((url) => url.endsWith('.safetensors')), { message: 'what workers fetch is seen', timeout: 30_000 }).toBe(true);
  const own = [...fetched].filter((url) => !/\/ort-[^/]*\.wasm$/.test(url));
  let bytes = 0;
  for (const url of own) bytes += (await (await page.request.get(url)).body()).length;
  console.log(`First load without ONNX Runtime: ${(bytes / 1e6).toFixed(1)} MB in ${own.length} files, uncompressed`);
  expect(bytes).toBeGreaterThan(5e6);
  expect(bytes).toBeLessThanOrEqual(30e6);
});

test('every page opens in the built lab without an error, and looks right in dark', async ({ page }) => {
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(product);
  await settled(page);
  const headings = ['What is taught, what is asked, who learns', 'The same records, nine ways', 'Set up a study', 'Who grades, and by what', 'What came out'];
  for (const [i, name] of ['Data', 'Mixes', 'Train', 'Judge', 'Results'].entries()) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
    await expect(page.getByRole('heading', { level: 1, name: headings[i] })).toBeVisible();
    await settled(page);
  }
  expect(wrong).toEqual([]);
  await expect(page.locator('.notice')).toHaveCount(0);
  // --ground of the dark theme: the bundler rewrites light-dark(), and must rewrite it right.
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe('rgb(11, 22, 24)');
});
