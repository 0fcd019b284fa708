/** What languages are called: in English, in themselves, and by other names that people use. */
import { LANGUAGES, type LanguageCode } from './languages.ts';

const english = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

/** Names that neither the lab's table nor the browser has for the language. */
const OTHER_NAMES: ReadonlyMap<string, LanguageCode> = new Map([
  ['mandarin', 'zh'], ['farsi', 'fa'], ['castilian', 'es'], ['flemish', 'nl'], ['valencian', 'ca'], ['moldovan', 'ro'], ['azeri', 'az'],
  ['bokmål', 'nb'], ['nynorsk', 'nn'], ['tagalog', 'tl'], ['filipino', 'tl'], ['bengali', 'bn'], ['oriya', 'or'], ['panjabi', 'pa'],
  ['slovene', 'sl'], ['bahasa indonesia', 'id'], ['bahasa melayu', 'ms'], ['sinhalese', 'si'], ['kirghiz', 'ky'], ['uighur', 'ug'],
  ['kurmanji', 'ku'], ['sorani', 'ku'], ['gaelic', 'gd'],
]);

/** Whether a text is an ISO 639-1 code, in lower case. */
export function isCode(text: string): boolean {
  return /^[a-z]{2}$/.test(text) && (LANGUAGES.has(text) || english.of(text) !== undefined);
}

/**
 * The ISO 639-1 code of a language subtag: `de`, `deu` and `ger` (639-2 and 639-3) are `de`, the withdrawn `iw` is `he`. Null for
 * what has no two-letter code, which is all that names of mixes can write.
 */
export function codeOfSubtag(subtag: string): LanguageCode | null {
  if (!/^[a-z]{2,3}$/.test(subtag)) return null;
  if (subtag.length === 2 && !isCode(subtag)) return null;
  const [canonical = subtag] = Intl.getCanonicalLocales(subtag).map((tag) => tag.split('-')[0] as string);
  // The browser calls Tagalog Filipino and has no shorter code for Sorani; the lab's detector knows them so.
  const code = ({ fil: 'tl', ckb: 'ku' } as Record<string, string>)[canonical] ?? canonical;
  return isCode(code) ? code : subtag.length === 2 ? subtag : null;
}

/** `Polish` for `pl`: the English name, by the lab's table or else the browser's; the code itself where neither has one. */
export function languageName(code: LanguageCode): string {
  return LANGUAGES.get(code)?.name ?? (/^[a-z]{2,3}$/i.test(code) ? english.of(code) : undefined) ?? code;
}

let byName: Map<string, LanguageCode> | null = null;

/** The language of that name, in English or in itself, with or without its accents; any case. */
export function languageOfName(name: string): LanguageCode | null {
  byName ??= allNames();
  return byName.get(name.trim().normalize('NFC').toLowerCase()) ?? null;
}

/** Every two-letter code's names; of two languages of one name the first keeps it. */
function allNames(): Map<string, LanguageCode> {
  const names = new Map<string, LanguageCode>(OTHER_NAMES);
  const add = (name: string | undefined, code: LanguageCode): void => {
    if (!name) return;
    const key = name.normalize('NFC').toLowerCase();
    // Accents are marks on Latin letters; in other scripts a mark is a letter.
    const plain = /^[\p{Script=Latin}\p{M}\P{L}]+$/u.test(key) ? key.normalize('NFD').replace(/\p{M}/gu, '') : key;
    for (const each of [key, plain]) if (!names.has(each)) names.set(each, code);
  };
  for (const { code, name, endonym } of LANGUAGES.values()) for (const each of [name, endonym]) add(each, code);
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  for (const code of letters.flatMap((a) => letters.map((b) => a + b))) {
    if (!isCode(code) || codeOfSubtag(code) !== code) continue;
    add(english.of(code), code);
    add(new Intl.DisplayNames([code], { type: 'language', fallback: 'none' }).of(code), code);
  }
  return names;
}
