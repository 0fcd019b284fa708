/** FastChat's model_answer and model_judgment files as a study: which file is which, and what of them is not used. */
import { readAnswers, readJudgments, kindOfFile } from '../../data/benchmarks/index.ts';
import { LabError } from '../../core/errors.ts';
import type { Judgment } from '../../records/judgment.ts';
import type { LanguageCode } from '../../core/languages.ts';
import type { Question } from '../../records/question.ts';
import { importedStudy } from '../../studies/imported.ts';
import type { JudgeConfig } from '../../records/manifest.ts';
import type { BadLine } from '../../records/import-report.ts';

export interface AnswerImport {
  id: string;
  name: string;
  benchmark: string;
  questions: readonly Question[];
  language?: LanguageCode | undefined;
  /** Grades the answers where the files have no judgments; left out, nothing does. */
  judge?: JudgeConfig | undefined;
  now: number;
}

type Imported = { study: ReturnType<typeof importedStudy> | null; bad: BadLine[]; notes: string[] };

/** @returns no study where no line is an answer to one of the questions */
export async function importAnswerFiles(files: readonly File[], options: AnswerImport): Promise<Imported> {
  const notes: string[] = [];
  const kinds = { answer: [] as File[], judgment: [] as File[] };
  for (const file of files) {
    const kind = await kindOfFile(file);
    if (kind === 'answer' || kind === 'judgment') kinds[kind].push(file);
    else notes.push(`${file.webkitRelativePath || file.name}: skipped, for it holds ${kind === 'reference' ? 'reference answers, which are no model\'s' : 'neither answers nor judgments of single answers'}.`);
  }
  const { questions } = options;
  const languages = new Set(questions.map(({ language }) => language));
  // Ids such as 81 say no language; where the benchmark has one only, it is that.
  const language = options.language ?? (languages.size === 1 ? [...languages][0] : undefined);
  const reading = language === undefined ? {} : { language };
  const read = await readAnswers(kinds.answer, reading);
  const ids = new Set(questions.map(({ question_id }) => question_id));
  const strange = read.answers.filter(({ question_id }) => !ids.has(question_id));
  if (strange.length > 0) notes.push(`${plural(strange.length, 'answer is', 'answers are')} to questions that the benchmark does not have (${[...new Set(strange.map(({ question_id }) => question_id))].slice(0, 3).join(', ')}), and left out.`);
  const answers = read.answers.filter(({ question_id }) => ids.has(question_id));
  const log = await readJudgments(kinds.judgment, questions, reading);
  const bad = [...read.bad, ...read.dropped, ...log.bad, ...log.dropped];
  if (answers.length === 0) return { study: null, bad, notes };
  const { chosen, judge, note } = oneJudge(log.judgments);
  if (note !== null) notes.push(note);
  const config: JudgeConfig = judge === null ? (options.judge ?? { kind: 'imported', model: '', repeats: 1 }) : { kind: 'imported', model: judge, repeats: 1 };
  refuseRules(config, questions);
  const study = importedStudy({ ...options, answers, judgments: chosen, judge: config });
  const left = chosen.length - study.judgments.length;
  if (left > 0) notes.push(`${plural(left, 'judgment is', 'judgments are')} of answers that are not among the files, and left out.`);
  return { study, bad, notes };
}

/** The judgments of one judge: two judges' scores make no mean. Those of gpt-4 where it is one of several, else of the one with the most. */
function oneJudge(judgments: readonly Judgment[]): { chosen: readonly Judgment[]; judge: string | null; note: string | null } {
  const counts = new Map<string, number>();
  for (const { judge: [model] } of judgments) counts.set(model, (counts.get(model) ?? 0) + 1);
  const order = [...counts].sort(([a, n], [b, m]) => Number(b === 'gpt-4') - Number(a === 'gpt-4') || m - n || (a < b ? -1 : 1)).map(([model]) => model);
  const [judge = null, ...others] = order;
  const note = others.length > 0 ? `The judgments are those of ${judge}, ${counts.get(judge ?? '')} of them; those of ${others.join(', ')} are not used.` : null;
  return { chosen: judgments.filter(({ judge: [model] }) => model === judge), judge, note };
}

const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

function refuseRules({ kind }: JudgeConfig, questions: readonly Question[]): void {
  if (kind !== 'rules' || questions.every(({ rubric }) => rubric !== undefined)) return;
  throw new LabError('studies.rules-need-rubric', 'The rule judge grades only the embedded world\'s questions.', 'Choose an LLM judge (an OpenAI-compatible endpoint), or import the judgments with the answers.');
}
