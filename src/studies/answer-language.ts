/** The language each turn of each answer is written in, by the detector that knows the benchmark's language best. */
import type { Answer, Question } from '../core/question.ts';
import type { LanguageCode } from '../core/languages.ts';
import type { LanguageOf } from '../statistics/index.ts';
import { identifyLanguage } from '../text/identify.ts';
import { detectWorldLanguage } from '../world/index.ts';
import { isEmbedded } from './embedded.ts';

/**
 * Looks at every answer once. A text that could be in several languages, the question's among them, counts as right; one
 * that tells nothing (a name, a number, code) is left undecided: null.
 */
export async function answerLanguages(benchmark: string, questions: readonly Question[], answers: readonly Answer[]): Promise<LanguageOf> {
  const asked = new Map(questions.map((question) => [question.question_id, question.language]));
  const detect = isEmbedded(benchmark) ? worldLanguage : realLanguage;
  const found = new Map<string, LanguageCode | null>();
  for (const answer of answers) {
    const language = asked.get(answer.question_id);
    if (language === undefined) continue;
    for (const [turn, text] of answer.turns.entries()) found.set(`${answer.answer_id} ${turn + 1}`, await detect(text, language));
  }
  return (answer, turn) => found.get(`${answer.answer_id} ${turn}`) ?? null;
}

async function worldLanguage(text: string, asked: LanguageCode): Promise<LanguageCode | null> {
  const { language, compatible, telling } = detectWorldLanguage(text);
  if (telling === 0) return null;
  if (language !== null) return language;
  return compatible.includes(asked) ? asked : (compatible[0] ?? null);
}

async function realLanguage(text: string): Promise<LanguageCode | null> {
  const { language, reliable } = await identifyLanguage(text);
  return reliable ? language : null;
}
