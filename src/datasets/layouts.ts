/**
 * The record layouts of chat data, one table: how to know one, what a record of it must be, and how to read and write it.
 * LIMA (Zhou et al. 2023), Bactrian-X (Li et al. 2023), OpenAI-style messages, ShareGPT (Vicuna's data), Alpaca.
 */
import * as v from 'valibot';
import type { Conversation, Message } from '../core/conversation.ts';
import { LabError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';

export interface Layout {
  /** For people: `ShareGPT`. */
  title: string;
  /** The fields of a record, for messages. */
  shape: string;
  /** Whether a record looks like this layout; says nothing of whether it is valid. */
  fits(record: JsonObject): boolean;
  /** A valid record's chat. */
  schema: v.GenericSchema<unknown, Message[]>;
  /** The record of a conversation. Throws `datasets.not-writable` where the layout has no room for it. */
  write(conversation: Conversation): JsonObject;
}

const text = v.string('is not text');
const list = 'is not a list';
const object = 'is not an object';

/** The names ShareGPT exports and their descendants give the two sides. */
const SPEAKERS: Record<string, Message['role']> = { human: 'user', user: 'user', gpt: 'assistant', assistant: 'assistant', chatgpt: 'assistant', bard: 'assistant', bing: 'assistant', model: 'assistant', system: 'system' };
const SPEAKER_OF: Record<Message['role'], string> = { user: 'human', assistant: 'gpt', system: 'system' };

const speaker = v.pipe(text, v.check((from) => Object.hasOwn(SPEAKERS, from), (issue) => `is "${issue.input}", which is neither side of a chat`));
const role = v.picklist(['system', 'user', 'assistant'], (issue) => `is ${issue.received}, not "system", "user" or "assistant"`);

/** Bactrian-X and Alpaca keep a task and its material apart; a chat has one user turn for both. */
const taskSchema = v.pipe(
  v.object({ instruction: text, input: v.optional(v.nullable(text), ''), output: text }, object),
  v.transform(({ instruction, input, output }): Message[] => [
    { role: 'user', content: input && input.trim() !== '' ? `${instruction}\n\n${input}` : instruction },
    { role: 'assistant', content: output },
  ]),
);

export const LAYOUTS = {
  lima: {
    title: 'LIMA',
    shape: '{"conversations": ["user", "assistant", ...]}',
    fits: (record) => Array.isArray(record['conversations']) && record['conversations'].every((turn) => typeof turn !== 'object'),
    schema: v.pipe(
      v.object({ conversations: v.array(text, list) }, object),
      v.transform(({ conversations }) => conversations.map((content, i): Message => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }))),
    ),
    write: (conversation) => ({ ...named(conversation), conversations: turnsOnly(conversation, 'LIMA').map(({ content }) => content), ...origin(conversation) }),
  },
  sharegpt: {
    title: 'ShareGPT',
    shape: '{"conversations": [{"from", "value"}, ...]}',
    fits: (record) => Array.isArray(record['conversations']) && record['conversations'].some((turn) => typeof turn === 'object'),
    schema: v.pipe(
      v.object({ conversations: v.array(v.object({ from: speaker, value: text }, object), list) }, object),
      v.transform(({ conversations }) => conversations.map(({ from, value }): Message => ({ role: SPEAKERS[from] as Message['role'], content: value }))),
    ),
    write: (conversation) => ({
      ...named(conversation),
      conversations: conversation.messages.map((message) => ({ from: SPEAKER_OF[message.role], value: message.content })),
      ...origin(conversation),
    }),
  },
  messages: {
    title: 'messages',
    shape: '{"messages": [{"role", "content"}, ...]}',
    fits: (record) => Array.isArray(record['messages']),
    schema: v.pipe(
      v.object({ messages: v.array(v.object({ role, content: text }, object), list) }, object),
      v.transform(({ messages }): Message[] => messages),
    ),
    write: (conversation) => ({ ...named(conversation), messages: conversation.messages, ...origin(conversation) }),
  },
  bactrian: {
    title: 'Bactrian-X',
    shape: '{"id", "instruction", "input", "output"}',
    fits: (record) => 'instruction' in record && 'output' in record && 'id' in record,
    schema: taskSchema,
    write: (conversation) => ({ id: conversation.id, ...task(conversation, 'Bactrian-X') }),
  },
  alpaca: {
    title: 'Alpaca',
    shape: '{"instruction", "input", "output"}',
    fits: (record) => 'instruction' in record && 'output' in record && !('id' in record),
    schema: taskSchema,
    write: (conversation) => task(conversation, 'Alpaca'),
  },
} as const satisfies Record<string, Layout>;

export type LayoutName = keyof typeof LAYOUTS;
export const LAYOUT_NAMES = Object.keys(LAYOUTS) as LayoutName[];

/** The layout a record looks like, or null. */
export function layoutOf(record: JsonObject): LayoutName | null {
  return LAYOUT_NAMES.find((name) => LAYOUTS[name].fits(record)) ?? null;
}

/** Ids made from a row's place (`#17`) are not the record's own and are left out. */
function named({ id }: Conversation): JsonObject {
  return id.startsWith('#') ? {} : { id };
}

function origin({ source }: Conversation): JsonObject {
  return source === undefined ? {} : { source };
}

function turnsOnly({ id, messages }: Conversation, title: string): Message[] {
  if (messages[0]?.role !== 'system') return messages;
  throw notWritable(id, title, 'a system message');
}

function task(conversation: Conversation, title: string): JsonObject {
  const [user, assistant, ...more] = turnsOnly(conversation, title);
  if (more.length > 0) throw notWritable(conversation.id, title, 'more than one exchange');
  return { instruction: user?.content ?? '', input: '', output: assistant?.content ?? '' };
}

function notWritable(id: string, title: string, what: string): LabError {
  return new LabError('datasets.not-writable', `Record "${id}" has ${what}, and the ${title} layout has no place for it.`, 'Write the dataset in the messages or ShareGPT layout.', { id, title });
}
