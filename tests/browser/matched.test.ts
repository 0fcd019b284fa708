/** A study matched step by step with another program: the built lab, driven by a manifest, beside PyTorch (tests/golden/matched.py). */
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { ManifestInput } from '../../src/records/manifest.ts';
import { type LabWindow, openLab } from './lab-page.ts';

const FOLDER = 'tests/golden/data/matched';
const text = (name: string): string => readFileSync(`${FOLDER}/${name}`, 'utf8');

interface Step {
  loss: number;
  grad_norm: number;
  learning_rate: number;
  mean_token_accuracy: number;
}

test('a run whose defaults are switched off in the manifest is PyTorch’s, step by step', async ({ page }) => {
  test.setTimeout(300_000);
  await openLab(page);
  const found = await page.evaluate(async ({ conversations, study, config, weights }) => {
    const { lab } = window as unknown as LabWindow;
    const { imported } = await lab.datasets.importFiles([new File([conversations], 'matched.jsonl')], { name: 'matched', id: 'matched' });
    const adapter = await lab.adapters.importFiles([new File([config], 'adapter_config.json'), new File([Uint8Array.from(atob(weights), (char) => char.charCodeAt(0))], 'adapter_model.safetensors')], 'matched');
    const { total, rows } = await lab.mixes.records({ dataset: 'matched', mix: 'EN', limit: 100 });
    rows.sort((a, b) => Number(a.id) - Number(b.id));
    const tokens = await Promise.all(rows.map((conversation) => lab.models.inspect({ model: 'world-dense', conversation, system_prompt: study.system_prompt as boolean })));
    const state = await lab.studies.run(study);
    return { dataset: imported?.id, adapter: adapter.id, total, tokens, cells: state.cells.map(({ stage }) => stage), losses: await lab.studies.losses(state.id) };
  }, { conversations: text('conversations.jsonl'), study: JSON.parse(text('study.json')) as ManifestInput, config: text('adapter/adapter_config.json'), weights: readFileSync(`${FOLDER}/adapter/adapter_model.safetensors`).toString('base64') });

  expect(found).toMatchObject({ dataset: 'matched', adapter: 'matched', total: 12, cells: ['done'] });
  // The tokens that PyTorch was given, made without the lab, are those the lab trains on, with this mask.
  const rows = JSON.parse(text('rows.json')) as { ids: number[]; loss: number[] }[];
  expect(found.tokens.map((row) => ({ ids: row.map(({ id }) => id), loss: row.map(({ loss }) => Number(loss)) }))).toEqual(rows);

  const known = JSON.parse(text('steps.json')) as Step[];
  expect(found.losses).toHaveLength(known.length);
  const worst = { loss: 0, grad_norm: 0, mean_token_accuracy: 0, learning_rate: 0 };
  for (const [i, step] of known.entries()) {
    const own = found.losses[i] as Step;
    for (const key of ['loss', 'grad_norm', 'mean_token_accuracy'] as const) worst[key] = Math.max(worst[key], Math.abs(own[key] / step[key] - 1));
    worst.learning_rate = Math.max(worst.learning_rate, Math.abs(own.learning_rate - step.learning_rate));
  }
  console.log(`beside PyTorch over ${known.length} steps: loss ${worst.loss.toExponential(1)}, grad_norm ${worst.grad_norm.toExponential(1)}, accuracy ${worst.mean_token_accuracy.toExponential(1)}`);
  expect(worst.loss).toBeLessThan(1e-4);
  expect(worst.grad_norm).toBeLessThan(1e-3);
  expect(worst.mean_token_accuracy).toBeLessThan(1e-6);
  expect(worst.learning_rate).toBeLessThan(1e-9);
});
