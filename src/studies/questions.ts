/** Which questions a study asks, and in which order. */
import { stratify } from '../data/benchmarks/stratify.ts';
import { LabError } from '../core/errors.ts';
import { CATEGORIES, type Question } from '../records/question.ts';
import type { BenchmarkConfig } from '../records/manifest.ts';

/** The same for every study, so that any two of one benchmark and size asked the same questions. */
const SEED = 0;

/**
 * @returns the asked languages' questions (or `questions_per_category` of each category) by language, category and number
 * @throws LabError `studies.no-questions` naming a language that has none
 */
export function chooseQuestions(questions: readonly Question[], { id, languages, questions_per_category }: BenchmarkConfig): Question[] {
  for (const code of languages) {
    if (!questions.some((question) => question.language === code)) {
      throw new LabError('studies.no-questions', `The benchmark "${id}" has no questions in "${code}".`, 'Import the questions of this language, or leave it out of benchmark.languages.', { benchmark: id, language: code });
    }
  }
  const asked = questions.filter((question) => languages.includes(question.language));
  const place = (question: Question): number => languages.indexOf(question.language) * CATEGORIES.length + CATEGORIES.indexOf(question.category);
  return stratify(asked, questions_per_category, SEED).sort((a, b) => place(a) - place(b) || a.number.localeCompare(b.number, 'en', { numeric: true }));
}
