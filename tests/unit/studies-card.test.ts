/** The card of a cell speaks of that cell: its own seed's scores, its own rate, and the base as the Hub names it. */
import { expect, test } from '@playwright/test';
import { strFromU8, unzipSync } from 'fflate';
import type { Judgment } from '../../src/records/judgment.ts';
import type { Question } from '../../src/records/question.ts';
import { readBundle, writeBundle } from '../../src/studies/bundle.ts';
import { cardOf } from '../../src/studies/card.ts';
import { newStudy } from '../../src/studies/create.ts';
import { type ManifestInput, parseManifest } from '../../src/records/manifest.ts';
import type { StudyContent } from '../../src/studies/study-content.ts';
import type { Adapter } from '../../src/records/adapter.ts';
import type { CellState } from '../../src/records/study.ts';

const ADAPTER: Adapter = { config: { r: 1, lora_alpha: 2, lora_dropout: 0, target_modules: ['q_proj'] }, tensors: new Map([['base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight', { shape: [1, 2], data: Float32Array.of(1.5, -0.1) }], ['base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight', { shape: [2, 1], data: Float32Array.of(0.25, 3) }]]) };

/** Two seeds of one mix: the first was given 3 a turn, the second 8. */
function study(change: Partial<ManifestInput> = {}): StudyContent {
  const manifest = parseManifest({ schema: 1, name: 's', models: ['m'], datasets: ['d'], mixes: ['EN', 'DE'], seeds: [0, 7], benchmark: { id: 'b', languages: ['en'] }, ...change });
  const questions: Question[] = ['81', '82'].map((number) => ({ question_id: `${number}_EN`, number, language: 'en', category: 'math', turns: ['a', 'b'], reference: [], rubric: {} }));
  const { state } = newStudy('s', manifest, { models: ['m'], datasets: ['d'], questions }, 5);
  state.bases = { m: { name: 'org/tiny', revision: 'c0ffee' } };
  const judgments = Object.entries({ 'm/d/EN/0': 3, 'm/d/EN/7': 8 }).flatMap(([model_id, score]) => questions.flatMap(({ question_id }) => ([1, 2] as const).map((turn): Judgment => ({ judge_id: 'j', prompt_hash: 'p', answer_hash: 'h', repeat: 0, question_id, model_id, language: 'en', category: 'math', judge: ['j', 'p'], user_prompt: 'u', judgment: 'words', attempts: 1, tstamp: 2, turn, state: 'graded', score }))));
  return { state, questions, losses: [], answers: [], judgments, adapters: new Map([['m/d/EN/0', ADAPTER], ['m/d/EN/7', ADAPTER]]) };
}

const cardFor = (content: StudyContent, id: string): Promise<string> => cardOf(content, content.state.cells.find((cell) => cell.id === id) as CellState, ADAPTER, 'peft', '0.1.0');

test('of two seeds each card gives its own scores, and that of a cell without grades says so', async () => {
  const content = study();
  expect((await cardFor(content, 'm/d/EN/0')).split('\n')).toEqual(expect.arrayContaining(['- seed: 0', '| en | 3.00 | none | 4 |', '| all | 3.00 | none | 4 |']));
  const seven = await cardFor(content, 'm/d/EN/7');
  expect(seven.split('\n')).toEqual(expect.arrayContaining(['- seed: 7', '| en | 8.00 | none | 4 |', '| all | 8.00 | none | 4 |']));
  expect(seven).not.toContain('graded.');
  expect(await cardFor(content, 'm/d/DE/7')).toContain('It has not been graded.');
});

test('a card has the settings that were in effect, and what the cell started from', async () => {
  const content = study({ storage: 'int4', init_adapter: 'start_1', training: { max_steps: 5, weight_decay: 0.1, max_grad_norm: 0.5, learning_rate: 0.001, learning_rates: { DE: 0.02 } } });
  const lines = (await cardFor(content, 'm/d/EN/0')).split('\n');
  expect(lines).toEqual(expect.arrayContaining(['base_model: "org/tiny"', '- init_adapter: start\\_1', '- weight_decay: 0.1', '- max_grad_norm: 0.5', '- learning_rate: 0.001', '- max_steps: 5']));
  expect(lines.join('\n')).toContain('tuning and grading: int4');
  expect(lines.join('\n')).not.toMatch(/num_train_epochs|learning_rates|save_steps|early_stopping/);
  expect((await cardFor(content, 'm/d/DE/0')).split('\n')).toContain('- learning_rate: 0.02');
  expect((await cardFor(study(), 'm/d/EN/0')).split('\n')).toContain('- num_train_epochs: 3');
});

test('the adapters of a bundle name the base as the Hub does, and still do when it is opened and written again', async () => {
  const configOf = async (content: StudyContent): Promise<unknown> => JSON.parse(strFromU8(unzipSync(new Uint8Array(await writeBundle(content).arrayBuffer()))['adapters/m/d/EN/7/adapter_config.json'] as Uint8Array)) as unknown;
  const content = study();
  expect(await configOf(content)).toMatchObject({ base_model_name_or_path: 'org/tiny', revision: 'c0ffee' });
  expect(await configOf(readBundle(new Uint8Array(await writeBundle(content).arrayBuffer())))).toMatchObject({ base_model_name_or_path: 'org/tiny', revision: 'c0ffee' });
  delete content.state.bases;
  expect(await configOf(content)).toMatchObject({ base_model_name_or_path: 'm', revision: null });
});
