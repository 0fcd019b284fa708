/** What a study bundle must hold to be opened: checked once, here, because the file may come from anywhere. */
import * as v from 'valibot';
import { LabError } from '../core/errors.ts';
import { CATEGORIES } from '../records/question.ts';

const text = v.string();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const turn = v.picklist([1, 2]);
const category = v.picklist(CATEGORIES);
const error = v.looseObject({ code: text, message: text, hint: text, data: v.record(text, v.unknown()) });

const Cell = v.looseObject({
  id: text,
  model: text,
  dataset: text,
  mix: text,
  seed: count,
  stage: v.picklist(['waiting', 'training', 'answering', 'judging', 'done', 'failed']),
  trained: v.object({ done: count, total: count }),
  answered: v.object({ done: count, total: count }),
  judged: v.object({ done: count, failed: count, total: count, calls: v.optional(count), no_room: v.optional(count) }),
  error: v.optional(error),
});

const State = v.looseObject({
  id: v.pipe(text, v.nonEmpty()),
  name: text,
  manifest: v.unknown(),
  status: v.picklist(['ready', 'running', 'pausing', 'paused', 'done', 'failed', 'cancelled']),
  created: v.number(),
  updated: v.number(),
  seconds: v.object({ training: v.number(), answering: v.number(), judging: v.number() }),
  tokensPerSecond: v.object({ training: v.nullable(v.number()), generation: v.nullable(v.number()) }),
  cells: v.array(Cell),
  bases: v.optional(v.record(text, v.object({ name: text, revision: v.nullable(text) }))),
  error: v.optional(error),
});

const Question = v.looseObject({ question_id: text, number: text, language: text, category, turns: v.array(text), reference: v.array(text) });
const Loss = v.looseObject({ cell: text, step: count, loss: v.number(), grad_norm: v.nullable(v.number()), learning_rate: v.number(), num_tokens: v.number(), mean_token_accuracy: v.number() });
const Answer = v.looseObject({ answer_id: text, question_id: text, model_id: text, turns: v.array(text), finish: v.array(v.picklist(['stop', 'length', 'no-room'])), tokens: v.array(count), tstamp: v.number() });
const judgment = { judge_id: text, prompt_hash: text, answer_hash: text, turn, repeat: count, question_id: text, model_id: text, language: text, category, judge: v.tuple([text, text]), user_prompt: text, judgment: text, attempts: count, tstamp: v.number() };
const Judgment = v.variant('state', [v.looseObject({ ...judgment, state: v.literal('graded'), score: v.number() }), v.looseObject({ ...judgment, state: v.literal('failed'), error })]);

const SCHEMAS = { 'study.json': State, 'questions.jsonl': Question, 'losses.jsonl': Loss, 'answers.jsonl': Answer, 'judgments.jsonl': Judgment } as const;
export type BundlePart = keyof typeof SCHEMAS;

/**
 * @param line of the part's file, for the message
 * @throws LabError `studies.bundle` naming the file, the line and each field that is wrong
 */
export function checkPart(part: BundlePart, value: unknown, line: number): void {
  const result = v.safeParse<v.GenericSchema>(SCHEMAS[part], value);
  if (result.success) return;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? '(record)'}: ${issue.message}`);
  throw new LabError('studies.bundle', `Line ${line} of ${part} in the bundle is not what it should be: ${problems.join('; ')}`, 'The file is damaged or was edited: export the study again.', { file: part, line, problems });
}
