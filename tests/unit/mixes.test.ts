import { expect, test } from '@playwright/test';
import type { Conversation } from '../../src/records/conversation.ts';
import { STUDY_LANGUAGES } from '../../src/core/languages.ts';
import { Rng } from '../../src/core/rng.ts';
import { compose, composeIds, describeMix, type Ids, mixName, parseMix, proofOf, studyCompositions } from '../../src/data/recipes/index.ts';

/** A parallel dataset of n ids. */
function parallel(n: number, languages: readonly string[] = STUDY_LANGUAGES): Ids {
  return Object.fromEntries(languages.map((language) => [language, Array.from({ length: n }, (_, i) => `r${i}`)]));
}

test('the studies’ nine compositions come from their five languages', () => {
  expect(studyCompositions(['es', 'it', 'en', 'fr', 'de'])).toEqual(['EN', 'DE', 'FR', 'IT', 'ES', 'ENDEFRITES', 'DEFRITES', 'ENDEFRITES-sampled', 'DEFRITES-sampled']);
});

test('fewer or other languages give the compositions that differ', () => {
  expect(studyCompositions(['en', 'de'])).toEqual(['EN', 'DE', 'ENDE', 'ENDE-sampled']);
  expect(studyCompositions(['de', 'fr'])).toEqual(['DE', 'FR', 'DEFR', 'DEFR-sampled']);
  expect(studyCompositions(['en', 'de', 'fr'])).toEqual(['EN', 'DE', 'FR', 'ENDEFR', 'DEFR', 'ENDEFR-sampled', 'DEFR-sampled']);
  expect(studyCompositions(['de'])).toEqual(['DE']);
  expect(studyCompositions(['ja', 'sw', 'en'])).toEqual(['EN', 'SW', 'JA', 'ENSWJA', 'SWJA', 'ENSWJA-sampled', 'SWJA-sampled']);
});

test('a name says the kind and the languages, and every generated name reads back', () => {
  expect(parseMix('DE')).toEqual({ name: 'DE', kind: 'monolingual', languages: ['de'] });
  expect(parseMix('ENDEFRITES')).toEqual({ name: 'ENDEFRITES', kind: 'union', languages: ['en', 'de', 'fr', 'it', 'es'] });
  expect(parseMix('DEFRITES-sampled')).toEqual({ name: 'DEFRITES-sampled', kind: 'sampled', languages: ['de', 'fr', 'it', 'es'] });
  expect(parseMix('base')).toEqual({ name: 'base', kind: 'base', languages: [] });
  const rng = new Rng('names');
  const codes = ['en', 'de', 'fr', 'it', 'es', 'pt', 'zh', 'sw', 'ja', 'ko', 'tr'];
  for (let i = 0; i < 200; i++) {
    const languages = rng.sample(codes, 2 + rng.int(codes.length - 2));
    const name = mixName(languages, i % 2 === 0);
    expect([...parseMix(name).languages].sort()).toEqual(languages.sort());
  }
});

test('a name that is none says how to write it', () => {
  const cases: [string, RegExp, RegExp][] = [
    ['ende', /not made of two-letter/, /upper-case/],
    ['ENG', /not made of two-letter/, /ENDEFRITES/],
    ['', /not made of two-letter/, /base/],
    ['-sampled', /not made of two-letter/, /base/],
    ['ENDEEN', /names EN twice/, /once/],
    ['EN-sampled', /single language/, /Write EN,/],
    ['DEEN', /another order/, /Write ENDE\./],
  ];
  for (const [name, message, hint] of cases) {
    expect(() => parseMix(name), name).toThrow(message);
    expect(() => parseMix(name), name).toThrow(expect.objectContaining({ code: 'mixes.name', hint: expect.stringMatching(hint) }));
  }
});

test('without shuffling the same records are trained on in the dataset’s own order', () => {
  const ids = Object.fromEntries(['en', 'de'].map((language) => [language, ['b', 'a', 'd', 'c', 'e', 'f', 'h', 'g']]));
  for (const name of ['DE', 'ENDE', 'ENDE-sampled']) {
    const options = { seed: 3, evalFraction: 0.25 };
    const [shuffled, own] = [composeIds(ids, parseMix(name), options), composeIds(ids, parseMix(name), { ...options, inOrder: true })];
    const key = ({ id, language }: { id: string; language: string }): string => `${id}/${language}`;
    expect(own.validation).toEqual(shuffled.validation);
    expect(own.train.map(key).sort()).toEqual(shuffled.train.map(key).sort());
    const order = [...new Set(own.train.map(({ id }) => id))];
    expect(order).toEqual(ids['en']?.filter((id) => order.includes(id)));
    expect([...new Set(shuffled.train.map(({ id }) => id))]).not.toEqual(order);
  }
});

test('ten records in five languages are counted by hand', () => {
  const ids = parallel(10);
  const options = { seed: 1, evalFraction: 0.2 };
  // 20 % of 10 ids is 2 ids.
  expect(describeMix(ids, 'DE', options)).toMatchObject({ kind: 'monolingual', counts: { de: 10 }, total: 10, distinct: 10, validation: 2 });
  expect(describeMix(ids, 'ENDEFRITES', options)).toMatchObject({ kind: 'union', counts: { en: 10, de: 10, fr: 10, it: 10, es: 10 }, total: 50, distinct: 10, validation: 10 });
  expect(describeMix(ids, 'DEFRITES', options)).toMatchObject({ counts: { de: 10, fr: 10, it: 10, es: 10 }, total: 40, distinct: 10, validation: 8 });
  expect(describeMix(ids, 'ENDEFRITES-sampled', options)).toMatchObject({ kind: 'sampled', counts: { en: 2, de: 2, fr: 2, it: 2, es: 2 }, total: 10, distinct: 10, validation: 2 });
  // 10 over 4 languages: 3, 3, 2, 2.
  expect(describeMix(ids, 'DEFRITES-sampled', options)).toMatchObject({ counts: { de: 3, fr: 3, it: 2, es: 2 }, total: 10, distinct: 10, validation: 2 });
});

test('Lima-X’s 1,030 records give the studies’ sizes', () => {
  const ids = parallel(1030);
  const options = { seed: 0, evalFraction: 0.034 };
  // 0.034 x 1030 = 35.02; 1030 = 4 x 257 + 2.
  expect(describeMix(ids, 'ENDEFRITES', options)).toMatchObject({ total: 5150, distinct: 1030, validation: 175 });
  expect(describeMix(ids, 'ENDEFRITES-sampled', options)).toMatchObject({ total: 1030, validation: 35, counts: { en: 206, de: 206, fr: 206, it: 206, es: 206 } });
  expect(describeMix(ids, 'DEFRITES-sampled', options)).toMatchObject({ total: 1030, counts: { de: 258, fr: 258, it: 257, es: 257 } });
  expect(describeMix(ids, 'DEFRITES-sampled', options).description).toBe('1,030 records, each in one language only, spread evenly over German, French, Italian, and Spanish.');
});

test('whatever the sizes, the composition is what it says', () => {
  const rng = new Rng('properties');
  for (let round = 0; round < 60; round++) {
    const n = 2 + rng.int(60);
    const records = 1 + rng.int(n);
    const evalFraction = rng.float();
    const ids = parallel(n);
    const held = new Set<string>();
    for (const name of studyCompositions(STUDY_LANGUAGES)) {
      const composition = composeIds(ids, parseMix(name), { seed: round, records, evalFraction });
      const proof = proofOf(composition);
      const { kind, languages } = composition.mix;
      expect(proof.leaked).toEqual([]);
      expect(proof.distinct).toBe(records);
      expect(proof.total).toBe(kind === 'union' ? records * languages.length : records);
      expect(proof.repeated).toBe(kind === 'union' ? records : 0);
      const counts = Object.values(proof.counts);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(kind === 'sampled' ? 1 : 0);
      expect(composition.train.length).toBeGreaterThan(0);
      const validation = new Set(composition.validation.map(({ id }) => id));
      if (name === 'EN') for (const id of validation) held.add(id);
      expect(validation, `${name} holds out the ids that EN holds out`).toEqual(held);
    }
  }
});

test('a seed means the same records whatever the order of files, ids and languages, and another seed means others', () => {
  const mix = parseMix('ENDEFRITES-sampled');
  const ids = parallel(50);
  const turned = Object.fromEntries(Object.entries(ids).toReversed().map(([language, list]) => [language, list.toReversed()]));
  const options = { seed: 4, records: 20, evalFraction: 0.1 };
  expect(composeIds(turned, mix, options)).toEqual(composeIds(ids, mix, options));
  expect(composeIds(ids, mix, { ...options, seed: 5 })).not.toEqual(composeIds(ids, mix, options));
});

test('the first n records are the beginning of all records', () => {
  const mix = parseMix('DE');
  const all = composeIds(parallel(30), mix, { seed: 2 }).train.map(({ id }) => id);
  expect(composeIds(parallel(30), mix, { seed: 2, records: 7 }).train.map(({ id }) => id)).toEqual(all.slice(0, 7));
});

test('records that a language lacks are in no composition', () => {
  const ids: Ids = { en: ['a', 'b', 'c', 'd'], de: ['b', 'c', 'd', 'e'] };
  const english = composeIds(ids, parseMix('EN'), { seed: 0 });
  expect(english.train.map(({ id }) => id).sort()).toEqual(['b', 'c', 'd']);
});

test('the held-out part is at least one id and never the last one', () => {
  const validation = (n: number, evalFraction: number): number => composeIds(parallel(n), parseMix('EN'), { seed: 0, evalFraction }).validation.length;
  expect([validation(10, 0), validation(10, 0.01), validation(10, 1), validation(1, 0.5), validation(2, 0.9)]).toEqual([0, 1, 9, 0, 1]);
});

test('conversations come out in the language that the entry says', () => {
  const record = (id: string, language: string): Conversation => ({ id, language, messages: [{ role: 'user', content: `${language} ${id}` }, { role: 'assistant', content: 'a' }] });
  const records = Object.fromEntries(['en', 'de'].map((language) => [language, ['1', '2', '3'].map((id) => record(id, language))]));
  const { train, validation } = compose(records, parseMix('ENDE'), { seed: 3, evalFraction: 0.34 });
  expect([...train, ...validation].map(({ messages }) => messages[0]?.content).sort()).toEqual(['de 1', 'de 2', 'de 3', 'en 1', 'en 2', 'en 3']);
  expect(validation.map(({ id }) => id)).toEqual([validation[0]?.id, validation[0]?.id]);
  expect(validation.map(({ language }) => language)).toEqual(['en', 'de']);
});

test('what cannot be composed says why', () => {
  const compose = (ids: Ids, name: string, records: number | null = null) => () => composeIds(ids, parseMix(name), { seed: 0, records });
  expect(compose(parallel(3, ['en', 'de']), 'ENFR')).toThrow(expect.objectContaining({ code: 'mixes.language-missing', data: { mix: 'ENFR', missing: ['fr'] } }));
  expect(compose(parallel(3), 'EN', 4)).toThrow(expect.objectContaining({ code: 'mixes.no-records', data: { wanted: 4, available: 3 } }));
  expect(compose({ en: ['a'], de: ['b'] }, 'ENDE')).toThrow(expect.objectContaining({ code: 'mixes.not-parallel' }));
  expect(compose({ en: ['a'], de: ['b'] }, 'DE')().train).toEqual([{ id: 'b', language: 'de' }]);
  expect(compose(parallel(3), 'base')).toThrow(expect.objectContaining({ code: 'mixes.base' }));
  expect(compose({ en: [] }, 'EN')).toThrow(expect.objectContaining({ code: 'mixes.language-missing' }));
});

test('a leak would be seen', () => {
  const entry = { id: 'a', language: 'en' };
  expect(proofOf({ mix: parseMix('ENDE'), train: [entry], validation: [{ id: 'a', language: 'de' }] }).leaked).toEqual(['a']);
});
