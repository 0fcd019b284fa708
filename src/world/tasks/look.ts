/** The judge's checks as the kinds of task write them: a right value among the rivals of its pool. */
import type { Check } from '../judge/rubric.ts';
import { MAX_NUMBER } from '../facts.ts';
import { exactNumberForms, placeForms } from './forms.ts';
import type { Tongue } from './tongue.ts';

type Forms = (id: string) => string[];
type ValueCheck = Extract<Check, { type: 'value' }>;

/** `right` has to be named and no other member of `pool`. `spared` may be named without harm. */
export function value(tongue: Tongue, name: string, right: string, pool: readonly string[], spared: readonly string[] = []): ValueCheck {
  return { type: 'value', name, ...sides((id) => tongue.forms(id), [right], pool, spared) };
}

/** Any of `rights` will do. */
export function anyValue(tongue: Tongue, name: string, rights: readonly string[], pool: readonly string[]): ValueCheck {
  return { type: 'value', name, ...sides((id) => tongue.forms(id), rights, pool, []) };
}

export function placeValue(tongue: Tongue, name: string, right: string, pool: readonly string[]): Check {
  return { type: 'value', name, ...sides((id) => placeForms(tongue.code, id), [right], pool, []) };
}

/** The answer may leave its subject out, but must not be about another of `pool`. */
export function subject(tongue: Tongue, name: string, right: readonly string[], pool: readonly string[]): Check {
  return { type: 'subject', name, ...sides((id) => tongue.forms(id), right, pool, []) };
}

/** The value may be left out (it was given), but no other may take its place. */
export function given(check: ValueCheck): Check {
  return { ...check, type: 'subject' };
}

/** The last number named is n. */
export function result(tongue: Tongue, n: number): Check {
  return { type: 'result', name: 'number', ...numberSides(tongue, n) };
}

/** n is named and no other number. */
export function number(tongue: Tongue, n: number): Check {
  return { type: 'value', name: 'number', ...numberSides(tongue, n) };
}

/** Exactly these words, forms or figures, in this order. */
export function items(name: string, list: readonly string[][]): Check {
  return { type: 'items', name, items: list.map((forms) => [...forms]) };
}

export function numberItems(tongue: Tongue, list: readonly number[]): Check {
  return items('list', list.map((n) => exactNumberForms(tongue.code, n)));
}

/** Wording: one of the phrases is there and none of the others. */
export function wording(name: string, forms: readonly string[], rivals: readonly string[] = []): Check {
  return { type: 'value', name, forms: [...forms], rivals: [...rivals] };
}

function numberSides(tongue: Tongue, n: number): { forms: string[]; rivals: string[] } {
  const numbers = Array.from({ length: MAX_NUMBER + 1 }, (_, k) => k);
  const forms = tongue.number(n);
  return { forms, rivals: numbers.filter((k) => k !== n).flatMap((k) => tongue.number(k)).filter((f) => !forms.includes(f)) };
}

function sides(formsOf: Forms, rights: readonly string[], pool: readonly string[], spared: readonly string[]): { forms: string[]; rivals: string[] } {
  const forms = [...new Set(rights.flatMap(formsOf))];
  const kept = new Set([...forms, ...spared.flatMap(formsOf)]);
  const rivals = pool.filter((id) => !rights.includes(id) && !spared.includes(id)).flatMap(formsOf);
  return { forms, rivals: [...new Set(rivals)].filter((form) => !kept.has(form)) };
}
