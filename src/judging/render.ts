import { LabError } from '../core/errors.ts';
import { contentHash } from '../core/hash.ts';
import { singlePromptName, type JudgePrompt } from '../records/judge-prompt.ts';
import { type Question, REFERENCE_CATEGORIES } from '../records/question.ts';
import { saysNothing } from '../core/unsaid.ts';
import type { PromptLibrary } from './library.ts';

/**
 * Fills a template as Python's `str.format` would: `{name}` is a field, `{{` and `}}` are braces. One pass over the template,
 * so that a question or an answer which contains braces, or even `{answer}`, arrives as it is.
 * Throws `judging.placeholder` for a field that has no value.
 */
export function fillTemplate(template: string, fields: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{|\}\}|\{([A-Za-z_][A-Za-z_0-9]*)\}/g, (match, name: string | undefined) => {
    if (name === undefined) return match.charAt(0);
    const value = fields[name];
    if (value === undefined) throw new LabError('judging.placeholder', `The judge prompt asks for {${name}}, which there is nothing to put into.`, `It may use: ${Object.keys(fields).map((field) => `{${field}}`).join(', ')}.`, { name });
    return value;
  });
}

/** A prompt ready to be sent, and the hashes that name it. */
export interface RenderedPrompt {
  prompt: JudgePrompt;
  system: string;
  user: string;
  /** Of the template, the question and the references: everything but the answer. */
  prompt_hash: string;
  answer_hash: string;
}

/**
 * The prompt that grades one turn of a dialogue as MT-Bench does: turn 1 alone, turn 2 with the whole dialogue before it, with
 * references in the categories that need them.
 *
 * @param answers the answer's turns, at least as many as `turn`
 * @returns `missing` when the category needs a reference that the question does not have; the hashes are there all the same
 */
export function renderSingle(library: PromptLibrary, question: Question, answers: readonly string[], turn: 1 | 2): RenderedPrompt & { missing: boolean } {
  const { prompt } = library.find(singlePromptName(question.category, turn), question.language);
  const [question_1 = '', question_2 = ''] = question.turns;
  const [answer_1 = '', answer_2 = ''] = answers;
  const references = REFERENCE_CATEGORIES.has(question.category) ? question.reference.slice(0, turn) : [];
  const missing = REFERENCE_CATEGORIES.has(question.category) && (references.length < turn || references.some(saysNothing));
  const [ref_answer_1 = '', ref_answer_2 = ''] = references;
  const fields: Record<string, string> = turn === 1 ? { question: question_1, question_1, answer: answer_1, answer_1, ref_answer_1 } : { question_1, question_2, answer_1, answer_2, ref_answer_1, ref_answer_2 };
  return {
    prompt,
    system: prompt.system_prompt,
    user: fillTemplate(prompt.prompt_template, fields),
    prompt_hash: contentHash(JSON.stringify([prompt.system_prompt, prompt.prompt_template, question.turns.slice(0, turn), references])),
    answer_hash: contentHash(JSON.stringify(answers.slice(0, turn))),
    missing,
  };
}
