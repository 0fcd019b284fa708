/** Ids and languages of training records: what names a record, and which two things may not share a name. */
import { expect, test } from '@playwright/test';
import { parseDataset, type ParsedDataset } from '../../src/data/datasets/index.ts';

const lines = (name: string, ...rows: string[]): File => new File([`${rows.join('\n')}\n`], name);
const chat = (text: string, fields: object = {}): string =>
  JSON.stringify({
    ...fields,
    messages: [
      { role: 'user', content: `q ${text}` },
      { role: 'assistant', content: `a ${text}` },
    ],
  });
/** A record whose id stands in the text as it is given: `JSON.stringify` would round it. */
const withId = (id: string, text: string): string => `{"id": ${id}, ${chat(text).slice(1)}`;
const ids = ({ records }: ParsedDataset, language = 'en'): string[] => (records[language] ?? []).map(({ id }) => id);

test('ids above 2^53 keep their digits, and two of them stay two', async () => {
  const parsed = await parseDataset([
    lines(
      'en.jsonl',
      withId('9007199254740993', 'a'),
      withId('9007199254740992', 'b'),
      withId('1234567890123456789', 'c'),
    ),
  ]);
  expect(parsed.report.bad).toEqual([]);
  expect(ids(parsed)).toEqual(['9007199254740993', '9007199254740992', '1234567890123456789']);
  const array = await parseDataset([
    new File([`[${withId('9007199254740993', 'a')}, ${withId('9007199254740992', 'b')}]`], 'en.json'),
  ]);
  expect(ids(array)).toEqual(['9007199254740993', '9007199254740992']);
  const texts = await parseDataset([
    lines('en.jsonl', withId('9007199254740993', 'a')),
    lines('de.jsonl', withId('"9007199254740993"', 'b')),
  ]);
  expect(ids(texts, 'de')).toEqual(ids(texts, 'en'));
});

test('a number and its digits are one id', async () => {
  const { report, records } = await parseDataset([lines('en.jsonl', withId('7', 'a'), withId('"7"', 'b'))]);
  expect(records['en']).toHaveLength(1);
  expect(report.bad).toEqual([{ file: 'en.jsonl', line: 2, reason: 'has the id "7" of line 1' }]);
});

test('an id that is cut of its language and meets a real one is said as both are written', async () => {
  const cutLast = await parseDataset([lines('de.jsonl', withId('12', 'a'), withId('"12_DE"', 'b'))]);
  expect(cutLast.report.bad).toEqual([
    { file: 'de.jsonl', line: 2, reason: 'has the id "12" of line 1 (here written "12_DE")' },
  ]);
  const cutFirst = await parseDataset([lines('de.jsonl', withId('"12_DE"', 'a'), withId('12', 'b'))]);
  expect(cutFirst.report.bad).toEqual([
    { file: 'de.jsonl', line: 2, reason: 'has the id "12" of line 1 (there written "12_DE")' },
  ]);
});

test('ids are the same however their letters are composed', async () => {
  const parsed = await parseDataset([
    lines('en.jsonl', chat('a', { id: 'caf\u00e9' })),
    lines('fr.jsonl', chat('b', { id: 'cafe\u0301' }), chat('c', { id: 'caf\u00e9' })),
  ]);
  expect(ids(parsed, 'fr')).toEqual(ids(parsed, 'en'));
  expect(parsed.report.notes.join(' ')).toContain("1 id was brought into Unicode's composed form");
  expect(parsed.report.bad).toEqual([
    { file: 'fr.jsonl', line: 2, reason: 'has the id "caf\u00e9" of line 1 (there written "cafe\u0301")' },
  ]);
});

test('an id that is none, or that only the lab gives, leaves its record out by name', async () => {
  const rows = [
    chat('a', { id: { $oid: '5' } }),
    chat('b', { id: true }),
    withId('1e400', 'c'),
    chat('d', { id: '#3' }),
    chat('e', { id: '#three' }),
    chat('f', { id: '#7_DE', lang: 'de' }),
  ];
  const parsed = await parseDataset([lines('en.jsonl', ...rows)]);
  expect(parsed.report.bad.map(({ line, reason }) => [line, reason.slice(0, 30)])).toEqual([
    [1, 'id is neither text nor a numbe'],
    [2, 'id is neither text nor a numbe'],
    [3, 'id is neither text nor a numbe'],
    [4, 'id is "#3", which is how the l'],
  ]);
  expect(ids(parsed)).toEqual(['#three']);
  expect(ids(parsed, 'de'), 'cut, it would be a place').toEqual(['#7_DE']);
});

test('a record that names two languages is refused, and one that names none the lab knows is said', async () => {
  const rows = [
    chat('a', { language: 'de', lang: 'fr' }),
    chat('b', { language: 'python' }),
    chat('c', { language: 'Klingon' }),
    chat('d', { language: 'python', lang: 'fr' }),
    chat('e', { language: 'de', locale: 'de-AT' }),
  ];
  const parsed = await parseDataset([lines('en.jsonl', ...rows)]);
  expect(parsed.report.bad).toEqual([
    { file: 'en.jsonl', line: 1, reason: 'lang says fr where another field says de' },
  ]);
  expect(Object.fromEntries(Object.entries(parsed.records).map(([code, list]) => [code, list.length]))).toEqual({
    en: 2,
    fr: 1,
    de: 1,
  });
  expect(parsed.report.notes).toContain(
    'What a record says of its language names none the lab knows: "python" (in 1 record), "Klingon" (in 1 record). The file\'s language was taken, or the one chosen.',
  );
  expect(parsed.report.notes.join(' ')).toContain('language (in 3 records)');
});

test('a row with a field twice is refused unless both say the same', async () => {
  const twice = (second: string): string => `{"id": 1, "id": ${second}, ${chat('a').slice(1)}`;
  const { report } = await parseDataset([lines('en.jsonl', withId('0', 'z'), twice('2'), twice('1'))]);
  expect(report.bad).toEqual([
    { file: 'en.jsonl', line: 2, reason: 'has the field "id" twice, with different values' },
  ]);
  expect(report.records).toBe(2);
});

test('what is left out is counted by reason, whatever is listed', async () => {
  const rows = [
    chat('a'),
    ...Array.from({ length: 1200 }, (_, i) => chat(`${i}`, { tools: [i + 1] })),
    ...Array.from({ length: 3 }, (_, i) => `${'x'.repeat(i + 1)}`),
    chat('a'),
  ];
  const { report } = await parseDataset([lines('en.jsonl', ...rows)]);
  expect(report.left_out).toBe(1204);
  expect(report.bad).toHaveLength(1000);
  expect(report.reasons).toEqual([
    { reason: 'tools offers or calls tools, which the lab does not learn to use', count: 1200 },
    { reason: 'is not valid JSON', count: 3 },
    { reason: 'is the same conversation as line n', count: 1 },
  ]);
  expect(report.notes).toContain('204 more bad lines are not listed.');
});

test('records of no known language are counted, though one line stands for them', async () => {
  const { report } = await parseDataset([
    lines('train.jsonl', chat('a'), chat('b'), chat('c'), chat('d', { lang: 'de' })),
  ]);
  expect(report).toMatchObject({ records: 1, left_out: 3 });
  expect(report.bad).toHaveLength(1);
});

test('a text that no tokenizer could read whole is refused', async () => {
  for (const content of ['half \ud83d', 'mark \ufdd0']) {
    const { report } = await parseDataset([
      lines(
        'en.jsonl',
        chat('a'),
        JSON.stringify({
          messages: [
            { role: 'user', content: 'q' },
            { role: 'assistant', content },
          ],
        }),
      ),
    ]);
    expect(report.bad[0]?.reason).toMatch(/^message 2 \(assistant\) holds what is no character/);
  }
});
