import { expect, type Page, test } from '@playwright/test';
import type { GenerationRequest } from '../../src/generation/index.ts';
import { inBrowser } from '../in-browser.ts';
import { goldenJson } from './files.ts';
import type { Job, Kind, Outcome } from './generation-page.ts';

interface Goldens {
  generations: { adapter: number; prompt: number[]; tokens: number[] }[];
}

const PAGE = 'tests/golden/generation-page.ts';
const run = (page: Page, jobs: Job[]): Promise<Outcome[]> => inBrowser<Outcome[]>(page, PAGE, 'generateAll', jobs);

const greedy = (id: string, adapter: number, prompt: number[], maxNewTokens = 24): GenerationRequest => ({ id, adapter, prompt, maxNewTokens, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: id });

/** What is left of PyTorch's 24 tokens when the first stop token ends the answer. */
function stopped(tokens: number[], stops: number[]): { tokens: number[]; finish: 'stop' | 'length' } {
  const at = tokens.findIndex((token) => stops.includes(token));
  return at === -1 ? { tokens, finish: 'length' } : { tokens: tokens.slice(0, at), finish: 'stop' };
}

const answers = ({ results, error }: Outcome): unknown => {
  expect(error).toBeNull();
  return results.map(({ tokens, finish }) => ({ tokens, finish }));
};

for (const kind of ['wasm', 'webgpu'] as Kind[]) {
  const device = kind === 'wasm' ? 'WASM' : 'WebGPU';

  for (const [name, stops] of [['untied', [76]], ['untied-f16', [76]], ['tied', [50, 33]]] as [string, number[]][]) {
    test(`the base's greedy answers equal PyTorch's on ${device}: ${name}`, async ({ page }) => {
      const { generations } = await goldenJson<Goldens>(`${name}/goldens.json`);
      const base = generations.filter(({ adapter }) => adapter === -1);
      const requests = base.map(({ prompt }, i) => greedy(String(i), 0, prompt));
      const [never, ends] = await run(page, [
        { kind, model: name, adapters: [], requests, options: { stops: [95 * 1000] } },
        { kind, model: name, adapters: [], requests },
      ]);
      expect(answers(never!)).toEqual(base.map(({ tokens }) => ({ tokens, finish: 'length' })));
      expect(answers(ends!)).toEqual(base.map(({ tokens }) => stopped(tokens, stops)));
    });
  }

  test(`three adapters in one pass answer as PyTorch's do one by one, on ${device}`, async ({ page }) => {
    const { generations } = await goldenJson<Goldens>('untied/goldens.json');
    const tuned = generations.filter(({ adapter }) => adapter >= 0);
    const requests = tuned.map(({ adapter, prompt }, i) => greedy(String(i), adapter, prompt));
    const [together, some] = await run(page, [
      { kind, model: 'untied', adapters: [0, 1, 2], requests },
      // The same adapters in another order, and only two of them asked.
      { kind, model: 'untied', adapters: [2, 0, 1], requests: tuned.filter(({ adapter }) => adapter !== 1).map(({ adapter, prompt }, i) => greedy(String(i), adapter === 2 ? 0 : 1, prompt)) },
    ]);
    expect(answers(together!)).toEqual(tuned.map(({ tokens }) => stopped(tokens, [76])));
    expect(answers(some!)).toEqual(tuned.filter(({ adapter }) => adapter !== 1).map(({ tokens }) => stopped(tokens, [76])));
  });
}
