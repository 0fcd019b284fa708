import type { Page } from '@playwright/test';
import { scheduleFactor } from '../../src/engine/training/schedule.ts';
import { inBrowser } from '../in-browser.ts';
import { expect, test } from '../kept-page.ts';
import { goldenJson } from './files.ts';
import type { GoldenNumbers } from './golden-set.ts';
import type { Difference } from './agreement-checks.ts';
import type { Curve, LogitsErrors } from './training-checks.ts';

test.describe.configure({ timeout: 600_000 });

const check = <T>(page: Page, device: string, name: string, ...args: unknown[]): Promise<T> => inBrowser<T>(page, 'tests/golden/training-page.ts', 'check', device, name, ...args);

test('schedules are those of transformers', async () => {
  const { schedules, training } = await goldenJson<GoldenNumbers>('untied/goldens.json');
  for (const [type, factors] of Object.entries(schedules) as ['constant' | 'linear' | 'cosine', number[]][]) {
    expect(factors.length).toBe(20);
    factors.forEach((factor, step) => expect(scheduleFactor(type, step, training.warmup_steps, training.max_steps)).toBeCloseTo(factor, 12));
  }
});

for (const device of ['wasm', 'webgpu'] as const) {
  test.describe(device, () => {
    for (const checkpoint of ['untied', 'untied-f16', 'tied']) {
      test(`logits of ${checkpoint} are PyTorch's`, async ({ page }) => {
        const errors = await check<LogitsErrors>(page, device, 'logitsErrors', checkpoint);
        expect(errors.packed).toBeLessThan(1e-4);
        expect(errors.plain).toBeLessThan(1e-4);
        if (checkpoint === 'untied') expect(errors.adapter).toBeLessThan(1e-4);
      });
    }

    for (const engine of ['whole', 'blockwise'] as const) {
      test(`every LoRA gradient is PyTorch's, ${engine}`, { tag: device === 'wasm' && engine === 'whole' ? '@quick' : '@golden' }, async ({ page }) => {
        const { losses, tensors } = await check<{ losses: number[]; tensors: { name: string; error: number }[] }>(page, device, 'gradientErrors', engine);
        for (const error of losses) expect(error).toBeLessThan(1e-5);
        expect(tensors.length).toBe(3 * 2 * 7 * 2);
        expect(tensors.filter(({ error }) => !(error < 1e-4))).toEqual([]);
      });
    }

    test('the head in chunks gives the same gradients', async ({ page }) => {
      const { chunks, error } = await check<{ chunks: number; error: number }>(page, device, 'chunkedHeadError');
      expect(chunks).toBeGreaterThan(3);
      expect(error).toBeLessThan(1e-4);
    });

    for (const [name, piece] of [['untied', 40], ['families/llama-int8', 24], ['families/llama-int4', 24]] as const) {
      test(`the head streamed ${piece} tokens of the vocabulary at a time gives the same gradients, ${name}`, async ({ page }) => {
        const { error, loss, accuracy, evaluated } = await check<{ error: number; loss: number; accuracy: number; evaluated: number }>(page, device, 'chunkedHeadError', name, piece);
        expect(error).toBeLessThan(1e-4);
        expect(loss).toBeLessThan(1e-5);
        expect(accuracy).toBeLessThan(1e-6);
        expect(evaluated, 'evaluation gives the losses of training').toBeLessThan(1e-5);
      });
    }

    if (device === 'wasm') {
      // Norms behind projections, a router, no gate, quantised weights, and magnitudes with dropout, where projections are two products and lengths take one more.
      for (const [name, dropout, products] of [['untied', 0, 4], ['families/gemma3_text', 0, 5], ['families/qwen3_moe', 0, 5], ['families/gpt_neox', 0, 2], ['families/llama-int4', 0, 4], ['families/qwen2-dora', 0.2, 12]] as const) {
        test(`gradients are the same whether a layer's products are kept or computed again, ${name}`, async ({ page }) => {
          const found = await check<{ products: number; errors: number[]; differences: number[] }>(page, device, 'savedErrors', name, dropout);
          expect(found.products).toBe(products);
          if (dropout === 0) for (const error of found.errors) expect(error).toBeLessThan(1e-4);
          for (const difference of found.differences) expect(difference).toBeLessThan(1e-6);
        });
      }
    }

    test('twenty AdamW steps follow PyTorch', async ({ page }) => {
      const { curves, losses } = await goldenJson<GoldenNumbers>('untied/goldens.json');
      const found = await check<Curve[]>(page, device, 'curves', [0, 1, 2], 'whole');
      curves.forEach((known, k) => {
        const own = found[k] as Curve;
        expect(own.loss.length).toBe(20);
        expect(known.loss[19]).toBeLessThan(0.8 * (known.loss[0] as number));
        known.loss.forEach((loss, step) => expect(Math.abs((own.loss[step] as number) / loss - 1), `adapter ${k}, step ${step}`).toBeLessThan(1e-3));
        known.grad_norm.forEach((norm, step) => expect(Math.abs((own.grad_norm[step] as number) / norm - 1), `adapter ${k}, step ${step}`).toBeLessThan(1e-3));
        known.learning_rate.forEach((rate, step) => expect(own.learning_rate[step]).toBeCloseTo(rate, 12));
        expect(own.accuracy[0]).toBeCloseTo(losses[k]?.accuracy as number, 6);
      });
    });

    test('the two engines agree', async ({ page }) => {
      const { loss, adapters } = await check<Difference>(page, device, 'wholeAndBlockwise', 0.2);
      expect(loss).toBeLessThan(1e-5);
      expect(adapters).toBeLessThan(1e-4);
    });

    test('a run saved and resumed is the unbroken run, number for number', async ({ page }) => {
      // Compiling for a software GPU is slow: one engine there.
      for (const engine of device === 'wasm' ? ['whole', 'blockwise'] : ['blockwise']) {
        expect(await check<Difference>(page, device, 'brokenAndUnbroken', engine)).toEqual({ loss: 0, adapters: 0, exact: true });
      }
    });
  });
}

for (const dropout of [0, 0.2]) {
  test(`three adapters in one pass are three runs, dropout ${dropout}`, async ({ page }) => {
    for (const { loss, adapters } of await check<Difference[]>(page, 'wasm', 'togetherAndAlone', dropout)) {
      expect(loss).toBeLessThan(1e-5);
      expect(adapters).toBeLessThan(1e-4);
    }
  });
}

test('adapters of one pass have their own learning rates, each as in a run of its own', async ({ page }) => {
  for (const device of ['wasm', 'webgpu']) {
    const { differences, rates } = await check<{ differences: Difference[]; rates: number[] }>(page, device, 'ratesTogetherAndAlone');
    for (const { loss, adapters } of differences) {
      expect(loss).toBeLessThan(1e-5);
      expect(adapters).toBeLessThan(1e-4);
    }
    expect((rates[0] as number) / (rates[1] as number)).toBeCloseTo(4, 9);
    expect(rates[2]).toBe(0);
  }
});

test('an adapter whose data ends stops changing, and the other goes on as if alone', async ({ page }) => {
  for (const device of ['wasm', 'webgpu']) {
    const { short, long, finished } = await check<{ short: Difference; long: Difference; finished: boolean[][] }>(page, device, 'earlyFinish');
    expect(short.exact).toBe(true);
    expect(long.loss).toBeLessThan(1e-5);
    expect(long.adapters).toBeLessThan(1e-4);
    expect(finished).toEqual([[false, false], [false, false], [true, false], [true, false], [true, false], [true, true]]);
  }
});

test('rsLoRA is LoRA scaled by alpha / sqrt(r)', async ({ page }) => {
  const { loss, adapters } = await check<Difference>(page, 'wasm', 'rankStabilised');
  expect(loss).toBeLessThan(1e-6);
  expect(adapters).toBeLessThan(1e-5);
});

test('accumulated micro-batches are one large batch, each token weighing the same', async ({ page }) => {
  for (const device of ['wasm', 'webgpu']) {
    const { loss, adapters } = await check<Difference>(page, device, 'accumulatedAndAtOnce');
    expect(loss).toBeLessThan(1e-5);
    expect(adapters).toBeLessThan(1e-4);
  }
});

for (const engine of ['whole', 'blockwise'] as const) {
  test(`a micro-batch that memory does not suffice for is computed in parts, with the same result, ${engine}`, async ({ page }) => {
    const { loss, adapters, refused, microBatches, evaluated, hopeless } = await check<Difference & { refused: number[]; microBatches: number[]; evaluated: number; hopeless: string }>(page, 'wasm', 'crampedAndRoomy', engine);
    // Four rows of two adapters, then two; and from then on one.
    expect(refused).toEqual([160, 80]);
    expect(microBatches).toEqual([1, 1, 1, 1]);
    expect(loss).toBeLessThan(1e-5);
    expect(adapters).toBeLessThan(1e-4);
    expect(evaluated).toBeLessThan(1e-5);
    expect(hopeless).toBe('runtime.memory');
  });
}

interface Starved extends Difference { roomy: number; refused: number; microBatches: number[] }

// The software GPU's largest buffers: of four rows 65,536 bytes and more, of two as many in the blockwise engine alone, of one half as many.
for (const [engine, left] of [['whole', 2], ['blockwise', 1]] as const) {
  test(`a GPU without the memory for a micro-batch computes it in parts, with the numbers of a run begun so, ${engine}`, async ({ page }) => {
    const { exact, roomy, refused, microBatches, evaluated } = await check<Starved & { evaluated: number }>(page, 'webgpu', 'starvedAndCramped', engine, 40_000);
    expect(refused).toBeGreaterThan(0);
    expect(microBatches).toEqual([left, left, left]);
    expect(exact).toBe(true);
    expect(roomy).toBeLessThan(1e-5);
    expect(evaluated).toBe(0);
  });
}

test('a GPU that runs out of memory in the middle of a run changes nothing before the step is computed in parts', async ({ page }) => {
  const found = await check<{ gradients: Starved; norm: Starved }>(page, 'webgpu', 'starvedLate', 'whole');
  for (const [name, { exact, roomy, refused, microBatches }] of Object.entries(found)) {
    expect(refused, name).toBe(1);
    expect(microBatches, name).toEqual([4, 4, 2, 2]);
    expect(exact, name).toBe(true);
    expect(roomy, name).toBeLessThan(1e-5);
  }
});

test('evaluation weighs every loss token once and says null where there is nothing', async ({ page }) => {
  for (const engine of ['whole', 'blockwise']) {
    const { found, known } = await check<{ found: (number | null)[]; known: (number | null)[] }>(page, 'wasm', 'evaluations', engine);
    expect(found[1]).toBeNull();
    expect(found[0]).toBeCloseTo(known[0] as number, 5);
    expect(found[2]).toBeCloseTo(known[2] as number, 5);
  }
});

test('weights stored as float16 compute what the same numbers stored as float32 do', async ({ page }) => {
  const { stored, error } = await check<{ stored: string[]; error: number }>(page, 'wasm', 'halvesAndFloats');
  expect(stored).toEqual(['float16', 'float32']);
  expect(error).toBeLessThan(1e-6);
});

test('dropout masks are the same on every device, keep the right part, and show no pattern', async ({ page }) => {
  interface Masks { width: number; rows: number; layers: number[][] }
  for (const p of [0.1, 0.5]) {
    const [wasm, webgpu] = [await check<Masks>(page, 'wasm', 'dropoutMasks', p), await check<Masks>(page, 'webgpu', 'dropoutMasks', p)];
    expect(webgpu).toEqual(wasm);
    const { width, rows } = wasm;
    const scale = Math.fround(1 / (1 - p));
    for (const mask of wasm.layers) expect(new Set(mask)).toEqual(new Set([0, scale]));
    // Centred and of unit variance, so that every mean of n independent products is within 5 / sqrt(n).
    const [a, b] = wasm.layers.map((mask) => mask.map((kept) => (Number(kept > 0) - (1 - p)) / Math.sqrt(p * (1 - p)))) as [number[], number[]];
    const at = (i: number, j: number): number => a[(i % rows) * width + (j % width)] as number;
    const mean = (count: number, term: (i: number) => number): number => Array.from({ length: count }, (_, i) => term(i)).reduce((x, y) => x + y, 0) / count;
    const n = rows * width;
    const bound = 5 / Math.sqrt(n);
    expect(Math.abs(mean(n, (i) => a[i] as number))).toBeLessThan(bound);
    expect(Math.abs(mean(n, (i) => (a[i] as number) * (b[i] as number)))).toBeLessThan(bound);
    for (const [down, right] of [[0, 1], [1, 0], [1, 1], [7, 5]] as const) {
      expect(Math.abs(mean(n, (i) => at(Math.floor(i / width), i % width) * at(Math.floor(i / width) + down, (i % width) + right)))).toBeLessThan(bound);
    }
    // Four corners of a rectangle: what a mask made of a row's bit and a column's bit alone would give away.
    expect(Math.abs(mean(n, (i) => at(Math.floor(i / width), i % width) * at(Math.floor(i / width) + 3, i % width) * at(Math.floor(i / width), (i % width) + 2) * at(Math.floor(i / width) + 3, (i % width) + 2)))).toBeLessThan(bound);
    for (let row = 0; row < rows; row++) expect(Math.abs(mean(width, (j) => at(row, j)))).toBeLessThan(5 / Math.sqrt(width));
    for (let column = 0; column < width; column++) expect(Math.abs(mean(rows, (i) => at(i, column)))).toBeLessThan(5 / Math.sqrt(rows));
  }
});
