/** What a language brings to the tasks: instructions for every kind, and the few words that answers need beyond the phrasebooks. */
import type { Ranking } from '../rankings.ts';

/** Templates of grammar/template.ts. Every kind has at least three ways to ask and two to follow up. */
export interface Instructions {
  ask: readonly [string, string, string, ...string[]];
  next: readonly [string, string, ...string[]];
}

export const KIND_IDS = [
  'portrait', 'join', 'about', 'negate',
  'introduce', 'beast', 'persona', 'greet',
  'ranking', 'more', 'rule', 'handover',
  'double', 'add', 'greater', 'apples',
  'range', 'sort', 'repeat', 'ends',
  'where', 'who', 'profile', 'names',
  'diet', 'size', 'legs', 'material',
  'capital', 'country', 'calendar', 'workplace',
] as const;
export type KindId = (typeof KIND_IDS)[number];

export interface Wording {
  /** "And", in all the forms that sound gives it (`y`, `e`). */
  ands: readonly string[];
  /** Any of these makes a sentence negative. */
  negations: readonly string[];
  /** Words only somebody says who speaks of himself. */
  firstPerson: readonly string[];
  /** Questions to "you", not capitalised. */
  you: Readonly<Record<'livesIn' | 'worksAs' | 'likes', string>>;
  /** Who is at the top, who at the bottom; not capitalised. */
  ranking: Readonly<Record<Ranking, readonly [string, string]>>;
  /** Words that turn a comparison round. */
  inverse: Readonly<Record<'fewer' | 'less' | 'greater' | 'smaller' | 'bigger', readonly string[]>>;
  /** How many, before a masculine and a feminine noun; slot howMany. */
  howMany: Readonly<Record<'m' | 'f', string>>;
  /** Months, then days of the week: "which month", "the month" (as an object), and the name as it stands after a preposition (slot a). */
  cycles: readonly [Cycle, Cycle];
  /** What a teacher may say before the answer (Bactrian-X); each language's teacher has its own habits. */
  openers: readonly string[];
  tasks: Readonly<Record<KindId, Instructions>>;
}

export interface Cycle {
  which: string;
  the: string;
  name: string;
}
