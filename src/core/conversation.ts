import type { LanguageCode } from './languages.ts';

/** One message of a chat, as every chat dataset and template has it. */
export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/**
 * One training record, whatever layout it was imported from. `id` is shared by the translations of one
 * record, so that parallel records of two languages align by it.
 */
export interface Conversation {
  id: string;
  language: LanguageCode;
  messages: Message[];
  /** Where the record came from, if its layout says so (LIMA's `source`). */
  source?: string;
}
