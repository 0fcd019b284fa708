import { expect, test } from '@playwright/test';
import type { Message } from '../../src/core/conversation.ts';
import { LabError } from '../../src/core/errors.ts';
import { type Example, renderExample, renderPrompt, stopTokens } from '../../src/text/chat.ts';
import { systemLine } from '../../src/text/system.ts';
import { loadTokenizer, type Tokenizer } from '../../src/text/tokenizer.ts';
import { byteId, byteLevel, byteLevelJson, mergeId, sentencePieceJson } from './text-fixture.ts';

const chat = (...contents: string[]): Message[] => contents.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));
const CHATML = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

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
  const example = renderExample(tokenizer, messages);
  expect(learnt(tokenizer, example)).toBe(' Ja</s>| Nein</s>');
  expect(example.ids.length).toBe(example.loss.length);
  expect(tokenizer.decode(example.ids, { special: true })).toBe(tokenizer.template.render(messages, { addGenerationPrompt: false }));
});

test('a prompt is exactly the beginning of the example it leads to, in both turns', () => {
  for (const config of [{}, { chat_template: CHATML }]) {
    const tokenizer = byteLevel(config);
    const messages = chat('Wer?', 'Ja', 'Wo?', 'Nein');
    const { ids, loss } = renderExample(tokenizer, messages);
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
  const example = renderExample(tokenizer, chat('Wer?', 'Ja', 'Wo?', 'Nein'));
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
  expect(renderExample(marked, messages)).toEqual(renderExample(plain, messages));
});

test('tags on lines of their own leave no trace in the text, as trim_blocks and lstrip_blocks have it', () => {
  const tokenizer = byteLevel({ chat_template: "{% for message in messages %}\n{% if message.role == 'assistant' %}\nA:\n  {% generation %}\n{{ message.content }}</s>\n  {% endgeneration %}\n{% else %}\nU:{{ message.content }}\n{% endif %}\n{% endfor %}" });
  expect(tokenizer.template.render(chat('x', 'y'), { addGenerationPrompt: false })).toBe('U:x\nA:\ny</s>\n');
  expect(learnt(tokenizer, renderExample(tokenizer, chat('x', 'y')))).toBe('y</s>');
});

test("a template that is not prefix-stable is refused, because no mask could be right", () => {
  // Like some reasoning models' templates: earlier answers are shortened once a later turn exists.
  const tokenizer = byteLevel({ chat_template: "{% for message in messages %}{{ message.role }}: {% if loop.last or message.role == 'user' %}{{ message.content }}{% else %}...{% endif %}</s>{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}" });
  expect(learnt(tokenizer, renderExample(tokenizer, chat('Wer?', 'Ja')))).toBe('Ja</s>');
  expect(refusal(() => renderExample(tokenizer, chat('Wer?', 'Ja', 'Wo?', 'Nein'))).code).toBe('text.template-not-prefix-stable');
});

test('a template that never ends the turn is refused', () => {
  const tokenizer = byteLevel({ chat_template: "{% for message in messages %}{{ message.role + ': ' + message.content + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}" });
  expect(refusal(() => renderExample(tokenizer, chat('Wer?', 'Ja'))).code).toBe('text.no-end-of-turn');
});

test("a template's own refusal reaches the person with its words", () => {
  const tokenizer = byteLevel({ chat_template: "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{{ messages[0].content }}" });
  const error = refusal(() => renderPrompt(tokenizer, [{ role: 'system', content: 'x' }, ...chat('y')]));
  expect(error).toMatchObject({ code: 'text.template' });
  expect(error.message).toContain('System role not supported');
  expect(refusal(() => byteLevel({ chat_template: '{% for x in %}' })).code).toBe('text.template');
});

test('a conversation without an answer cannot be an example', () => {
  expect(refusal(() => renderExample(byteLevel(), chat('Wer?'))).code).toBe('text.no-assistant');
});

test('tokens that a cut would divide differently are divided where training and prompting both cut', () => {
  // The prompt ends in a space that would merge with the colon before it only here, and with the answer's first letters in the whole text.
  const tokenizer = byteLevel({ chat_template: "{% for message in messages %}{% if message.role == 'user' %}{{ 'User: ' + message.content + '\\nAss: ' }}{% else %}{{ message.content + eos_token }}{% endif %}{% endfor %}" });
  const example = renderExample(tokenizer, chat('x', 'Ja'));
  const prompt = renderPrompt(tokenizer, chat('x'));
  expect(tokenizer.encode('Ass: Ja')).toEqual([mergeId('As s'), byteId(':'), mergeId('ĠJ a')]);
  expect(prompt.slice(-3)).toEqual([mergeId('As s'), byteId(':'), 5 + 32]);
  expect(example.ids.slice(0, prompt.length)).toEqual(prompt);
  expect(example.ids.slice(prompt.length)).toEqual([byteId('J'), byteId('a'), 2]);
  expect(example.loss.lastIndexOf(false)).toBe(prompt.length - 1);
});

test('a SentencePiece-style tokenizer gets no extra spaces at the cuts, and its BOS where it adds one', () => {
  const tokenizer = loadTokenizer(sentencePieceJson(), { bos_token: { content: '<s>' }, eos_token: { content: '</s>' } });
  const { ids, loss } = renderExample(tokenizer, chat('a', 'Ja'));
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
