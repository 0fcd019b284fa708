import type { Question } from '../records/question.ts';
import type { PromptLibrary } from './library.ts';
import { renderSingle } from './render.ts';
import { estimateTokens, priceOf } from './tokens.ts';

export interface CostOptions {
  /** Models that answer the questions. */
  models: number;
  /** Grades a turn. */
  repeats: number;
  prompts: PromptLibrary;
  /** Tokens a turn of an answer, as far as they are known before it is there: the limit of new tokens is the safe guess. */
  answerTokens: number;
  /** Tokens of a judge's words. The German judgments published with MT-Bench-X average 565 bytes, about 190 tokens; 250 unless told. */
  judgmentTokens?: number;
  price_in: number | null;
  price_out: number | null;
}

export interface Cost {
  calls: number;
  tokensIn: number;
  tokensOut: number;
  /** Null where the price is not known. */
  dollars: number | null;
}

/** What judging would take before anything is answered. Prompts are counted as they will be sent; questions that lack a needed reference make no call. */
export function estimateCost(questions: readonly Question[], options: CostOptions): Cost {
  const { models, repeats, prompts, answerTokens, judgmentTokens = 250, price_in, price_out } = options;
  let calls = 0;
  let tokensIn = 0;
  for (const question of questions) {
    for (const turn of [1, 2] as const) {
      const { system, user, missing } = renderSingle(prompts, question, ['', ''], turn);
      if (missing) continue;
      calls++;
      // Turn 2 shows the judge the first answer as well.
      tokensIn += estimateTokens(system + user) + answerTokens * turn;
    }
  }
  const times = models * repeats;
  const all = { calls: calls * times, tokensIn: tokensIn * times, tokensOut: calls * times * judgmentTokens };
  return { ...all, dollars: priceOf(all.tokensIn, all.tokensOut, price_in, price_out) };
}
