import * as v from 'valibot';
import { issueText, type JsonObject } from '../../files/json.ts';
import { JUDGE_PROMPTS, type JudgePrompt } from '../../records/judge-prompt.ts';
import { languageFromPath, pathOf } from '../../core/language-tags.ts';
import type { LanguageCode } from '../../core/languages.ts';
import type { Question } from '../../records/question.ts';
import { type Row, RowReader } from '../../files/rows.ts';
import { saysNothing } from '../../core/unsaid.ts';
import { EMPTY_BENCHMARK, mergeBenchmarks } from './benchmark.ts';
import { AnswerRecord, kindOfRecord, PromptRecord, QuestionRecord, type RecordKind, titleOf } from './fastchat.ts';
import { identify } from './identity.ts';
import type { LogEntry } from './latest.ts';
import { chooseReferences, holdsReferences, ownReference } from './references.ts';
import type { Benchmark, Reference } from '../../records/benchmark.ts';
import type { BadLine } from '../../records/import-report.ts';

export interface BenchmarkOptions {
  /** The language of records that do not say their own; stronger than folder and file name. */
  language?: LanguageCode;
  /** `references`: the person says that the answers in these files are reference answers, wherever they lie. */
  into?: 'references';
  /** The model whose reference answers are used where there are those of several. */
  referencesBy?: string;
  /** Questions that are known from before: references for them wait for nothing. */
  known?: readonly Question[];
}

export interface ParsedBenchmark {
  benchmark: Benchmark;
  /** `records` counts questions, references and prompts that were kept. */
  report: { records: number; bad: BadLine[]; notes: string[] };
}

/** One line that was understood: what it adds, and to which list. */
type Kept = ({ item: Question; list: 'questions' } | { item: Reference; list: 'references'; tstamp: number } | { item: JudgePrompt; list: 'prompts' }) & { note?: string };

const UNSPOKEN = 'does not say its language: end question ids like 81_DE, name the folder like mt_bench_DE or the file like question_de.jsonl, or choose the language';

/** What each kind of line becomes. Kinds that are not here belong to a study, not to a benchmark. */
const READERS: Partial<Record<RecordKind, (record: JsonObject, language: LanguageCode | null) => Kept | { problem: string }>> = {
  question(record, language) {
    const read = v.safeParse(QuestionRecord, record, { abortEarly: true });
    if (!read.success) return { problem: issueText(read.issues[0]) };
    const { question_id, category, turns, reference } = read.output;
    const identity = identify(question_id, language);
    if (!identity) return { problem: UNSPOKEN };
    const own = ownReference(reference);
    return { list: 'questions', item: { ...identity, category, turns, reference: own.turns }, ...(own.note ? { note: own.note } : {}) };
  },
  answer(record, language) {
    const read = v.safeParse(AnswerRecord, record, { abortEarly: true });
    if (!read.success) return { problem: issueText(read.issues[0]) };
    const identity = identify(read.output.question_id, language);
    const turns = read.output.choices[0]?.turns ?? [];
    return identity ? { list: 'references', item: { question_id: identity.question_id, language: identity.language, model_id: read.output.model_id, turns }, tstamp: read.output.tstamp } : { problem: UNSPOKEN };
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
 * Bad lines are listed and the good ones kept; of two questions or prompts that are the same the first is kept, of reference
 * answers the latest good one. Answers outside `reference_answer/` are models' and no part of a benchmark.
 */
export async function parseBenchmark(files: readonly File[], options: BenchmarkOptions = {}, signal?: AbortSignal): Promise<ParsedBenchmark> {
  const found = new Findings();
  for (const file of [...files].sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))) {
    const path = pathOf(file);
    const language = options.language ?? languageFromPath(path);
    const asReferences = options.into === 'references' || holdsReferences(path);
    const reader = new RowReader(file, { signal });
    let rows = 0;
    for await (const row of reader.rows()) {
      rows++;
      found.add(path, row.line, readRow(row, language, asReferences));
    }
    if (rows === 0) found.notes.push(`${path} holds no records.`);
    if (reader.blank > 0) found.notes.push(`${path}: ${reader.blank} blank ${reader.blank === 1 ? 'line' : 'lines'} skipped.`);
    found.endOfFile(path);
  }
  return found.benchmark(options);
}

/** What the lines of all files add up to. */
class Findings {
  readonly notes: string[] = [];
  private readonly bad: BadLine[] = [];
  private readonly questions: Question[] = [];
  private readonly prompts: JudgePrompt[] = [];
  private readonly references: LogEntry<Reference>[] = [];
  private readonly seen = new Map<string, string>();
  private foreign = new Map<RecordKind, number>();
  private partly = new Map<string, string[]>();

  add(file: string, line: number, read: Kept | { problem: string } | { foreign: RecordKind }): void {
    if ('foreign' in read) this.foreign.set(read.foreign, (this.foreign.get(read.foreign) ?? 0) + 1);
    else if ('problem' in read) this.bad.push({ file, line, reason: read.problem });
    else if (read.list === 'references') {
      const { item, tstamp } = read;
      this.references.push({ key: item.question_id, good: !item.turns.some(saysNothing), tstamp, file, line, record: item });
    } else this.once(file, line, read);
  }

  /** Questions and prompts are there once. */
  private once(file: string, line: number, read: Exclude<Kept, { list: 'references' }>): void {
    const name = read.list === 'prompts' ? `the prompt ${read.item.name} in ${read.item.language}` : `the question ${read.item.question_id}`;
    const before = this.seen.get(name);
    if (before) {
      this.bad.push({ file, line, reason: `repeats ${name}, which ${before} has already; the first is kept` });
      return;
    }
    this.seen.set(name, `${file}, line ${line},`);
    if (read.list === 'prompts') this.prompts.push(read.item);
    else this.questions.push(read.item);
    if (read.note && read.list === 'questions') this.partly.set(read.note, [...(this.partly.get(read.note) ?? []), read.item.question_id]);
  }

  endOfFile(path: string): void {
    for (const [kind, count] of this.foreign) this.notes.push(`${path}: skipped ${count} ${count === 1 ? 'line' : 'lines'}, each ${titleOf(kind)}, which belongs to a study's results and not to a benchmark.${kind === 'answer' ? ' References are read from a folder reference_answer, or where you say that these are references.' : ''}`);
    for (const [note, ids] of this.partly) this.notes.push(`${path}: of ${ids.length} ${ids.length === 1 ? 'question' : 'questions'} (${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ' and others' : ''}) ${note}.`);
    this.foreign = new Map();
    this.partly = new Map();
  }

  benchmark({ referencesBy, known = [] }: BenchmarkOptions): ParsedBenchmark {
    const { questions, prompts } = this;
    const { references, bad, notes } = chooseReferences(this.references, referencesBy);
    const benchmark = mergeBenchmarks(EMPTY_BENCHMARK, { questions, references, prompts });
    const ids = new Set([...known, ...questions].map(({ question_id }) => question_id));
    const waiting = references.filter(({ question_id }) => !ids.has(question_id)).length;
    const all = [...this.notes, ...notes];
    if (waiting > 0) all.push(`${waiting} reference ${waiting === 1 ? 'answer waits' : 'answers wait'} for questions that the benchmark does not have yet.`);
    return { benchmark, report: { records: questions.length + references.length + prompts.length, bad: [...this.bad, ...bad], notes: all } };
  }
}

function readRow(row: Row, language: LanguageCode | null, asReferences: boolean): Kept | { problem: string } | { foreign: RecordKind } {
  if (row.problem !== undefined) return { problem: row.problem };
  const told = kindOfRecord(row.value);
  if ('problem' in told) return told;
  if (told.kind === 'answer' && !asReferences) return { foreign: 'answer' };
  return READERS[told.kind]?.(told.record, language) ?? { foreign: told.kind };
}
