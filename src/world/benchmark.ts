/**
 * MT-Bench-X of the embedded world: 80 two-turn questions, ten in each of MT-Bench's eight categories, the same in
 * eight languages, with references and a rubric a rule judge can grade by. What they ask about is asked nowhere in
 * the world's instruction data (`heldOut`).
 */
import { language as languageOf } from '../core/languages.ts';
import { CATEGORIES, type Question } from '../records/question.ts';
import { Rng } from '../core/rng.ts';
import type { WorldLanguage } from './lexicon/types.ts';
import { planKey, type TaskPlan } from './tasks/kind.ts';
import { kindOf, KINDS } from './tasks/kinds/index.ts';
import { answersOf, type Phrasing, questionsOf, rubricOf } from './tasks/realise.ts';

export const WORLD_BENCHMARK_ID = 'mt-bench-x-world';
export const QUESTIONS_PER_CATEGORY = 10;
/** MT-Bench counts from 81 to 160. */
const FIRST_NUMBER = 81;

export interface BenchmarkTask {
  number: string;
  plan: TaskPlan;
  phrasing: Phrasing;
}

let tasks: readonly BenchmarkTask[] | undefined;
let facts: ReadonlySet<string> | undefined;

/** The benchmark's 80 plans, the same for all languages. No two of them share a fact. */
export function benchmarkTasks(): readonly BenchmarkTask[] {
  return (tasks ??= draw());
}

/** Every fact some benchmark question asks about, as keys (see `Kind.facts`): none may be asked in instruction data. */
export function heldOut(): ReadonlySet<string> {
  return (facts ??= new Set(benchmarkTasks().flatMap(({ plan }) => kindOf(plan.kind).facts(plan.args))));
}

/** The 80 questions in one language, with references for both turns and a rubric (judge/rubric.ts). */
export function worldBenchmark(language: WorldLanguage): Question[] {
  const { tag } = languageOf(language);
  return benchmarkTasks().map(({ number, plan, phrasing }) => ({
    question_id: `${number}_${tag}`,
    number,
    language,
    category: kindOf(plan.kind).category,
    turns: [...questionsOf(plan, phrasing, language)],
    reference: [...answersOf(plan, language)],
    rubric: rubricOf(plan, language),
  }));
}

function draw(): BenchmarkTask[] {
  const taken = new Set<string>();
  const drawn: BenchmarkTask[] = [];
  for (const category of CATEGORIES) {
    const kinds = KINDS.filter((k) => k.category === category);
    for (let i = 0; i < QUESTIONS_PER_CATEGORY; i++) {
      const kind = kinds[i % kinds.length] as (typeof kinds)[number];
      const rng = new Rng(`${WORLD_BENCHMARK_ID}/${category}/${i}`);
      for (let tries = 0; ; tries++) {
        const plan = { kind: kind.id, args: kind.draw(rng) };
        const keys = kind.facts(plan.args);
        if (keys.some((key) => taken.has(key))) {
          if (tries > 10_000) throw new Error(`No unused facts are left for ${planKey(plan)}.`);
          continue;
        }
        for (const key of keys) taken.add(key);
        drawn.push({ number: String(FIRST_NUMBER + drawn.length), plan, phrasing: { ask: rng.int(3), next: rng.int(2) } });
        break;
      }
    }
  }
  return drawn;
}
