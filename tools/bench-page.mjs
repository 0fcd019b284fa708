// A blank page of the sources' own server in Chromium: where benchmarks run.
import { join } from 'node:path';
import { ensurePackages, root } from './install.mjs';

ensurePackages();

/**
 * @param {{ port: number, device?: string, include?: string[] }} options include: packages that vite prepares beforehand
 * @returns the page, a browser of its own for each call of `fresh`, and `close`
 */
export async function openBenchPage({ port, device = 'wasm', include = [] }) {
  const { chromiumPath, ensureChromium } = await import('./chromium.mjs');
  ensureChromium();
  const { chromium } = await import('@playwright/test');
  const { createServer } = await import('vite');
  const server = await createServer({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'error', server: { port, strictPort: true }, ...(include.length > 0 ? { optimizeDeps: { include } } : {}) });
  await server.listen();
  const flags = ['--no-sandbox', '--no-first-run', '--disable-background-networking', ...(device === 'webgpu' ? ['--enable-unsafe-webgpu', '--enable-features=Vulkan'] : device === 'swiftshader' ? ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] : [])];
  let browser = null;
  /** Ends what still computes in the page, until a fresh one is asked for. */
  const leave = async () => {
    await browser?.close();
    browser = null;
  };
  /** A page in a browser of its own, so that none has what the one before has left behind. */
  const fresh = async () => {
    await leave();
    browser = await chromium.launch({ executablePath: chromiumPath(), args: flags });
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(error.message));
    await page.goto(`http://localhost:${port}/tests/blank.html`);
    return page;
  };
  return { page: await fresh(), fresh, leave, close: async () => {
    await leave();
    await server.close();
  } };
}

export { median } from './bench-result.mjs';
