import type { Page } from '@playwright/test';
import type { GenerationRequest } from '../../src/engine/generation/index.ts';
import { inBrowser } from '../in-browser.ts';
import { expect, test } from '../kept-page.ts';
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

const drawing = (id: string, prompt: number[], seed: string, more: Partial<GenerationRequest> = {}): GenerationRequest => ({ ...greedy(id, 0, prompt), temperature: 3, seed, ...more });

test('rows of different lengths in one batch answer as each does alone, and finish with the shorter ones first', async ({ page }) => {
  const { generations } = await goldenJson<Goldens>('untied/goldens.json');
  const base = generations.filter(({ adapter }) => adapter === -1);
  const requests = base.map(({ prompt }, i) => greedy(String(i), 0, prompt, [24, 1, 5, 0, 17][i]));
  const [together, alone] = await run(page, [
    { kind: 'wasm', model: 'untied', adapters: [], requests, options: { stops: [95000] } },
    { kind: 'wasm', model: 'untied', adapters: [], requests, options: { stops: [95000], rowsAtOnce: 1 } },
  ]);
  const expected = base.map(({ tokens }, i) => ({ tokens: tokens.slice(0, requests[i]!.maxNewTokens), finish: 'length' }));
  expect(answers(together!)).toEqual(expected);
  expect(answers(alone!)).toEqual(expected);
  expect(together!.order[0]).toBe('3');
  expect(together!.order.at(-1)).toBe('0');
  expect(new Set(together!.order)).toEqual(new Set(['0', '1', '2', '3', '4']));
});

/** Every prompt of some adapters at several lengths, so that most batches would end with a few long answers, and PyTorch's tokens. */
function uneven(generations: Goldens['generations'], lengths: number[]): { requests: GenerationRequest[]; expected: { id: string; tokens: number[]; finish: string }[] } {
  const asked = generations.filter(({ adapter }) => adapter >= 0).flatMap(({ adapter, prompt, tokens }, i) => lengths.map((length, j) => ({ request: greedy(`${i}/${j}`, adapter, prompt, length), tokens: tokens.slice(0, length) })));
  return { requests: asked.map(({ request }) => request), expected: asked.map(({ request: { id }, tokens }) => ({ id, tokens, finish: 'length' })) };
}

test('many answers of very different lengths, preempted and resumed on the way, are those of PyTorch', async ({ page }) => {
  const { generations } = await goldenJson<Goldens>('untied/goldens.json');
  const { requests, expected } = uneven(generations, [2, 3, 24, 4, 1, 22]);
  const [outcome] = await run(page, [{ kind: 'wasm', model: 'untied', adapters: [0, 1, 2], requests, options: { stops: [95000], rowsAtOnce: 6 } }]);
  expect(outcome!.error).toBeNull();
  expect(outcome!.results).toEqual(expected);
  expect(outcome!.order).toHaveLength(requests.length);
});

// gemma3_text forgets tokens six positions back in some layers, in the past as in the window.
for (const [model, adapters, rowsAtOnce] of [['untied', [0, 1, 2], 6], ['families/gemma3_text', [0, 1], 10]] as [string, number[], number][]) {
  test(`many answers of very different lengths whose rows replace finished ones on WebGPU are those of PyTorch: ${model}`, async ({ page }) => {
    const { generations } = await goldenJson<Goldens>(`${model}/goldens.json`);
    const { requests, expected } = uneven(generations, [3, 24, 1]);
    const [outcome] = await run(page, [{ kind: 'webgpu', model, adapters, requests, options: { stops: [95000], rowsAtOnce } }]);
    expect(outcome!.error).toBeNull();
    expect(outcome!.results).toEqual(expected);
    expect(outcome!.order).toHaveLength(requests.length);
  });
}

test('on WebGPU a waiting row takes the place of a finished one while the long answer beside it goes on', async ({ page }) => {
  const { generations } = await goldenJson<Goldens>('untied/goldens.json');
  const { prompt, tokens } = generations.find(({ adapter }) => adapter === -1) as Goldens['generations'][number];
  const requests = [greedy('long', 0, prompt, 24), ...Array.from({ length: 4 }, (_, i) => greedy(`short ${i}`, 0, prompt, 2 + i))];
  const [outcome] = await run(page, [{ kind: 'webgpu', model: 'untied', adapters: [], requests, options: { stops: [95000], rowsAtOnce: 2 } }]);
  expect(outcome!.order).toEqual(['short 0', 'short 1', 'short 2', 'short 3', 'long']);
  expect(answers(outcome!)).toEqual(requests.map(({ maxNewTokens }) => ({ tokens: tokens.slice(0, maxNewTokens), finish: 'length' })));
});

test('on WebGPU drawn and penalised answers that outgrow the window are those of WASM, whoever they follow', async ({ page }) => {
  const prompts = [[1], [1, 17, 40], [5, 61, 9, 33, 70, 12, 88], [1, 90], [7, 7, 7]];
  const requests = prompts.map((prompt, i) => drawing(String(i), prompt, `seed ${i}`, { maxNewTokens: [70, 5, 66, 2, 6][i] as number, temperature: 1.5, topP: 0.9, repetitionPenalty: 1.3 }));
  const options = { stops: [95000], rowsAtOnce: 2 };
  const [gpu, wasm] = await run(page, (['webgpu', 'wasm'] as Kind[]).map((kind) => ({ kind, model: 'untied', adapters: [], requests, options })));
  expect(answers(gpu!)).toEqual(answers(wasm!));
  expect(gpu!.results.map(({ tokens }) => tokens.length)).toEqual([70, 5, 66, 2, 6]);
});

test('on WebGPU the past shrinks as shorter prompts follow, and a batch is kept from call to call: answers are those of WASM', async ({ page }) => {
  const prompt = (length: number): number[] => Array.from({ length }, (_, i) => 3 + ((7 * i + length) % 80));
  // Past lengths of 128, 64 and 32, with rows in them that go on.
  const requests = [[70, 3], [62, 2], [40, 12], [5, 20], [3, 20], [1, 9]].map(([length, tokens]) => greedy(`${length}`, 0, prompt(length as number), tokens));
  const options = { stops: [95000], rowsAtOnce: 2 };
  const [gpu, wasm] = await run(page, (['webgpu', 'wasm'] as Kind[]).map((kind) => ({ kind, model: 'untied', adapters: [], requests, options, times: 2 })));
  expect(answers(gpu!)).toEqual(answers(wasm!));
  expect(gpu!.results.map(({ tokens }) => tokens.length)).toEqual([3, 2, 12, 20, 20, 9, 3, 2, 12, 20, 20, 9]);
});

test('on WebGPU the window shrinks as long answers end, and what is left in it stays right: answers are those of WASM', async ({ page }) => {
  // The long one takes the window to 512 columns; those that follow have room in 64.
  const requests = [[4, 300], [3, 30], [2, 40], [2, 5]].map(([length, tokens], i) => greedy(String(i), 0, Array.from({ length: length as number }, (_, k) => 3 + ((11 * k + i) % 80)), tokens));
  const options = { stops: [95000], rowsAtOnce: 1 };
  const [gpu, wasm] = await run(page, (['webgpu', 'wasm'] as Kind[]).map((kind) => ({ kind, model: 'untied', adapters: [], requests, options, positions: 512 })));
  expect(answers(gpu!)).toEqual(answers(wasm!));
  expect(gpu!.results.map(({ tokens }) => tokens.length)).toEqual([300, 30, 40, 5]);
});

test('where memory does not suffice for a batch, its rows are answered in smaller ones, and say so', async ({ page }) => {
  const { generations } = await goldenJson<Goldens>('untied/goldens.json');
  const { requests, expected } = uneven(generations, [3, 24, 1]);
  const job: Job = { kind: 'wasm', model: 'untied', adapters: [0, 1, 2], requests, options: { stops: [95000] } };
  const most = requests.length;
  const [first, late, hopeless] = await run(page, [
    // So that fewer rows than adapters are left, and adapters have to take turns.
    { ...job, room: { rows: 2, after: 0 }, times: 2 },
    { ...job, room: { rows: Math.ceil(most / 2), after: 4 } },
    { ...job, room: { rows: 0, after: 3 } },
  ]);
  expect(first!.error).toBeNull();
  expect(first!.results).toEqual([...expected, ...expected]);
  expect(first!.fewer[0]?.[1], 'all at once at first').toBe(most);
  expect(first!.fewer.at(-1)?.[0]).toBeLessThanOrEqual(2);
  expect(first!.fewer.every(([rows, wanted]) => rows === Math.floor(wanted / 2)), 'and in halves from then on, in the second call too').toBe(true);
  expect(first!.fewer.length).toBe(first!.fewer.filter(([, wanted]) => wanted > 2).length);
  expect(late!.error).toBeNull();
  expect(late!.results, 'what was finished before stays').toEqual(expected);
  expect(late!.order, 'and is not told of twice').toHaveLength(requests.length);
  expect(new Set(late!.order).size).toBe(requests.length);
  expect(late!.fewer.length).toBeGreaterThan(0);
  expect(hopeless!.error, 'where a single row finds no room that is the error').toMatchObject({ code: 'runtime.memory' });
  expect(hopeless!.order.length, 'with what was finished kept').toBeGreaterThanOrEqual(3);
  expect(hopeless!.order.length).toBeLessThan(requests.length);
  expect(hopeless!.fewer.at(-1)?.[0]).toBe(1);
});

test('a GPU that has no memory for a batch, at once or half way, answers it in smaller ones', async ({ page }) => {
  const { generations } = await goldenJson<Goldens>('untied/goldens.json');
  const { requests, expected } = uneven(generations, [3, 10]);
  const job: Job = { kind: 'webgpu', model: 'untied', adapters: [0, 1, 2], requests, options: { stops: [95000] } };
  const [starved, late] = await run(page, [{ ...job, largest: 40_000 }, { ...job, room: { rows: 15, after: 4 } }]);
  for (const outcome of [starved!, late!]) {
    expect(outcome.error).toBeNull();
    expect(outcome.results).toEqual(expected);
    expect(outcome.order).toHaveLength(requests.length);
    expect(outcome.fewer.length).toBeGreaterThan(0);
  }
  expect(starved!.refused, "by the GPU's own word").toBeGreaterThan(0);
});

test('an answer that is drawn depends on its own seed only, not on what is drawn beside it', async ({ page }) => {
  const prompts = [[1], [1, 17, 40], [5, 61, 9, 33, 70, 12, 88], [1, 90]];
  const requests = prompts.map((prompt, i) => drawing(String(i), prompt, `seed ${i}`));
  const options = { stops: [95000] };
  const [first, again, apart, fewer, others] = await run(page, [
    { kind: 'wasm', model: 'untied', adapters: [], requests, options },
    { kind: 'wasm', model: 'untied', adapters: [], requests, options },
    { kind: 'wasm', model: 'untied', adapters: [], requests, options: { ...options, rowsAtOnce: 1 } },
    { kind: 'wasm', model: 'untied', adapters: [], requests: [requests[2]!, requests[0]!], options },
    { kind: 'wasm', model: 'untied', adapters: [], requests: prompts.map((prompt, i) => drawing(String(i), prompt, `another seed ${i}`)), options },
  ]);
  expect(answers(again!)).toEqual(answers(first!));
  expect(answers(apart!)).toEqual(answers(first!));
  expect(answers(fewer!)).toEqual([first!.results[2], first!.results[0]].map((result) => ({ tokens: result!.tokens, finish: result!.finish })));
  for (const [i, { tokens }] of others!.results.entries()) expect(tokens).not.toEqual(first!.results[i]!.tokens);
});

test('greedy and drawn requests may be asked for together; greedy ones stay greedy', async ({ page }) => {
  const { generations } = await goldenJson<Goldens>('untied/goldens.json');
  const base = generations.filter(({ adapter }) => adapter === -1);
  const requests = [...base.map(({ prompt }, i) => greedy(String(i), 0, prompt)), drawing('drawn', base[1]!.prompt, 'x'), drawing('nearly greedy', base[1]!.prompt, 'y', { temperature: 1e-4 }), drawing('one', base[2]!.prompt, 'z', { temperature: 2, topK: 1 })];
  const [mixed] = await run(page, [{ kind: 'wasm', model: 'untied', adapters: [], requests, options: { stops: [95000] } }]);
  expect(mixed!.error).toBeNull();
  for (const [i, { tokens }] of base.entries()) expect(mixed!.results[i]!.tokens).toEqual(tokens);
  expect(mixed!.results[5]!.tokens).not.toEqual(base[1]!.tokens);
  expect(mixed!.results[6]!.tokens, 'a temperature near zero takes the likeliest tokens').toEqual(base[1]!.tokens);
  expect(mixed!.results[7]!.tokens, 'so does a draw among one').toEqual(base[2]!.tokens);
});

test('a repetition penalty keeps a model from repeating itself', async ({ page }) => {
  const { generations } = await goldenJson<Goldens>('untied/goldens.json');
  // Without it, this prompt is answered by one token 24 times.
  const { prompt, tokens } = generations.find((one) => one.adapter === -1 && new Set(one.tokens).size === 1)!;
  const [free, penalised] = await run(page, [
    { kind: 'wasm', model: 'untied', adapters: [], requests: [greedy('0', 0, prompt)], options: { stops: [95000] } },
    { kind: 'wasm', model: 'untied', adapters: [], requests: [{ ...greedy('0', 0, prompt), repetitionPenalty: 1e4 }], options: { stops: [95000] } },
  ]);
  expect(free!.results[0]!.tokens).toEqual(tokens);
  const distinct = penalised!.results[0]!.tokens;
  expect(new Set([...distinct, ...prompt]).size).toBe(distinct.length + new Set(prompt).size);
});

test('an aborted call stops, keeps what was finished, and leaves the device usable', async ({ page }) => {
  const prompts = [[1], [1, 17, 40], [5, 61, 9, 33, 70, 12, 88]];
  const requests = prompts.map((prompt, i) => greedy(String(i), 0, prompt));
  for (const kind of ['wasm', 'webgpu'] as Kind[]) {
    const [aborted, after] = await run(page, [
      { kind, model: 'untied', adapters: [], requests, options: { rowsAtOnce: 1 }, abortAfter: 1 },
      { kind, model: 'untied', adapters: [], requests: requests.slice(0, 1) },
    ]);
    expect(aborted!.error).toMatchObject({ name: 'AbortError' });
    expect(aborted!.order).toHaveLength(1);
    expect(after!.results).toHaveLength(1);
  }
});

test('requests that cannot be answered are refused by name before anything runs', async ({ page }) => {
  const cases: [Partial<GenerationRequest>, RegExp][] = [
    [{ prompt: [] }, /"bad".*prompt is empty/],
    [{ prompt: [96] }, /outside the vocabulary of 96/],
    [{ prompt: Array.from({ length: 128 }, () => 1) }, /128 tokens leaves no room.*128 positions/],
    [{ adapter: 1 }, /adapter 1 of 0/],
    [{ temperature: -1 }, /sampling settings/],
    [{ topP: 0 }, /sampling settings/],
  ];
  const outcomes = await run(page, cases.map(([fields]) => ({ kind: 'wasm', model: 'untied', adapters: [], requests: [greedy('good', 0, [1]), { ...greedy('bad', 0, [1]), ...fields }] })));
  for (const [i, [, message]] of cases.entries()) {
    expect(outcomes[i]!.error).toMatchObject({ code: 'generation.request', message: expect.stringMatching(message) });
    expect(outcomes[i]!.order).toEqual([]);
  }
});

for (const kind of ['wasm', 'webgpu'] as Kind[]) {
  test(`a row that comes to the model's last position does not stop the longer ones beside it, on ${kind === 'wasm' ? 'WASM' : 'WebGPU'}`, async ({ page }) => {
    const { max_position_embeddings: positions } = await goldenJson<{ max_position_embeddings: number }>('untied/config.json');
    const { generations } = await goldenJson<Goldens>('untied/goldens.json');
    const short = (generations.find(({ adapter }) => adapter === -1) as Goldens['generations'][number]).prompt;
    const long = Array.from({ length: positions - 2 }, (_, i) => 5 + (i % 60));
    const options = { stops: [95 * 1000] };
    const [together, alone] = await run(page, [
      { kind, model: 'untied', adapters: [], requests: [greedy('long', 0, long, 20), greedy('short', 0, short, 20)], options },
      { kind, model: 'untied', adapters: [], requests: [greedy('short', 0, short, 20)], options },
    ]);
    expect(together?.error).toBeNull();
    expect(together?.results.map(({ tokens, finish }) => [tokens.length, finish])).toEqual([[2, 'length'], [20, 'length']]);
    expect(together?.results[1]?.tokens).toEqual(alone?.results[0]?.tokens);
  });
}

test("an answer ends where the model's positions do", async ({ page }) => {
  const [outcome] = await run(page, [{ kind: 'wasm', model: 'untied', adapters: [], requests: [greedy('0', 0, Array.from({ length: 120 }, () => 5), 50)], options: { stops: [95000] } }]);
  expect(outcome!.results[0]!.tokens).toHaveLength(8);
  expect(outcome!.results[0]!.finish).toBe('length');
});

/** Hand-worked: exp(logits) are 8, 4, 2, 1, 1 and a vanishing rest, so probabilities are 8/16, 4/16, 2/16, 1/16, 1/16. */
const LOGITS = [0, Math.log(2), Math.log(8), -100, Math.log(4), 0, -100];
const ROWS = 4000;
const plain = { temperature: 1, topP: 1, topK: 0, repetitionPenalty: 1 };
const distributions: [title: string, request: typeof plain, seen: number[], probabilities: number[]][] = [
  ['the softmax', plain, [], [1 / 16, 2 / 16, 8 / 16, 0, 4 / 16, 1 / 16, 0]],
  ['a flatter one at temperature 2, as square roots', { ...plain, temperature: 2 }, [], [1, Math.SQRT2, Math.sqrt(8), 0, 2, 1, 0].map((w) => w / (4 + Math.SQRT2 + Math.sqrt(8)))],
  ['the three likeliest with top-k 3', { ...plain, topK: 3 }, [], [0, 2 / 14, 8 / 14, 0, 4 / 14, 0, 0]],
  ['the fewest that reach top-p 0.7: two of them, 12/16', { ...plain, topP: 0.7 }, [], [0, 0, 8 / 12, 0, 4 / 12, 0, 0]],
  ['top-p of what top-k left: 8/14 alone reaches 0.5', { ...plain, topK: 3, topP: 0.5 }, [], [0, 0, 1, 0, 0, 0, 0]],
  ['a penalty of 3 on a positive logit, log 8 to log 2', { ...plain, repetitionPenalty: 3 }, [2], [1 / 10, 2 / 10, 2 / 10, 0, 4 / 10, 1 / 10, 0]],
  ['the likeliest alone when greedy', { ...plain, temperature: 0 }, [], [0, 0, 1, 0, 0, 0, 0]],
  ['another likeliest when greedy under a penalty', { ...plain, temperature: 0, repetitionPenalty: 3 }, [2], [0, 0, 0, 0, 1, 0, 0]],
];
for (const kind of ['wasm', 'webgpu'] as Kind[]) {
  test(`draws follow their distribution, limited and penalised as asked, on ${kind === 'wasm' ? 'WASM' : 'WebGPU'}`, async ({ page }) => {
    for (const [title, request, seen, probabilities] of distributions) {
      const counts = await inBrowser<number[]>(page, PAGE, 'drawMany', { kind, logits: LOGITS, request, seen, rows: ROWS });
      expect(counts.reduce((sum, n) => sum + n, 0), title).toBe(ROWS);
      for (const [id, p] of probabilities.entries()) {
        // Four and a half standard deviations of a binomial count: a right sampler fails this once in 20,000 tokens.
        const bound = 4.5 * Math.sqrt(ROWS * p * (1 - p));
        expect(Math.abs((counts[id] as number) - ROWS * p), `${title}: token ${id} was drawn ${counts[id]} times of ${ROWS}, expected ${ROWS * p}`).toBeLessThanOrEqual(bound);
      }
    }
  });
}
