import { CATEGORIES, type Question } from '../../records/question.ts';
import { Rng } from '../../core/rng.ts';

/**
 * A seeded part of a benchmark: so many questions of each category, the same numbers in every language. Draws on the numbers
 * that every language present has; a category with fewer is taken whole. A larger part contains the smaller ones of its seed.
 * Keeps the questions' order.
 */
export function stratify(questions: readonly Question[], perCategory: number | null, seed: number): Question[] {
  if (perCategory === null) return [...questions];
  const languages = new Set(questions.map(({ language }) => language)).size;
  const chosen = new Set<string>();
  for (const category of CATEGORIES) {
    const spoken = new Map<string, Set<string>>();
    for (const question of questions) {
      if (question.category !== category) continue;
      spoken.set(question.number, (spoken.get(question.number) ?? new Set()).add(question.language));
    }
    const shared = [...spoken].filter(([, set]) => set.size === languages).map(([number]) => number);
    for (const number of new Rng(`${seed}/questions/${category}`).shuffle(shared.sort()).slice(0, perCategory)) chosen.add(`${category} ${number}`);
  }
  return questions.filter(({ category, number }) => chosen.has(`${category} ${number}`));
}
