/** The embedded world's judge: the printed rubric behind the interface that an LLM judge has too. */
import { LabError } from '../../core/errors.ts';
import { contentHash } from '../../core/hash.ts';
import type { GradeRequest, Judge, Judgment, JudgmentBase, JudgmentKey } from '../../records/judgment.ts';
import { gradeTurn } from './grade.ts';
import { type QuestionRubric, RUBRIC_SCHEMA, RUBRIC_TEXT } from './rubric.ts';

const ID = 'rules-1';
const PROMPT = 'world-rubric-1';

/** The rule judge. `now` gives Unix seconds; tests pass their own. */
export function createRuleJudge(now: () => number = () => Date.now() / 1000): Judge {
  return {
    id: ID,
    kind: 'rules',
    label: 'Rules of the embedded world, not an LLM',
    concurrency: 1,
    key,
    async grade(request, signal) {
      signal?.throwIfAborted();
      return grade(request, now());
    },
  };
}

function key(request: GradeRequest): JudgmentKey {
  const { question, answer, turn, repeat } = request;
  return {
    judge_id: ID,
    prompt_hash: contentHash(promptOf(request)),
    answer_hash: contentHash(JSON.stringify([question.question_id, answer.turns.slice(0, turn)])),
    turn,
    repeat,
  };
}

/** What the judge is shown: the rubric, and everything the grade depends on but the answer. */
function promptOf({ question, turn }: GradeRequest): string {
  const shown = question.turns.slice(0, turn).map((text, i) => `Question ${i + 1}: ${text}\nReference ${i + 1}: ${question.reference[i] ?? '(none)'}`);
  return [RUBRIC_TEXT, ...shown, `Grade turn ${turn}.`].join('\n\n');
}

function grade(request: GradeRequest, tstamp: number): Judgment {
  const { question, answer, turn } = request;
  const base: Omit<JudgmentBase, 'judgment'> = {
    ...key(request),
    question_id: question.question_id,
    model_id: answer.model_id,
    language: question.language,
    category: question.category,
    judge: [ID, PROMPT],
    user_prompt: promptOf(request),
    attempts: 1,
    tstamp,
  };
  try {
    const rubric = rubricOf(request);
    const given = answer.turns[turn - 1];
    if (given === undefined) throw new LabError('world.no-answer', `The answer to ${question.question_id} has no turn ${turn}.`, 'Answer the question again, then grade.', { question_id: question.question_id, turn });
    const graded = gradeTurn({
      language: question.language,
      turn,
      rubric: rubric.turns[turn - 1] as QuestionRubric['turns'][number],
      question: question.turns[turn - 1] ?? '',
      answer: given,
      firstAnswer: turn === 2 ? answer.turns[0] : undefined,
    });
    return { ...base, state: 'graded', score: graded.score, judgment: graded.text };
  } catch (thrown) {
    const error = LabError.from(thrown, 'world.judge', 'Report this with the question; the other grades are not affected.');
    return { ...base, state: 'failed', error: error.toRecord(), judgment: '' };
  }
}

/** The rubric a question carries; throws for questions that are not of the embedded world. */
function rubricOf({ question }: GradeRequest): QuestionRubric {
  const rubric = question.rubric as QuestionRubric | null | undefined;
  if (typeof rubric !== 'object' || rubric === null) {
    throw new LabError(
      'world.no-rubric',
      `Question ${question.question_id} has no rubric: the rule judge can only grade questions of the embedded world.`,
      'Grade this benchmark with an LLM judge (an OpenAI-compatible endpoint), or choose the embedded benchmark.',
      { question_id: question.question_id },
    );
  }
  if (rubric.schema !== RUBRIC_SCHEMA || rubric.turns?.length !== 2) {
    throw new LabError(
      'world.rubric-schema',
      `The rubric of question ${question.question_id} is of another edition (${String(rubric.schema)}) than this judge reads (${RUBRIC_SCHEMA}).`,
      'Answer the embedded benchmark of this version of the lab again.',
      { question_id: question.question_id, schema: rubric.schema },
    );
  }
  return rubric;
}
