import * as v from 'valibot';
import { LabError, type ErrorRecord } from '../../core/errors.ts';
import { contentHash } from '../../core/hash.ts';
import { issueText } from '../../files/json.ts';
import type { Judgment } from '../../records/judgment.ts';
import { languageFromPath, pathOf } from '../../core/language-tags.ts';
import type { LanguageCode } from '../../core/languages.ts';
import type { Question } from '../../records/question.ts';
import { RowReader } from '../../files/rows.ts';
import { ERROR_MARK } from '../../core/unsaid.ts';
import { kindOfRecord, SingleJudgmentRecord, titleOf } from './fastchat.ts';
import { identify } from './identity.ts';
import { latestGood, type LogEntry } from './latest.ts';
import type { BadLine } from '../../records/import-report.ts';

/** FastChat's single-judgment JSON Lines: a failed judgment has the score -1. `repeat` is written where there is more than one. */
export function writeJudgments(judgments: readonly Judgment[]): string {
  return judgments
    .map((judgment) => {
      const { question_id, model_id: model, judge, user_prompt, turn, tstamp, repeat } = judgment;
      const graded = judgment.state === 'graded';
      const record = { question_id, model, judge, user_prompt, judgment: judgment.judgment || (graded ? '' : ERROR_MARK), score: graded ? judgment.score : -1, turn, tstamp };
      return `${JSON.stringify(repeat > 0 ? { ...record, repeat } : record)}\n`;
    })
    .join('');
}

const FAILED: ErrorRecord = new LabError('judging.imported-failure', 'The imported log records this call as failed (score -1 or no judgment).', 'Judge this answer again.').toRecord();

/**
 * Reads FastChat's single judgments: of each question, model, judge, turn and repeat the latest good one, which is what a log
 * of repeated runs means by its last word. A score of -1, an error mark or an empty text is a failed judgment, never a score.
 *
 * @param questions the benchmark the judgments are about: they give language and category, which the log does not have
 */
export async function readJudgments(
  files: readonly File[],
  questions: readonly Question[],
  options: { language?: LanguageCode } = {},
  signal?: AbortSignal,
): Promise<{ judgments: Judgment[]; bad: BadLine[]; dropped: BadLine[] }> {
  const byId = new Map(questions.map((question) => [question.question_id, question]));
  const bad: BadLine[] = [];
  const entries: LogEntry<Judgment>[] = [];
  for (const file of files) {
    const path = pathOf(file);
    const language = options.language ?? languageFromPath(path);
    let rows = 0;
    for await (const row of new RowReader(file, { signal }).rows()) {
      rows++;
      const read = row.problem === undefined ? readJudgment(row.value, language, byId) : row;
      if ('problem' in read) bad.push({ file: path, line: row.line, reason: read.problem as string });
      else {
        const { model_id, question_id, judge, turn, repeat, tstamp, state } = read;
        entries.push({ key: JSON.stringify([model_id, question_id, ...judge, turn, repeat]), good: state === 'graded', tstamp, file: path, line: row.line, record: read });
      }
    }
    if (rows === 0) bad.push({ file: path, line: 1, reason: 'is missing: the file holds no records' });
  }
  const { kept, dropped } = latestGood(entries);
  return { judgments: kept.map(({ record }) => record), bad, dropped };
}

function readJudgment(value: unknown, language: LanguageCode | null, questions: ReadonlyMap<string, Question>): Judgment | { problem: string } {
  const told = kindOfRecord(value);
  if ('problem' in told) return told;
  if (told.kind !== 'single judgment') return { problem: `is ${titleOf(told.kind)}, not a judgment of a single answer` };
  const read = v.safeParse(SingleJudgmentRecord, told.record, { abortEarly: true });
  if (!read.success) return { problem: issueText(read.issues[0]) };
  const { question_id, model, judge, user_prompt, judgment, score, turn, tstamp, repeat } = read.output;
  const question = questions.get(identify(question_id, language)?.question_id ?? String(question_id));
  if (!question) return { problem: `is about question ${question_id}, which the benchmark does not have` };
  const base = {
    judge_id: `imported:${judge.join(':')}`,
    // The log has the rendered prompt, answers included, but not the answer apart from it.
    prompt_hash: contentHash(user_prompt),
    answer_hash: '',
    turn,
    repeat,
    question_id: question.question_id,
    model_id: model,
    language: question.language,
    category: question.category,
    judge,
    user_prompt,
    judgment,
    attempts: 1,
    tstamp,
  };
  const graded = score >= 1 && score <= 10 && judgment.trim() !== '' && judgment !== ERROR_MARK;
  return graded ? { ...base, state: 'graded', score } : { ...base, state: 'failed', error: FAILED };
}
