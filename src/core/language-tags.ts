/** Which language a record's field, or a file's path, names. The table of what is read is in docs/languages.md. */
import { codeOfSubtag, isCode, languageOfName } from './language-names.ts';
import { LANGUAGES, type LanguageCode } from './languages.ts';

const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
const scripts = new Intl.DisplayNames(['en'], { type: 'script', fallback: 'none' });

/**
 * What a record's language field means: `de`, `DE`, `deu`, `ger`, `de-AT`, `pt_BR`, `zh-Hans`, `deu_Latn`, `German`, `Deutsch`,
 * `Brazilian Portuguese`, `Chinese (Simplified)`. Null when it names no language, or one without an ISO 639-1 code.
 */
export function languageFromTag(value: unknown): LanguageCode | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return languageOfTag(text.replace(/[.@].*$/, '')) ?? languageOfName(text) ?? languageOfPhrase(text);
}

/** `pt-BR`: a language, then nothing but scripts, regions and variants that there are. */
function languageOfTag(text: string): LanguageCode | null {
  const [language = '', ...rest] = text.toLowerCase().split(/[-_]/);
  return rest.every(isSubtag) ? codeOfSubtag(language) : null;
}

function isSubtag(text: string): boolean {
  if (/^[a-z]{4}$/.test(text)) return scripts.of(text.replace(/^./, (first) => first.toUpperCase())) !== undefined;
  if (/^([a-z]{2}|\d{3})$/.test(text)) return regions.of(text.toUpperCase()) !== undefined;
  return /^(\d[a-z\d]{3}|valencia|tarask|oxendict)$/.test(text);
}

/** A name with something more beside it: before a bracket or a comma, or the last word. */
function languageOfPhrase(text: string): LanguageCode | null {
  const [name = ''] = text.split(/[(,]/);
  if (name.trim() !== text) return languageOfName(name);
  const words = text.split(/\s+/);
  return words.length === 2 && QUALIFIERS.test(words[0] as string) ? languageOfName(words[1] as string) : null;
}

/** What stands before a language's name without making another language of it. */
const QUALIFIERS = /^(american|argentin(e|ian)|australian|austrian|brazilian|british|canadian|european|latin|mexican|modern|simplified|standard|swiss|traditional)$/i;

/** Codes that are words, English ones or a programmer's: in a path they name a language only where that is certain. */
const WORDS = new Set(
  'am an as be do ha he hi ho id in is it la lo ma me mi my na no om or os pa pi si so ta ti to us we cs cv ia ie io ml mr nn ps rm sh sm ss st tk ts tt tv uk'.split(' '),
);
/** The same of three letters; these need their script or region beside them (`kin_Latn`). */
const LONG_WORDS = new Set('arm bug cat che cos dan div fin fry ful gre her ice ind kin lat lit mac man mar may mon nor pan per que run san sin spa sun tam tel tib ton twi ven vol'.split(' '));
/** Names that are more often something else in a path. */
const OTHER_THINGS = new Set(['latin', 'ido', 'ewe', 'cree', 'pali', 'manx', 'kongo']);
/** What files of data are called: beside one of these a word is a tag. */
const DATA = new Set(
  'alpaca answer answers bactrian bench benchmark chat chats corpus data dataset dev dolly eval instruct instructions lang language lima limax messages mt oasst part prompts question questions records reference sft split test train training val valid validation'.split(' '),
);

/**
 * The language a path names: `train_limax_de.jsonl`, `data/de.json.gz`, `mt_bench_DE/question.jsonl`, `mt_bench_hindi`, `deu_Latn.jsonl`.
 * The file name comes before its folders and the last tag before earlier ones. A code outside the lab's own table counts only at the
 * end of a name, and one that is a word as well (`no`, `is`, `it`, `to`) only in capitals after small letters, alone, or beside what
 * data is called (`train_it`). Null when nothing fits.
 */
export function languageFromPath(path: string): LanguageCode | null {
  for (const [depth, part] of path.split('/').toReversed().entries()) {
    const stem = part.normalize('NFC').replace(/(\.(jsonl?|gz|txt|ndjson|csv|tsv|parquet|zip))+$/i, '');
    const found = languageOfStem(stem, depth === 0);
    if (found) return found;
  }
  return null;
}

function languageOfStem(stem: string, isFile: boolean): LanguageCode | null {
  const written = stem.split(/[^\p{L}]+/u).filter(Boolean);
  const words = written.map((word) => word.toLowerCase());
  const last = words.at(-1);
  if (last === undefined) return null;
  const tagged = regional(stem);
  if (tagged) return tagged;
  const named = words.findLast((word) => word.length > 3 && !OTHER_THINGS.has(word) && languageOfName(word) !== null);
  if (named) return languageOfName(named);

  if (LONG_WORDS.has(last)) return null;
  const code = codeOfSubtag(last);
  if (code && WORDS.has(last) ? isCertain(written, isFile) : code && (isFile || isCertain(written, isFile))) return code;
  const [first = ''] = words;
  if (WORDS.has(first) && LANGUAGES.has(first) && words.length > 1 && words.slice(1).every((word) => DATA.has(word))) return first;
  return words.findLast((word) => LANGUAGES.has(word) && !WORDS.has(word)) ?? null;
}

/** Whether the last word of a name is a tag even if it is a word as well: alone, in capitals after others, or beside what data is called. */
function isCertain(written: readonly string[], isFile: boolean): boolean {
  const last = written.at(-1) ?? '';
  const before = written.slice(0, -1);
  if (before.length === 0) return isFile || LANGUAGES.has(last.toLowerCase()) || !WORDS.has(last.toLowerCase());
  const isCapital = (word: string): boolean => word === word.toUpperCase();
  return (isCapital(last) && !before.every(isCapital)) || before.some((word) => DATA.has(word.toLowerCase()));
}

/** `zh_CN`, `pt-BR`, `deu_Latn` at the end of a name: the region in capitals or the script with one say that it is a tag. */
function regional(stem: string): LanguageCode | null {
  const [, language = '', subtag = ''] = /(?:^|[^\p{L}])([A-Za-z]{2,3})[-_]([A-Z]{2}|[A-Z][a-z]{3})$/u.exec(stem) ?? [];
  return subtag !== '' && isSubtag(subtag.toLowerCase()) && isTagCase(language, subtag) ? codeOfSubtag(language.toLowerCase()) : null;
}

/** A language in small letters before its region: `EN_DE` are two languages, of which the last is the file's. */
function isTagCase(language: string, subtag: string): boolean {
  return language === language.toLowerCase() && (subtag.length === 4 || isCode(language) || language.length === 3);
}

/** The path of a picked file: with its folders where the browser gives them. */
export function pathOf(file: File): string {
  return file.webkitRelativePath || file.name;
}
