/**
 * Composition names, as Weber et al. 2024 write them: `EN`; `ENDEFRITES`, the union; `ENDEFRITES-sampled`, as many records as
 * one monolingual set, split over the languages. `base` is the untuned model and draws on no records.
 */
import { LabError } from '../../core/errors.ts';
import { type LanguageCode, studyOrder } from '../../core/languages.ts';

export type Mix =
  | { name: string; kind: 'base'; languages: readonly [] }
  | { name: string; kind: 'monolingual' | 'union' | 'sampled'; languages: readonly LanguageCode[] };

const SAMPLED = '-sampled';

/** `imported:<model>` names answers of a model that came from elsewhere; like `base` it draws on no records. */
export const IMPORTED_MIX = 'imported:';

export function mixName(languages: readonly LanguageCode[], sampled = false): string {
  return studyOrder(languages).map((code) => code.toUpperCase()).join('') + (sampled ? SAMPLED : '');
}

/** Reads a composition's name. Throws `mixes.name`, saying how to write what was meant. */
export function parseMix(name: string): Mix {
  if (name === 'base' || (name.startsWith(IMPORTED_MIX) && name !== IMPORTED_MIX)) return { name, kind: 'base', languages: [] };
  const sampled = name.endsWith(SAMPLED);
  const tags = sampled ? name.slice(0, -SAMPLED.length) : name;
  if (!/^([A-Z]{2})+$/.test(tags)) {
    throw refuse(name, 'is not made of two-letter language tags', 'Write upper-case tags one after another, such as EN, ENDEFRITES or DEFRITES-sampled, or base for the untuned model.');
  }
  const languages = (tags.match(/../g) ?? []).map((tag) => tag.toLowerCase());
  const twice = languages.find((code, i) => languages.indexOf(code) !== i);
  if (twice) throw refuse(name, `names ${twice.toUpperCase()} twice`, 'Name each language once.');
  if (sampled && languages.length === 1) throw refuse(name, 'samples over a single language', `Write ${tags}, which is the same records.`);
  // One composition, one name: DEEN and ENDE would otherwise be trained as two cells.
  const ordered = mixName(languages, sampled);
  if (ordered !== name) throw refuse(name, 'has its languages in another order than the studies', `Write ${ordered}.`);
  return { name, kind: sampled ? 'sampled' : languages.length === 1 ? 'monolingual' : 'union', languages };
}

/**
 * The studies' compositions of a set of languages: each alone, all of them, all but English, and both of these sampled.
 * Nine for five languages. Fewer where two would be the same.
 */
export function studyCompositions(languages: readonly LanguageCode[]): string[] {
  const all = studyOrder([...new Set(languages)]);
  const others = all.filter((code) => code !== 'en');
  const unions = [all, others].filter((set, i, sets) => set.length > 1 && (i === 0 || set.length < (sets[0]?.length ?? 0)));
  return [...all.map((code) => mixName([code])), ...unions.map((set) => mixName(set)), ...unions.map((set) => mixName(set, true))];
}

function refuse(name: string, what: string, hint: string): LabError {
  return new LabError('mixes.name', `The composition name "${name}" ${what}.`, hint, { name });
}
