import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import { languageName } from '../../src/core/language-names.ts';
import { languageFromPath, languageFromTag } from '../../src/core/language-tags.ts';
import { LANGUAGES } from '../../src/core/languages.ts';
import { mixName, parseMix } from '../../src/data/recipes/name.ts';
import { IDENTIFIABLE } from '../../src/engine/text/identifiable.ts';
import { LANGUAGE_CODES } from '../../src/ui/names.ts';

const TAGS: [unknown, string | null][] = [
  // ISO 639-1, with region, script and variant, in any case and with either joint.
  ['de', 'de'], ['DE', 'de'], [' de ', 'de'], ['de-AT', 'de'], ['pt_BR', 'pt'], ['zh-Hans', 'zh'], ['ZH-HANT-TW', 'zh'], ['es-419', 'es'], ['de-1996', 'de'], ['ca-valencia', 'ca'], ['de_DE.UTF-8', 'de'], ['no', 'no'],
  // ISO 639-3, 639-2 of both kinds, FLORES' codes, withdrawn codes.
  ['deu', 'de'], ['ger', 'de'], ['fra', 'fr'], ['fre', 'fr'], ['hin', 'hi'], ['ces', 'cs'], ['cze', 'cs'], ['deu_Latn', 'de'], ['zho_Hans', 'zh'], ['cmn', 'zh'], ['iw', 'he'], ['nob', 'nb'], ['tgl', 'tl'], ['fil', 'tl'], ['ckb', 'ku'],
  // English names, endonyms, with and without accents, and other names.
  ['German', 'de'], ['deutsch', 'de'], ['HINDI', 'hi'], ['हिन्दी', 'hi'], ['Polish', 'pl'], ['polski', 'pl'], ['Français', 'fr'], ['francais', 'fr'], ['Français'.normalize('NFD'), 'fr'], ['中文', 'zh'], ['Mandarin', 'zh'], ['Farsi', 'fa'], ['Bengali', 'bn'], ['Slovene', 'sl'], ['Norwegian Bokmål', 'nb'],
  ['Brazilian Portuguese', 'pt'], ['Chinese (Simplified)', 'zh'], ['Simplified Chinese', 'zh'], ['Greek, Modern', 'el'],
  // No language, or none that has two letters.
  ['qq', null], ['xx', null], ['und', null], ['mul', null], ['yue', null], ['python', null], ['java', null], ['it works', null], ['as-is', 'as'], ['en-xx', null], ['zh-en', null], ['Old English', null], ['Ancient Greek', null], ['', null], [' ', null], [7, null], [null, null], [['de'], null], ['constructor', null], ['__proto__', null],
];

test('codes, tags and names of a language field', () => {
  for (const [tag, language] of TAGS) expect(languageFromTag(tag), JSON.stringify(tag)).toBe(language);
});

const PATHS: [string, string | null][] = [
  ['train_limax_it.jsonl', 'it'], ['it.json', 'it'], ['data/it/train.jsonl', 'it'], ['mt_bench_IT/question.jsonl', 'it'], ['no_NO.jsonl', 'no'], ['train_no.jsonl', 'no'], ['cs_questions.jsonl', 'cs'],
  ['mt_bench_hindi/question.jsonl', 'hi'], ['Polish/train.jsonl', 'pl'], ['lima-german.jsonl', 'de'], ['français/train.jsonl', 'fr'], ['español.json'.normalize('NFD'), 'es'], ['русский.jsonl', 'ru'],
  ['mt_bench_pl/question.jsonl', 'pl'], ['data/pl/train.jsonl', 'pl'], ['train_deu.jsonl', 'de'], ['deu_Latn.jsonl', 'de'], ['zh-Hans.json', 'zh'], ['sr_Latn.jsonl', 'sr'], ['train_uk.jsonl', 'uk'],
  ['EN_DE.jsonl', 'de'], ['mt_bench_en/model_answer/gpt-4.jsonl', 'en'],
  ['yes_no.jsonl', null], ['YES_NO.jsonl', null], ['make_it.jsonl', null], ['as_is/train.jsonl', null], ['how_to.jsonl', null], ['either_or/so.txt/i_am.jsonl', null], ['no/question.jsonl', null], ['test_run.jsonl', null], ['cat.jsonl', null], ['latin1.jsonl', null], ['gemma-2b-it.jsonl', null], ['vicuna_bench/question.jsonl', null], ['out/dev/data.json', null], ['', null], ['///', null],
];

test('file and folder names', () => {
  for (const [path, language] of PATHS) expect(languageFromPath(path), path).toBe(language);
});

test('a path of English words names no language, whatever short words are among them', () => {
  const word = fc.constantFrom('make', 'yes', 'what', 'final', 'model', 'gold', 'human', 'scores', 'llama', 'really', 'new', 'best', 'notes');
  const short = fc.constantFrom('no', 'is', 'it', 'as', 'or', 'am', 'so', 'to', 'he', 'hi', 'in', 'my', 'be', 'id', 'do', 'me', 'us', 'run', 'her', 'may', 'nor', 'sun');
  const stem = fc.tuple(word, fc.array(fc.oneof(word, short), { maxLength: 4 }), fc.constantFrom('_', '-', ' ', '.')).map(([first, rest, joint]) => [first, ...rest].join(joint));
  const cased = fc.tuple(stem, fc.boolean()).map(([name, capitals]) => (capitals ? name.toUpperCase() : name));
  fc.assert(fc.property(fc.array(cased, { minLength: 1, maxLength: 3 }), fc.constantFrom('.jsonl', '.json', '.jsonl.gz', ''), (parts, extension) => languageFromPath(parts.join('/') + extension) === null), { seed: 1, numRuns: 500 });
});

test('every language that the lab names or detects is found by its code, English name and own name, alone and as a tag of a file', () => {
  for (const code of LANGUAGE_CODES) {
    expect(languageFromTag(code.toUpperCase()), code).toBe(code);
    expect(languageFromTag(languageName(code)), languageName(code)).toBe(code);
    const own = LANGUAGES.get(code)?.endonym ?? new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? '';
    expect(languageFromTag(own), own).toBe(code);
    for (const path of [`${code}.jsonl`, `train_${code}.jsonl`, `mt_bench_${code.toUpperCase()}/question.jsonl`]) expect(languageFromPath(path), path).toBe(code);
  }
});

test('no text makes either throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    const [tag, path] = [languageFromTag(text), languageFromPath(text)];
    return [tag, path].every((code) => code === null || /^[a-z]{2}$/.test(code));
  }), { seed: 1, numRuns: 500 });
});

test('languages outside the table have names, and mixes of them', () => {
  expect([languageName('de'), languageName('pl'), languageName('ja'), languageName('qq'), languageName('constructor')]).toEqual(['German', 'Polish', 'Japanese', 'qq', 'constructor']);
  expect(parseMix('PL')).toEqual({ name: 'PL', kind: 'monolingual', languages: ['pl'] });
  expect(parseMix(mixName(['pl', 'en', 'da'], true))).toEqual({ name: 'ENDAPL-sampled', kind: 'sampled', languages: ['en', 'da', 'pl'] });
});

test('a person can choose every language that the lab names or detects', () => {
  expect([...LANGUAGE_CODES].toSorted()).toEqual([...new Set([...LANGUAGES.keys(), ...IDENTIFIABLE])].toSorted());
  expect(LANGUAGE_CODES.slice(0, LANGUAGES.size)).toEqual([...LANGUAGES.keys()]);
});
