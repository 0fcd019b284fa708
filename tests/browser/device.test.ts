import { expect, test } from '@playwright/test';
import type { DeviceReport } from '../../src/records/device.ts';
import { inBrowser } from '../in-browser.ts';

const MODULE = 'tests/browser/device-page.ts';

test('WASM passes its self-test with all cores of a small machine', async ({ page }) => {
  const report = await inBrowser<DeviceReport>(page, MODULE, 'report', 'wasm');
  expect(report.kind).toBe('wasm');
  expect(report.selfTest.passed).toBe(true);
  expect(report.selfTest.maxRelativeError).toBeLessThan(1e-5);
  expect(report.crossOriginIsolated).toBe(true);
  expect(report.threads).toBe(await page.evaluate(() => Math.min(navigator.hardwareConcurrency, Math.max(4, Math.min(8, navigator.hardwareConcurrency - 2)))));
});

test('products are the lab’s own where the browser has relaxed SIMD, and ONNX Runtime’s where they are asked for', async ({ page }) => {
  const report = await inBrowser<DeviceReport>(page, MODULE, 'report', 'wasm');
  expect(report).toMatchObject({ stockProducts: null, ownKernels: ['products', 'few-rows', 'quantised'], name: 'WebAssembly relaxed SIMD' });
  await page.reload();
  const stock = await inBrowser<DeviceReport>(page, MODULE, 'report', 'wasm', { stock: 'it was asked for' });
  expect(stock).toMatchObject({ stockProducts: 'it was asked for', ownKernels: [], name: 'WebAssembly SIMD' });
});

test('a browser without relaxed SIMD gets the runtime as it is, fetched once', async ({ page }) => {
  const { device, fetches } = await inBrowser<{ device: DeviceReport; fetches: number }>(page, MODULE, 'withoutRelaxedSimd');
  expect(device).toMatchObject({ stockProducts: 'this browser has no relaxed SIMD', name: 'WebAssembly SIMD' });
  expect(device.selfTest.passed).toBe(true);
  expect(fetches).toBe(1);
});

test('the proof of the product kernel passes ours and stops one that is wrong or does not compile', async ({ page }) => {
  const { own, swapped, idle, stopped, alien } = await inBrowser<Record<'own' | 'swapped' | 'idle' | 'stopped' | 'alien', string | null>>(page, MODULE, 'proofs');
  expect(own).toBeNull();
  expect(swapped).toContain('compute wrongly here (1 x 1 by 1 x 1, zero)');
  expect(idle).toContain('compute wrongly here (1 x 1 by 1 x 1, zero, not packed)');
  expect(stopped).toContain('compute wrongly here (unreachable');
  expect(alien).toContain('relaxed SIMD');
});

test('a runtime that computes wrongly with the lab’s kernels in it is not used, and what is wrong is named', async ({ page }) => {
  expect(await inBrowser(page, MODULE, 'withWrongKernels', 'products')).toEqual({ code: 'runtime.own-kernels', fault: expect.stringContaining('its numbers are off by') });
  await page.reload();
  expect(await inBrowser(page, MODULE, 'withWrongKernels', 'quantised')).toEqual({ code: 'runtime.own-kernels', fault: 'a product of 9 rows by int4 weights of 64 x 128 is wrong' });
});

test('products of the sizes that models have are right, few rows and many', async ({ page }) => {
  // Depths within and beyond what is copied at once, columns that fill a panel and that do not, and the widths of Qwen3-0.6B.
  const shapes = [[3, 1024, 24], [13, 512, 48], [64, 768, 200], [17, 2048, 130], [128, 1024, 3072], [40, 3072, 1024]];
  const errors = await inBrowser<number[][]>(page, 'tests/browser/device-page.ts', 'largeProducts', shapes);
  expect(errors).toHaveLength(shapes.length);
  for (const [i, own] of errors.entries()) for (const error of own) expect(error, String(shapes[i])).toBeLessThan(1e-5);
});

test('a software GPU is used when WebGPU is asked for by name, and says so', async ({ page }) => {
  const report = await inBrowser<DeviceReport>(page, MODULE, 'report', 'webgpu');
  expect(report.kind).toBe('webgpu');
  expect(report.largestBuffer).toBeGreaterThanOrEqual(128 * 2 ** 20);
  expect(report.selfTest.passed).toBe(true);
  expect(report.reason).toContain('software');
});

test('a software GPU is not chosen by itself, and the report says why WASM was', async ({ page }) => {
  const report = await inBrowser<DeviceReport>(page, MODULE, 'report', 'auto');
  expect(report.kind).toBe('wasm');
  expect(report.reason).toContain('software');
});

test('a graph whose replay would miss a copy is not captured', async ({ page }) => {
  const [view, scatter] = await inBrowser<{ code: string; message: string }[]>(page, MODULE, 'captureCopies');
  expect(view).toMatchObject({ code: 'runtime.capture', message: expect.stringContaining('its output "y" is a reshape') });
  expect(scatter).toMatchObject({ code: 'runtime.capture', message: expect.stringContaining('ScatterElements') });
});

test('a captured graph gives what its feeds of each run ask for, and is played back in one piece once it was heard', async ({ page }) => {
  const { found, known, submits } = await inBrowser<{ found: number[][]; known: number[][]; submits: number[] }>(page, MODULE, 'replays', 7);
  expect(found).toEqual(known);
  // One run records, two replays are heard alike.
  expect(submits.slice(0, 3).every((count) => count > 1), `the runtime's own runs: ${submits}`).toBe(true);
  expect(submits.slice(3)).toEqual([1, 1, 1, 1]);
});

test('dispatches are played back as they were heard; copies, writes and silence are left to the runtime', async ({ page }) => {
  const { plain, others, found, clean, deaf } = await inBrowser<{ plain: number | null; others: (string | null)[]; found: number[]; clean: boolean; deaf: boolean }>(page, MODULE, 'recordings');
  expect(plain).toBe(3);
  expect(others).toEqual([null, null, null, null]);
  // (x + 1) * 2 + 1, twice.
  expect(found).toEqual([9, 13, 17, 21]);
  expect(clean, 'the device has its own methods again').toBe(true);
  expect(deaf, 'where nobody can listen the work is done and the device is left as it was').toBe(true);
});

test('columns are put where they belong, and nothing else is touched', async ({ page }) => {
  const { keys, values, marks } = await inBrowser<{ keys: number[]; values: number[]; marks: number[] }>(page, MODULE, 'insertions');
  expect(keys).toEqual([11, 12, 0, 0, 14, 15, 0, 0, /* untouched */ 0, 0, 0, 0, 0, 0, 0, 0, /* the second column finds no room */ 0, 0, 0, 1, 0, 0, 0, 4]);
  expect(values).toEqual([0, 0, 0, 0, 1, 2, /* the second row */ 0, 0, 7, 8, 0, 0]);
  expect(marks).toEqual([-1, 65535 * 64 + 5]);
});

test('sixty tensors are joined in a captured graph', async ({ page }) => {
  const found = await inBrowser<number[][]>(page, MODULE, 'manyJoined', 4);
  expect(found).toEqual([0, 1, 2, 3].map((run) => Array.from({ length: 60 }, (_, i) => [1, 2, 3, run].map((value) => i * value)).flat()));
});

test('what the GPU refuses is told to whoever reads next, once', async ({ page }) => {
  const { code, message, after } = await inBrowser<{ code: string; message: string; after: number[] }>(page, MODULE, 'refused');
  expect(code).toBe('runtime.gpu');
  expect(message).toMatch(/destroyed/);
  expect(after).toEqual([1, 2, 3, 4]);
});
