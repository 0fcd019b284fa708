import { expect, test } from '@playwright/test';
import type { DeviceReport } from '../../src/core/device.ts';
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
