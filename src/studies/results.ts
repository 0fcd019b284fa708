/** Every figure of a study, from what is stored of it. */
import { Rng } from '../core/rng.ts';
import { OpenAiJudge, PromptLibrary } from '../judging/index.ts';
import { parseMix } from '../data/recipes/index.ts';
import { studyResults } from '../statistics/index.ts';
import { createRuleJudge } from '../world/index.ts';
import { answerLanguages } from './answer-language.ts';
import type { StudyContent } from './study-content.ts';
import type { JudgeConfig } from '../records/manifest.ts';
import type { StudyResults } from '../records/results.ts';
import type { StudyState } from '../records/study.ts';

export async function resultsOf({ state, questions, answers, judgments }: Pick<StudyContent, 'state' | 'questions' | 'answers' | 'judgments'>): Promise<StudyResults> {
  const { benchmark, judge } = state.manifest;
  return studyResults({
    study: state.id,
    judge: judgeLabel(judge),
    questionsPerCategory: benchmark.questions_per_category,
    cells: state.cells.map(cellOf),
    questions,
    answers,
    judgments,
    languageOf: await answerLanguages(benchmark.id, questions, answers),
  });
}

function cellOf({ id, model, dataset, mix, seed }: StudyState['cells'][number]): { id: string; model: string; dataset: string; mix: string; seed: number; kind: ReturnType<typeof parseMix>['kind'] } {
  return { id, model, dataset, mix, seed, kind: parseMix(mix).kind };
}

/** What is shown beside every score the judge of a manifest gives. */
export function judgeLabel(config: JudgeConfig): string {
  if (config.kind === 'imported') return config.model === '' ? 'no judge' : `${config.model} (imported)`;
  return config.kind === 'rules' ? createRuleJudge().label : new OpenAiJudge(config, new PromptLibrary(), { key: () => null, rng: new Rng(0) }).label;
}
