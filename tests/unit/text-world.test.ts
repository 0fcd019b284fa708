import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import type { Message } from '../../src/records/conversation.ts';
import { type Example, renderExamples, renderPrompt, stopTokens } from '../../src/engine/text/chat.ts';
import { loadTokenizer, type Tokenizer } from '../../src/engine/text/tokenizer.ts';

const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(`public/world/${name}`, 'utf8'));
const own = async (): Promise<Tokenizer> => loadTokenizer(await json('tokenizer.json'), await json('tokenizer_config.json'));
const conversation: Message[] = [
  { role: 'user', content: 'Où habite Léa ?' },
  { role: 'assistant', content: 'Léa habite à Lyon.' },
  { role: 'user', content: 'Und auf Deutsch, in Großbuchstaben?' },
  { role: 'assistant', content: 'LÉA WOHNT IN LYON.' },
];

/** The one example that a conversation makes. */
const renderOne = (tokenizer: Tokenizer, messages: readonly Message[]): Example => renderExamples(tokenizer, messages).examples[0] as Example;

test("the embedded world's tokenizer gives back what it was given, in all eight languages", async () => {
  const tokenizer = await own();
  expect(tokenizer).toMatchObject({ vocabSize: 4096, eos: { token: '</s>' }, pad: { token: '<pad>' } });
  for (const text of ['The cat is bigger.', 'Die Katze ist größer.', 'Le chat est plus âgé, n’est-ce pas ?', 'Perché è così?', '¿Cómo está el niño?', 'A maçã não está lá.', 'Zij heeft een geïsoleerde hut.', 'Räven är på ön.', 'x = 3 * (4 + 5)\n\tprint("猫")']) {
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  }
});

test("its template says what the lab's default says, and its mask is the same", async () => {
  const tokenizer = await own();
  const { chat_template: _, ...rest } = (await json('tokenizer_config.json')) as Record<string, unknown>;
  const byDefault = loadTokenizer(await json('tokenizer.json'), rest);
  expect(tokenizer.template.origin).toBe('own');
  expect(byDefault.template.origin).toBe('default');
  expect(byDefault.template.render(conversation, { addGenerationPrompt: true })).toBe(tokenizer.template.render(conversation, { addGenerationPrompt: true }));
  const example = renderOne(tokenizer, conversation);
  expect(tokenizer.decode(example.ids.filter((__, i) => example.loss[i]), { special: true }).replaceAll('</s>', '</s>|')).toBe(' Léa habite à Lyon.</s>| LÉA WOHNT IN LYON.</s>|');
  expect(renderOne(byDefault, conversation)).toEqual(example);
});

test('prompts of both turns are beginnings of the example, and answers end with one token', async () => {
  const tokenizer = await own();
  const { ids } = renderOne(tokenizer, conversation);
  for (const turns of [1, 3]) {
    const prompt = renderPrompt(tokenizer, conversation.slice(0, turns));
    expect(ids.slice(0, prompt.length)).toEqual(prompt);
  }
  expect(stopTokens(tokenizer)).toEqual([tokenizer.eos.id]);
});
