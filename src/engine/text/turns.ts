/**
 * Where the assistant's turns begin and end in a rendered conversation: by the template's own `{% generation %}` marks where it
 * has them, else by rendering the conversation up to each turn, without it and with it.
 *
 * Three kinds of templates need more than the cut between the two:
 * - The generation prompt writes what no answer repeats (it opens a channel, or `<think>`): the turn begins where both part.
 * - Earlier turns change when later ones are added (Qwen3 takes the thinking out of them): every turn becomes a conversation of
 *   its own, rendered as the template renders one that ends there.
 * - No system message is taken: its text is put before the first user turn.
 */
import type { Message } from '../../records/conversation.ts';
import { LabError } from '../../core/errors.ts';
import type { ChatTemplate, Span as TextSpan } from './template.ts';

export interface Span extends TextSpan {
  /** `false`: of a turn that is not learned. */
  learned?: boolean;
}

/** The conversations to learn from, each in runs that are generated or not. */
export interface Learning {
  conversations: Span[][];
  split: boolean;
}

/**
 * @param whole the loss is on every token: one conversation, however the template treats its turns
 * @throws LabError `text.template`, `text.template-not-prefix-stable` where a turn is not learned and cannot be found
 */
export function learningSpans(template: ChatTemplate, given: readonly Message[], { whole }: { whole: boolean }): Learning {
  const messages = shownTo(template, given);
  const all = !template.marked ? turnSpans(template, messages) : rewrites(template, messages) ? null : markedSpans(template, messages);
  if (all) return { conversations: [all], split: false };
  if (whole) {
    if (messages.some(({ train }) => train === false)) throw unstable('the turns that are not to be learned cannot be told from the rest');
    return { conversations: [[{ text: template.render(messages, { addGenerationPrompt: false }), generated: false }]], split: false };
  }
  const learned = messages.flatMap(({ role, train }, i) => (role === 'assistant' && train !== false ? [i] : []));
  if (template.marked) return { conversations: learned.map((i) => lastMarked(template, messages.slice(0, i + 1))), split: true };
  const turns = learned.map((i) => turnAt(template, messages, i));
  return { conversations: turns.map(({ text, cut }) => [{ text: text.slice(0, cut), generated: false }, { text: text.slice(cut), generated: true }]), split: true };
}

/** A conversation up to where the assistant speaks next, cut where `learningSpans` cuts as far as the template lets them agree. */
export function promptSpans(template: ChatTemplate, given: readonly Message[]): Span[] {
  const messages = shownTo(template, given);
  if (template.marked) return template.spans(messages, { addGenerationPrompt: true });
  const prompt = template.render(messages, { addGenerationPrompt: true });
  const before = messages.some(({ role }) => role === 'assistant') ? turnSpans(template, messages.slice(0, messages.findLastIndex(({ role }) => role === 'assistant') + 1)) : [];
  const text = (before ?? []).map((span) => span.text).join('');
  if (before === null || !prompt.startsWith(text)) return [{ text: prompt, generated: false }];
  return [...before, { text: prompt.slice(text.length), generated: false }];
}

/** What a template makes of a conversation that a person should know. Empty where there is nothing to say. */
export function templateNotes(template: ChatTemplate): string[] {
  const talk: Message[] = ['Ask one', 'Tell one', 'Ask two', 'Tell two'].map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));
  const notes: string[] = [];
  try {
    if (!template.takesSystem) notes.push('Its chat template takes no system message; the lab puts the text of one before the first user turn.');
    if (learningSpans(template, talk, { whole: false }).split) notes.push('Its chat template changes earlier answers when later turns are added; each answer of a conversation is learned as an example of its own.');
    const opened = template.marked ? '' : openedBy(template, talk.slice(0, 2));
    if (opened !== '') notes.push(`Its chat template begins an answer with ${JSON.stringify(opened)} when the model is asked, which answers in a conversation do not repeat; they are learned without it.`);
  } catch (thrown) {
    if (!(thrown instanceof LabError)) throw thrown;
    notes.push(`Its chat template cannot write a conversation of two turns: ${thrown.message}`);
  }
  return notes;
}

/** What a generation prompt writes beyond where the answer begins. */
function openedBy(template: ChatTemplate, messages: readonly Message[]): string {
  const { prompt, cut } = turnAt(template, messages, messages.length - 1);
  return prompt.slice(cut);
}

/** One assistant turn: the conversation that ends with it, and where in that text it begins. */
interface Turn {
  text: string;
  /** The conversation before it, as the model is asked. */
  prompt: string;
  cut: number;
}

function turnAt(template: ChatTemplate, messages: readonly Message[], i: number): Turn {
  const prompt = template.render(messages.slice(0, i), { addGenerationPrompt: true });
  const text = template.render(messages.slice(0, i + 1), { addGenerationPrompt: false });
  let cut = 0;
  while (cut < prompt.length && cut < text.length && prompt[cut] === text[cut]) cut++;
  return { text, prompt, cut };
}

/** The whole conversation in runs; null where the template changes earlier turns when later ones are added. */
function turnSpans(template: ChatTemplate, messages: readonly Message[]): Span[] | null {
  const spans: Span[] = [];
  let text = '';
  for (const [i, message] of messages.entries()) {
    if (message.role !== 'assistant') continue;
    const turn = turnAt(template, messages, i);
    if (!turn.text.startsWith(text) || turn.cut < text.length) return null;
    if (turn.cut > text.length) spans.push({ text: turn.text.slice(text.length, turn.cut), generated: false });
    spans.push({ text: turn.text.slice(turn.cut), generated: true, learned: message.train !== false });
    text = turn.text;
  }
  if (messages.at(-1)?.role !== 'assistant') {
    const end = template.render(messages, { addGenerationPrompt: false });
    // What follows the last answer teaches nothing; where it cannot be told apart it is left out.
    if (end.startsWith(text) && end.length > text.length) spans.push({ text: end.slice(text.length), generated: false });
  }
  return spans;
}

/** Whether the text up to an answer changes when later turns are added. */
function rewrites(template: ChatTemplate, messages: readonly Message[]): boolean {
  const ends = messages.flatMap(({ role }, i) => (role === 'assistant' ? [template.render(messages.slice(0, i + 1), { addGenerationPrompt: false })] : []));
  return ends.some((text, k) => !(ends[k + 1] ?? text).startsWith(text));
}

/** A conversation that ends with an answer, by the template's marks, of which only the last is to be learned. */
function lastMarked(template: ChatTemplate, messages: readonly Message[]): Span[] {
  const spans = template.spans(messages, { addGenerationPrompt: false });
  const last = spans.findLastIndex(({ generated }) => generated);
  return spans.map((span, i) => ({ ...span, generated: i === last }));
}

/** By the template's marks, which come in the order of the assistant's turns. */
function markedSpans(template: ChatTemplate, messages: readonly Message[]): Span[] {
  const spans: Span[] = template.spans(messages, { addGenerationPrompt: false });
  const turns = messages.filter(({ role }) => role === 'assistant');
  if (turns.every(({ train }) => train !== false)) return spans;
  const generated = spans.filter((span) => span.generated);
  if (generated.length !== turns.length) throw unstable('it marks more or fewer runs as generated than there are answers, so those that are not to be learned cannot be told from the rest');
  generated.forEach((span, i) => (span.learned = turns[i]?.train !== false));
  return spans;
}

/** The messages as the template can take them. */
function shownTo(template: ChatTemplate, messages: readonly Message[]): readonly Message[] {
  const [first, ...rest] = messages;
  if (first?.role !== 'system' || template.takesSystem) return messages;
  const [user, ...others] = rest;
  return user?.role === 'user' ? [{ ...user, content: `${first.content}\n\n${user.content}` }, ...others] : rest;
}

function unstable(why: string): LabError {
  return new LabError('text.template-not-prefix-stable', `The chat template changes the text of earlier turns when later ones are added: ${why}.`, 'Mark what the assistant generates in the template with {% generation %} ... {% endgeneration %}, or leave these records out.');
}
