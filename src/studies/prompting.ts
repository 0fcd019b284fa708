/**
 * The messages a model is trained on and asked with. Weber et al. 2024 put one sentence in the question's language into
 * the template's system line; training (FastChat's way) and evaluation use the same one. A manifest may put another text
 * there, or nothing (`system_prompt`); both sides follow it.
 */
import { turnPrompt } from '../data/benchmarks/index.ts';
import type { Conversation, Message } from '../records/conversation.ts';
import { LANGUAGES, type LanguageCode } from '../core/languages.ts';
import type { Question } from '../records/question.ts';
import { systemLine } from '../engine/text/system.ts';
import type { Manifest } from '../records/manifest.ts';

type SystemPrompt = Manifest['system_prompt'];

/** What a record is trained as. A system message of its own is kept. Studies stored before there was a choice have none in their manifest: `true`. */
export function trainingMessages(record: Conversation, systemPrompt: SystemPrompt = true): Message[] {
  const line = lineOf(record.language, systemPrompt);
  return line === null || record.messages[0]?.role === 'system' ? record.messages : [{ role: 'system', content: line }, ...record.messages];
}

/** What a model is asked: the dialogue so far, ending with the user. `answers` are its earlier turns. */
export function questionMessages(question: Question, answers: readonly string[], systemPrompt: SystemPrompt = true): Message[] {
  return turnPrompt(question, answers, lineOf(question.language, systemPrompt));
}

/** The lab has a sentence for each language it names; data in other languages goes without. A text of one's own is for all. */
function lineOf(language: LanguageCode, systemPrompt: SystemPrompt): string | null {
  if (typeof systemPrompt === 'string') return systemPrompt;
  return systemPrompt && LANGUAGES.has(language) ? systemLine(language) : null;
}
