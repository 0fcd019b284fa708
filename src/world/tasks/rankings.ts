/** Relations that order people, with the plans that say who is at either end. */
import type { Plan } from '../phrases/types.ts';

export const RANKINGS = {
  age: { relation: 'olderThan', top: 'oldest', bottom: 'youngest' },
  height: { relation: 'taller', top: 'tallest', bottom: 'shortest' },
  speed: { relation: 'faster', top: 'fastest', bottom: 'slowest' },
} as const satisfies Record<string, Record<string, Plan>>;

export type Ranking = keyof typeof RANKINGS;
export const RANKING_IDS = Object.keys(RANKINGS) as Ranking[];
