// node tools/bench-home.mjs [--times=1]: the home page's nine-mix study in the built page, as a visitor starts it: seconds from opening
// the page to the first losses and to the heat map, and of each stage.
import { parseArgs } from 'node:util';
import { JSON_OPTION, median, row, saveResult } from './bench-result.mjs';
import { root } from './install.mjs';

const { values: args } = parseArgs({ options: { ...JSON_OPTION, times: { type: 'string', default: '1' }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4197' } } });
const { chromiumPath, ensureChromium } = await import('./chromium.mjs');
ensureChromium();
const { chromium } = await import('@playwright/test');
const { build, preview } = await import('vite');
await build({ root, logLevel: 'error' });
const server = await preview({ root, preview: { port: Number(args.port), strictPort: true } });
const found = {};
const keep = (what, seconds) => (found[what] ??= []).push(Number(seconds));
try {
  for (let time = 0; time < Number(args.times); time++) {
    const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--no-first-run', '--disable-background-networking'] });
    const page = await browser.newPage();
    const opened = Date.now();
    const since = () => ((Date.now() - opened) / 1000).toFixed(1);
    await page.goto(`http://localhost:${args.port}/?device=wasm`);
    await page.getByRole('button', { name: 'Run the nine-mix study' }).click();
    const id = await (await page.waitForFunction(async () => (await globalThis.lab?.studies.list())?.[0]?.id)).jsonValue();
    await page.waitForFunction(async (study) => (await globalThis.lab.studies.losses(study)).length > 0, id, { polling: 250 });
    const losses = since();
    const state = await page.evaluate((study) => globalThis.lab.studies.wait(study), id);
    await page.locator('.heatmap [data-cell]').first().waitFor({ timeout: 60_000 });
    const { training, answering, judging } = state.seconds;
    const [answers, judgments] = await page.evaluate(async (study) => [(await globalThis.lab.studies.answers(study)).length, (await globalThis.lab.studies.judgments(study)).length], id);
    keep('from opening the page to the heat map', since());
    keep('from opening the page to the first losses', losses);
    keep('training', training);
    keep('answering', answering);
    keep('judging', judging);
    console.log(`heat map after ${since()} s, first losses after ${losses}; training ${training.toFixed(1)}, answering ${answering.toFixed(1)} (${answers} answers), judging ${judging.toFixed(2)} (${judgments} judgments)`);
    await browser.close();
  }
  saveResult(args.json, Object.entries(found).map(([what, own]) => row({ what, unit: 's', ours: median(own), runs: own.length })));
} finally {
  await server.close();
}
process.exit(0);
