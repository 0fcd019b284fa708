/** One turn of a chat, as the messages and ShareGPT layouts and their descendants write it. */
import type { Message } from '../../records/conversation.ts';
import { isJsonObject, type JsonObject, kindOf } from '../../files/json.ts';
import { checkTurnField, isEmpty, Unusable } from './fields.ts';

/** Fields that name the speaker and hold the text, and which of them a layout writes itself. */
const SPEAKER_FIELDS = ['role', 'from'] as const;
const TEXT_FIELDS = ['content', 'value'] as const;
const OWN = new Set<string>([...SPEAKER_FIELDS, ...TEXT_FIELDS]);

/** The names that ShareGPT's exports and their descendants give the sides, in lower case. */
const SPEAKERS: ReadonlyMap<string, Message['role']> = new Map([
  ['system', 'system'],
  ...['user', 'human'].map((name) => [name, 'user'] as const),
  ...['assistant', 'gpt', 'chatgpt', 'bard', 'bing', 'model'].map((name) => [name, 'assistant'] as const),
]);

/**
 * Fields that say whether a turn is learned. `weight` is asked of an assistant's turn alone (Mistral, OpenAI); the others mean what
 * they say of every turn (axolotl, ms-swift), and `masked` the opposite (torchtune).
 */
const LEARNED: ReadonlyMap<string, 'weight' | 'learned' | 'masked'> = new Map([
  ...['weight', 'loss_weight'].map((name) => [name, 'weight'] as const),
  ...['train', 'training', 'trainable', 'learn', 'loss', 'loss_mask'].map((name) => [name, 'learned'] as const),
  ['masked', 'masked'],
]);

/**
 * A turn as a message. Throws `Unusable`, naming the field.
 *
 * @param path for reasons: `messages.1`
 * @param shape which fields to miss where a turn has neither
 * @param unused where the names of fields go that say nothing
 */
export function readTurn(turn: unknown, path: string, shape: 'messages' | 'sharegpt', unused: Set<string>): Message {
  if (!isJsonObject(turn)) throw new Unusable(`${path} is ${kindOf(turn)}, not an object`);
  const from = 'from' in turn || (shape === 'sharegpt' && !('role' in turn));
  const role = roleOf(only(turn, SPEAKER_FIELDS, path, from ? 'from' : 'role', sideOf), path);
  let learned: boolean | null = null;
  for (const [field, value] of Object.entries(turn)) {
    if (OWN.has(field)) continue;
    const flag = LEARNED.get(field.toLowerCase());
    if (!flag) {
      if (checkTurnField(path, role, field, value)) unused.add(`${path.replace(/\.\d+$/, '')}[].${field}`);
      continue;
    }
    const says = learnedBy(flag, role, value, `${path}.${field}`);
    if (says === null) continue;
    if (learned !== null && learned !== says)
      throw new Unusable(`${path}.${field} says the opposite of another field about whether the turn is learned`);
    learned = says;
  }
  const [name, text] = only(turn, TEXT_FIELDS, path, from ? 'value' : 'content');
  const content = textOf(text, `${path}.${name}`);
  return role === 'assistant' && learned === false ? { role, content, train: false } : { role, content };
}

/** The one of some fields that a turn has, with its value; `missed` where it has none. @param meaning what has to be the same where it has both */
function only(
  turn: JsonObject,
  fields: readonly string[],
  path: string,
  missed: string,
  meaning = (value: unknown) => value,
): [field: string, value: unknown] {
  const [first, second] = fields.filter((field) => !isEmpty(turn[field]));
  if (second !== undefined && meaning(turn[second]) !== meaning(turn[first as string]))
    throw new Unusable(`${path} has both ${first} and ${second}, and they differ`);
  const field = first ?? fields.find((name) => name in turn) ?? missed;
  return [field, turn[field]];
}

const sideOf = (speaker: unknown): unknown =>
  typeof speaker === 'string' ? (SPEAKERS.get(speaker.toLowerCase()) ?? speaker) : speaker;

function roleOf([field, speaker]: [string, unknown], path: string): Message['role'] {
  if (speaker === undefined) throw new Unusable(`${path}.${field} is missing`);
  if (typeof speaker !== 'string') throw new Unusable(`${path}.${field} is not text`);
  const role = SPEAKERS.get(speaker.toLowerCase());
  if (role) return role;
  throw new Unusable(
    `${path}.${field} is "${speaker}", which is no side of a chat that the lab knows (system, user, assistant)`,
  );
}

/** Whether the turn is learned, as one field says; null where it says nothing. */
function learnedBy(
  flag: 'weight' | 'learned' | 'masked',
  role: Message['role'],
  value: unknown,
  path: string,
): boolean | null {
  if (isEmpty(value) || (flag === 'weight' && role !== 'assistant' && ['number', 'boolean'].includes(typeof value)))
    return null;
  const yes = value === true || value === 1;
  if (!yes && value !== false && value !== 0)
    throw new Unusable(`${path} is neither 0 nor 1, nor true nor false: the lab learns a turn whole or not at all`);
  const learned = flag === 'masked' ? !yes : yes;
  if (learned && role !== 'assistant')
    throw new Unusable(`${path} asks to learn a turn of the ${role}: the lab learns the assistant's alone`);
  return learned;
}

/** A text, or a list of parts that are all text, which templates write one after the other. */
function textOf(value: unknown, path: string): string {
  if (value === undefined) throw new Unusable(`${path} is missing`);
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) throw new Unusable(`${path} is not text`);
  return value.map((part, i) => partOf(part, `${path}.${i}`)).join('');
}

function partOf(part: unknown, path: string): string {
  if (!isJsonObject(part)) throw new Unusable(`${path} is ${kindOf(part)}, not a part of a text`);
  const { type, text, ...others } = part;
  if (typeof type !== 'string') throw new Unusable(`${path} is a part that does not say its type`);
  if (type !== 'text') throw new Unusable(`${path} is a part of type "${type}": the lab reads text alone`);
  if (typeof text !== 'string') throw new Unusable(`${path}.text is not text`);
  const other = Object.keys(others).find((field) => !isEmpty(others[field]));
  if (other !== undefined)
    throw new Unusable(
      `${path}.${other} is a field of a part that the lab does not know: it may change what is said`,
    );
  return text;
}
