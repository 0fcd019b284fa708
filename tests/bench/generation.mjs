// node tests/bench/generation.mjs [adapters=9 requests=40 threads=2 device=wasm temperature=0.7 ...]
// Prints the figures of tests/bench/generation.ts (its options, and what each figure means, are there) as JSON.
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { createServer } from 'vite';
import { chromiumPath } from '../../tools/chromium.mjs';
import { root } from '../../tools/install.mjs';

const port = Number(process.env.PINCH_PORT ?? 4198);
const options = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split('=')).map(([key, value]) => [key, key === 'device' ? value : JSON.parse(value)]));
const server = await createServer({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'error', server: { port, strictPort: true } });
await server.listen();
const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--enable-unsafe-webgpu', '--enable-features=Vulkan'] });
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(`http://localhost:${port}/tests/blank.html`);
  console.log(JSON.stringify(await page.evaluate(async (own) => (await import('/tests/bench/generation.ts')).bench(own), options), null, 1));
} finally {
  await browser.close();
  await server.close();
}
process.exit(0);
