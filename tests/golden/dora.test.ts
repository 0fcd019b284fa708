/** What of DoRA the families' goldens do not show. */
import { inBrowser } from '../in-browser.ts';
import { expect, test } from '../kept-page.ts';

const check = <T>(page: Parameters<typeof inBrowser>[0], device: string, name: string): Promise<T> => inBrowser<T>(page, 'tests/golden/training-page.ts', 'check', device, name);

test('a fresh DoRA adapter has the lengths of the base\'s rows, and begins where LoRA does', async ({ page }) => {
  const { lengths, loss, gradients } = await check<{ lengths: number; loss: number; gradients: number }>(page, 'wasm', 'freshDora');
  expect(lengths).toBeLessThan(1e-6);
  expect(loss).toBeLessThan(1e-6);
  expect(gradients).toBeLessThan(1e-5);
});

test('with dropout both engines mask a DoRA adapter alike', async ({ page }) => {
  const { whole, blockwise, without } = await check<Record<'whole' | 'blockwise' | 'without', number[]>>(page, 'wasm', 'doraDropout');
  whole.forEach((loss, step) => expect(Math.abs((blockwise[step] as number) / loss - 1), `step ${step}`).toBeLessThan(1e-5));
  expect(Math.abs((whole[5] as number) / (without[5] as number) - 1)).toBeGreaterThan(1e-4);
});

for (const device of ['wasm', 'webgpu']) {
  test(`a DoRA adapter and a plain one answer side by side as in PyTorch, ${device}`, async ({ page }) => {
    const { found, known } = await check<{ found: number[][]; known: number[][] }>(page, device, 'doraBesideLora');
    expect(known.length).toBe(6);
    expect(found).toEqual(known);
  });
}
