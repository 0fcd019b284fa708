/** A tuned model leaves the lab and runs elsewhere: its ONNX file in transformers.js, its safetensors in the lab again. */
import { expect, type Page, test } from '@playwright/test';
import { strFromU8, unzipSync } from 'fflate';
import { failureOf, importModel, type LabWindow, openLab, runStudy, tinyCheckpoint, tinyStudy } from './lab-page.ts';

test.use({ serviceWorkers: 'block' });

const PROMPTS = ['Where does Kevin live?', 'How much is two plus three?', 'Write a list of three animals, please, and say which one of them is the largest.'];
const NEW_TOKENS = 24;

/** The zip of a cell's ONNX export, sent out of the page as a request. */
async function exported(page: Page, study: string, cell: string): Promise<Uint8Array> {
  const sent = new Promise<Uint8Array>((resolve) => {
    void page.route('**/sent-out', async (route) => {
      resolve(route.request().postDataBuffer() ?? new Uint8Array());
      await route.fulfill({ status: 204 });
    });
  });
  await page.evaluate(async ([id, cellId]) => {
    await fetch('/sent-out', { method: 'POST', body: await (window as unknown as LabWindow).lab.studies.exportModel(id, cellId, 'onnx') });
  }, [study, cell] as const);
  return sent;
}

test('transformers.js gives the exported ONNX model\'s prompts the lab\'s own greedy answers: its text-generation pipeline, and the model itself one by one and in a padded batch', async ({ page }) => {
  await openLab(page);
  const { id, cells } = await runStudy(page, tinyStudy('world-dense', { mixes: ['EN'], lora: { r: 8 }, training: { max_steps: 24, learning_rate: 3e-3, per_device_train_batch_size: 1, max_length: 128 }, benchmark: { id: 'mt-bench-x-world', languages: ['en'], questions_per_category: 1, max_new_tokens: 4 } }));
  const cell = cells[0]?.id as string;
  const said = await page.evaluate(
    ([study, cellId, prompts, tokens]) => Promise.all(prompts.map((content) => (window as unknown as LabWindow).lab.models.chat({ model: 'world-dense', study, cell: cellId, messages: [{ role: 'user', content }], temperature: 0, max_new_tokens: tokens }))),
    [id, cell, PROMPTS, NEW_TOKENS] as const,
  );
  const ours = said.map(({ text }) => text);
  const untuned = await page.evaluate(
    ([content, tokens]) => (window as unknown as LabWindow).lab.models.chat({ model: 'world-dense', messages: [{ role: 'user', content }], temperature: 0, max_new_tokens: tokens }),
    [PROMPTS[0] as string, NEW_TOKENS] as const,
  );
  expect(ours[0], 'the adapter changes what is said').not.toBe(untuned.text);

  const files = unzipSync(await exported(page, id, cell));
  const folder = Object.keys(files)[0]?.split('/')[0] as string;
  expect(Object.keys(files).map((name) => name.slice(folder.length + 1)).sort()).toEqual(['README.md', 'config.json', 'generation_config.json', 'onnx/model.onnx', 'tokenizer.json', 'tokenizer_config.json']);
  await page.route('**/exported/**', (route) => {
    const bytes = files[`${folder}/${new URL(route.request().url()).pathname.split('/exported/model/')[1]}`];
    return bytes ? route.fulfill({ body: Buffer.from(bytes), contentType: 'application/octet-stream' }) : route.fulfill({ status: 404 });
  });
  const theirs = await page.evaluate(async ([prompts, tokens]) => {
    const { AutoModelForCausalLM, AutoTokenizer, env, pipeline, TextStreamer } = await import(/* @vite-ignore */ `${location.origin}/node_modules/@huggingface/transformers/dist/transformers.min.js`);
    Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, localModelPath: '/exported/', useBrowserCache: false });
    env.backends.onnx.wasm.wasmPaths = `${location.origin}/node_modules/onnxruntime-web/dist/`;
    const tokenizer = await AutoTokenizer.from_pretrained('model');
    const model = await AutoModelForCausalLM.from_pretrained('model', { device: 'wasm' });
    const answer = async (asked: readonly string[]): Promise<string[]> => {
      const texts = asked.map((content) => tokenizer.apply_chat_template([{ role: 'user', content }], { add_generation_prompt: true, tokenize: false }));
      tokenizer.padding_side = 'left';
      const inputs = tokenizer(texts, { add_special_tokens: false, padding: true });
      const outputs = await model.generate({ ...inputs, max_new_tokens: tokens, do_sample: false });
      // A row that is done goes on being generated until the last one is: what comes after its end is nobody's.
      return (outputs.slice(null, [inputs.input_ids.dims[1], null]).tolist() as bigint[][]).map((row) => {
        const ids = row.map(Number);
        const end = ids.indexOf(tokenizer.eos_token_id ?? 2);
        return (tokenizer.decode(end < 0 ? ids : ids.slice(0, end), { skip_special_tokens: true }) as string).trim();
      });
    };
    const generator = await pipeline('text-generation', 'model', { device: 'wasm' });
    // The streamer hears the end as well, which the lab does not count.
    const END = generator.tokenizer.eos_token_id ?? 2;
    const piped: { chat: string; text: string; tokens: number }[] = [];
    for (const content of prompts) {
      const messages = [{ role: 'user', content }];
      const ids: number[] = [];
      const streamer = new TextStreamer(generator.tokenizer, { skip_prompt: true, callback_function: () => {}, token_callback_function: (heard: bigint[]) => ids.push(...heard.map(Number)) });
      const [chat] = await generator(messages, { max_new_tokens: tokens, do_sample: false, streamer });
      const prompt = generator.tokenizer.apply_chat_template(messages, { add_generation_prompt: true, tokenize: false }) as string;
      const [text] = await generator(prompt, { max_new_tokens: tokens, do_sample: false, return_full_text: false, add_special_tokens: false });
      piped.push({ chat: (chat.generated_text.at(-1).content as string).trim(), text: (text.generated_text as string).trim(), tokens: ids.filter((token) => token !== END).length });
    }
    return { piped, alone: await prompts.reduce<Promise<string[]>>(async (before, prompt) => [...(await before), ...(await answer([prompt]))], Promise.resolve([])), together: await answer(prompts) };
  }, [PROMPTS, NEW_TOKENS] as const);
  expect(theirs.piped).toEqual(said.map(({ text, tokens }) => ({ chat: text, text, tokens })));
  expect(theirs.alone).toEqual(ours);
  expect(theirs.together).toEqual(ours);
});

const TUNINGS = {
  'a LoRA adapter': { lora: { r: 8 } },
  'a DoRA adapter': { lora: { r: 8, use_dora: true } },
  'all weights': { tuning: 'full' },
} as const;

for (const [what, tuning] of Object.entries(TUNINGS)) test(`a model exported as safetensors is opened again and says what it said in the study, ${what} tuned`, async ({ page }) => {
  await openLab(page);
  const { id, cells } = await runStudy(page, tinyStudy('world-dense', { mixes: ['DE'], ...tuning, training: { max_steps: 24, learning_rate: 'lora' in tuning ? 3e-3 : 3e-4, per_device_train_batch_size: 1, max_length: 128 }, benchmark: { id: 'mt-bench-x-world', languages: ['de'], questions_per_category: 1, max_new_tokens: 8 } }));
  const cell = cells[0]?.id as string;
  const { card, merged, adapted, untuned } = await page.evaluate(async ([study, cellId]) => {
    const { lab } = window as unknown as LabWindow;
    const { unzipSync: unzip } = (await import(/* @vite-ignore */ `${location.origin}/node_modules/fflate/esm/browser.js`)) as typeof import('fflate');
    const files = unzip(new Uint8Array(await (await lab.studies.exportModel(study, cellId, 'safetensors')).arrayBuffer()));
    const named = new Map(Object.entries(files).map(([path, bytes]) => [path.slice(path.indexOf('/') + 1), bytes]));
    const model = await lab.models.importFiles([...named].map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name)));
    const ask = (request: object): Promise<{ text: string }> => lab.models.chat({ messages: [{ role: 'user', content: 'Wo wohnt Kevin?' }], temperature: 0, max_new_tokens: 24, ...request } as Parameters<typeof lab.models.chat>[0]);
    return { card: Array.from(named.get('README.md') as Uint8Array), merged: (await ask({ model: model.id })).text, adapted: (await ask({ model: 'world-dense', study, cell: cellId })).text, untuned: (await ask({ model: 'world-dense' })).text };
  }, [id, cell] as const);
  expect(merged).toBe(adapted);
  expect(merged).not.toBe(untuned);
  const text = strFromU8(Uint8Array.from(card));
  expect(text).toContain('base_model: "world-dense"');
  expect(text).toContain('- mix: DE (de)');
  expect(text).toContain('- optimiser steps: 24');
  expect(text).toMatch(/\| de \| \d+\.\d\d \| .* \| 16 \|/);
});

test('all weights of two mixes are tuned one after the other; the study has no adapters, and its bundle brings the weights back', async ({ page }) => {
  await openLab(page);
  const model = await importModel(page, tinyCheckpoint());
  const study = await runStudy(page, tinyStudy(model, { mixes: ['base', 'EN', 'DE'], tuning: 'full', training: { max_steps: 16, learning_rate: 1e-2, per_device_train_batch_size: 1, max_length: 64 } }));
  expect(study.cells.map(({ stage }) => stage)).toEqual(['done', 'done', 'done']);
  const [, en, de] = study.cells.map(({ id }) => id) as [string, string, string];
  const found = await page.evaluate(async ([id, model_, first, second]) => {
    const { lab } = window as unknown as LabWindow;
    const { unzipSync: unzip } = (await import(/* @vite-ignore */ `${location.origin}/node_modules/fflate/esm/browser.js`)) as typeof import('fflate');
    const ask = async (study: string, cell: string): Promise<string> => (await lab.models.chat({ model: model_, study, cell, messages: [{ role: 'user', content: 'Hello.' }], temperature: 0, max_new_tokens: 12 })).text;
    const bundle = await lab.studies.exportBundle(id);
    const opened = await lab.studies.importBundle(bundle);
    const losses = await lab.studies.losses(id);
    const weights = Object.entries(unzip(new Uint8Array(await bundle.arrayBuffer()))).filter(([name]) => name.startsWith('adapters/'));
    return { files: weights.map(([name]) => name), alike: String(weights[0]?.[1]) === String(weights[1]?.[1]), before: [await ask(id, first), await ask(id, second)], after: [await ask(opened.id, first), await ask(opened.id, second)], losses: [first, second].map((cell) => losses.filter((point) => point.cell === cell).map(({ loss }) => loss)) };
  }, [study.id, model, en, de] as const);
  expect(found.files.sort()).toEqual([`adapters/${de}/model.safetensors`, `adapters/${en}/model.safetensors`]);
  expect(found.after).toEqual(found.before);
  expect(found.alike, 'each mix has weights of its own').toBe(false);
  for (const losses of found.losses) expect(losses.at(-1)).toBeLessThan((losses[0] as number) - 0.5);
  expect(await failureOf(page, `await lab.studies.exportAdapter(${JSON.stringify(study.id)}, ${JSON.stringify(en)})`)).toMatchObject({ code: 'studies.full' });
  expect(await failureOf(page, `await lab.studies.create(${JSON.stringify(tinyStudy(model, { tuning: 'full', storage: 'int4' }))})`)).toMatchObject({ code: 'studies.manifest', message: expect.stringContaining('storage int4') });
});

test('an adapter that has left the lab comes back: it answers, is graded and is trained on from where it stood', async ({ page }) => {
  await openLab(page);
  const model = await importModel(page, tinyCheckpoint());
  const shape = { mixes: ['EN'], training: { max_steps: 6, learning_rate: 1e-2, per_device_train_batch_size: 1, max_length: 64 } };
  const first = await runStudy(page, tinyStudy(model, { ...shape, lora: { r: 2, lora_alpha: 8, target_modules: ['q_proj', 'up_proj'] } }));
  const cell = first.cells[0]?.id as string;
  const seen = await page.evaluate(async ([study, cellId]) => {
    const { lab } = window as unknown as LabWindow;
    const adapter = await lab.adapters.importFiles([new File([await lab.studies.exportAdapter(study, cellId)], 'tuned.zip')]);
    return { adapter, listed: await lab.adapters.list(), losses: await lab.studies.losses(study), answers: await lab.studies.answers(study, { cell: cellId }) };
  }, [first.id, cell] as const);
  expect(seen.adapter).toMatchObject({ id: 'tuned', r: 2, lora_alpha: 8, modules: ['q_proj', 'up_proj'] });
  expect(seen.listed).toEqual([seen.adapter]);

  // At a learning rate of zero nothing moves, so what comes out is what went in.
  const still = await runStudy(page, tinyStudy(model, { ...shape, name: 'still', mixes: ['base', 'EN'], init_adapter: 'tuned', lora: { r: 8 }, training: { ...shape.training, max_steps: 2, learning_rate: 0 } }));
  expect(still.manifest.lora).toMatchObject({ r: 2, lora_alpha: 8, target_modules: ['q_proj', 'up_proj'] });
  const again = await page.evaluate(async ([one, two, cellId, base]) => {
    const { lab } = window as unknown as LabWindow;
    const { unzipSync: unzip } = (await import(/* @vite-ignore */ `${location.origin}/node_modules/fflate/esm/browser.js`)) as typeof import('fflate');
    const files = async (blob: Promise<Blob>): Promise<Record<string, Uint8Array>> => unzip(new Uint8Array(await (await blob).arrayBuffer()));
    const weights = async (study: string): Promise<string> => String((await files(lab.studies.exportAdapter(study, cellId)))['adapter_model.safetensors']);
    // A study brought back from its bundle still has what it started from, though the import is gone.
    await lab.adapters.remove('tuned');
    const opened = await lab.studies.importBundle(await lab.studies.exportBundle(two));
    const bundled = Object.keys(await files(lab.studies.exportBundle(opened.id))).filter((name) => name.startsWith('adapters/init_adapter/'));
    return { same: (await weights(one)) === (await weights(two)), answers: await lab.studies.answers(two, { cell: base }), losses: await lab.studies.losses(two), bundled };
  }, [first.id, still.id, cell, cell.replace('/EN/', '/base/')] as const);
  expect(again.same).toBe(true);
  expect(again.bundled).toHaveLength(2);
  const said = (answers: typeof again.answers): unknown => answers.map(({ question_id, turns }) => ({ question_id, turns })).sort((a, b) => (a.question_id < b.question_id ? -1 : 1));
  expect(said(again.answers), 'the untrained cell answers with the adapter').toEqual(said(seen.answers));
  // The first batch is the first study's first batch: six steps later its loss is lower.
  expect(again.losses[0]?.loss).toBeLessThan((seen.losses[0]?.loss as number) - 0.01);
  expect(again.losses[0]?.step).toBe(1);
  const refused = await failureOf(page, `await lab.studies.create(${JSON.stringify(tinyStudy('world-dense', { init_adapter: 'tuned' }))})`);
  expect(refused).toMatchObject({ code: 'studies.unknown', message: expect.stringContaining('init_adapter "tuned"') });
});

test('an adapter of another base is refused before a study starts from it, and files that are none are refused by name', async ({ page }) => {
  await openLab(page);
  const model = await importModel(page, tinyCheckpoint());
  const study = await runStudy(page, tinyStudy(model, { mixes: ['EN'], training: { max_steps: 1, per_device_train_batch_size: 1, max_length: 64 } }));
  await page.evaluate(async ([id, cell]) => {
    const { lab } = window as unknown as LabWindow;
    await lab.adapters.importFiles([new File([await lab.studies.exportAdapter(id, cell)], 'small.zip')]);
  }, [study.id, study.cells[0]?.id as string] as const);
  expect(await failureOf(page, `await lab.studies.create(${JSON.stringify(tinyStudy('world-dense', { init_adapter: 'small' }))})`)).toMatchObject({ code: 'adapters.mismatch', message: expect.stringContaining('The adapter "small" does not fit') });
  expect(await failureOf(page, `await lab.adapters.importFiles([new File(['{}'], 'notes.json')])`)).toMatchObject({ code: 'adapters.files', message: expect.stringContaining('notes.json') });
});
