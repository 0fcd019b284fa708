/** What tasks draw from: lists of ids of the world, and the small helpers to look facts up in them. */
import type { Rng } from '../../core/rng.ts';
import { ANIMALS, type Animal, CITIES, type City, COUNTABLES, COUNTRIES, FOODS, MATERIALS, MONTHS, PEOPLE, type Person, PROFESSIONS, STRANGERS, WEEKDAYS } from '../facts.ts';

/** People only a text can tell about. Without Otto, whom an Italian answer cannot tell from eight. */
export const STRANGER_IDS = STRANGERS.map((p) => p.id).filter((id) => id !== 'otto');
export const PERSON_IDS = PEOPLE.map((p) => p.id);
export const CITY_IDS = CITIES.map((c) => c.id);
export const COUNTRY_IDS = COUNTRIES.map((c) => c.id);
export const ANIMAL_IDS = ANIMALS.map((a) => a.id);
export const FOOD_IDS = FOODS.map((f) => f.id);
export const JOB_IDS = PROFESSIONS.map((p) => p.id);
export const LANGUAGE_IDS = [...new Set(COUNTRIES.map((c) => c.language))];
export const DIET_IDS = [...new Set(ANIMALS.map((a) => a.eats.id))];
export const MATERIAL_IDS = MATERIALS.map((m) => m.id);
export const OBJECT_IDS = MATERIALS.flatMap((m) => m.objects);
export const WORKPLACE_IDS = [...new Set(PROFESSIONS.map((p) => p.workplace))];
/** What people count in stories; without balls, whose plural is a joke in Italian. */
export const COUNTABLE_IDS = COUNTABLES.filter((id) => id !== 'ball');
export const CYCLES: readonly (readonly string[])[] = [MONTHS, WEEKDAYS];

/** Leg numbers are few and small words; a slip may name any of these. */
export const LEG_COUNTS: readonly number[] = [2, 4, 6, 8];

export function animal(id: string): Animal {
  return found(ANIMALS.find((a) => a.id === id), id);
}

export function city(id: string): City {
  return found(CITIES.find((c) => c.id === id), id);
}

export function personOf(id: string): Person {
  return found(PEOPLE.find((p) => p.id === id), id);
}

export function countryOf(id: string): (typeof COUNTRIES)[number] {
  return found(COUNTRIES.find((c) => c.id === id), id);
}

export function workplaceOf(job: string): string {
  return found(PROFESSIONS.find((p) => p.id === job), job).workplace;
}

export function materialOf(object: string): string {
  return found(MATERIALS.find((m) => m.objects.includes(object)), object).id;
}

/** Another member of the pool, drawn at random. */
export function other<T>(rng: Rng, pool: readonly T[], ...not: readonly T[]): T {
  return rng.pick(pool.filter((item) => !not.includes(item)));
}

/** Two different members. */
export function two<T>(rng: Rng, pool: readonly T[]): [T, T] {
  const first = rng.pick(pool);
  return [first, other(rng, pool, first)];
}

/** A uniform integer, both ends included. */
export function between(rng: Rng, low: number, high: number): number {
  return low + rng.int(high - low + 1);
}

/** A number next to n: what somebody says who miscounts. Never below zero. */
export function miscount(rng: Rng, n: number): number {
  return n < 2 ? n + between(rng, 1, 2) : n + rng.pick([-2, -1, 1, 2]);
}

function found<T>(value: T | undefined, id: string): T {
  if (value === undefined) throw new Error(`"${id}" is not in the world.`);
  return value;
}
