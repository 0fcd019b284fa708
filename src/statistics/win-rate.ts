/** Side-by-side comparison as Shaham et al. 2024 score it: both orders, a win 1, a tie 0.5, a loss 0. */
import type { LanguageCode } from '../core/languages.ts';
import type { Bootstrap } from './bootstrap.ts';
import type { Estimate } from '../records/estimate.ts';

export type Outcome = 'win' | 'tie' | 'loss';

/** A judge's verdict on two answers: the first shown, the second shown, a tie, both bad; null where it failed. */
export type PairVerdict = 'A' | 'B' | 'tie' | 'both-bad' | null;

const VALUE: Record<Outcome, number> = { win: 1, tie: 0.5, loss: 0 };

/**
 * The outcome for a model that was shown first in one call and second in the other. Orders that disagree are a tie: what
 * decided was the slot. Null when either call failed.
 */
export function outcomeOf(shownFirst: PairVerdict, shownSecond: PairVerdict): Outcome | null {
  if (shownFirst === null || shownSecond === null) return null;
  if (shownFirst === 'A' && shownSecond === 'B') return 'win';
  if (shownFirst === 'B' && shownSecond === 'A') return 'loss';
  return 'tie';
}

export interface Comparison {
  /** The question's number: the cluster. */
  number: string;
  language: LanguageCode;
  outcome: Outcome;
}

/** Share of wins, ties as a half, 0..1; the mean over languages where there are several. */
export function winRate(comparisons: readonly Comparison[], bootstrap: Bootstrap): Estimate {
  return bootstrap.estimate(comparisons.map(({ number, language, outcome }) => ({ cluster: number, stratum: language, value: VALUE[outcome] })));
}

/** IF_L of Shaham et al. 2024: the win rate against the model tuned on L alone, evaluated in L, in per cent; 50 is parity. */
export function instructionFollowing(comparisons: readonly Comparison[], language: LanguageCode, bootstrap: Bootstrap): Estimate {
  const { mean, low, high, n } = winRate(comparisons.filter((comparison) => comparison.language === language), bootstrap);
  return { mean: mean * 100, low: low * 100, high: high * 100, n };
}
