/** Whether each turn of each answer is in the asked language, by the detector that knows the benchmark's language best. */
import type { LanguageCode } from '../core/languages.ts';
import type { Answer, Question } from '../records/question.ts';
import type { LanguageOf } from '../statistics/index.ts';
import { judgeLanguage } from '../engine/text/language-gate.ts';
import { detectWorldLanguage } from '../world/index.ts';
import { isEmbedded } from '../catalog/embedded.ts';
import type { LanguageVerdict } from '../records/results.ts';

/**
 * Looks at every answer once. A text that could be in several languages, the question's among them, counts as right; one
 * that tells nothing (a name, a number, code), or is in a language that the detector does not know, is untold.
 */
export async function answerLanguages(benchmark: string, questions: readonly Question[], answers: readonly Answer[]): Promise<LanguageOf> {
  const asked = new Map(questions.map((question) => [question.question_id, question.language]));
  const judge = isEmbedded(benchmark) ? judgeWorldLanguage : judgeLanguage;
  // By the answer itself: ids of imported answers need not differ.
  const found = new Map<Answer, LanguageVerdict[]>();
  for (const answer of answers) {
    const language = asked.get(answer.question_id);
    if (language === undefined) continue;
    const verdicts: LanguageVerdict[] = [];
    for (const text of answer.turns) verdicts.push(await judge(text, language));
    found.set(answer, verdicts);
  }
  return (answer, turn) => found.get(answer)?.[turn - 1] ?? 'untold';
}

/** The world's own words tell: its languages are its eight, and each shares names and numbers with the rest. */
async function judgeWorldLanguage(text: string, asked: LanguageCode): Promise<LanguageVerdict> {
  const { compatible, telling } = detectWorldLanguage(text);
  if (telling === 0) return 'untold';
  return compatible.includes(asked) ? 'right' : 'wrong';
}
