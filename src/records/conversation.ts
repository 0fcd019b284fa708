import type { LanguageCode } from '../core/languages.ts';

/** One message of a chat, as every chat dataset and template has it. */
export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
  /** `false`: an assistant turn that is read but not learned; its tokens carry no loss. Left out where it is learned. */
  train?: false;
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
