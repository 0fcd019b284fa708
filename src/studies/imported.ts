/**
 * A study of answers that came from elsewhere: a cell for each model, `imported/imported/imported:<model>/0`. Nothing is trained or answered
 * in it; it is judged by its log (judge kind `imported`) or by one of the lab's judges.
 */
import type { Judgment } from '../records/judgment.ts';
import type { Answer, Question } from '../records/question.ts';
import { IMPORTED_MIX } from '../data/recipes/index.ts';
import { cellId } from './cell.ts';
import { type JudgeConfig, parseManifest } from '../records/manifest.ts';
import type { CellState, StudyState } from '../records/study.ts';

/** Stands for the model and the dataset of answers that came from elsewhere. */
export const IMPORTED = 'imported';

export function isImported({ mix }: Pick<CellState, 'mix'>): boolean {
  return mix.startsWith(IMPORTED_MIX);
}

export interface ImportedRecords {
  id: string;
  name: string;
  benchmark: string;
  /** The benchmark's; the study asks those that any model has answered. */
  questions: readonly Question[];
  /** `model_id` as their file has it. */
  answers: readonly Answer[];
  /** Of one judge. Those of models or questions without an answer are left out. */
  judgments: readonly Judgment[];
  judge: JudgeConfig;
  /** Unix time, seconds. */
  now: number;
}

/**
 * @param records at least one answer to one of the questions
 * @returns the study, done where its judge is `imported`, else ready to be judged; answers and judgments named by their cells
 */
export function importedStudy(records: ImportedRecords): { state: StudyState; questions: Question[]; answers: Answer[]; judgments: Judgment[] } {
  const { id, name, benchmark, judge, now } = records;
  const answered = new Set(records.answers.map(({ question_id }) => question_id));
  const questions = records.questions.filter(({ question_id }) => answered.has(question_id));
  const asked = new Set(questions.map(({ question_id }) => question_id));
  const known = records.answers.filter(({ question_id }) => asked.has(question_id));
  const models = [...new Set(known.map(({ model_id }) => model_id))].sort();
  const has = new Set(known.map(({ model_id, question_id }) => JSON.stringify([model_id, question_id])));
  const judged = records.judgments.filter(({ model_id, question_id }) => has.has(JSON.stringify([model_id, question_id])));
  const manifest = parseManifest({
    schema: 1,
    name,
    models: [IMPORTED],
    datasets: [IMPORTED],
    mixes: models.map((model) => IMPORTED_MIX + model),
    benchmark: { id: benchmark, languages: [...new Set(questions.map(({ language }) => language))] },
    judge,
  });
  const byLog = judge.kind === 'imported';
  const cells = models.map((model): CellState => {
    const place = { model: IMPORTED, dataset: IMPORTED, mix: IMPORTED_MIX + model, seed: 0 };
    const n = known.filter(({ model_id }) => model_id === model).length;
    const own = judged.filter(({ model_id }) => model_id === model);
    const graded = own.filter(({ state }) => state === 'graded').length;
    const missing = questions.length - n;
    return {
      id: cellId(place),
      ...place,
      stage: byLog ? 'done' : 'waiting',
      trained: { done: 0, total: 0 },
      answered: { done: n, total: questions.length },
      judged: { done: graded, failed: own.length - graded, total: byLog ? own.length : 2 * n * judge.repeats },
      ...(missing > 0 ? { note: `${missing} of ${questions.length} questions have no answer of this model among the files; they are missing in every mean.` } : {}),
    };
  });
  const named = <T extends { model_id: string }>(row: T): T => ({ ...row, model_id: cellId({ model: IMPORTED, dataset: IMPORTED, mix: IMPORTED_MIX + row.model_id, seed: 0 }) });
  const state: StudyState = { id, name, manifest, status: byLog ? 'done' : 'ready', created: now, updated: now, seconds: { training: 0, answering: 0, judging: 0 }, progress: null, tokensPerSecond: { training: null, generation: null }, cells };
  return { state, questions, answers: known.map(named), judgments: judged.map(named) };
}
