import { inBrowser } from '../in-browser.ts';
import { expect, test } from '../kept-page.ts';
import type { Checked } from './check.ts';

const MODULE = 'tests/gradcheck/check.ts';

test('every gradient rule has a case', async ({ page }) => {
  expect(await inBrowser<string[]>(page, MODULE, 'uncovered')).toEqual([]);
});

for (const device of ['wasm', 'webgpu'] as const) {
  test(`every rule agrees with finite differences on ${device}`, async ({ page }) => {
    test.setTimeout(600_000);
    const results = await inBrowser<Checked[]>(page, MODULE, 'check', device);
    expect(results.length).toBeGreaterThan(50);
    const wrong = results.filter(({ error, contains, problem }) => !(error < 1e-3) || !contains || problem);
    expect(wrong).toEqual([]);
    expect(results.filter(({ refused }) => refused).map(({ rule }) => rule)).toEqual(device === 'wasm' ? [] : ['MatMulNBits', 'MatMulNBits']);
  });
}
