import type { Conversation } from '../../records/conversation.ts';
import { LabError } from '../../core/errors.ts';
import { type LanguageCode, studyOrder } from '../../core/languages.ts';
import { Rng } from '../../core/rng.ts';
import { alignParallel } from '../datasets/align.ts';
import type { Mix } from './name.ts';

/** A dataset's ids by language: all that a composition needs to know of it. */
export type Ids = Readonly<Record<LanguageCode, readonly string[]>>;

export interface ComposeOptions {
  seed: number;
  /** Draw on this many ids only, the first of the seeded order; null means all. */
  records?: number | null;
  /** Share of the ids that is held out for validation, 0..1. */
  evalFraction?: number;
  /** Training records in the dataset's own order, as other programs read a file, in place of the seeded one. Which records they are does not change. */
  inOrder?: boolean;
}

/** One record of a composition. */
export interface Entry {
  id: string;
  language: LanguageCode;
}

export interface Composition<T = Entry> {
  mix: Mix;
  train: T[];
  validation: T[];
}

/**
 * The exact records of a composition, in training order before the shuffling of epochs.
 *
 * Everything hangs on one order of the ids, which depends on the dataset and the seed but not on the mix. The first ids of it
 * are held out, for every mix alike. If each mix held out its own, a record that validates the German mix could be trained on
 * in its English translation by another mix, or by the same one in a union: the loss would look better than it is, and
 * no two mixes' losses could be compared.
 *
 * - monolingual: every id of the pool, in one language
 * - union: every id in every language, n x L records (Weber et al. 2024, section 3)
 * - sampled: every id in exactly one language, n records, language counts equal up to one
 *
 * The pool is the ids that all the dataset's languages share. A dataset whose languages share none is not parallel:
 * only monolingual compositions can be made of it, each of its own ids.
 *
 * Throws `mixes.language-missing`, `mixes.not-parallel`, `mixes.no-records`, `mixes.base`.
 */
export function composeIds(ids: Ids, mix: Mix, options: ComposeOptions): Composition {
  const pool = poolOf(ids, mix, options);
  const held = heldOut(pool.length, options.evalFraction ?? 0);
  const { languages } = mix;
  const entries = pool.map((id, i): Entry[] => {
    // Dealt in turn over a shuffled order: each id's language is random, and any stretch of the order is even.
    const chosen = mix.kind === 'sampled' ? [languages[i % languages.length] as LanguageCode] : languages;
    return chosen.map((language) => ({ id, language }));
  });
  const train = entries.slice(held);
  if (options.inOrder) {
    // One order for all mixes: that of the first language that has these ids.
    const first = studyOrder(Object.keys(ids)).find((language) => ids[language]?.includes(pool[0] as string)) as LanguageCode;
    const places = new Map((ids[first] ?? []).map((id, i) => [id, i]));
    const place = ([first]: Entry[]): number => places.get((first as Entry).id) ?? 0;
    train.sort((a, b) => place(a) - place(b));
  }
  return { mix, train: train.flat(), validation: entries.slice(0, held).flat() };
}

/** `composeIds` with the conversations themselves. */
export function compose(records: Readonly<Record<LanguageCode, readonly Conversation[]>>, mix: Mix, options: ComposeOptions): Composition<Conversation> {
  const byId = new Map<LanguageCode, Map<string, Conversation>>();
  for (const language of mix.languages) byId.set(language, new Map((records[language] ?? []).map((record) => [record.id, record])));
  const find = ({ id, language }: Entry): Conversation => {
    const record = byId.get(language)?.get(id);
    if (!record) throw new LabError('mixes.record-missing', `Record "${id}" has no ${language} version.`, 'Import the dataset again.', { id, language });
    return record;
  };
  const ids = Object.fromEntries(Object.entries(records).map(([language, list]) => [language, list.map(({ id }) => id)]));
  const { train, validation } = composeIds(ids, mix, options);
  return { mix, train: train.map(find), validation: validation.map(find) };
}

/** The ids a mix draws on, in the seeded order. */
function poolOf(ids: Ids, mix: Mix, { seed, records }: ComposeOptions): string[] {
  if (mix.kind === 'base') throw new LabError('mixes.base', 'The base model is not tuned, so it has no records.', 'Leave "base" out when composing training data.');
  const languages = studyOrder(Object.keys(ids).filter((language) => (ids[language]?.length ?? 0) > 0));
  const missing = mix.languages.filter((language) => !languages.includes(language));
  if (missing.length > 0) {
    throw new LabError('mixes.language-missing', `${mix.name} needs ${missing.join(', ')}, which the dataset does not have.`, `It has: ${languages.join(', ') || 'no records'}. Import the missing language or choose another composition.`, { mix: mix.name, missing });
  }
  let pool = alignParallel(Object.fromEntries(languages.map((language) => [language, (ids[language] ?? []).map((id) => ({ id }))]))).common;
  if (pool.length === 0) {
    if (mix.kind !== 'monolingual') {
      throw new LabError('mixes.not-parallel', `${mix.name} needs records that exist in every language, and ${languages.join(', ')} share no id.`, 'Give translations of one record the same id, or use monolingual compositions.', { mix: mix.name, languages });
    }
    pool = [...(ids[mix.languages[0] as LanguageCode] ?? [])];
  }
  // Sorted first, so that neither the order of files nor of languages changes what a seed means.
  const order = new Rng(`${seed}/composition`).shuffle(pool.sort());
  const wanted = records ?? order.length;
  if (wanted > order.length) {
    throw new LabError('mixes.no-records', `${wanted} records were asked for, and the dataset has ${order.length} that all its languages share.`, 'Ask for fewer records, or for all with null.', { wanted, available: order.length });
  }
  return order.slice(0, wanted);
}

/** Ids held out: the fraction, rounded; at least one if any is wanted, and never the last id there is to train on. */
function heldOut(n: number, fraction: number): number {
  if (!(fraction > 0)) return 0;
  return Math.min(Math.max(1, Math.round(n * fraction)), n - 1);
}
