/** FastChat's records (fastchat/llm_judge): what a line of each of its files must be. */
import * as v from 'valibot';
import { isJsonObject, kindOf, type JsonObject } from '../../files/json.ts';
import { JUDGE_PROMPTS, type JudgePromptName } from '../../records/judge-prompt.ts';
import { CATEGORIES } from '../../records/question.ts';

const text = v.string('is not text');
const number = v.number('is not a number');
const filled = v.pipe(text, v.check((value) => value.trim() !== '', 'is empty'));
const id = v.union([filled, v.pipe(number, v.integer('is not a whole number'))], 'is neither text nor a number');
const turns = v.pipe(v.array(text, 'is not a list'), v.length(2, (issue) => `has ${issue.input.length} of the two turns`));

export const QuestionRecord = v.object({
  question_id: id,
  category: v.picklist(CATEGORIES, (issue) => `is ${issue.received}, none of ${CATEGORIES.join(', ')}`),
  turns: v.pipe(v.array(filled, 'is not a list'), v.length(2, (issue) => `has ${issue.input.length} of the two turns`)),
  /** A list of texts, or what published sets have in its place: references.ts. FastChat reads none of it. */
  reference: v.optional(v.unknown()),
});

export const AnswerRecord = v.object({
  question_id: id,
  answer_id: v.optional(text, ''),
  model_id: filled,
  choices: v.pipe(
    v.array(v.object({ turns, finish: v.optional(v.array(v.picklist(['stop', 'length', 'no-room'])), []), tokens: v.optional(v.array(number), []) }, 'is not an object'), 'is not a list'),
    v.minLength(1, 'is empty'),
  ),
  tstamp: v.optional(number, 0),
});

export const PromptRecord = v.object({
  name: v.picklist(Object.keys(JUDGE_PROMPTS) as JudgePromptName[], (issue) => `is ${issue.received}, none of MT-Bench's prompts: ${Object.keys(JUDGE_PROMPTS).join(', ')}`),
  type: v.picklist(['single', 'pairwise'], (issue) => `is ${issue.received}, neither "single" nor "pairwise"`),
  system_prompt: text,
  prompt_template: filled,
  description: v.optional(text, ''),
  category: v.optional(text, ''),
  output_format: v.optional(text, ''),
});

export const SingleJudgmentRecord = v.object({
  question_id: id,
  model: filled,
  judge: v.tuple([text, text], 'is not a pair of model and prompt name'),
  user_prompt: text,
  judgment: text,
  score: number,
  turn: v.picklist([1, 2], 'is neither 1 nor 2'),
  tstamp: v.optional(number, 0),
  repeat: v.optional(v.pipe(number, v.integer(), v.minValue(0)), 0),
});

/** The kinds of record, told by their fields: file names are anyone's. */
const KINDS = {
  prompt: { title: 'a judge prompt', fields: ['name', 'prompt_template'] },
  'pair judgment': { title: 'a pairwise judgment', fields: ['question_id', 'model_1', 'model_2'] },
  'single judgment': { title: 'a judgment', fields: ['question_id', 'judgment', 'judge'] },
  answer: { title: 'an answer', fields: ['question_id', 'choices'] },
  question: { title: 'a question', fields: ['question_id', 'turns'] },
} as const satisfies Record<string, { title: string; fields: readonly string[] }>;

export type RecordKind = keyof typeof KINDS;

/** Which record an object is, or a sentence's end saying why it is none. */
export function kindOfRecord(value: unknown): { kind: RecordKind; record: JsonObject } | { problem: string } {
  if (!isJsonObject(value)) return { problem: `is ${kindOf(value)}, not an object` };
  for (const [kind, { fields }] of Object.entries(KINDS)) {
    if (fields.every((field) => field in value)) return { kind: kind as RecordKind, record: value };
  }
  const found = Object.keys(value).map((field) => `"${field}"`);
  return { problem: `has the fields ${found.join(', ') || '(none)'}, which make no question, answer, judge prompt or judgment` };
}

export function titleOf(kind: RecordKind): string {
  return KINDS[kind].title;
}
