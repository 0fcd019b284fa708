import * as v from 'valibot';
import type { Conversation } from '../core/conversation.ts';
import { isJsonObject, issueText, type JsonObject, kindOf } from '../core/json.ts';
import { languageFromTag } from '../core/language-tags.ts';
import type { LanguageCode } from '../core/languages.ts';
import { LAYOUTS, type LayoutName, layoutOf } from './layouts.ts';
import { problemOf } from './messages.ts';

/** Where records keep what their layout does not define, in order of preference. */
const ID_FIELDS = ['id', 'record_id', 'prompt_id', 'conversation_id'];
const LANGUAGE_FIELDS = ['language', 'lang', 'language_code', 'locale'];

/** A record as read: its id and language where it has them. */
export type RecordRead = (Omit<Conversation, 'id' | 'language'> & { id: string | null; language: LanguageCode | null; problem?: undefined }) | { problem: string };

/** Reads one parsed row in a known layout, or says what is wrong with it. */
export function readRecord(value: unknown, layout: LayoutName): RecordRead {
  if (!isJsonObject(value)) return { problem: `is ${kindOf(value)}, not an object` };
  const other = layoutOf(value);
  if (other && other !== layout) return { problem: `is in the ${LAYOUTS[other].title} layout; this file's records are in the ${LAYOUTS[layout].title} layout` };
  const result = v.safeParse(LAYOUTS[layout].schema, value, { abortEarly: true });
  if (!result.success) return { problem: issueText(result.issues[0]) };
  const problem = problemOf(result.output);
  if (problem) return { problem };
  const source = value['source'];
  return { id: idOf(value), language: languageOf(value), messages: result.output, ...(typeof source === 'string' ? { source } : {}) };
}

function idOf(record: JsonObject): string | null {
  for (const field of ID_FIELDS) {
    const id = record[field];
    if (typeof id === 'number' || (typeof id === 'string' && id.trim() !== '')) return String(id);
  }
  return null;
}

function languageOf(record: JsonObject): LanguageCode | null {
  for (const field of LANGUAGE_FIELDS) {
    const language = languageFromTag(record[field]);
    if (language) return language;
  }
  return null;
}
