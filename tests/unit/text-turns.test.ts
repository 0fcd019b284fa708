/** Templates of real families that rewrite earlier turns, open a channel, or take no system message. */
import { expect, test } from '@playwright/test';
import type { Message } from '../../src/records/conversation.ts';
import { LabError } from '../../src/core/errors.ts';
import { type Example, renderExamples, renderPrompt, stopTokens } from '../../src/engine/text/chat.ts';
import type { Tokenizer } from '../../src/engine/text/tokenizer.ts';
import { templateNotes } from '../../src/engine/text/turns.ts';
import { byteLevel } from './text-fixture.ts';

const chat = (...contents: string[]): Message[] => contents.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));
const FOUR = chat('Wer?', 'Ja', 'Wo?', 'Nein');

/** As Qwen3's does: the last answer stands behind an empty thought, earlier ones without. */
const THINKS_LAST = "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' and loop.last %}<think>\n\n</think>\n\n{% endif %}{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
/** A generation prompt that opens what no answer in a conversation repeats. */
const OPENS = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}";
/** Both. */
const OPENS_AND_REWRITES = "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' and not loop.last %}...{% else %}{{ m.content }}{% endif %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}";
const REFUSES_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

const of = (chat_template: string): Tokenizer => byteLevel({ chat_template });
const text = (tokenizer: Tokenizer, { ids }: Example): string => tokenizer.decode(ids, { special: true });
const learnt = (tokenizer: Tokenizer, { ids, loss }: Example): string => tokenizer.decode(ids.filter((_, i) => loss[i]), { special: true });
const prompt = (tokenizer: Tokenizer, messages: readonly Message[]): string => tokenizer.decode(renderPrompt(tokenizer, messages), { special: true });

test('where earlier turns change, every answer is an example of its own, as the template renders a conversation that ends there', () => {
  const tokenizer = of(THINKS_LAST);
  const { examples, split } = renderExamples(tokenizer, FOUR);
  expect(split).toBe(true);
  expect(examples.map((example) => text(tokenizer, example))).toEqual([
    '<|im_start|>user\nWer?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nJa<|im_end|>\n',
    '<|im_start|>user\nWer?<|im_end|>\n<|im_start|>assistant\nJa<|im_end|>\n<|im_start|>user\nWo?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nNein<|im_end|>\n',
  ]);
  // The generation prompt ends before the thought: writing it is what an answer begins with.
  expect(examples.map((example) => learnt(tokenizer, example))).toEqual(['<think>\n\n</think>\n\nJa<|im_end|>', '<think>\n\n</think>\n\nNein<|im_end|>']);
  // One turn changes nothing.
  expect(renderExamples(tokenizer, FOUR.slice(0, 2)).split).toBe(false);
  expect(templateNotes(tokenizer.template).join()).toContain('each answer of a conversation is learned as an example of its own');
});

test('a template with generation marks that rewrites earlier turns is split as well', () => {
  const tokenizer = of(THINKS_LAST.replace("{% if m.role == 'assistant' and loop.last %}", "{% if m.role == 'assistant' %}{% generation %}{% if loop.last %}").replace('{% endif %}{{ m.content }}<|im_end|>', '{% endif %}{{ m.content }}<|im_end|>{% endgeneration %}{% else %}{{ m.content }}<|im_end|>{% endif %}{{ "" }}'));
  const plain = of(THINKS_LAST);
  expect(tokenizer.template.marked).toBe(true);
  const { examples, split } = renderExamples(tokenizer, FOUR);
  expect(split).toBe(true);
  expect(examples.map((example) => text(tokenizer, example))).toEqual(renderExamples(plain, FOUR).examples.map((example) => text(plain, example)));
  expect(examples.map((example) => learnt(tokenizer, example))).toEqual(['<think>\n\n</think>\n\nJa<|im_end|>', '<think>\n\n</think>\n\nNein<|im_end|>']);
});

test('an answer that is not learned is no example where turns are split, and carries no loss where they are not', () => {
  const second: Message[] = FOUR.map((message, i) => (i === 1 ? { ...message, train: false } : message));
  const apart = of(THINKS_LAST);
  expect(renderExamples(apart, second).examples.map((example) => learnt(apart, example))).toEqual(['<think>\n\n</think>\n\nNein<|im_end|>']);
  for (const tokenizer of [byteLevel(), of(OPENS), of("{% for m in messages %}{{ m.role }}:{% if m.role == 'assistant' %}{% generation %}{{ m.content }}</s>{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}")]) {
    const { examples, split } = renderExamples(tokenizer, second);
    expect([examples.length, split]).toEqual([1, false]);
    expect(learnt(tokenizer, examples[0] as Example)).toMatch(/^ ?Nein(<\/s>|<\|im_end\|>)$/);
    expect(text(tokenizer, examples[0] as Example)).toContain('Ja');
    // With the loss on everything, on everything but that answer.
    const everything = renderExamples(tokenizer, second, { assistantOnly: false }).examples[0] as Example;
    expect(tokenizer.decode(everything.ids.filter((_, i) => !everything.loss[i]))).toMatch(/^\s*Ja\s*$/);
  }
});

test('with the loss on every token a conversation stays whole, unless a turn that is not learned cannot be found', () => {
  const tokenizer = of(THINKS_LAST);
  const { examples, split } = renderExamples(tokenizer, FOUR, { assistantOnly: false });
  expect([examples.length, split, examples[0]?.loss.every(Boolean)]).toEqual([1, false, true]);
  const hidden = FOUR.map((message, i): Message => (i === 1 ? { ...message, train: false } : message));
  expect(() => renderExamples(tokenizer, hidden, { assistantOnly: false })).toThrow(LabError);
});

test('where the generation prompt writes what no answer repeats, the loss begins where both part', () => {
  const tokenizer = of(OPENS);
  const { examples, split } = renderExamples(tokenizer, FOUR);
  expect([examples.length, split]).toEqual([1, false]);
  expect(learnt(tokenizer, examples[0] as Example)).toBe('Ja<|im_end|>Nein<|im_end|>');
  expect(text(tokenizer, examples[0] as Example)).not.toContain('<think>');
  expect(templateNotes(tokenizer.template).join()).toContain('begins an answer with "<think>\\n" when the model is asked');
});

test('asking takes one rendering: earlier turns as the template has them, and whatever it opens', () => {
  expect(prompt(of(THINKS_LAST), FOUR.slice(0, 3))).toBe('<|im_start|>user\nWer?<|im_end|>\n<|im_start|>assistant\nJa<|im_end|>\n<|im_start|>user\nWo?<|im_end|>\n<|im_start|>assistant\n');
  expect(prompt(of(OPENS), FOUR.slice(0, 1))).toBe('<|im_start|>user\nWer?<|im_end|>\n<|im_start|>assistant\n<think>\n');
  expect(prompt(of(OPENS_AND_REWRITES), FOUR.slice(0, 3))).toBe('<|im_start|>user\nWer?<|im_end|>\n<|im_start|>assistant\n...<|im_end|>\n<|im_start|>user\nWo?<|im_end|>\n<|im_start|>assistant\n<think>\n');
  for (const source of [THINKS_LAST, OPENS, OPENS_AND_REWRITES]) expect(stopTokens(of(source))).toEqual([2, 4]);
});

test('a system message that a template refuses, or leaves out in silence, stands before the first user turn', () => {
  const system: Message = { role: 'system', content: 'Sei kurz' };
  const silent = REFUSES_SYSTEM.replace("{{ raise_exception('System role not supported') }}", '').replace("{% for m in messages %}", "{% for m in messages if m.role != 'system' %}");
  for (const source of [REFUSES_SYSTEM, silent]) {
    const tokenizer = of(source);
    expect(tokenizer.template.takesSystem).toBe(false);
    expect(prompt(tokenizer, [system, ...FOUR.slice(0, 1)])).toBe('<|im_start|>user\nSei kurz\n\nWer?<|im_end|>\n<|im_start|>assistant\n');
    const { examples } = renderExamples(tokenizer, [system, ...FOUR]);
    expect(text(tokenizer, examples[0] as Example)).toContain('user\nSei kurz\n\nWer?');
    expect(templateNotes(tokenizer.template).join()).toContain('takes no system message');
  }
  expect(byteLevel().template.takesSystem).toBe(true);
  expect(templateNotes(byteLevel().template)).toEqual([]);
});

test('a turn closed by an added token that is not special ends there, for training and for asking', () => {
  const plain = (token: string): { id: number; content: string; special: boolean } => ({ id: token === '<|im_start|>' ? 3 : 4, content: token, special: false });
  const tokenizer = byteLevel({ chat_template: OPENS.replace('<think>\n', '') }, { added: [plain('<|im_start|>'), plain('<|im_end|>')] });
  expect([tokenizer.isSpecial(4), tokenizer.isAdded(4)]).toEqual([false, true]);
  expect(learnt(tokenizer, renderExamples(tokenizer, FOUR).examples[0] as Example)).toBe('Ja<|im_end|>Nein<|im_end|>');
  expect(stopTokens(tokenizer)).toEqual([2, 4]);
});
