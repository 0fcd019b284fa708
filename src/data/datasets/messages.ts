import type { Message } from '../../records/conversation.ts';

/** Lone surrogates, which no UTF-8 has, and the noncharacters by which engine/text/template.ts marks answers in a rendered chat. */
const UNTOKENIZABLE = /[\p{Surrogate}\uFDD0\uFDD1]/u;
const NO_CHARACTER = 'holds what is no character of a text (half of a pair, or a noncharacter), and would be learned without it';
const NOT_LEARNED = 'has nothing to learn: it says of every answer that it is not learned';

/** What a chat has to be to be trained on. Returns why it is not, or null. Turns count from 1, as a person counts them. */
export function problemOf(messages: readonly Message[]): string | null {
  const turns = messages[0]?.role === 'system' ? messages.slice(1) : messages;
  const offset = messages.length - turns.length;
  for (const [i, { role, content }] of messages.entries()) {
    if (content.trim() === '') return `message ${i + 1} (${role}) is empty`;
    if (UNTOKENIZABLE.test(content)) return `message ${i + 1} (${role}) ${NO_CHARACTER}`;
  }
  for (const [i, { role }] of turns.entries()) {
    const expected = i % 2 === 0 ? 'user' : 'assistant';
    if (role !== expected) return `message ${i + 1 + offset} is from the ${role} where the ${expected} is due: user and assistant take turns, the user first`;
  }
  if (turns.length === 0) return 'has no messages';
  if (turns.at(-1)?.role === 'user') return 'ends with the user: the last message has no answer';
  if (turns.every(({ role, train }) => role !== 'assistant' || train === false)) return NOT_LEARNED;
  return null;
}
