import { expect, test } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import { parseDataset } from '../../src/data/datasets/index.ts';
import { RowReader } from '../../src/files/rows.ts';

const file = (name: string, ...parts: BlobPart[]): File => new File(parts, name);
const good = (id: string): object => ({ id, messages: [{ role: 'user', content: `q ${id}` }, { role: 'assistant', content: `a ${id}` }] });
const chat = (...turns: [string, unknown][]): object => ({ id: `x${turns.length}`, messages: turns.map(([role, content]) => ({ role, content })) });

/** A bad line, between two good ones, and what must be said of it. */
const LINES: [title: string, line: string | Uint8Array, reason: RegExp][] = [
  ['text that is no JSON', 'gewaehlt {"id": 1}', /^is not valid JSON/],
  ['a cut-off object', '{"id": "2", "messages": [{"role":', /^is not valid JSON/],
  ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0xfe, 0x22), /^is not valid UTF-8/],
  ['a list', '[1]', /^is a list, not an object/],
  ['null', 'null', /^is null, not an object/],
  ['no chat in it', '{"id": "2"}', /^messages is missing/],
  ['an empty chat', JSON.stringify({ id: '2', messages: [] }), /^has no messages/],
  ['a system message only', JSON.stringify(chat(['system', 's'])), /^has no messages/],
  ['an empty turn', JSON.stringify(chat(['user', 'q'], ['assistant', ' \n'])), /^message 2 \(assistant\) is empty/],
  ['a number for text', JSON.stringify(chat(['user', 'q'], ['assistant', 5])), /^messages\.1\.content is not text/],
  ['no content', '{"id": "2", "messages": [{"role": "user"}]}', /^messages\.0\.content is missing/],
  ['two users in a row', JSON.stringify(chat(['user', 'q'], ['user', 'q'], ['assistant', 'a'])), /^message 2 is from the user where the assistant is due/],
  ['the assistant first', JSON.stringify(chat(['assistant', 'a'], ['user', 'q'])), /^message 1 is from the assistant where the user is due/],
  ['a late system message', JSON.stringify(chat(['user', 'q'], ['system', 's'], ['assistant', 'a'])), /^message 2 is from the system where the assistant is due/],
  ['no answer', JSON.stringify(chat(['user', 'q'])), /the last message has no answer/],
  ['an unknown role', JSON.stringify(chat(['user', 'q'], ['tool', 'a'])), /^messages\.1\.role is "tool"/],
  ['the id of another line', JSON.stringify(good('1')), /^has the id "1" of line 1/],
  ['another layout', '{"instruction": "q", "output": "a"}', /^is in the Alpaca layout; this file's records are in the messages layout/],
];

for (const [title, line, reason] of LINES) {
  test(`a line with ${title} is refused by number and the others are kept`, async () => {
    const { records, report } = await parseDataset([file('de.jsonl', `${JSON.stringify(good('1'))}\n`, line as BlobPart, `\n${JSON.stringify(good('3'))}\n`)]);
    expect(records['de']?.map(({ id }) => id)).toEqual(['1', '3']);
    expect(report.records).toBe(2);
    expect(report.bad).toHaveLength(1);
    expect(report.bad[0]).toMatchObject({ file: 'de.jsonl', line: 2 });
    expect(report.bad[0]?.reason).toMatch(reason);
  });
}

test('the fields of every layout are missed by name', async () => {
  const cases: [object, object, RegExp][] = [
    [{ conversations: ['q', 'a'] }, { conversations: ['q', 7] }, /^conversations\.1 is not text/],
    [{ conversations: ['q', 'a'] }, { conversations: ['q'] }, /has no answer/],
    [{ conversations: ['q', 'a'] }, { conversations: 'q' }, /^conversations is not a list/],
    [{ conversations: [{ from: 'human', value: 'q' }, { from: 'gpt', value: 'a' }] }, { conversations: [{ from: 'function_call', value: 'q' }] }, /^conversations\.0\.from is "function_call"/],
    [{ conversations: [{ from: 'human', value: 'q' }, { from: 'gpt', value: 'a' }] }, { conversations: [{ from: 'human' }] }, /^conversations\.0\.value is missing/],
    [{ id: 1, instruction: 'q', input: '', output: 'a' }, { id: 2, instruction: 'q', input: '' }, /^output is missing/],
    [{ id: 1, instruction: 'q', input: '', output: 'a' }, { id: 2, instruction: 'q', input: '', output: '' }, /\(assistant\) is empty/],
    [{ id: 1, instruction: 'q', input: '', output: 'a' }, { instruction: 'q2', input: '', output: 'a' }, /^is in the Alpaca layout/],
  ];
  for (const [first, second, reason] of cases) {
    const { report } = await parseDataset([file('de.jsonl', `${JSON.stringify(first)}\n${JSON.stringify(second)}\n`)]);
    expect(report.bad.map(({ line }) => line)).toEqual([2]);
    expect(report.bad[0]?.reason).toMatch(reason);
  }
});

test('the layout is what most records are in, and the others are bad lines', async () => {
  const alpaca = (text: string): object => ({ instruction: text, input: '', output: text });
  const { layout, report, records } = await parseDataset([file('de.jsonl', [good('1'), alpaca('a'), alpaca('b'), alpaca('c')].map((r) => JSON.stringify(r)).join('\n'))]);
  expect(layout).toBe('alpaca');
  expect(records['de']).toHaveLength(3);
  expect(report.bad).toEqual([{ file: 'de.jsonl', line: 1, reason: "is in the messages layout; this file's records are in the Alpaca layout" }]);
});

test('a file in no layout is refused with the fields it has', async () => {
  const odd = file('en.jsonl', '{"prompt": "q", "completion": "a"}\n{"prompt": "q", "completion": "a", "score": 1}\n');
  await expect(parseDataset([odd])).rejects.toMatchObject({ code: 'datasets.no-layout', data: { fields: ['prompt', 'completion', 'score'] } });
  await expect(parseDataset([odd])).rejects.toThrow(/"prompt", "completion", "score"/);
  const both = await parseDataset([odd, file('de.jsonl', JSON.stringify(good('1')))]);
  expect(both.records['de']).toHaveLength(1);
  expect(both.report.bad).toEqual([{ file: 'en.jsonl', line: 1, reason: 'is in no layout the lab reads, and left out as a whole: its records have the fields "prompt", "completion", "score"' }]);
});

test('files that are not chat data at all say what they are', async () => {
  const cases: [BlobPart[], RegExp][] = [
    [[''], /it is empty/],
    [['\n\n'], /it is empty/],
    [['hello\nworld'], /row 1 is not valid JSON/],
    [['[1, 2]'], /row 1 is a number/],
    [['{}'], /no fields/],
    [['[]'], /it is empty/],
    [[Uint8Array.of(0xff, 0xfe, 0x7b, 0)], /UTF-16/],
    [[Uint8Array.of(0x50, 0x4b, 3, 4, 0)], /zip archive/],
    [['PAR1....PAR1'], /Parquet/],
  ];
  for (const [parts, reason] of cases) await expect(parseDataset([file('de.jsonl', ...parts)])).rejects.toThrow(reason);
  await expect(parseDataset([])).rejects.toMatchObject({ code: 'datasets.no-files' });
});

test('an array that is cut off gives up its whole elements and says where it ends', async () => {
  const whole = JSON.stringify([good('1'), good('2'), good('3')]);
  const inside = await parseDataset([file('de.json', whole.slice(0, -20))]);
  expect(inside.records['de']?.map(({ id }) => id)).toEqual(['1', '2']);
  expect(inside.report.bad).toEqual([{ file: 'de.json', line: 3, reason: 'is cut off: the file ends inside it' }]);
  const between = await parseDataset([file('de.json', `[${JSON.stringify(good('1'))},`)]);
  expect(between.report.bad).toEqual([{ file: 'de.json', line: 2, reason: 'is missing: the array is not closed, so the file may be cut off here' }]);
  const after = await parseDataset([file('de.json', `[${JSON.stringify(good('1'))}] {}`)]);
  expect(after.report.bad).toEqual([{ file: 'de.json', line: 2, reason: 'is text after the end of the array' }]);
  const broken = await parseDataset([file('de.json', `[${JSON.stringify(good('1'))}, {"id": }, ${JSON.stringify(good('3'))}]`)]);
  expect(broken.records['de']?.map(({ id }) => id)).toEqual(['1', '3']);
  expect(broken.report.bad[0]?.line).toBe(2);
});

test('a damaged gzip file gives up what came before the damage', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `${JSON.stringify(good(`${i}-${Math.imul(i, 2_654_435_761) >>> 0}`))}\n`).join('');
  const packed = new Uint8Array(gzipSync(lines));
  const { records, report } = await parseDataset([file('de.jsonl.gz', packed.subarray(0, packed.length >> 1))]);
  expect(records['de']?.length).toBeGreaterThan(1000);
  expect(report.bad).toHaveLength(1);
  expect(report.bad[0]?.reason).toMatch(/^cannot be unpacked/);
  expect(report.bad[0]?.line).toBe((records['de']?.length ?? 0) + 1);
});

test('repetitions are refused where nothing says that they are meant', async () => {
  const lima = { conversations: ['q', 'a'] };
  const { report } = await parseDataset([file('de.jsonl', `${JSON.stringify(lima)}\n${JSON.stringify(lima)}\n`)]);
  expect(report.bad).toEqual([{ file: 'de.jsonl', line: 2, reason: 'is the same conversation as line 1' }]);
  const meant = { messages: [{ role: 'user', content: 'q' }, { role: 'assistant', content: 'a' }] };
  const kept = await parseDataset([file('a_de.jsonl', JSON.stringify({ id: 1, ...meant })), file('b_de.jsonl', JSON.stringify({ id: 2, ...meant })), file('c_de.jsonl', JSON.stringify({ id: 1, ...meant }))]);
  expect(kept.records['de']).toHaveLength(2);
  expect(kept.report.notes.join(' ')).toContain('1 record repeats a conversation under another id');
  expect(kept.report.bad).toEqual([{ file: 'c_de.jsonl', line: 1, reason: 'has the id "1" of a_de.jsonl, line 1' }]);
});

test('a wrong file cannot fill the report', async () => {
  const { report } = await parseDataset([file('de.jsonl', `${JSON.stringify(good('1'))}\n${'oops\n'.repeat(1500)}`)]);
  expect(report.bad).toHaveLength(1000);
  expect(report.notes).toContain('500 more bad lines are not listed.');
});

test('a row beyond the limit is dropped and the next one is read', async () => {
  for (const content of [`"${'x'.repeat(5000)}"\n{"a": 1}\n`, `["${'x'.repeat(5000)}", {"a": 1}]`]) {
    const rows = [];
    for await (const row of new RowReader(new Blob([content]), { maxRowBytes: 1000 }).rows()) rows.push(row);
    expect(rows[0]).toMatchObject({ line: 1, problem: expect.stringContaining('is longer than') });
    expect(rows[1]).toEqual({ line: 2, value: { a: 1 } });
  }
});

test('a file that can no longer be read is an error that says so', async () => {
  const gone = file('de.jsonl', JSON.stringify(good('1')));
  Object.defineProperty(gone, 'stream', { value: () => new ReadableStream({ pull: (stream) => stream.error(new DOMException('gone', 'NotReadableError')) }) });
  await expect(parseDataset([gone])).rejects.toMatchObject({ code: 'core.unreadable' });
});

test('UTF-16 is known without its mark, and an element of nothing is said', async () => {
  const text = JSON.stringify(good('1'));
  for (const bytes of [Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16(), Buffer.from(`[${text}]`, 'utf16le')]) {
    await expect(parseDataset([file('de.jsonl', new Uint8Array(bytes))])).rejects.toThrow(/UTF-16/);
  }
  const { records, report } = await parseDataset([file('de.json', `[${JSON.stringify(good('1'))}, , ${JSON.stringify(good('3'))},]`)]);
  expect(records['de']?.map(({ id }) => id)).toEqual(['1', '3']);
  expect(report.bad).toEqual([
    { file: 'de.json', line: 2, reason: 'is empty: there is nothing before its comma' },
    { file: 'de.json', line: 4, reason: 'is empty: there is nothing after the last comma' },
  ]);
  expect((await parseDataset([file('de.json', `[${JSON.stringify(good('1'))}]`)])).report.bad).toEqual([]);
});

test('an array with an element that cannot be read says that places may be off', async () => {
  const { report } = await parseDataset([file('de.json', `[{"conversations": ["q", "a"]}, {"conversations": ["q2" "a2"]}, {"conversations": ["q3", "a3"]}]`)]);
  expect(report.notes.join(' ')).toContain('may have been several: the places after it may be off');
});

test('a gzip bomb is left at two hundred times its size, and what came before it is kept', async () => {
  const row = `${JSON.stringify(good('1'))}\n`;
  const packed = new Uint8Array(gzipSync(row + '\n'.repeat(8 * 2 ** 20)));
  let bytes = 0;
  const rows = [];
  for await (const one of new RowReader(new Blob([packed]), { maxUnpackedBytes: 2 ** 20, onBytes: (n) => (bytes = n) }).rows()) rows.push(one);
  expect(packed.length * 200, 'the limit is what the size says').toBeGreaterThan(2 ** 20);
  expect(bytes).toBe(packed.length);
  expect(rows).toHaveLength(2);
  expect(rows[1]?.problem).toMatch(/unpacks to more than 200 times its size/);
  const repeated = new Uint8Array(gzipSync(row.repeat(2000)));
  const read = [];
  for await (const one of new RowReader(new Blob([repeated])).rows()) read.push(one);
  expect(read.filter(({ problem }) => problem === undefined), 'a small file may be as alike as it likes').toHaveLength(2000);
});
