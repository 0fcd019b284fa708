/**
 * The record layouts of chat data, one table: how to know one, which fields it has, and how to read and write a record of it.
 * LIMA (Zhou et al. 2023), Bactrian-X (Li et al. 2023), OpenAI-style messages, ShareGPT (Vicuna's data), Alpaca.
 */
import type { Conversation, Message } from '../../records/conversation.ts';
import { LabError } from '../../core/errors.ts';
import { type JsonObject, kindOf } from '../../files/json.ts';
import { isEmpty, Unusable } from './fields.ts';
import { readTurn } from './turn.ts';

export interface Layout {
  /** For people: `ShareGPT`. */
  title: string;
  /** The fields of a record, for messages. */
  shape: string;
  /** The fields that `read` uses. */
  fields: readonly string[];
  /** Whether a record looks like this layout; says nothing of whether it is valid. */
  fits(record: JsonObject): boolean;
  /**
   * The turns of a record. Throws `Unusable` with what is wrong with it.
   * @param unused where the names of fields of turns go that say nothing
   */
  read(record: JsonObject, unused: Set<string>): Message[];
  /** The record of a conversation. Throws `datasets.not-writable` where the layout has no room for it. */
  write(conversation: Conversation): JsonObject;
}

const TASK_FIELDS = ['instruction', 'input', 'output', 'history'];

export const LAYOUTS = {
  lima: {
    title: 'LIMA',
    shape: '{"conversations": ["user", "assistant", ...]}',
    fields: ['conversations'],
    fits: (record) =>
      Array.isArray(record['conversations']) && record['conversations'].every((turn) => typeof turn !== 'object'),
    read: (record) =>
      list(record, 'conversations').map(
        (content, i): Message => ({
          role: i % 2 === 0 ? 'user' : 'assistant',
          content: text(content, `conversations.${i}`),
        }),
      ),
    write: (conversation) => ({
      ...named(conversation),
      conversations: plainTurns(conversation, 'LIMA').map(({ content }) => content),
      ...origin(conversation),
    }),
  },
  sharegpt: {
    title: 'ShareGPT',
    shape: '{"conversations": [{"from", "value"}, ...]}',
    fields: ['conversations'],
    fits: (record) =>
      Array.isArray(record['conversations']) && record['conversations'].some((turn) => typeof turn === 'object'),
    read: (record, unused) =>
      list(record, 'conversations').map((turn, i) => readTurn(turn, `conversations.${i}`, 'sharegpt', unused)),
    write: (conversation) => ({
      ...named(conversation),
      // axolotl's field for it.
      conversations: conversation.messages.map(({ role, content, train }) => ({
        from: SPEAKER_OF[role],
        value: content,
        ...(train === false ? { train } : {}),
      })),
      ...origin(conversation),
    }),
  },
  messages: {
    title: 'messages',
    shape: '{"messages": [{"role", "content"}, ...]}',
    fields: ['messages'],
    fits: (record) => Array.isArray(record['messages']),
    read: (record, unused) =>
      list(record, 'messages').map((turn, i) => readTurn(turn, `messages.${i}`, 'messages', unused)),
    write: (conversation) => ({
      ...named(conversation),
      // Mistral's and OpenAI's field for it.
      messages: conversation.messages.map(({ role, content, train }) => ({
        role,
        content,
        ...(train === false ? { weight: 0 } : {}),
      })),
      ...origin(conversation),
    }),
  },
  bactrian: {
    title: 'Bactrian-X',
    shape: '{"id", "instruction", "input", "output"}',
    fields: TASK_FIELDS,
    fits: (record) => 'instruction' in record && 'output' in record && 'id' in record,
    read: readTask,
    write: (conversation) => ({ id: conversation.id, ...task(conversation, 'Bactrian-X'), ...origin(conversation) }),
  },
  alpaca: {
    title: 'Alpaca',
    shape: '{"instruction", "input", "output"}',
    fields: TASK_FIELDS,
    fits: (record) => 'instruction' in record && 'output' in record && !('id' in record),
    read: readTask,
    write(conversation) {
      if ('id' in named(conversation)) throw notWritable(conversation.id, 'Alpaca', 'an id of its own');
      return { ...task(conversation, 'Alpaca'), ...origin(conversation) };
    },
  },
} as const satisfies Record<string, Layout>;

export type LayoutName = keyof typeof LAYOUTS;
export const LAYOUT_NAMES = Object.keys(LAYOUTS) as LayoutName[];

/** The layout a record looks like, or null. */
export function layoutOf(record: JsonObject): LayoutName | null {
  return LAYOUT_NAMES.find((name) => LAYOUTS[name].fits(record)) ?? null;
}

/** Names made from a row's place. */
export const PLACE_NAME = /^#\d+$/;

const SPEAKER_OF: Record<Message['role'], string> = { user: 'human', assistant: 'gpt', system: 'system' };

/**
 * Bactrian-X and Alpaca keep a task and its material apart; a chat has one user turn for both. `history` is LLaMA-Factory's: the
 * exchanges before, whose answers are learned too.
 */
function readTask(record: JsonObject): Message[] {
  const asked = text(record['instruction'], 'instruction');
  const material = isEmpty(record['input']) ? '' : text(record['input'], 'input');
  return [
    ...readHistory(record['history']),
    { role: 'user', content: [asked, material].filter((part) => part.trim() !== '').join('\n\n') },
    { role: 'assistant', content: text(record['output'], 'output') },
  ];
}

function readHistory(history: unknown): Message[] {
  if (isEmpty(history)) return [];
  if (!Array.isArray(history))
    throw new Unusable(`history is ${kindOf(history)}, not a list of [instruction, answer] pairs`);
  return history.flatMap((pair, i): Message[] => {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new Unusable(`history.${i} is not a pair of an instruction and its answer`);
    return [
      { role: 'user', content: text(pair[0], `history.${i}.0`) },
      { role: 'assistant', content: text(pair[1], `history.${i}.1`) },
    ];
  });
}

function text(value: unknown, path: string): string {
  if (value === undefined) throw new Unusable(`${path} is missing`);
  if (typeof value !== 'string') throw new Unusable(`${path} is not text`);
  return value;
}

function list(record: JsonObject, field: string): unknown[] {
  const value = record[field];
  if (value === undefined) throw new Unusable(`${field} is missing`);
  if (!Array.isArray(value)) throw new Unusable(`${field} is not a list`);
  return value;
}

/** Ids made from a row's place (`#17`) are not the record's own and are left out. */
function named({ id }: Conversation): JsonObject {
  return PLACE_NAME.test(id) ? {} : { id };
}

function origin({ source }: Conversation): JsonObject {
  return source === undefined ? {} : { source };
}

/** Turns of user and assistant, all learned: where a layout can say no more. */
function plainTurns({ id, messages }: Conversation, title: string): Message[] {
  if (messages[0]?.role === 'system') throw notWritable(id, title, 'a system message');
  if (messages.some(({ train }) => train === false)) throw notWritable(id, title, 'an answer that is not learned');
  return messages;
}

function task(conversation: Conversation, title: string): JsonObject {
  const [user, assistant, ...more] = plainTurns(conversation, title);
  if (more.length > 0) throw notWritable(conversation.id, title, 'more than one exchange');
  return { instruction: user?.content ?? '', input: '', output: assistant?.content ?? '' };
}

function notWritable(id: string, title: string, what: string): LabError {
  const hint = 'Write the dataset in the messages or ShareGPT layout.';
  return new LabError(
    'datasets.not-writable',
    `Record "${id}" has ${what}, and the ${title} layout has no place for it.`,
    hint,
    { id, title },
  );
}
