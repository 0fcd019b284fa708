/** Matrix products with quantised weights (src/engine/kernels/quantized.ts), as a browser computes them. */
import { expect, test } from '@playwright/test';
import { inBrowser } from '../in-browser.ts';
import type { QuantizedShape } from './quantized-page.ts';

const MODULE = 'tests/browser/quantized-page.ts';

test('x W^T and dy W of the sizes that models have, of four and of eight bits, on two threads', async ({ page }) => {
  const shapes: QuantizedShape[] = [
    { rows: 128, out: 512, into: 1024, bits: 4 },
    { rows: 63, out: 544, into: 1024, bits: 8 },
    // More rows than columns: MLAS cuts these by rows, so that every thread decodes all of it.
    { rows: 1100, out: 128, into: 192, bits: 4 },
    // One row, and as many as answering takes.
    { rows: 1, out: 2048, into: 1024, bits: 4 },
    { rows: 2, out: 1056, into: 576, bits: 8 },
    { rows: 4, out: 320, into: 192, bits: 4 },
    { rows: 17, out: 320, into: 576, bits: 8 },
    // Fewer numbers than a panel is deep, blocks of sixteen.
    { rows: 3, out: 64, into: 48, bits: 8 },
  ];
  const errors = await inBrowser<{ plain: number; transposed: number }[]>(page, MODULE, 'quantizedErrors', shapes);
  for (const [i, { plain, transposed }] of errors.entries()) {
    const { rows, out, into, bits } = shapes[i] as QuantizedShape;
    console.log(`${rows} rows, ${out} x ${into} of ${bits} bits: ${plain.toExponential(1)}, transposed ${transposed.toExponential(1)}`);
    expect(plain, `shape ${i}`).toBeLessThan(5e-6);
    expect(transposed, `shape ${i}`).toBeLessThan(5e-6);
  }
});

test('the proof finds what is wrong with kernels, and nothing with the lab’s', async ({ page }) => {
  const found = await inBrowser<Record<'own' | 'bits' | 'dots' | 'ways' | 'kernels' | 'inAll', string | null>>(page, MODULE, 'quantizedProofs');
  expect(found.own).toBeNull();
  for (const wrong of ['bits', 'dots', 'ways', 'kernels', 'inAll'] as const) expect(found[wrong], wrong).toMatch(/bits|out of bounds/);
});

test('products that MatMulNBits never asks for stop', async ({ page }) => {
  expect(await inBrowser(page, MODULE, 'oddProducts')).toEqual(['computed', 'computed', 'stopped', 'stopped']);
});

test('a graph with transposed quantised weights is refused where the device cannot multiply them', async ({ page }) => {
  expect(await inBrowser(page, MODULE, 'transposedRefusal', 'wasm')).toEqual({ multiplies: true, code: 'taken' });
  expect(await inBrowser(page, MODULE, 'transposedRefusal', 'webgpu')).toEqual({ multiplies: false, code: 'runtime.turned' });
  await page.goto('about:blank');
  expect(await inBrowser(page, MODULE, 'transposedRefusal', 'wasm', { stock: 'it was asked for' })).toEqual({ multiplies: false, code: 'runtime.turned' });
});
