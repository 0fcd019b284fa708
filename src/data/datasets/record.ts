import type { Conversation, Message } from '../../records/conversation.ts';
import { isJsonObject, type JsonObject, kindOf } from '../../files/json.ts';
import { languageFromTag } from '../../core/language-tags.ts';
import type { LanguageCode } from '../../core/languages.ts';
import { checkRecordField, isEmpty, Unusable } from './fields.ts';
import { LAYOUTS, type LayoutName, layoutOf, PLACE_NAME } from './layouts.ts';
import { problemOf } from './messages.ts';

/** Where records keep what their layout does not define, in order of preference. */
const ID_FIELDS = ['id', 'record_id', 'prompt_id', 'conversation_id'];
/** In any capitals and with or without a joint: `Language`, `languageCode`. */
const LANGUAGE_FIELDS = new Set(['language', 'lang', 'languagecode', 'langcode', 'locale']);
const SYSTEM_FIELDS = ['system', 'system_prompt', 'system_message'];
/** Fields that hold a chat, or a part of one, in one layout or another. */
const CHAT_FIELDS = [...new Set(Object.values(LAYOUTS).flatMap(({ fields }) => fields))];

export interface UsableRecord extends Omit<Conversation, 'id' | 'language'> {
  id: string | null;
  language: LanguageCode | null;
  /** What its language field says, where that is none the lab knows. */
  unknownLanguage: string | null;
  /** Fields that say nothing to training, by name; `messages[].name` in turns. */
  unused: string[];
  problem?: undefined;
}

/** A record as read: its id and language where it has them. Or what is wrong with it. */
export type RecordRead = UsableRecord | { problem: string };

/** Reads one parsed row in a known layout, or says why it is left out. */
export function readRecord(value: unknown, layout: LayoutName): RecordRead {
  if (!isJsonObject(value)) return { problem: `is ${kindOf(value)}, not an object` };
  const other = layoutOf(value);
  if (other && other !== layout)
    return {
      problem: `is in the ${LAYOUTS[other].title} layout; this file's records are in the ${LAYOUTS[layout].title} layout`,
    };
  try {
    return usable(value, layout);
  } catch (error) {
    if (error instanceof Unusable) return { problem: error.message };
    throw error;
  }
}

function usable(record: JsonObject, layout: LayoutName): UsableRecord {
  const unused = new Set<string>();
  const used = new Set<string>([...LAYOUTS[layout].fields, ...SYSTEM_FIELDS]);
  const [idField, id] = idOf(record);
  const { language, unknown, fields } = languageOf(record);
  const { source } = record;
  for (const field of idField ? [idField, ...fields] : fields) used.add(field);
  if (typeof source === 'string') used.add('source');
  for (const [field, value] of Object.entries(record)) {
    if (used.has(field) || !checkRecordField(field, value)) continue;
    const name = field.toLowerCase();
    const misspelt = name !== field && (SYSTEM_FIELDS.includes(name) || CHAT_FIELDS.includes(name));
    if (misspelt) throw new Unusable(`${field} is read as ${name} alone, and its capitals make it another field`);
    unused.add(field);
  }
  const messages = withSystem(LAYOUTS[layout].read(record, unused), record);
  for (const field of CHAT_FIELDS)
    if (!used.has(field) && !isEmpty(record[field])) checkRepeats(field, record[field], messages, unused);
  const problem = problemOf(messages);
  if (problem) throw new Unusable(problem);
  return {
    id,
    language,
    unknownLanguage: unknown,
    messages,
    unused: [...unused],
    ...(typeof source === 'string' ? { source } : {}),
  };
}

/** A system message that stands beside the turns. One among them as well has to be the same. */
function withSystem(messages: Message[], record: JsonObject): Message[] {
  for (const field of SYSTEM_FIELDS) {
    const value = record[field];
    if (isEmpty(value)) continue;
    if (typeof value !== 'string') throw new Unusable(`${field} is not text`);
    const first = messages[0];
    if (first?.role !== 'system') messages = [{ role: 'system', content: value }, ...messages];
    else if (first.content.trim() !== value.trim())
      throw new Unusable(`${field} is another system message than the one the record has already`);
  }
  return messages;
}

/** Another layout's field may say again what a turn says, and nothing else. */
function checkRepeats(field: string, value: unknown, messages: readonly Message[], unused: Set<string>): void {
  const repeats = typeof value === 'string' && messages.some(({ content }) => content.trim() === value.trim());
  if (!repeats)
    throw new Unusable(
      `${field} says something that none of the turns does, and a record of its layout has no such field`,
    );
  unused.add(field);
}

function idOf(record: JsonObject): [field: string | null, id: string | null] {
  for (const field of ID_FIELDS) {
    const id = record[field];
    if (isEmpty(id)) continue;
    if (typeof id !== 'string' && !(typeof id === 'number' && Number.isFinite(id)))
      throw new Unusable(`${field} is neither text nor a number that can be read`);
    if (PLACE_NAME.test(String(id)))
      throw new Unusable(`${field} is "${id}", which is how the lab names records that have no id`);
    return [field, String(id)];
  }
  return [null, null];
}

/** What the language fields say, and which of them name one. Two that differ are refused; one that names none is said, not used. */
function languageOf(record: JsonObject): { language: LanguageCode | null; unknown: string | null; fields: string[] } {
  const fields: string[] = [];
  let language: LanguageCode | null = null;
  let unknown: string | null = null;
  for (const [field, value] of Object.entries(record)) {
    if (!LANGUAGE_FIELDS.has(field.toLowerCase().replaceAll(/[-_]/g, '')) || isEmpty(value)) continue;
    const named = languageFromTag(value);
    if (named && language && named !== language)
      throw new Unusable(`${field} says ${named} where another field says ${language}`);
    if (named) fields.push(field);
    language ??= named;
    if (!named) unknown ??= typeof value === 'string' ? value : kindOf(value);
  }
  return { language, unknown: language ? null : unknown, fields };
}
