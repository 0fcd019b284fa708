import * as v from 'valibot';
import type { BadLine } from '../app/facade.ts';
import { issueText, type JsonObject } from '../core/json.ts';
import { JUDGE_PROMPTS, type JudgePrompt } from '../core/judge-prompt.ts';
import { languageFromPath, pathOf } from '../core/language-tags.ts';
import type { LanguageCode } from '../core/languages.ts';
import type { Question } from '../core/question.ts';
import { type Row, RowReader } from '../core/rows.ts';
import { type Benchmark, EMPTY_BENCHMARK, mergeBenchmarks, type Reference } from './benchmark.ts';
import { AnswerRecord, kindOfRecord, PromptRecord, QuestionRecord, type RecordKind, titleOf } from './fastchat.ts';
import { identify } from './identity.ts';

export interface BenchmarkOptions {
  /** The language of records that do not say their own; stronger than folder and file name. */
  language?: LanguageCode;
}

export interface ParsedBenchmark {
  benchmark: Benchmark;
  /** `records` counts questions, references and prompts that were kept. */
  report: { records: number; bad: BadLine[]; notes: string[] };
}

/** One line that was understood: what it adds, and to which list. */
type Kept = { item: Question; list: 'questions' } | { item: Reference; list: 'references' } | { item: JudgePrompt; list: 'prompts' };

const UNSPOKEN = 'does not say its language: end question ids like 81_DE, name the folder like mt_bench_DE or the file like question_de.jsonl, or choose the language';

/** What each kind of line becomes. Kinds that are not here belong to a study, not to a benchmark. */
const READERS: Partial<Record<RecordKind, (record: JsonObject, language: LanguageCode | null) => Kept | { problem: string }>> = {
  question(record, language) {
    const read = v.safeParse(QuestionRecord, record, { abortEarly: true });
    if (!read.success) return { problem: issueText(read.issues[0]) };
    const { question_id, category, turns, reference } = read.output;
    const identity = identify(question_id, language);
    return identity ? { list: 'questions', item: { ...identity, category, turns, reference: reference ?? [] } } : { problem: UNSPOKEN };
  },
  answer(record, language) {
    const read = v.safeParse(AnswerRecord, record, { abortEarly: true });
    if (!read.success) return { problem: issueText(read.issues[0]) };
    const identity = identify(read.output.question_id, language);
    const turns = read.output.choices[0]?.turns ?? [];
    if (turns.some((turn) => turn.trim() === '')) return { problem: 'has an empty reference turn' };
    return identity ? { list: 'references', item: { question_id: identity.question_id, language: identity.language, model_id: read.output.model_id, turns } } : { problem: UNSPOKEN };
  },
  prompt(record, language) {
    const read = v.safeParse(PromptRecord, record, { abortEarly: true });
    if (!read.success) return { problem: issueText(read.issues[0]) };
    const prompt = read.output;
    const lacking = JUDGE_PROMPTS[prompt.name].filter((field) => !prompt.prompt_template.includes(`{${field}}`));
    if (lacking.length > 0) return { problem: `the template of ${prompt.name} lacks ${lacking.map((field) => `{${field}}`).join(', ')}` };
    return language ? { list: 'prompts', item: { ...prompt, language } } : { problem: UNSPOKEN };
  },
};

/**
 * Reads MT-Bench and MT-Bench-X files in any combination: questions, reference answers, judge prompts, told apart by
 * their fields. The language is that of the question id (`81_DE`), else the option, else the file or folder name.
 * Bad lines are listed and the good ones kept; of two lines that say the same thing the first is kept.
 */
export async function parseBenchmark(files: readonly File[], options: BenchmarkOptions = {}, signal?: AbortSignal): Promise<ParsedBenchmark> {
  const found: Benchmark = { questions: [], references: [], prompts: [] };
  const bad: BadLine[] = [];
  const notes: string[] = [];
  const seen = new Map<string, string>();

  for (const file of [...files].sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))) {
    const path = pathOf(file);
    const language = options.language ?? languageFromPath(path);
    const foreign = new Map<RecordKind, number>();
    const reader = new RowReader(file, { signal });
    for await (const row of reader.rows()) {
      const read = readRow(row, language);
      if ('foreign' in read) foreign.set(read.foreign, (foreign.get(read.foreign) ?? 0) + 1);
      else if ('problem' in read) bad.push({ file: path, line: row.line, reason: read.problem });
      else {
        const name = nameOf(read);
        const before = seen.get(name);
        if (before) bad.push({ file: path, line: row.line, reason: `repeats ${name}, which ${before} has already; the first is kept` });
        else {
          seen.set(name, `${path}, line ${row.line},`);
          (found[read.list] as Kept['item'][]).push(read.item);
        }
      }
    }
    if (reader.blank > 0) notes.push(`${path}: ${reader.blank} blank ${reader.blank === 1 ? 'line' : 'lines'} skipped.`);
    for (const [kind, count] of foreign) notes.push(`${path}: skipped ${count} ${count === 1 ? 'line' : 'lines'}, each ${titleOf(kind)}, which belongs to a study's results and not to a benchmark.`);
  }

  const benchmark = mergeBenchmarks(EMPTY_BENCHMARK, found);
  const known = new Set(benchmark.questions.map(({ question_id }) => question_id));
  const waiting = benchmark.references.filter(({ question_id }) => !known.has(question_id)).length;
  if (waiting > 0) notes.push(`${waiting} reference ${waiting === 1 ? 'answer waits' : 'answers wait'} for questions that are not among these files.`);
  return { benchmark, report: { records: found.questions.length + found.references.length + found.prompts.length, bad, notes } };
}

function readRow(row: Row, language: LanguageCode | null): Kept | { problem: string } | { foreign: RecordKind } {
  if (row.problem !== undefined) return { problem: row.problem };
  const told = kindOfRecord(row.value);
  if ('problem' in told) return told;
  return READERS[told.kind]?.(told.record, language) ?? { foreign: told.kind };
}

/** What may be there once: a question, its reference, a prompt in a language. */
function nameOf({ list, item }: Kept): string {
  if (list === 'prompts') return `the prompt ${item.name} in ${item.language}`;
  return `the ${list === 'questions' ? 'question' : 'reference answer'} ${item.question_id}`;
}
