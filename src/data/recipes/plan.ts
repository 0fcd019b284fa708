import { LANGUAGES, type LanguageCode } from '../../core/languages.ts';
import { type ComposeOptions, composeIds, type Ids } from './compose.ts';
import { type Mix, parseMix } from './name.ts';
import { type Proof, proofOf } from './proof.ts';
import type { MixPlan } from '../../records/mix.ts';

const number = new Intl.NumberFormat('en');
const list = new Intl.ListFormat('en');

/** What a composition's sentence says; the figures are counted, not computed from the recipe. */
const SENTENCES: Record<MixPlan['kind'], (languages: readonly LanguageCode[], proof: Proof) => string> = {
  monolingual: (languages, { total }) => `${number.format(total)} records, all in ${nameOf(languages)}.`,
  union: (languages, { total, distinct }) => `${number.format(distinct)} records in each of ${nameOf(languages)}: ${number.format(total)} in all.`,
  sampled: (languages, { total }) => `${number.format(total)} records, each in one language only, spread evenly over ${nameOf(languages)}.`,
};

/** A composition as it will be trained: composed and then counted. Throws as `composeIds` and `parseMix` do. */
export function describeMix(ids: Ids, mix: Mix | string, options: ComposeOptions): MixPlan {
  const parsed = typeof mix === 'string' ? parseMix(mix) : mix;
  const composition = composeIds(ids, parsed, options);
  const proof = proofOf(composition);
  const { counts, total, distinct, validation } = proof;
  const kind = parsed.kind as MixPlan['kind'];
  return { name: parsed.name, kind, languages: [...parsed.languages], counts, total, distinct, validation, description: SENTENCES[kind](parsed.languages, proof) };
}

function nameOf(languages: readonly LanguageCode[]): string {
  return list.format(languages.map((code) => LANGUAGES.get(code)?.name ?? code));
}
