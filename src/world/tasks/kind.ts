/**
 * What a task is before it has words: a kind (`capital`) and arguments (`{country: 'france'}`), the same in all
 * languages. Everything said about a task, question, answer and what the judge looks for, is derived from these two.
 */
import type { Category } from '../../records/question.ts';
import type { Rng } from '../../core/rng.ts';
import type { Slots } from '../grammar/index.ts';
import type { Check, FormRule } from '../judge/rubric.ts';
import type { Tongue } from './tongue.ts';

export type Argument = string | number | readonly string[] | readonly number[];
export type Arguments = Readonly<Record<string, Argument>>;

/** Two of the same, one for each turn. */
export type Pair<T> = readonly [T, T];

export interface Kind<A extends Arguments = Arguments> {
  readonly id: string;
  readonly category: Category;
  /** Arguments of a random task of this kind. */
  draw(rng: Rng): A;
  /** What the task asks about, as keys: entity combinations, number pairs, lists. The benchmark's are held out. */
  facts(args: A): string[];
  /** The same arguments with one answer's value wrong: what a careless teacher says. */
  slip(args: A, rng: Rng): A;
  /** Slots of the instruction templates (wording/). */
  slots(args: A, tongue: Tongue): Slots;
  /** Both answers; `choice` 0 is the plain wording that Lima-X uses, others are paraphrases. */
  answers(args: A, tongue: Tongue, choice: number): Pair<string>;
  /** What the judge looks for. */
  content(args: A, tongue: Tongue): Pair<Check[]>;
  /** How the answers should look; left out: one sentence. */
  form?(args: A, tongue: Tongue): Pair<Partial<FormRule>>;
}

/** Keeps a kind's argument type while its definition is checked, and forgets it for the table of kinds. */
export function kind<A extends Arguments>(definition: Kind<A>): Kind {
  return definition as unknown as Kind;
}

/** A task: which kind, and about what. */
export interface TaskPlan {
  kind: string;
  args: Arguments;
}

/** The plan's name, the same in every language: `capital(country=france,capital=paris,...)`. */
export function planKey({ kind: id, args }: TaskPlan): string {
  return `${id}(${Object.entries(args)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join('+') : String(value)}`)
    .join(',')})`;
}
