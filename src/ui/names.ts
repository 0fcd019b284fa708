/** What the page calls languages, categories and mixes, and how each mix is told apart in every figure. */
import type { LanguageCode } from '../core/languages.ts';
import type { Category } from '../records/question.ts';

const english = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' });

/** `German` for `de`; the code itself where the browser knows no name. */
export const languageName = (code: LanguageCode | 'all'): string => (code === 'all' ? 'All languages' : (english.of(code) ?? code));

/** `DE`, as compositions write it; `all` is the mean over the languages. */
export const languageTag = (code: LanguageCode | 'all'): string => (code === 'all' ? 'Mean' : code.toUpperCase());

/** MT-Bench's categories in their order, as a person reads them. */
export const CATEGORY_NAMES: Readonly<Record<Category, string>> = {
  writing: 'Writing',
  roleplay: 'Roleplay',
  reasoning: 'Reasoning',
  math: 'Math',
  coding: 'Coding',
  extraction: 'Extraction',
  stem: 'STEM',
  humanities: 'Humanities',
};
export const CATEGORIES = Object.keys(CATEGORY_NAMES) as Category[];

const HUES = new Set(['en', 'de', 'fr', 'it', 'es', 'pt', 'nl', 'sv']);

/** The CSS colour of a language. Always shown together with its tag. */
export const languageColor = (code: LanguageCode): string => `var(--lang-${HUES.has(code) ? code : 'other'})`;

export interface MixLook {
  name: string;
  kind: 'base' | 'monolingual' | 'union' | 'sampled';
  languages: LanguageCode[];
  /** A CSS colour. */
  color: string;
  dashed: boolean;
  /** Line width, px. */
  width: number;
  /** `ENDEFRITES` and `sampled`, for narrow places. */
  lines: [string, string?];
}

/** Whether cells of a mix have weights of their own: not the untuned model, nor answers that came from elsewhere. */
export const isTuned = ({ mix }: { mix: string }): boolean => mixLook(mix).kind !== 'base';

/** How a mix is drawn, from its name: one language wears its own hue, unions wear ink, sampled ones are dashed. */
export function mixLook(name: string): MixLook {
  if (name === 'base') return { name, kind: 'base', languages: [], color: 'var(--line-strong)', dashed: true, width: 1.5, lines: ['untuned'] };
  if (name.startsWith('imported:')) return { name, kind: 'base', languages: [], color: 'var(--ink)', dashed: false, width: 1.75, lines: [name.slice('imported:'.length)] };
  const [tags = '', suffix] = name.split('-', 2);
  const languages: string[] = tags.toLowerCase().match(/../g) ?? [];
  const lines: [string, string?] = suffix === undefined ? [tags] : [tags, suffix];
  if (languages.length === 1) return { name, kind: 'monolingual', languages, color: languageColor(languages[0] as string), dashed: false, width: 1.75, lines };
  const color = languages.includes('en') ? 'var(--ink)' : 'var(--mix-rest)';
  return { name, kind: suffix === 'sampled' ? 'sampled' : 'union', languages, color, dashed: suffix === 'sampled', width: 2.75, lines };
}

/** What each kind of mix is, in a few words. */
export const KIND_NAMES: Readonly<Record<MixLook['kind'], string>> = {
  base: 'not tuned',
  monolingual: 'one language',
  union: 'parallel: every record in every language',
  sampled: 'sampled: each record in one language only',
};

const ORDER: readonly MixLook['kind'][] = ['base', 'monolingual', 'union', 'sampled'];

/** Untuned first, then one language, parallel, sampled; within a kind as given. */
export function sortMixes<T>(items: readonly T[], name: (item: T) => string): T[] {
  return items
    .map((item, index) => ({ item, index, rank: ORDER.indexOf(mixLook(name(item)).kind) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ item }) => item);
}

/** Languages a person can say a file is in: the lab's table, then what its detector knows besides. The lab itself accepts any code it finds in one. */
export const LANGUAGE_CODES: readonly LanguageCode[] =
  `en de fr it es pt nl sv ar zh cs et fi he hi ru sw
  sq am hy az eu be bn bg ca hr da el gu hu is ja ka kn ko ku lo lv lt ms ml mr no or fa pl pa ro sr sk sl tl ta te th tr uk ur vi yo`.split(/\s+/);
