import { expect, test } from '@playwright/test';
import type { Message } from '../../src/records/conversation.ts';
import { LabError } from '../../src/core/errors.ts';
import { type Example, renderExamples, renderPrompt, stopTokens } from '../../src/engine/text/chat.ts';
import { systemLine } from '../../src/engine/text/system.ts';
import { loadTokenizer, type Tokenizer } from '../../src/engine/text/tokenizer.ts';
import { byteId, byteLevel, byteLevelJson, mergeId, sentencePieceJson } from './text-fixture.ts';

const chat = (...contents: string[]): Message[] => contents.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));
const CHATML = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** The one example that a conversation makes. */
function renderOne(tokenizer: Tokenizer, messages: readonly Message[]): Example {
  const { examples, split } = renderExamples(tokenizer, messages);
  expect([examples.length, split]).toEqual([1, false]);
  return examples[0] as Example;
}

/** The text that carries loss, runs joined by `|`. */
function learnt(tokenizer: Tokenizer, { ids, loss }: Example): string {
  const runs: number[][] = [];
  ids.forEach((id, i) => {
    if (!loss[i]) return;
    if (loss[i - 1]) runs.at(-1)!.push(id);
    else runs.push([id]);
  });
  return runs.map((run) => tokenizer.decode(run, { special: true })).join('|');
}

function refusal(call: () => unknown): LabError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    return error as LabError;
  }
  throw new Error('nothing was thrown');
}

test('byte-level BPE merges as its merges say, and decodes back to the text', () => {
  const tokenizer = byteLevel();
  expect(tokenizer.encode('User: Ja')).toEqual([mergeId('Use r'), byteId(':'), mergeId('ĠJ a')]);
  expect(tokenizer.encode('</s>U')).toEqual([2, byteId('U')]);
  const text = 'Größe: 3 €, naïve «œuf» 猫\n\tx';
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  expect(tokenizer.decode([1, byteId('a'), 2])).toBe('a');
  expect(tokenizer.decode([1, byteId('a'), 2], { special: true })).toBe('<s>a</s>');
  expect(tokenizer).toMatchObject({ vocabSize: 270, bos: { id: 1 }, eos: { id: 2 }, pad: { id: 0 } });
  expect(tokenizer.encode('')).toEqual([]);
  expect(tokenizer.decode([])).toBe('');
});

test("the default template is Weber et al.'s, and the loss is on answers and their end tokens", () => {
  const tokenizer = byteLevel();
  const messages: Message[] = [{ role: 'system', content: systemLine('de') }, ...chat('Wer?', 'Ja', 'Wo?', 'Nein')];
  expect(tokenizer.template.origin).toBe('default');
  expect(tokenizer.template.render(messages, { addGenerationPrompt: false })).toBe(
    'System: Du bist ein hilfreicher Assistent, der auf Deutsch antwortet.\nUser: Wer?\nAssistant: Ja</s>\nUser: Wo?\nAssistant: Nein</s>',
  );
  const example = renderOne(tokenizer, messages);
  expect(learnt(tokenizer, example)).toBe(' Ja</s>| Nein</s>');
  expect(example.ids.length).toBe(example.loss.length);
  expect(tokenizer.decode(example.ids, { special: true })).toBe(tokenizer.template.render(messages, { addGenerationPrompt: false }));
});

test('a prompt is exactly the beginning of the example it leads to, in both turns', () => {
  for (const config of [{}, { chat_template: CHATML }]) {
    const tokenizer = byteLevel(config);
    const messages = chat('Wer?', 'Ja', 'Wo?', 'Nein');
    const { ids, loss } = renderOne(tokenizer, messages);
    const first = renderPrompt(tokenizer, messages.slice(0, 1));
    const second = renderPrompt(tokenizer, messages.slice(0, 3));
    expect(ids.slice(0, first.length)).toEqual(first);
    expect(ids.slice(0, second.length)).toEqual(second);
    expect(loss.indexOf(true)).toBe(first.length);
    expect(loss.indexOf(true, loss.indexOf(false, first.length))).toBe(second.length);
  }
});

test('a template of the checkpoint without marks is measured turn by turn, and what follows the end token carries no loss', () => {
  const tokenizer = byteLevel({ chat_template: CHATML });
  expect(tokenizer.template).toMatchObject({ origin: 'own', marked: false });
  const example = renderOne(tokenizer, chat('Wer?', 'Ja', 'Wo?', 'Nein'));
  expect(learnt(tokenizer, example)).toBe('Ja<|im_end|>|Nein<|im_end|>');
  expect(stopTokens(tokenizer)).toEqual([2, 4]);
  expect(stopTokens(byteLevel())).toEqual([2]);
});

test('generation marks are obeyed, with the white space their tags would have stripped', () => {
  const marked = byteLevel({
    chat_template: "{%- for message in messages %}\n    {%- if message.role == 'assistant' %}\n        {{- '<|im_start|>assistant\\n' }}\n        {%- generation %}\n        {{- message.content + '<|im_end|>' }}\n        {%- endgeneration %}\n        {{- '\\n' }}\n    {%- else %}\n        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}\n    {%- endif %}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n{%- endif %}",
  });
  const plain = byteLevel({ chat_template: CHATML });
  const messages = chat('Wer?', 'Ja', 'Wo?', 'Nein');
  expect(marked.template.marked).toBe(true);
  expect(marked.template.render(messages, { addGenerationPrompt: true })).toBe(plain.template.render(messages, { addGenerationPrompt: true }));
  expect(renderOne(marked, messages)).toEqual(renderOne(plain, messages));
});

test('tags on lines of their own leave no trace in the text, as trim_blocks and lstrip_blocks have it', () => {
  const tokenizer = byteLevel({ chat_template: "{% for message in messages %}\n{% if message.role == 'assistant' %}\nA:\n  {% generation %}\n{{ message.content }}</s>\n  {% endgeneration %}\n{% else %}\nU:{{ message.content }}\n{% endif %}\n{% endfor %}" });
  expect(tokenizer.template.render(chat('x', 'y'), { addGenerationPrompt: false })).toBe('U:x\nA:\ny</s>\n');
  expect(learnt(tokenizer, renderOne(tokenizer, chat('x', 'y')))).toBe('y</s>');
});

test('a template that never ends the turn is refused for training', () => {
  const tokenizer = byteLevel({ chat_template: "{% for message in messages %}{{ message.role + ': ' + message.content + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}" });
  expect(refusal(() => renderOne(tokenizer, chat('Wer?', 'Ja'))).code).toBe('text.no-end-of-turn');
  // To be asked it needs no more than the end of a text.
  expect(stopTokens(tokenizer)).toEqual([tokenizer.eos.id]);
});

test("a template's own refusal reaches the person with its words", () => {
  const tokenizer = byteLevel({ chat_template: "{% for message in messages %}{% if message.role == 'user' and loop.previtem and loop.previtem.role == 'user' %}{{ raise_exception('Turns have to alternate') }}{% endif %}{{ message.content }}{% endfor %}" });
  const error = refusal(() => renderPrompt(tokenizer, [...chat('x'), ...chat('y')]));
  expect(error).toMatchObject({ code: 'text.template' });
  expect(error.message).toContain('Turns have to alternate');
  expect(refusal(() => byteLevel({ chat_template: '{% for x in %}' })).code).toBe('text.template');
});

test('a conversation without an answer cannot be an example', () => {
  expect(refusal(() => renderOne(byteLevel(), chat('Wer?'))).code).toBe('text.no-assistant');
});

test('tokens that a cut would divide differently are divided where training and prompting both cut', () => {
  // The prompt ends in a space that would merge with the colon before it only here, and with the answer's first letters in the whole text.
  const tokenizer = byteLevel({ chat_template: "{% for message in messages %}{% if message.role == 'user' %}{{ 'User: ' + message.content + '\\nAss: ' }}{% else %}{{ message.content + eos_token }}{% endif %}{% endfor %}" });
  const example = renderOne(tokenizer, chat('x', 'Ja'));
  const prompt = renderPrompt(tokenizer, chat('x'));
  expect(tokenizer.encode('Ass: Ja')).toEqual([mergeId('As s'), byteId(':'), mergeId('ĠJ a')]);
  expect(prompt.slice(-3)).toEqual([mergeId('As s'), byteId(':'), 5 + 32]);
  expect(example.ids.slice(0, prompt.length)).toEqual(prompt);
  expect(example.ids.slice(prompt.length)).toEqual([byteId('J'), byteId('a'), 2]);
  expect(example.loss.lastIndexOf(false)).toBe(prompt.length - 1);
});

test('a SentencePiece-style tokenizer gets no extra spaces at the cuts, and its BOS where it adds one', () => {
  const tokenizer = loadTokenizer(sentencePieceJson(), { bos_token: { content: '<s>' }, eos_token: { content: '</s>' } });
  const { ids, loss } = renderOne(tokenizer, chat('a', 'Ja'));
  expect(ids[0]).toBe(1);
  expect(ids).toEqual(tokenizer.encode('<s>User: a\nAssistant: Ja</s>'));
  expect(ids.filter((_, i) => loss[i])).toEqual([tokenizer.encode(' Ja').at(-1), 2]);
  expect(tokenizer.decode(ids.filter((_, i) => loss[i]))).toBe('Ja');
  expect(tokenizer.pad.id).toBe(0);
});

test('files that are no tokenizer are refused, and so is one that cannot end a text', () => {
  expect(refusal(() => loadTokenizer({ hello: 1 })).code).toBe('text.tokenizer');
  expect(refusal(() => loadTokenizer({ ...byteLevelJson(), model: { type: 'Mystery', vocab: {} } })).code).toBe('text.tokenizer');
  const anonymous = { ...byteLevelJson(), added_tokens: [] };
  expect(refusal(() => loadTokenizer(anonymous)).code).toBe('text.no-eos');
  expect(loadTokenizer(byteLevelJson()).eos.id).toBe(2);
});

test('the template comes from chat_template.jinja, then from tokenizer_config.json, alone or by the name default', () => {
  const json = byteLevelJson();
  expect(loadTokenizer(json, { chat_template: 'config' }, 'file').template.source).toBe('file');
  expect(loadTokenizer(json, { chat_template: [{ name: 'tool_use', template: 'tools' }, { name: 'default', template: 'plain' }] }).template.source).toBe('plain');
  expect(loadTokenizer(json, { chat_template: null }).template.origin).toBe('default');
});

test('every language of the lab has a system line of its own', async () => {
  const { LANGUAGES } = await import('../../src/core/languages.ts');
  const lines = [...LANGUAGES.keys()].map(systemLine);
  expect(new Set(lines).size).toBe(LANGUAGES.size);
  expect(refusal(() => systemLine('tlh')).message).toContain('"tlh"');
});

test('an added token with single_word is text in the middle of a word, and strips the white space it says', () => {
  const json = byteLevelJson() as { added_tokens: object[]; model: { vocab: Record<string, number> } };
  const size = Object.keys(json.model.vocab).length;
  json.added_tokens.push({ id: size, content: 'cat', single_word: true, special: false, normalized: false }, { id: size + 1, content: '<sep>', lstrip: true, rstrip: true, special: true, normalized: false });
  const tokenizer = loadTokenizer(json, { bos_token: '<s>', eos_token: '</s>' });
  const bytes = (text: string): number[] => [...new TextEncoder().encode(text)].map((byte) => 5 + byte);
  const spelled = (text: string): number[] => [...text].flatMap((letter) => (letter === ' ' ? [5 + 32] : bytes(letter)));
  expect(tokenizer.encode('cat')).toEqual([size]);
  expect(tokenizer.encode('a cat.')).toEqual([...spelled('a '), size, ...spelled('.')]);
  expect(tokenizer.encode('concat')).toEqual(spelled('concat'));
  expect(tokenizer.encode('cats')).toEqual(spelled('cats'));
  expect(tokenizer.encode('écat_')).not.toContain(size);
  expect(tokenizer.encode('a <sep> b')).toEqual([...spelled('a'), size + 1, ...spelled('b')]);
});

test('the other special tokens reach the template, and several templates need one that is the default', () => {
  const chat_template = "{{ unk_token }}{{ sep_token }}{{ additional_special_tokens | join('') }}{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}";
  const tokenizer = byteLevel({ chat_template, unk_token: { content: '<unk>' }, sep_token: '<sep>', additional_special_tokens: ['<a>', { content: '<b>' }] });
  expect(tokenizer.template.render(chat('x', 'y'), { addGenerationPrompt: false })).toBe('<unk><sep><a><b>x</s>y</s>');
  const named = (name: string) => ({ name, template: CHATML });
  expect(byteLevel({ chat_template: [named('tool_use'), named('default')] }).template.origin).toBe('own');
  expect(refusal(() => byteLevel({ chat_template: [named('tool_use'), named('rag')] }))).toMatchObject({ code: 'text.no-default-template', message: expect.stringContaining('tool_use, rag') });
  expect(refusal(() => byteLevel({ chat_template: [{ name: 'default', template: 7 }] })).code).toBe('text.no-default-template');
  expect(byteLevel({ chat_template: null }).template.origin).toBe('default');
});
