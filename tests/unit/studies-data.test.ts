/** What becomes of a composition's records: counted, named, and the same that is packed. */
import { expect, test } from '@playwright/test';
import type { Conversation } from '../../src/records/conversation.ts';
import { isWhole, lossInWords } from '../../src/records/training-data.ts';
import { BatchMaker } from '../../src/studies/batches.ts';
import { expand } from '../../src/studies/cell.ts';
import { type ManifestInput, parseManifest } from '../../src/records/manifest.ts';
import type { Tokenizer } from '../../src/engine/text/tokenizer.ts';
import { byteLevel } from './text-fixture.ts';

const record = (id: string, ...lengths: number[]): Conversation => ({ id, language: 'de', messages: lengths.map((length, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content: 'x'.repeat(length) })) });

/** A token a byte: `User: `, `\nAssistant:` and the rest of Weber et al.'s template count with them. */
function maker(records: readonly Conversation[], { training = {}, tokenizer = byteLevel() }: { training?: ManifestInput['training']; tokenizer?: Tokenizer } = {}): { look(): ReturnType<BatchMaker['look']>; make(): ReturnType<BatchMaker['make']> } {
  const manifest = parseManifest({ schema: 1, name: 'x', models: ['m'], datasets: ['d'], mixes: ['DE'], system_prompt: false, training: { max_steps: 2, max_length: 256, packing: false, ...training }, benchmark: { id: 'b' } });
  const cell = expand(manifest)[0] as ReturnType<typeof expand>[number];
  const batches = new BatchMaker({ composition: async () => ({ train: [...records], validation: [] }) }, manifest, tokenizer);
  return { look: () => batches.look(cell), make: () => batches.make(cell) };
}

test('of thirty chats of two turns 28 do not fit 256 tokens, three of them with nothing left, and the tokens that go are counted', async () => {
  const records = [
    ...Array.from({ length: 2 }, (_, i) => record(`short${i}`, 10, 20, 10, 20)),
    // The second answer lies beyond 256 whole, the first within.
    ...Array.from({ length: 25 }, (_, i) => record(`long${i}`, 50, 100, 100, 900)),
    // The first question alone fills the room.
    ...Array.from({ length: 3 }, (_, i) => record(`full${i}`, 300, 100, 50, 100)),
  ];
  const data = await maker(records).look();
  // An answer's loss: a space, its letters, </s>.
  const of = 2 * 2 * 22 + 25 * (102 + 902) + 3 * 2 * 102;
  expect(data).toMatchObject({ records: 30, examples: 27, cut: { n: 25 }, left_out: { n: 3, ids: ['de/full0', 'de/full1', 'de/full2'] }, refused: { n: 0 }, loss_tokens: { of, kept: 2 * 2 * 22 + 25 * 102 } });
  expect(data.cut.ids).toHaveLength(20);
  expect(data.cut.ids[0]).toBe('de/long0');
  expect(isWhole(data)).toBe(false);
  expect(lossInWords(data, 256)).toBe(`25 of 30 records are cut at max_length 256. 3 of 30 records are left out: nothing to learn lies within max_length 256. 90% of the tokens that carry loss (23,162 of 25,800) are not learned.`);
  // What is packed is what was counted.
  const { train, data: again } = await maker(records).make();
  expect(again).toEqual(data);
  expect(train.report).toMatchObject({ examples: 30, dropped: 3, lossTokens: data.loss_tokens.kept });
});

test('where everything is learned nothing is said', async () => {
  const data = await maker([record('a', 10, 20), record('b', 10, 20, 5, 5)]).look();
  expect([isWhole(data), lossInWords(data, 256), data.loss_tokens.of - data.loss_tokens.kept]).toEqual([true, '', 0]);
});

test('a record that the template refuses is left out by name, and only a template that refuses all fails', async () => {
  const tokenizer = byteLevel({ chat_template: "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Turns have to alternate') }}{% endif %}{{ m.role + ': ' + m.content + eos_token }}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}" });
  const good = record('good', 10, 20);
  const bad: Conversation = { id: 'bad', language: 'de', messages: [{ role: 'user', content: 'a' }, { role: 'user', content: 'b' }, { role: 'assistant', content: 'c' }] };
  const { train, data } = await maker([good, bad], { tokenizer }).make();
  expect(data).toMatchObject({ records: 2, examples: 1, refused: { n: 1, ids: ['de/bad'], reason: expect.stringContaining('Turns have to alternate') } });
  expect(lossInWords(data, 256)).toContain('1 of 2 records is left out: the chat template takes no such conversation');
  expect(train.report.examples).toBe(1);
  await expect(maker([bad], { tokenizer }).make()).rejects.toMatchObject({ code: 'text.template' });
});

test('where a template needs an example for each answer, records and examples are counted apart', async () => {
  const tokenizer = byteLevel({ chat_template: "{% for m in messages %}{{ m.role }}: {% if m.role == 'assistant' and not loop.last %}...{% else %}{{ m.content }}{% endif %}</s>{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}" });
  const data = await maker([record('a', 10, 20, 10, 20), record('b', 10, 20, 10, 300)], { tokenizer }).look();
  expect(data).toMatchObject({ records: 2, examples: 4, cut: { n: 1, ids: ['de/b'] }, left_out: { n: 0 } });
});
