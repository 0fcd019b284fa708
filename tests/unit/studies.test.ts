import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { LabError } from '../../src/core/errors.ts';
import type { Judgment } from '../../src/records/judgment.ts';
import type { Answer, Category, Question } from '../../src/records/question.ts';
import { BatchMaker } from '../../src/studies/batches.ts';
import { answerLanguages } from '../../src/studies/answer-language.ts';
import { readBundle, writeBundle } from '../../src/studies/bundle.ts';
import { expand, groupCells } from '../../src/studies/cell.ts';
import { GroupCommit } from '../../src/studies/commit.ts';
import { newStudy } from '../../src/studies/create.ts';
import { HOME } from '../../src/catalog/home.ts';
import { parseManifest, type ManifestInput } from '../../src/records/manifest.ts';
import { questionMessages, trainingMessages } from '../../src/studies/prompting.ts';
import { chooseQuestions } from '../../src/studies/questions.ts';
import type { StudyData } from '../../src/studies/engine.ts';
import type { Batches } from '../../src/engine/text/packing.ts';
import { loadTokenizer } from '../../src/engine/text/tokenizer.ts';
import { worldBenchmark, worldConversations } from '../../src/world/index.ts';
import { unzipSync, zipSync, strFromU8, strToU8 } from 'fflate';
import type { StudyContent } from '../../src/studies/study-content.ts';
import type { LossPoint } from '../../src/records/loss.ts';
import type { CellState, StudyState } from '../../src/records/study.ts';

const BASIC: ManifestInput = { schema: 1, name: 'basic', models: ['m'], datasets: ['d'], mixes: ['EN', 'DE'], benchmark: { id: 'b', languages: ['en', 'de'] } };

function thrown(work: () => unknown): LabError {
  try {
    work();
  } catch (error) {
    return error as LabError;
  }
  throw new Error('it did not throw');
}

test('a manifest spreads to every model, dataset, mix and seed once, in its order', () => {
  const cells = expand(parseManifest({ ...BASIC, models: ['m', 'n'], seeds: [0, 7], mixes: ['EN', 'base', 'EN'] }));
  expect(cells.map((cell) => cell.id)).toEqual(['m/d/EN/0', 'm/d/EN/7', 'm/d/base/0', 'm/d/base/7', 'n/d/EN/0', 'n/d/EN/7', 'n/d/base/0', 'n/d/base/7']);
});

test('groups share model, seed and number of steps, hold at most so many adapters, and the untuned come first', () => {
  const cells = expand(parseManifest({ ...BASIC, mixes: ['EN', 'DE', 'ENDE', 'base'], seeds: [0, 1] }));
  const groups = groupCells(cells, (cell) => (cell.mix === 'ENDE' ? 20 : 10), 9);
  expect(groups.map(({ tuned, seed, steps, cells: ids }) => [tuned, seed, steps, ids.map((id) => id.split('/')[2])])).toEqual([
    [false, 0, 0, ['base']],
    [false, 1, 0, ['base']],
    [true, 0, 10, ['EN', 'DE']],
    [true, 1, 10, ['EN', 'DE']],
    [true, 0, 20, ['ENDE']],
    [true, 1, 20, ['ENDE']],
  ]);
  expect(groupCells(cells.filter((cell) => cell.mix !== 'base'), () => 5, 2).map(({ cells: ids }) => ids.length)).toEqual([2, 1, 2, 1]);
  expect(new Set(groupCells(cells, () => 5, 1).map(({ id }) => id)).size).toBe(groupCells(cells, () => 5, 1).length);
});

const question = (number: number, language: string, category: Category): Question => ({ question_id: `${number}_${language.toUpperCase()}`, number: String(number), language, category, turns: ['a', 'b'], reference: [], rubric: {} });

test('a part of the benchmark is the same numbers in every language, by language and category', () => {
  const all = ['de', 'en'].flatMap((language) => [...Array(6).keys()].map((i) => question(81 + i, language, i < 3 ? 'math' : 'writing')));
  const config = parseManifest({ ...BASIC, benchmark: { id: 'b', languages: ['en', 'de'], questions_per_category: 2 } }).benchmark;
  const chosen = chooseQuestions(all, config);
  expect(chosen.map(({ language, category }) => `${language} ${category}`)).toEqual(['en writing', 'en writing', 'en math', 'en math', 'de writing', 'de writing', 'de math', 'de math']);
  const numbers = (language: string): string[] => chosen.filter((one) => one.language === language).map((one) => one.number);
  expect(numbers('en')).toEqual(numbers('de'));
  expect(chooseQuestions(all, { ...config, questions_per_category: null })).toHaveLength(12);
  expect(thrown(() => chooseQuestions(all, { ...config, languages: ['en', 'fr'] }))).toMatchObject({ code: 'studies.no-questions', data: { language: 'fr' } });
});

test('a study asks for what is there, and says everything that is not', () => {
  const inventory = { models: ['m'], datasets: ['d'], questions: [question(81, 'en', 'math'), question(81, 'de', 'math')] };
  const { state, questions } = newStudy('id', parseManifest({ ...BASIC, judge: { kind: 'rules', repeats: 3 }, training: { max_steps: 9 } }), inventory, 1);
  expect(questions).toHaveLength(2);
  expect(state.cells[0]).toMatchObject({ trained: { done: 0, total: 9 }, answered: { done: 0, total: 2 }, judged: { done: 0, failed: 0, total: 12 } });
  const real = { ...inventory, questions: inventory.questions.map(({ rubric: _rubric, ...plain }) => plain) };
  expect(thrown(() => newStudy('id', parseManifest(BASIC), real, 1)).code).toBe('studies.rules-need-rubric');
  const unknown = thrown(() => newStudy('id', parseManifest({ ...BASIC, models: ['m', 'x'], datasets: ['y'] }), inventory, 1));
  expect(unknown).toMatchObject({ code: 'studies.unknown', data: { missing: [expect.stringContaining('"x"'), expect.stringContaining('"y"')] } });
});

test('the home study is a valid manifest of the nine compositions over five languages', () => {
  const home = parseManifest(HOME);
  expect(home.mixes).toHaveLength(9);
  expect(home.benchmark.languages).toEqual(['en', 'de', 'fr', 'it', 'es']);
  expect(home.training.max_steps).toBeGreaterThan(0);
  expect(home.adapters_per_pass).toBeGreaterThanOrEqual(9);
});

test('training and asking put the same sentence into the system line, once', () => {
  const trained = trainingMessages({ id: 'r', language: 'de', messages: [{ role: 'user', content: 'Hallo' }, { role: 'assistant', content: 'Guten Tag' }] });
  const asked = questionMessages({ ...question(81, 'de', 'math'), turns: ['eins?', 'zwei?'] }, ['1']);
  expect(trained.map(({ role }) => role)).toEqual(['system', 'user', 'assistant']);
  expect(asked.map(({ role, content }) => [role, content])).toEqual([['system', trained[0]?.content], ['user', 'eins?'], ['assistant', '1'], ['user', 'zwei?']]);
  const own = [{ role: 'system' as const, content: 'mine' }, { role: 'user' as const, content: 'x' }];
  expect(trainingMessages({ id: 'r', language: 'de', messages: own })).toEqual(own);
  expect(trainingMessages({ id: 'r', language: 'ja', messages: own.slice(1) })).toEqual(own.slice(1));
});

test('a manifest puts another text before training and asking, or nothing, and never in place of a record’s own', () => {
  const turn = [{ role: 'user' as const, content: 'Hallo' }, { role: 'assistant' as const, content: 'Guten Tag' }];
  const own = [{ role: 'system' as const, content: 'mine' }, ...turn];
  const one = question(81, 'de', 'math');
  const roles = (messages: readonly { role: string }[]): string[] => messages.map(({ role }) => role);
  expect(trainingMessages({ id: 'r', language: 'de', messages: turn }, false)).toEqual(turn);
  expect(roles(questionMessages(one, [], false))).toEqual(['user']);
  // In every language, those without a sentence of the lab's too.
  for (const language of ['de', 'ja']) {
    expect(trainingMessages({ id: 'r', language, messages: turn }, 'Be brief.')).toEqual([{ role: 'system', content: 'Be brief.' }, ...turn]);
    expect(questionMessages({ ...one, language }, ['1'], 'Be brief.')[0]).toEqual({ role: 'system', content: 'Be brief.' });
  }
  for (const choice of [true, false, 'Be brief.']) expect(trainingMessages({ id: 'r', language: 'de', messages: own }, choice)).toEqual(own);
});

test('a run’s first tokens are those of the manifest’s system_prompt', async () => {
  const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
  const tokenizer = loadTokenizer(json('public/world/tokenizer.json'), json('public/world/tokenizer_config.json'));
  const train = worldConversations('lima-x-world', 'de', { limit: 1 });
  const data = { composition: () => Promise.resolve({ train, validation: train }) } as unknown as StudyData;
  const text = async (change: Partial<ManifestInput>): Promise<string[]> => {
    const manifest = parseManifest({ ...BASIC, ...change, training: { per_device_train_batch_size: 1, max_length: 128 } });
    const { train: rows, validation } = await new BatchMaker(data, manifest, tokenizer).make(expand(manifest)[0] as CellState);
    return [rows, validation].map((batches) => tokenizer.decode(Array.from((batches as Batches).at(0).ids).filter((id) => id !== tokenizer.pad.id), { special: true }));
  };
  const rest = `User: ${train[0]?.messages[0]?.content}\nAssistant: ${train[0]?.messages[1]?.content}</s>`;
  const system = (await text({}))[0]?.split('\n')[0];
  expect(system).toMatch(/^System: .*Deutsch/);
  for (const [change, start] of [[{}, `${system}\n${rest}`], [{ system_prompt: true }, `${system}\n${rest}`], [{ system_prompt: false }, rest], [{ system_prompt: 'Be brief.' }, `System: Be brief.\n${rest}`]] as const) {
    for (const row of await text(change)) expect(row.slice(0, start.length), JSON.stringify(change)).toBe(start);
  }
  expect(thrown(() => parseManifest({ ...BASIC, system_prompt: '' })).message).toContain('system_prompt');
});

test('an answer\'s language is told by the detector that knows the benchmark', async () => {
  const world = [...worldBenchmark('de'), ...worldBenchmark('en')];
  const answer = (question_id: string, text: string, second = ''): Answer => ({ answer_id: question_id + text, question_id, model_id: 'c', turns: [text, second], finish: ['stop', 'stop'], tokens: [1, 1], tstamp: 0 });
  const reference = worldBenchmark('de')[0]?.reference[0] as string;
  const answers = [answer('81_DE', reference), answer('81_EN', reference), answer('82_EN', '7')];
  const of = await answerLanguages('mt-bench-x-world', world, answers);
  // A German answer to a German question, one to an English question, and a number, which is of no language.
  expect(answers.map((one) => of(one, 1))).toEqual(['right', 'wrong', 'untold']);

  const real = [question(81, 'fr', 'writing')];
  const words = [answer('81_FR', 'Bonjour, voici une réponse écrite entièrement en langue française pour ce test.', 'This second turn was written in the English language, which is wrong.')];
  const told = await answerLanguages('imported', real, words);
  expect([told(words[0] as Answer, 1), told(words[0] as Answer, 2)]).toEqual(['right', 'wrong']);
});

test('rows wait for the write under way and go together in the next one', async () => {
  const writes: number[][] = [];
  let release: () => void = () => {};
  const commit = new GroupCommit<number>(async (rows) => {
    writes.push(rows);
    if (writes.length === 1) await new Promise<void>((free) => (release = free));
  });
  commit.push();
  commit.push(1);
  commit.push(2);
  commit.push(3, 4);
  release();
  await commit.flush();
  expect(writes).toEqual([[1], [2, 3, 4]]);
});

test('a failed write is thrown at the next push and at the flush, never swallowed', async () => {
  const commit = new GroupCommit<number>(() => Promise.reject(new Error('disk')));
  commit.push(1);
  await expect(commit.flush()).rejects.toThrow('disk');
  expect(() => commit.push(2)).toThrow('disk');
});

function content(): StudyContent {
  const manifest = parseManifest({ ...BASIC, benchmark: { id: 'b', languages: ['en'] } });
  const questions = [question(81, 'en', 'math')];
  const { state } = newStudy('study', manifest, { models: ['m'], datasets: ['d'], questions }, 5);
  state.status = 'running';
  state.cells[0] = { ...(state.cells[0] as StudyState['cells'][number]), stage: 'done' };
  state.cells[1] = { ...(state.cells[1] as StudyState['cells'][number]), stage: 'training' };
  const losses: LossPoint[] = [{ cell: 'm/d/EN/0', step: 1, loss: 0.1 + 0.2, grad_norm: 1e-7, learning_rate: 0.1, num_tokens: 3, mean_token_accuracy: 0 }];
  const answers: Answer[] = [{ answer_id: 'a', question_id: '81_EN', model_id: 'm/d/EN/0', turns: ['line\nbreak "quoted" ü', '2'], finish: ['stop', 'length'], tokens: [3, 1], tstamp: 1.5 }];
  const base = { judge_id: 'j', prompt_hash: 'p', answer_hash: 'h', repeat: 0, question_id: '81_EN', model_id: 'm/d/EN/0', language: 'en', category: 'math' as const, judge: ['j', 'p'] as [string, string], user_prompt: 'u', judgment: 'words', attempts: 1, tstamp: 2 };
  const judgments: Judgment[] = [{ ...base, turn: 1, state: 'graded', score: 7 }, { ...base, turn: 2, state: 'failed', error: { code: 'c', message: 'm', hint: 'h', data: { status: 500 } } }];
  const adapters = new Map([['m/d/EN/0', { config: { r: 1, lora_alpha: 2, lora_dropout: 0, target_modules: ['q_proj' as const] }, tensors: new Map([['base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight', { shape: [1, 2], data: Float32Array.of(1.5, -0.1) }], ['base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight', { shape: [2, 1], data: Float32Array.of(0.25, 3) }]]) }]]);
  return { state, questions, losses, answers, judgments, adapters };
}

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());

test('a bundle brings back what went in, and what was under way can go on', async () => {
  const before = content();
  const after = readBundle(await bytesOf(writeBundle(before)));
  for (const part of ['questions', 'losses', 'answers', 'judgments', 'adapters'] as const) expect(after[part], part).toEqual(before[part]);
  expect(after.state.status).toBe('paused');
  expect(after.state.cells.map(({ stage }) => stage)).toEqual(['done', 'waiting']);
  // A cell whose answers or judgments are not all there is not done, whatever it says.
  expect(readBundle(await bytesOf(writeBundle({ ...before, judgments: before.judgments.slice(1) }))).state.cells.map(({ stage }) => stage)).toEqual(['waiting', 'waiting']);
  expect(after.state.manifest).toEqual(before.state.manifest);
});

test('a bundle from before system_prompt means what it meant', async () => {
  const files = unzipSync(await bytesOf(writeBundle(content())));
  const { study, ...rest } = JSON.parse(strFromU8(files['study.json'] as Uint8Array)) as { study: StudyState };
  const { system_prompt, ...manifest } = study.manifest;
  expect(system_prompt).toBe(true);
  files['study.json'] = strToU8(JSON.stringify({ ...rest, study: { ...study, manifest } }));
  const { state } = readBundle(zipSync(files));
  expect(state.id).toBe('study');
  expect(state.manifest).toEqual(content().state.manifest);
});

test('a bundle of edition 1 names a turn that had no room for an answer', async () => {
  const before = content();
  before.answers[0] = { ...(before.answers[0] as Answer), turns: ['x', ''], tokens: [3, 0], finish: ['length', 'length'] };
  const files = unzipSync(await bytesOf(writeBundle(before)));
  const { study } = JSON.parse(strFromU8(files['study.json'] as Uint8Array)) as { study: StudyState };
  expect(readBundle(zipSync(files)).answers[0]?.finish).toEqual(['length', 'length']);
  files['study.json'] = strToU8(JSON.stringify({ schema: 1, study }));
  expect(readBundle(zipSync(files)).answers[0]?.finish).toEqual(['length', 'no-room']);
});

test('a bundle that is damaged is refused by file, line and field', async () => {
  const bytes = await bytesOf(writeBundle(content()));
  const changed = (name: string, change: (text: string) => string | null): Uint8Array => {
    const files = unzipSync(bytes);
    const text = change(strFromU8(files[name] as Uint8Array));
    if (text === null) delete files[name];
    else files[name] = strToU8(text);
    return zipSync(files);
  };
  expect(thrown(() => readBundle(bytes.subarray(0, 50)))).toMatchObject({ code: 'studies.bundle' });
  expect(thrown(() => readBundle(changed('answers.jsonl', () => null))).message).toContain('no answers.jsonl');
  expect(thrown(() => readBundle(changed('judgments.jsonl', (text) => text.replace('"score":7', '"score":"7"'))))).toMatchObject({ data: { file: 'judgments.jsonl', line: 1, problems: [expect.stringContaining('score')] } });
  expect(thrown(() => readBundle(changed('losses.jsonl', (text) => `${text}{"cell":`))).message).toContain('Line 2 of losses.jsonl');
  expect(thrown(() => readBundle(changed('study.json', (text) => text.replace('"schema": 2,\n  "study"', '"schema": 9,\n  "study"'))))).toMatchObject({ data: { schema: 9 } });
  expect(thrown(() => readBundle(changed('study.json', (text) => text.replace('"models": [\n        "m"\n      ]', '"models": []')))).code).toBe('studies.manifest');
});

test('a bundle whose rows contradict one another is refused by file and line, and so is one with half an adapter or files of another kind', async () => {
  const bytes = await bytesOf(writeBundle(content()));
  const files = unzipSync(bytes);
  const line = (name: string): Record<string, unknown> => JSON.parse(strFromU8(files[name] as Uint8Array).split('\n')[0] as string) as Record<string, unknown>;
  const refused = (name: string, ...rows: Record<string, unknown>[]): string => thrown(() => readBundle(zipSync({ ...files, [name]: strToU8(rows.map((row) => `${JSON.stringify(row)}\n`).join('')) }))).message;
  const [question, answer, judgment, point] = ['questions.jsonl', 'answers.jsonl', 'judgments.jsonl', 'losses.jsonl'].map(line) as [Record<string, unknown>, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>];
  expect(refused('questions.jsonl', question, question)).toMatch(/^Line 2 of questions\.jsonl in the bundle repeats /);
  expect(refused('answers.jsonl', answer, answer)).toMatch(/^Line 2 of answers\.jsonl in the bundle repeats /);
  expect(refused('answers.jsonl', { ...answer, model_id: 'x' })).toContain('is of the cell "x", which the manifest does not have');
  expect(refused('answers.jsonl', { ...answer, question_id: '999_EN' })).toContain('is about the question "999_EN", which the bundle does not have');
  expect(refused('answers.jsonl', { ...answer, tokens: [1, 2, 3, 4, 5] })).toContain('5 counts of tokens');
  expect(refused('judgments.jsonl', judgment, judgment)).toContain('Line 2 of judgments.jsonl');
  expect(refused('judgments.jsonl', { ...judgment, state: 'graded', score: 11 })).toContain('the score 11, which is not between 1 and 10');
  expect(refused('judgments.jsonl', { ...judgment, state: 'graded', score: 0.5 })).toContain('not between 1 and 10');
  expect(refused('losses.jsonl', point, point)).toContain('Line 2 of losses.jsonl');
  const adapter = Object.keys(files).find((name) => name.endsWith('adapter_config.json')) as string;
  const { [adapter]: _half, ...rest } = files;
  expect(thrown(() => readBundle(zipSync(rest))).message).toContain('only one of the two files of the adapter');
  expect(thrown(() => readBundle(zipSync({ ...files, 'notes.txt': strToU8('x') }))).message).toContain('belong to no study: notes.txt');
  expect(thrown(() => readBundle(zipSync({ ...files, '../evil': strToU8('x') }))).message).toContain('outside its folder');
  expect(readBundle(bytes).answers).toHaveLength(content().answers.length);
});
