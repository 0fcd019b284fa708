import { defineConfig } from '@playwright/test';
import { chromiumPath } from './tools/chromium.mjs';

/** Flags without which Chromium offers no WebGPU on a machine that has no GPU; the adapter is SwiftShader. */
const softwareGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];
const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'];

const port = Number(process.env['PINCH_PORT'] ?? 4174);
/** `none` for tests that need no page, `dev` for tests of single rooms, `all` (the default) for the built page too. */
const wanted = process.env['PINCH_SERVERS'] ?? 'all';
const servers = [
  { command: `npx vite --port ${port} --strictPort`, url: `http://localhost:${port}/tests/blank.html`, reuseExistingServer: true, stdout: 'ignore' as const },
  { command: `npx vite preview --port ${port + 1} --strictPort`, url: `http://localhost:${port + 1}/`, reuseExistingServer: true, stdout: 'ignore' as const },
];

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  timeout: 180_000,
  // A file's tests stay together: those of a kept page (tests/kept-page.ts) share what it has loaded.
  fullyParallel: false,
  workers: Number(process.env['PINCH_WORKERS'] ?? 2),
  // Two browsers on two cores: what takes two seconds alone may take ten.
  expect: { timeout: 15_000 },
  // Browsers on a loaded machine now and then lose a worker or a frame; a second failure is a failure.
  retries: process.env['CI'] ? 1 : 0,
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['./tools/reporter.mjs']],
  use: {
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: chromiumPath(),
      args: ['--no-sandbox', ...quiet, ...softwareGpu],
    },
  },
  projects: [
    { name: 'unit', testMatch: 'unit/**/*.test.ts' },
    { name: 'gradcheck', testMatch: 'gradcheck/**/*.test.ts' },
    { name: 'golden', testMatch: 'golden/**/*.test.ts', ...(process.env['PINCH_QUICK'] === '1' ? { grep: /@quick/ } : {}) },
    { name: 'browser', testMatch: 'browser/**/*.test.ts' },
    // Times, for a quiet machine: never a part of `npm test`.
    ...(process.env['PINCH_TIMES'] === '1' ? [{ name: 'times', testMatch: 'times/**/*.test.ts', workers: 1 }] : []),
  ],
  // Two servers: the sources as modules, for tests of single rooms, and the built page, for tests of the product.
  webServer: wanted === 'none' ? [] : wanted === 'dev' ? servers.slice(0, 1) : servers,
});
