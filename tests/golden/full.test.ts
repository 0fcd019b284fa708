/** All weights trained, in families that differ in what their weights are. */
import { inBrowser } from '../in-browser.ts';
import { expect, test } from '../kept-page.ts';
import type { FullErrors } from './full-checks.ts';

test.describe.configure({ timeout: 300_000 });

for (const name of ['llama3', 'qwen2', 'gemma3_text', 'mixtral', 'gpt_neox']) {
  for (const device of ['wasm', 'webgpu']) {
    test(`all weights of ${name} learn as in PyTorch, ${device}`, async ({ page }) => {
      const { gradients, loss, norm, sameTensors } = await inBrowser<FullErrors>(page, 'tests/golden/training-page.ts', 'check', device, 'fullErrors', `families/${name}`);
      console.log(`${name.padEnd(12)} ${device.padEnd(6)} gradients ${gradients.error.toExponential(1)}  curve ${loss.toExponential(1)}`);
      expect(gradients.count).toBeGreaterThan(15);
      expect(gradients.error, gradients.worst).toBeLessThan(1e-4);
      expect(loss).toBeLessThan(1e-3);
      expect(norm).toBeLessThan(1e-3);
      expect(sameTensors).toBe(true);
    });
  }
}

test('a run of all weights, saved and resumed, is the unbroken run', async ({ page }) => {
  const { unbroken, resumed, sameWeights } = await inBrowser<{ unbroken: number[]; resumed: number[]; sameWeights: boolean }>(page, 'tests/golden/training-page.ts', 'check', 'wasm', 'fullResumed');
  expect(resumed).toEqual(unbroken);
  expect(sameWeights).toBe(true);
});
