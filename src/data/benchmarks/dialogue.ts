import type { Message } from '../../records/conversation.ts';
import type { Category, Question } from '../../records/question.ts';

/**
 * The chat that asks for the next turn: the question's turns so far with the model's own answers between them, as MT-Bench
 * runs it. `answers` holds none for the first turn and one for the second.
 *
 * @param systemLine one sentence in the question's language (src/engine/text/system.ts has them), or null for none
 */
export function turnPrompt(question: Question, answers: readonly string[], systemLine: string | null): Message[] {
  if (answers.length >= question.turns.length) throw new RangeError(`${question.question_id} has ${question.turns.length} turns; all are answered`);
  const system: Message[] = systemLine === null ? [] : [{ role: 'system', content: systemLine }];
  const asked = question.turns.slice(0, answers.length + 1).flatMap((content, i): Message[] => {
    const answer = answers[i];
    return answer === undefined ? [{ role: 'user', content }] : [{ role: 'user', content }, { role: 'assistant', content: answer }];
  });
  return [...system, ...asked];
}

/** Sampling temperature of a category by the benchmark's table; a category that is not in it is answered greedily. */
export function temperatureOf(category: Category, table: Readonly<Record<string, number>>): number {
  return table[category] ?? 0;
}
