/**
 * Families against PyTorch (families.py): logits, LoRA gradients, steps of training, greedy answers.
 * WASM: every family, twenty steps. A software GPU takes a hundred times as long: five families of different structure and three
 * steps there, and the whole matrix in `npm run test:full`.
 */
import { familyOf } from '../../src/engine/models/families/index.ts';
import { parseConfig } from '../../src/engine/models/config.ts';
import { adaptables } from '../../src/engine/models/plan.ts';
import { inBrowser } from '../in-browser.ts';
import { expect, test } from '../kept-page.ts';
import { goldenJson } from './files.ts';
import type { GoldenNumbers } from './golden-set.ts';
import type { Job, Kind, Outcome } from './generation-page.ts';
import type { FamilyErrors } from './training-checks.ts';

test.describe.configure({ timeout: 600_000 });

const FAMILIES = ['llama-deep', 'qwen2-dora', 'llama-int8', 'llama-int4', 'qwen2-int8', 'gemma3_text-int4', 'qwen3_moe-int4', 'llama3', 'mistral', 'qwen2', 'qwen3', 'gemma3_text', 'mixtral', 'qwen3_moe', 'gpt_neox', 'gpt_neox-serial'];

const FULL = process.env['PINCH_FULL'] === '1';

/** Differ in attention, norms, layers of several kinds, experts, weights in four bits: what the others have is in one of them. */
const FIVE = new Set(['llama-int4', 'qwen2-dora', 'gemma3_text', 'qwen3_moe', 'gpt_neox']);

/** Layer by layer on WebGPU too: codes of four bits, layers of two kinds, and experts. */
const BY_LAYER = new Set(['llama-int4', 'gemma3_text', 'qwen3_moe']);

for (const name of FAMILIES) {
  const folder = `families/${name}`;
  const kinds: Kind[] = FULL || FIVE.has(name) ? ['wasm', 'webgpu'] : ['wasm'];
  for (const kind of kinds) {
    const steps = FULL || kind === 'wasm' ? 20 : 3;
    for (const engine of kind === 'wasm' || BY_LAYER.has(name) ? (['whole', 'blockwise'] as const) : (['whole'] as const)) {
      test(`${name} computes and learns as in PyTorch, ${kind}, ${engine}`, async ({ page }) => {
        const { logits, losses, gradients, curve } = await inBrowser<FamilyErrors>(page, 'tests/golden/training-page.ts', 'check', kind, 'familyErrors', folder, engine, steps);
        const config = parseConfig(await goldenJson(`${folder}/config.json`));
        const { lora } = await goldenJson<GoldenNumbers>(`${folder}/goldens.json`);
        const modules = adaptables(config).filter(({ module }) => lora.target_modules?.includes(module)).length;
        expect(gradients.count).toBe(2 * (lora.use_dora ? 3 : 2) * config.num_hidden_layers * modules);
        console.log(`${familyOf(config).model_type.padEnd(12)} ${name.padEnd(16)} ${kind.padEnd(6)} ${engine.padEnd(9)} logits ${Math.max(logits.packed, logits.plain, logits.adapter ?? 0).toExponential(1)}  gradients ${gradients.error.toExponential(1)}  curve ${curve.toExponential(1)}`);
        expect(logits.packed).toBeLessThan(1e-4);
        expect(logits.plain).toBeLessThan(1e-4);
        expect(logits.adapter).toBeLessThan(1e-4);
        for (const error of losses) expect(error).toBeLessThan(1e-5);
        expect(gradients.error, gradients.worst).toBeLessThan(1e-4);
        expect(curve).toBeLessThan(1e-3);
      });
    }

    test(`${name} answers as in PyTorch, base and adapters, ${kind}`, async ({ page }) => {
      const { generations } = await goldenJson<GoldenNumbers & { generations: { adapter: number; prompt: number[]; tokens: number[] }[] }>(`${folder}/goldens.json`);
      const job = (adapters: number[], rowsAtOnce?: number): Job => ({
        kind,
        model: folder,
        adapters,
        options: { stops: [95_000], ...(rowsAtOnce ? { rowsAtOnce } : {}) },
        requests: generations.filter(({ adapter }) => (adapters.length > 0 ? adapter >= 0 : adapter < 0)).map(({ adapter, prompt }, i) => ({ id: String(i), adapter: Math.max(0, adapter), prompt, maxNewTokens: 24, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: '' })),
      });
      const [base, tuned] = await inBrowser<Outcome[]>(page, 'tests/golden/generation-page.ts', 'generateAll', [job([]), job([0, 1])]);
      for (const outcome of [base, tuned]) expect(outcome?.error).toBeNull();
      expect([...(base?.results ?? []), ...(tuned?.results ?? [])].map(({ tokens }) => tokens)).toEqual(generations.map(({ tokens }) => tokens));
    });
  }
}
