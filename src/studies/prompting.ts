/**
 * The messages a model is trained on and asked with. Weber et al. 2024 put one sentence in the question's language into
 * the template's system line; training (FastChat's way) and evaluation use the same one.
 */
import { turnPrompt } from '../benchmarks/index.ts';
import type { Conversation, Message } from '../core/conversation.ts';
import { LANGUAGES, type LanguageCode } from '../core/languages.ts';
import type { Question } from '../core/question.ts';
import { systemLine } from '../text/system.ts';

/** What a record is trained as. A system message of its own is kept. */
export function trainingMessages(record: Conversation): Message[] {
  const line = lineOf(record.language);
  return line === null || record.messages[0]?.role === 'system' ? record.messages : [{ role: 'system', content: line }, ...record.messages];
}

/** What a model is asked: the dialogue so far, ending with the user. `answers` are its earlier turns. */
export function questionMessages(question: Question, answers: readonly string[]): Message[] {
  return turnPrompt(question, answers, lineOf(question.language));
}

/** The lab has a sentence for each language it names; data in other languages goes without. */
function lineOf(language: LanguageCode): string | null {
  return LANGUAGES.has(language) ? systemLine(language) : null;
}
