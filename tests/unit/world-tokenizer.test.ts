import { expect, test } from '@playwright/test';
import { Template } from '@huggingface/jinja';
import { Tokenizer } from '@huggingface/tokenizers';
import { readFileSync } from 'node:fs';
import { Rng } from '../../src/core/rng.ts';
import { WORLD_LANGUAGES } from '../../src/world/lexicon/index.ts';
import { worldConversations } from '../../src/world/datasets.ts';
import { document } from '../../src/world/stories/document.ts';
import { BpeEncoder, readBpe, SPECIALS, tokenizerConfig, tokenizerJson, trainBpe } from '../../tools/world/bpe.ts';

const text = readFileSync('public/world/tokenizer.json', 'utf8');
const config = JSON.parse(readFileSync('public/world/tokenizer_config.json', 'utf8')) as Record<string, unknown> & { chat_template: string };
const bpe = readBpe(text);
const huggingFace = new Tokenizer(JSON.parse(text) as object, config);
const ids = (sentence: string): number[] => huggingFace.encode(sentence, { add_special_tokens: false }).ids;

/** A sentence a language, with the signs it does not share with English. */
const SENTENCES = [
  "Anna's home is in Rome, isn't it?",
  'Wie heißt „Hund“ auf Französisch? Fünfunddreißig Äpfel!',
  "L'élève mange des œufs à Göteborg : « ça va ! »",
  "Perché c'è l'ape nell'armadio? È così, più o meno.",
  '¿Dónde está el señor? ¡Aquí, veintidós años después!',
  'O cão não vê a maçã; três limões custam às vezes mais.',
  'Eén ideeën “tweeëntwintig” foto’s.',
  'På ön gråter Åsa: ”tjugofem får” är för många.',
  '[3, 14, 15]\nprint("dog")\n\n  System: x\nUser: y\nAssistant: z',
  'Kanji 漢字, emoji 🦆, control \u0001 and a tab\t.',
];

test('the vocabulary has 4,096 tokens with the special ones first', () => {
  expect(bpe.tokens).toHaveLength(4096);
  expect(new Set(bpe.tokens).size).toBe(4096);
  expect(bpe.tokens.slice(0, 4)).toEqual(['<pad>', '<s>', '</s>', '<unk>']);
  expect(['<pad>', '<s>', '</s>'].map((token) => huggingFace.token_to_id(token))).toEqual([0, 1, 2]);
});

test('text of any language comes back as it was', () => {
  for (const sentence of SENTENCES) expect(huggingFace.decode(ids(sentence), { skip_special_tokens: false, clean_up_tokenization_spaces: false })).toBe(sentence);
});

test('the tool\'s own encoder gives the ids of Hugging Face\'s', () => {
  const encoder = new BpeEncoder(bpe);
  for (const sentence of SENTENCES) expect(encoder.encode(sentence), sentence).toEqual(ids(sentence));
  for (const language of WORLD_LANGUAGES) {
    const rng = new Rng(`tokenizer/${language}`);
    for (let n = 0; n < 60; n++) {
      const sentence = document(language, rng);
      expect(encoder.encode(sentence), sentence).toEqual(ids(sentence));
    }
  }
});

test('digits stand alone and the end of a turn is one token', () => {
  expect(ids('2024')).toHaveLength(4);
  expect(ids('40').map((id) => bpe.tokens[id])).toEqual(['4', '0']);
  expect(ids('Rome.</s>').at(-1)).toBe(2);
});

test('no language is cut much finer than another, in statements or in instructions', () => {
  for (const language of WORLD_LANGUAGES) {
    const rng = new Rng(`fertility/${language}`);
    const statements = Array.from({ length: 300 }, () => document(language, rng)).join('\n');
    expect(statements.length / ids(statements).length, language).toBeGreaterThan(3);
    const instructions = worldConversations('lima-x-world', language, { limit: 100 }).flatMap((c) => c.messages.map((m) => m.content)).join('\n');
    expect(instructions.length / ids(instructions).length, language).toBeGreaterThan(2.8);
  }
});

test('the chat template is the study\'s: a system line once, then turns, each answer closed', () => {
  const template = new Template(config.chat_template);
  const system = { role: 'system', content: 'Be kind.' };
  const first = [{ role: 'user', content: 'Hello?' }, { role: 'assistant', content: 'Hello!' }];
  const render = (messages: object[], add_generation_prompt = false): string => template.render({ messages, add_generation_prompt, eos_token: '</s>', bos_token: '<s>' });
  expect(render([system, ...first])).toBe('System: Be kind.\nUser: Hello?\nAssistant: Hello!</s>');
  expect(render([system, ...first, { role: 'user', content: 'And now?' }], true)).toBe('System: Be kind.\nUser: Hello?\nAssistant: Hello!</s>\nUser: And now?\nAssistant:');
  expect(render([{ role: 'user', content: 'Hello?' }], true)).toBe('User: Hello?\nAssistant:');
});

test('pairs are merged by how often they stand together, ties in code-point order', () => {
  // "abab" twice, once after a space: a b stands 4 times, then ab ab twice; nothing else stands twice.
  const trained = trainBpe(['abab abab'], 400);
  expect(trained.merges).toEqual([['a', 'b'], ['ab', 'ab']]);
  expect(trained.tokens).toHaveLength(SPECIALS.length + 256 + 2);
  expect(trainBpe(['yx yx', 'cd cd'], SPECIALS.length + 256 + 1).merges).toEqual([['c', 'd']]);
  expect(trainBpe(['12 12 12'], 400).merges).toEqual([['Ġ', '1']]);
});

test('what is written can be read again and encodes the same', () => {
  const trained = trainBpe(['the dog and the cat, the dog and the hen'], 290);
  const again = readBpe(JSON.stringify(tokenizerJson(trained)));
  expect(again).toEqual(trained);
  const other = new Tokenizer(tokenizerJson(trained) as object, tokenizerConfig() as object);
  expect(other.encode('the dog', { add_special_tokens: false }).ids).toEqual(new BpeEncoder(again).encode('the dog'));
});
