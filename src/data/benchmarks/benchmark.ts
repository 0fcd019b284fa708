import { type LanguageCode, studyOrder } from '../../core/languages.ts';
import { CATEGORIES, type Question } from '../../records/question.ts';
import type { Benchmark, BenchmarkSummary } from '../../records/benchmark.ts';

export const EMPTY_BENCHMARK: Benchmark = { questions: [], references: [], prompts: [] };

/**
 * Two imports to one benchmark add up; what both have, the later one has. A question's references are those of a
 * reference file, as in FastChat, and its own `reference` field only where no file has them.
 */
export function mergeBenchmarks(earlier: Benchmark, later: Benchmark): Benchmark {
  const references = merged(earlier.references, later.references, ({ question_id }) => question_id);
  const turnsOf = new Map(references.map(({ question_id, turns }) => [question_id, turns]));
  const questions = merged(earlier.questions, later.questions, ({ question_id }) => question_id);
  return {
    questions: questions.map((question) => withReference(question, turnsOf.get(question.question_id))),
    references,
    prompts: merged(earlier.prompts, later.prompts, ({ language, name }) => `${language} ${name}`),
  };
}

function withReference(question: Question, reference: string[] | undefined): Question {
  return reference ? { ...question, reference } : question;
}

function merged<T>(earlier: readonly T[], later: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map([...earlier, ...later].map((item) => [keyOf(item), item])).values()];
}

/** The figures of a benchmark that lists show. */
export function summarise({ questions, prompts }: Benchmark): Pick<BenchmarkSummary, 'languages' | 'counts' | 'categories' | 'promptLanguages' | 'references'> {
  const languages = studyOrder([...new Set(questions.map(({ language }) => language))]);
  const count = (language: LanguageCode, counted: (question: Question) => boolean): number => questions.filter((question) => question.language === language && counted(question)).length;
  const present = new Set(questions.map(({ category }) => category));
  return {
    languages,
    counts: Object.fromEntries(languages.map((language) => [language, count(language, () => true)])),
    categories: CATEGORIES.filter((category) => present.has(category)),
    promptLanguages: studyOrder([...new Set(prompts.map(({ language }) => language))]),
    references: Object.fromEntries(languages.map((language) => [language, count(language, ({ reference }) => reference.length > 0)])),
  };
}
