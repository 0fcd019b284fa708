/**
 * The printed rubric of the embedded world's judge, as data. The grades it can give are worked out from these
 * tables alone, so that what the page prints is what the judge does.
 */
import type { LanguageCode } from '../../core/languages.ts';

export type Turn = 1 | 2;

/** Bumped when a stored rubric could no longer be read as it was meant. */
export const RUBRIC_SCHEMA = 1;

/** One thing an answer has to say. Forms are plain words of the answer's language; case and punctuation do not count. */
export type Check =
  /** One of `forms` is said and none of `rivals` (other values of the same type). */
  | { type: 'value'; name: string; forms: readonly string[]; rivals: readonly string[] }
  /** Need not be said, but none of `rivals` may be: the right thing said of somebody else is wrong. */
  | { type: 'subject'; name: string; forms: readonly string[]; rivals: readonly string[] }
  /** As `value`, but the operands may be said too: the last value named is the one that counts. */
  | { type: 'result'; name: string; forms: readonly string[]; rivals: readonly string[] }
  /** A comparison: the winner alone, or before the loser, or after it when an `inverse` word turns it round. */
  | { type: 'winner'; name: string; winner: readonly string[]; loser: readonly string[]; inverse: readonly string[] }
  /** Exactly these items in this order and no other word; brackets, commas and quotes do not count. */
  | { type: 'items'; name: string; items: readonly (readonly string[])[] };

/** What the answer should look like. */
export interface FormRule {
  /** `list` wants square brackets; `line` wants no sentence around it. */
  shape: 'sentences' | 'list' | 'line';
  /** At most this many sentences; only for `sentences`. */
  sentences?: number;
  /** Longer answers than this ramble. Derived from the longest accepted answer. */
  maxWords: number;
  /** Wording the instruction asked for (first person, "but"): checked like content, counted as form. */
  wording: Check[];
}

/** How one turn of one question in one language is graded. */
export interface TurnRubric {
  /** Complete answers that earn every point; the first is the reference. */
  accepted: string[];
  content: Check[];
  form: FormRule;
}

/** What a question of the embedded world carries as its `rubric`. */
export interface QuestionRubric {
  schema: typeof RUBRIC_SCHEMA;
  language: LanguageCode;
  /** The language-independent plan's key: the same for all translations of one question. */
  plan: string;
  /** What the question asks about, each fact as a key; none of them is asked in any instruction data. */
  facts: string[];
  turns: [TurnRubric, TurnRubric];
}

/** A part of the grade, with its points on turn 1 and on turn 2. */
export interface RubricPart {
  id: 'answered' | 'language' | 'content' | 'form' | 'followUp';
  label: string;
  points: Readonly<Record<Turn, number>>;
  text: string;
}

export const RUBRIC_PARTS: readonly RubricPart[] = [
  { id: 'answered', label: 'Start', points: { 1: 1, 2: 1 }, text: 'Every answer starts with one point; 1 is the lowest grade.' },
  {
    id: 'language',
    label: 'Right language',
    points: { 1: 2, 2: 2 },
    text: "The answer's words are words of the question's language. Names, numbers and lists belong to every language. Half of the points where a few foreign words are mixed in.",
  },
  {
    id: 'content',
    label: 'Right content',
    points: { 1: 5, 2: 3 },
    text: 'Every value asked for is named and no other value of the same type contradicts it; several values share the points. Digits or number words, with or without an article, in a sentence or bare: all count.',
  },
  {
    id: 'form',
    label: 'Right form',
    points: { 1: 2, 2: 2 },
    text: 'Half for an answer that stops: not much longer than it has to be. Half for the shape asked for: one sentence, a list in brackets, the first person. An answer with wrong content earns at most half.',
  },
  {
    id: 'followUp',
    label: 'Follow-up met',
    points: { 1: 0, 2: 2 },
    text: 'Only on turn 2: the answer does what the second instruction asks, given the first, instead of repeating the first answer; at least half of the content has to be right.',
  },
];

/** Faults that cap the grade whatever the points add up to. */
export const RUBRIC_CAPS = {
  empty: { at: 1, text: 'an empty answer' },
  echo: { at: 2, text: 'an echo of the question' },
  loop: { at: 2, text: 'the same words over and over' },
  language: { at: 3, text: 'an answer in another language' },
  rambling: { at: 5, text: 'an answer buried in other text' },
} as const satisfies Record<string, { at: number; text: string }>;
export type Cap = keyof typeof RUBRIC_CAPS;

/** The points of one part on one turn. */
export function pointsOf(id: RubricPart['id'], turn: Turn): number {
  const part = RUBRIC_PARTS.find((p) => p.id === id) as RubricPart;
  return part.points[turn];
}

/** The rubric as the page prints it. */
export const RUBRIC_TEXT: string = [
  'Each turn is graded from 1 to 10 by rules, not by a language model. The points (turn 1 / turn 2):',
  ...RUBRIC_PARTS.map((p) => `- ${p.label} (${p.points[1]} / ${p.points[2]}): ${p.text}`),
  `Whatever the points add up to, the grade is at most: ${Object.values(RUBRIC_CAPS)
    .map((c) => `${c.at} for ${c.text}`)
    .join('; ')}.`,
].join('\n');
