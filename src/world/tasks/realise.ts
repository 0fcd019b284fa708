/** A plan in words: the two questions, the two answers, and the rubric, in any language. */
import type { WorldLanguage } from '../lexicon/types.ts';
import { type FormRule, type QuestionRubric, RUBRIC_SCHEMA, type TurnRubric } from '../judge/rubric.ts';
import { sentenceCount, wordsOf } from '../judge/wording.ts';
import { type Arguments, type Pair, planKey, type TaskPlan } from './kind.ts';
import { kindOf } from './kinds/index.ts';
import { Tongue } from './tongue.ts';
import type { KindId } from './wording/types.ts';

/** Which of the instructions' wordings; indices are taken modulo how many a language has. */
export interface Phrasing {
  ask: number;
  next: number;
}

/** The instructions of a task: the same plan and phrasing is the same instruction in every language. */
export function questionsOf(plan: TaskPlan, phrasing: Phrasing, language: WorldLanguage): Pair<string> {
  const tongue = Tongue.of(language);
  const { ask, next } = tongue.wording.tasks[plan.kind as KindId];
  const slots = kindOf(plan.kind).slots(plan.args, tongue);
  return [tongue.render(ask[phrasing.ask % ask.length] as string, slots), tongue.render(next[phrasing.next % next.length] as string, slots)];
}

/** Both answers. `said` replaces the plan's arguments where a teacher is wrong; `choice` is the paraphrase. */
export function answersOf(plan: TaskPlan, language: WorldLanguage, choice = 0, said: Arguments = plan.args): Pair<string> {
  return kindOf(plan.kind).answers(said, Tongue.of(language), choice);
}

/** More paraphrases than any plan has; indices wrap round. */
const PARAPHRASES = 6;

/** What the judge grades an answer to this task by, in this language. */
export function rubricOf(plan: TaskPlan, language: WorldLanguage): QuestionRubric {
  const tongue = Tongue.of(language);
  const kind = kindOf(plan.kind);
  const accepted = Array.from({ length: PARAPHRASES }, (_, choice) => kind.answers(plan.args, tongue, choice));
  const content = kind.content(plan.args, tongue);
  const form = kind.form?.(plan.args, tongue) ?? [{}, {}];
  const turn = (i: 0 | 1): TurnRubric => {
    const answers = [...new Set(accepted.map((pair) => pair[i]))];
    return { accepted: answers, content: content[i], form: formRule(answers, form[i]) };
  };
  return { schema: RUBRIC_SCHEMA, language, plan: planKey(plan), facts: kind.facts(plan.args), turns: [turn(0), turn(1)] };
}

/** An answer may be half as long again as the longest accepted one, and a few words more, before it rambles. */
function formRule(accepted: readonly string[], rule: Partial<FormRule>): FormRule {
  const longest = Math.max(...accepted.map((a) => wordsOf(a).length));
  const sentences = Math.max(rule.sentences ?? 1, ...accepted.map(sentenceCount));
  return { shape: 'sentences', wording: [], ...rule, sentences, maxWords: Math.ceil(longest * 1.5) + 5 };
}
