import { LANGUAGES, type LanguageCode } from './languages.ts';

const BY_NAME: ReadonlyMap<string, LanguageCode> = new Map(
  [...LANGUAGES.values()].flatMap(({ code, name, endonym }) => [
    [name.toLowerCase(), code],
    [endonym.toLowerCase(), code],
  ]),
);
const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

/** Whether a lower-case two-letter text is an ISO 639-1 code. */
function isCode(text: string): boolean {
  return /^[a-z]{2}$/.test(text) && (LANGUAGES.has(text) || names.of(text) !== undefined);
}

/** What a record's language field means: `de`, `DE`, `de-AT`, `German`, `Deutsch`. Null when it names no language. */
export function languageFromTag(value: unknown): LanguageCode | null {
  if (typeof value !== 'string') return null;
  const text = value.trim().toLowerCase();
  const code = text.split(/[-_]/)[0] as string;
  return isCode(code) ? code : (BY_NAME.get(text) ?? null);
}

/**
 * The language a path names: `train_limax_de.jsonl`, `data/de.json.gz`, `mt_bench_DE/question.jsonl`. The file name comes
 * before its folders and the last tag before earlier ones. A code outside the lab's own table counts only as the last
 * word of the file name (`ja.json`, `train_ja.jsonl`), because many such codes are English words. Null when nothing fits.
 */
export function languageFromPath(path: string): LanguageCode | null {
  const parts = path.split('/').toReversed().map(wordsOf);
  for (const words of parts) {
    const known = words.findLast((word) => LANGUAGES.has(word));
    if (known) return known;
  }
  const last = parts[0]?.at(-1);
  return last && isCode(last) ? last : null;
}

function wordsOf(name: string): string[] {
  const stem = name.replace(/(\.(jsonl?|gz|txt|ndjson))+$/i, '').toLowerCase();
  return stem.split(/[^a-z]+/).filter(Boolean);
}

/** The path of a picked file: with its folders where the browser gives them. */
export function pathOf(file: File): string {
  return file.webkitRelativePath || file.name;
}
