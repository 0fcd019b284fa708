export { type Agreement, agreement, cohenKappa, fleissKappa, pairsBetween, pairsWithin, type Vote, type VotesOnItem } from './agreement.ts';
export { Bootstrap, median, NO_ESTIMATE, type Observation, quantile } from './bootstrap.ts';
export { bradleyTerry, type Game } from './bradley-terry.ts';
export { krippendorffAlpha, type Measurement } from './krippendorff.ts';
export type { Cell, LanguageOf } from './scores.ts';
export { studyResults, type StudyRecords } from './study-results.ts';
export { type Comparison, instructionFollowing, type Outcome, outcomeOf, type PairVerdict, winRate } from './win-rate.ts';
