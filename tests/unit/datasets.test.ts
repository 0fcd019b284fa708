import { expect, test } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import type { Conversation } from '../../src/records/conversation.ts';
import { languageFromPath, languageFromTag } from '../../src/core/language-tags.ts';
import type { Progress } from '../../src/core/progress.ts';
import { Rng } from '../../src/core/rng.ts';
import { alignParallel, type FileFormat, LAYOUT_NAMES, type LayoutName, parseDataset, writeDataset } from '../../src/data/datasets/index.ts';

const file = (name: string, ...parts: BlobPart[]): File => new File(parts, name);
const jsonl = (name: string, ...records: unknown[]): File => file(name, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
const streamOf = (chunks: Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(stream) {
      for (const chunk of chunks) if (chunk.length > 0) stream.enqueue(chunk);
      stream.close();
    },
  });
const task = (id: string, text = id): object => ({ id, instruction: `Say ${text}.`, input: '', output: text });

/** The same two-turn record in each layout, written out by hand from the formats' own documentation. */
const RECORDS: Record<LayoutName, object> = {
  lima: { conversations: ['Hello?', 'Hello!'], source: 'stackexchange' },
  sharegpt: { id: 'a', conversations: [{ from: 'human', value: 'Hello?' }, { from: 'gpt', value: 'Hello!' }] },
  messages: { id: 'a', messages: [{ role: 'user', content: 'Hello?' }, { role: 'assistant', content: 'Hello!' }] },
  bactrian: { id: 'a', instruction: 'Hello?', input: '', output: 'Hello!' },
  alpaca: { instruction: 'Hello?', input: '', output: 'Hello!' },
};

for (const layout of LAYOUT_NAMES) {
  test(`a ${layout} record is known by its fields and read as a chat`, async () => {
    const { layout: found, records, report } = await parseDataset([jsonl('train_en.jsonl', RECORDS[layout])]);
    expect(found).toBe(layout);
    expect(report.bad).toEqual([]);
    expect(records['en']?.[0]?.messages).toEqual([
      { role: 'user', content: 'Hello?' },
      { role: 'assistant', content: 'Hello!' },
    ]);
    expect(records['en']?.[0]?.id).toBe(layout === 'lima' || layout === 'alpaca' ? '#1' : 'a');
    expect(records['en']?.[0]?.source).toBe(layout === 'lima' ? 'stackexchange' : undefined);
  });
}

test('what is written in any layout and format reads back as it was', async () => {
  const rng = new Rng('round trip');
  const text = (): string => Array.from({ length: 1 + rng.int(12) }, () => rng.pick(['Straße', '"quoted"', 'a\nb', '{x}', '日本', '🙂', '\\', '[[5]]', ',', ']'])).join(' ');
  for (const layout of LAYOUT_NAMES) {
    for (const format of ['json', 'jsonl', 'jsonl.gz'] satisfies FileFormat[]) {
      const single = layout === 'alpaca' || layout === 'bactrian';
      const written = Array.from({ length: 40 }, (_, i): Conversation => {
        const exchanges = single ? 1 : 1 + rng.int(3);
        return {
          id: layout === 'alpaca' ? `#${i + 1}` : `r${i}`,
          language: 'de',
          messages: Array.from({ length: exchanges }, () => [{ role: 'user' as const, content: text() }, { role: 'assistant' as const, content: `${text()} ${i}` }]).flat(),
        };
      });
      const blob = await writeDataset(written, layout, format);
      const { records, report } = await parseDataset([file(`de.${format}`, blob)]);
      expect(report.bad, `${layout} ${format}`).toEqual([]);
      expect(records['de'], `${layout} ${format}`).toEqual(written);
    }
  }
});

test('a layout with no room for a record says which record', async () => {
  const long: Conversation = { id: 'r7', language: 'en', messages: ['a', 'b', 'c', 'd'].map((content, i) => ({ role: i % 2 ? 'assistant' : 'user', content })) };
  await expect(writeDataset([long], 'alpaca')).rejects.toMatchObject({ code: 'datasets.not-writable', data: { id: 'r7' } });
  const system: Conversation = { id: 'r8', language: 'en', messages: [{ role: 'system', content: 's' }, ...long.messages] };
  await expect(writeDataset([system], 'lima')).rejects.toMatchObject({ code: 'datasets.not-writable', data: { id: 'r8' } });
  expect(await (await writeDataset([system], 'sharegpt')).text()).toContain('"from":"system"');
});

test('an instruction and its input become one user turn', async () => {
  const { records } = await parseDataset([jsonl('en.json', { id: 1, instruction: 'Count the words.', input: 'one two', output: '2' })]);
  expect(records['en']?.[0]).toMatchObject({ id: '1', messages: [{ content: 'Count the words.\n\none two' }, { content: '2' }] });
});

test('byte order mark, Windows line ends and blank lines are no obstacle and blank lines are counted', async () => {
  const content = `\ufeff${JSON.stringify(task('1'))}\r\n\r\n   \r\n${JSON.stringify(task('2'))}`;
  const { records, report } = await parseDataset([file('de.jsonl', content)]);
  expect(records['de']?.map(({ id }) => id)).toEqual(['1', '2']);
  expect(report.bad).toEqual([]);
  expect(report.notes).toContain('de.jsonl: 2 blank lines skipped.');
});

test('a JSON array is read element by element, whatever its white space', async () => {
  const { records, report } = await parseDataset([file('de.json', ` \n[\n${JSON.stringify(task('1'), null, 2)} ,\n7,\n${JSON.stringify(task('2 ] , "'))}]\n`)]);
  expect(records['de']?.map(({ id }) => id)).toEqual(['1', '2 ] , "']);
  expect(report.bad).toEqual([{ file: 'de.json', line: 2, reason: 'is a number, not an object' }]);
  expect(report.notes.join(' ')).toContain('"line" is the element\'s place');
});

test('rows are found whatever the chunks they come in', async () => {
  const rng = new Rng('chunks');
  const records = Array.from({ length: 30 }, (_, i) => task(`${i}`, `é🙂"\\ ${i}`));
  for (const content of [`[${records.map((r) => JSON.stringify(r)).join(', ')}]`, records.map((r) => JSON.stringify(r)).join('\n')]) {
    const bytes = new TextEncoder().encode(content);
    for (let round = 0; round < 20; round++) {
      const cuts = Array.from({ length: 40 }, () => rng.int(bytes.length)).sort((a, b) => a - b);
      const chunks = [0, ...cuts].map((cut, i) => bytes.slice(cut, cuts[i] ?? bytes.length));
      const chunked = file('de.json', bytes);
      Object.defineProperty(chunked, 'stream', { value: () => streamOf(chunks) });
      const parsed = await parseDataset([chunked]);
      expect(parsed.report.bad).toEqual([]);
      expect(parsed.records['de']?.map(({ id }) => id)).toEqual(records.map((_, i) => `${i}`));
    }
  }
});

test('gzip is known by its bytes, not by the name', async () => {
  const { records } = await parseDataset([file('de.json', new Uint8Array(gzipSync(JSON.stringify([task('1'), task('2')]))))]);
  expect(records['de']?.length).toBe(2);
});

test('the language comes from the record, then the option, then the file name', async () => {
  const own = { ...task('1'), language: 'French' };
  const named = await parseDataset([jsonl('train_limax_de.jsonl', own, task('2'))]);
  expect(Object.fromEntries(Object.entries(named.records).map(([language, list]) => [language, list.map(({ id }) => id)]))).toEqual({ fr: ['1'], de: ['2'] });
  expect(named.report.notes.join(' ')).toContain('train_limax_de.jsonl: taken as German, from its name');
  const told = await parseDataset([jsonl('train_limax_de.jsonl', own, task('2'))], { language: 'it' });
  expect(Object.keys(told.records)).toEqual(['fr', 'it']);
});

test('records of no known language are refused once for the file, with what to do', async () => {
  const { records, report } = await parseDataset([jsonl('train.jsonl', task('1'), task('2'), { ...task('3'), lang: 'es' })]);
  expect(Object.keys(records)).toEqual(['es']);
  expect(report.bad).toHaveLength(1);
  expect(report.bad[0]).toMatchObject({ file: 'train.jsonl', line: 1 });
  expect(report.bad[0]?.reason).toMatch(/nor do 1 more records.*train_de\.jsonl/);
});

test('a language field is read whatever its capitals and whichever way it names the language', async () => {
  const fields: [string, string][] = [['lang', 'German'], ['Language', 'deu'], ['languageCode', 'de_DE.UTF-8'], ['LANG', 'Deutsch'], ['lang_code', 'ger'], ['locale', 'de-AT']];
  for (const [field, value] of fields) {
    const { records } = await parseDataset([jsonl('train.jsonl', { ...task('1'), [field]: value })]);
    expect(Object.keys(records), `${field}: ${value}`).toEqual(['de']);
  }
  const { records, report } = await parseDataset([jsonl('mt_polish/train.jsonl', task('1'), { ...task('2'), Lang: 'Klingonisch' })]);
  expect(Object.keys(records)).toEqual(['pl']);
  expect(report.notes.join(' ')).toContain('Polish, from its name');
  expect(report.notes.join(' ')).toContain('"Klingonisch"');
});

test('file names and tags name languages', () => {
  const paths: [string, string | null][] = [
    ['train_limax_de.jsonl', 'de'],
    ['train_limax_DE.jsonl', 'de'],
    ['de.json', 'de'],
    ['data/de.json.gz', 'de'],
    ['mt_bench_DE/question.jsonl', 'de'],
    ['mt_bench_DE/question_fr.jsonl', 'fr'],
    ['zh_CN.jsonl', 'zh'],
    ['pt-BR.jsonl', 'pt'],
    ['ja.json', 'ja'],
    ['my/train.jsonl', null],
    ['train.jsonl', null],
    ['gpt-4.jsonl', null],
  ];
  for (const [path, language] of paths) expect(languageFromPath(path), path).toBe(language);
  const tags: [unknown, string | null][] = [['de', 'de'], ['DE', 'de'], ['de-AT', 'de'], ['German', 'de'], ['deutsch', 'de'], ['ja', 'ja'], ['qq', null], ['python', null], ['', null], [7, null], [null, null]];
  for (const [tag, language] of tags) expect(languageFromTag(tag), String(tag)).toBe(language);
});

test('files without ids align line by line, bad lines included', async () => {
  const lima = (text: string): object => ({ conversations: [text, `${text}!`] });
  const { records, report } = await parseDataset([jsonl('en.jsonl', lima('one'), lima('two'), lima('three')), file('de.jsonl', `${JSON.stringify(lima('eins'))}\n\nbroken\n${JSON.stringify(lima('drei'))}\n`)]);
  expect(records['de']?.map(({ id, messages }) => [id, messages[0]?.content])).toEqual([['#1', 'eins'], ['#3', 'drei']]);
  expect(report.notes.join(' ')).toContain('languages align line by line');
  expect(alignParallel(records)).toEqual({ languages: ['de', 'en'], common: ['#1', '#3'], missing: { de: ['#2'], en: [] } });
});

test('shards of one language count on, whatever order they are given in', async () => {
  const lima = (text: string): object => ({ conversations: [text, text] });
  const shards = [jsonl('b_de.jsonl', lima('c')), jsonl('a_de.jsonl', lima('a'), lima('b'))];
  const { records } = await parseDataset(shards);
  expect(records['de']?.map(({ id, messages }) => id + messages[0]?.content)).toEqual(['#1a', '#2b', '#3c']);
});

test('ids that end in their language are cut so that translations align', async () => {
  const { records } = await parseDataset([jsonl('x.jsonl', { ...task('12_DE', 'eins'), lang: 'de' }, { ...task('12_EN', 'one'), lang: 'en' }, { ...task('made_it', 'two'), lang: 'en' })]);
  expect(records['de']?.map(({ id }) => id)).toEqual(['12']);
  expect(records['en']?.map(({ id }) => id)).toEqual(['12', 'made_it']);
});

test('progress counts the bytes of all files and ends at the total', async () => {
  const files = [jsonl('de.jsonl', ...Array.from({ length: 2000 }, (_, i) => task(`${i}`))), jsonl('en.jsonl', task('0'))];
  const seen: Progress[] = [];
  await parseDataset(files, {}, (progress) => seen.push(progress));
  const total = (files[0]?.size ?? 0) + (files[1]?.size ?? 0);
  expect(seen.at(-1)).toMatchObject({ done: total, total, unit: 'bytes' });
  expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).toSorted((a, b) => a - b));
});

test('a large file is streamed: reading stops where it is aborted', async () => {
  let pulled = 0;
  const line = new TextEncoder().encode(`${JSON.stringify(task('x'))}\n`);
  const endless = file('de.jsonl', 'x');
  const controller = new AbortController();
  Object.defineProperty(endless, 'stream', {
    value: () =>
      new ReadableStream({
        pull(stream) {
          if (++pulled === 50) controller.abort();
          if (pulled > 1000) stream.error(new Error('read on after the abort'));
          stream.enqueue(line);
        },
      }),
  });
  await expect(parseDataset([endless], {}, undefined, controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(pulled).toBeLessThan(100);
});
