import * as v from 'valibot';
import { issueText } from '../../files/json.ts';
import { languageFromPath, pathOf } from '../../core/language-tags.ts';
import type { LanguageCode } from '../../core/languages.ts';
import type { Answer } from '../../records/question.ts';
import { RowReader } from '../../files/rows.ts';
import { ERROR_MARK } from '../../core/unsaid.ts';
import { AnswerRecord, kindOfRecord, titleOf } from './fastchat.ts';
import { identify } from './identity.ts';
import { latestGood, type LogEntry } from './latest.ts';
import type { BadLine } from '../../records/import-report.ts';

/**
 * FastChat's model_answer JSON Lines. `finish` and `tokens` ride along in the choice, where FastChat ignores them and the lab
 * reads them back.
 */
export function writeAnswers(answers: readonly Answer[]): string {
  return answers
    .map(({ question_id, answer_id, model_id, turns, finish, tokens, tstamp }) => `${JSON.stringify({ question_id, answer_id, model_id, choices: [{ index: 0, turns, finish, tokens }], tstamp })}\n`)
    .join('');
}

/**
 * Reads FastChat answers: the first choice of the latest good record of each question and model. `finish` and `tokens` are
 * empty where the file does not say. Ids without a language (`81`) take the option's, the file name's, or stay as they are.
 */
export async function readAnswers(files: readonly File[], options: { language?: LanguageCode } = {}, signal?: AbortSignal): Promise<{ answers: Answer[]; bad: BadLine[]; dropped: BadLine[] }> {
  const bad: BadLine[] = [];
  const entries: LogEntry<Answer>[] = [];
  for (const file of files) {
    const path = pathOf(file);
    const language = options.language ?? languageFromPath(path);
    let rows = 0;
    for await (const row of new RowReader(file, { signal }).rows()) {
      rows++;
      const read = row.problem === undefined ? readAnswer(row.value, language) : row;
      if ('problem' in read) bad.push({ file: path, line: row.line, reason: read.problem as string });
      else entries.push({ key: JSON.stringify([read.model_id, read.question_id]), good: !read.turns.includes(ERROR_MARK), tstamp: read.tstamp, file: path, line: row.line, record: read });
    }
    if (rows === 0) bad.push({ file: path, line: 1, reason: 'is missing: the file holds no records' });
  }
  const { kept, dropped } = latestGood(entries);
  // An answer that never came is none: to judge the error mark would be to score the network.
  for (const { good, file, line } of kept) if (!good) bad.push({ file, line, reason: `is ${ERROR_MARK}: the model gave no answer` });
  return { answers: kept.filter(({ good }) => good).map(({ record }) => record), bad, dropped };
}

function readAnswer(value: unknown, language: LanguageCode | null): Answer | { problem: string } {
  const told = kindOfRecord(value);
  if ('problem' in told) return told;
  if (told.kind !== 'answer') return { problem: `is ${titleOf(told.kind)}, not an answer` };
  const read = v.safeParse(AnswerRecord, told.record, { abortEarly: true });
  if (!read.success) return { problem: issueText(read.issues[0]) };
  const { question_id, answer_id, model_id, tstamp, choices } = read.output;
  const [choice] = choices;
  if (!choice) return { problem: 'choices is empty' };
  return { answer_id, question_id: identify(question_id, language)?.question_id ?? String(question_id), model_id, ...choice, tstamp };
}
