/** Malformed files of rows: whatever is wrong, a row says so, or what was read is what another reader reads. */
import { test } from '@playwright/test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parseJson } from '../../src/files/json.ts';
import { type Row, RowReader } from '../../src/files/rows.ts';
import { Reported, runCampaign } from '../fuzz/campaign.ts';
import { BYTE_MUTATIONS, type Bytes, type Mutation } from '../fuzz/mutate.ts';

const bytesOf = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;
const packed = (bytes: Uint8Array): Bytes => new Uint8Array(gzipSync(bytes));
const isPacked = (bytes: Bytes): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
/** Applies a change to the text of a file, inside its gzip where it has one. */
const inText = (bytes: Bytes, change: (text: string) => string | Bytes): Bytes => {
  if (isPacked(bytes)) return packed(inText(new Uint8Array(gunzipSync(bytes)), change));
  const changed = change(new TextDecoder().decode(bytes));
  return typeof changed === 'string' ? bytesOf(changed) : changed;
};

const RECORDS = Array.from({ length: 12 }, (_, i) => ({
  id: i,
  messages: [
    { role: 'user', content: `Wie? "${i}" \\ {[` },
    { role: 'assistant', content: `Só 🙂, ${'so '.repeat(i)}` },
  ],
  tags: [i, null, -0.5e3],
}));
const LINES = RECORDS.map((record) => JSON.stringify(record)).join('\n');
const ARRAY = JSON.stringify(RECORDS, null, 1);

const insert = (text: string, at: number, added: string): string => text.slice(0, at) + added + text.slice(at);

const OWN: readonly Mutation<Bytes>[] = [
  {
    name: 'UTF-16',
    apply: (bytes, rng) =>
      inText(
        bytes,
        (text) =>
          new Uint8Array(
            rng.int(2) ? Buffer.from(text, 'utf16le') : Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
          ),
      ),
  },
  {
    name: 'byte order marks',
    apply: (bytes, rng) => inText(bytes, (text) => '\ufeff'.repeat(1 + rng.int(3)) + text),
  },
  { name: 'a NUL', apply: (bytes, rng) => inText(bytes, (text) => insert(text, rng.int(text.length), '\0')) },
  {
    name: 'half a character',
    apply: (bytes, rng) =>
      inText(
        bytes,
        (text) =>
          new Uint8Array([...bytesOf(text.slice(0, rng.int(text.length))), 0xed, 0xa0, 0x80, ...bytesOf('"}\n')]),
      ),
  },
  { name: 'a lone surrogate, escaped', apply: (bytes) => inText(bytes, (text) => text.replace('Wie', '\\ud83d')) },
  {
    name: 'a quote too many',
    apply: (bytes, rng) => inText(bytes, (text) => insert(text, rng.int(text.length), '"')),
  },
  {
    name: 'a bracket too many',
    apply: (bytes, rng) =>
      inText(bytes, (text) => insert(text, rng.int(text.length), rng.pick(['[', ']', '{', '}', ',', ':']))),
  },
  {
    name: 'a field twice',
    apply: (bytes, rng) => inText(bytes, (text) => text.replace('"id":', `"id": ${rng.int(3)}, "id":`)),
  },
  {
    name: 'a long integer',
    apply: (bytes, rng) =>
      inText(bytes, (text) =>
        text.replaceAll(
          /"id": ?\d+/g,
          () =>
            `"id": ${rng.pick(['9007199254740993', '-12345678901234567890', '0012345678901234567', '1e400', 'NaN', '12345678901234567.5'])}`,
        ),
      ),
  },
  {
    name: 'nested deep',
    apply: (bytes, rng) =>
      inText(bytes, (text) =>
        text.replace('null', `${'['.repeat(20_000)}${rng.pick(['9007199254740993', '', '{'])}${']'.repeat(20_000)}`),
      ),
  },
  { name: 'carriage returns', apply: (bytes) => inText(bytes, (text) => text.replaceAll('\n', '\r')) },
  {
    name: 'blank elements',
    apply: (bytes) => inText(bytes, (text) => text.replaceAll('},', '},,').replaceAll('\n', '\n \n')),
  },
  {
    name: 'gzip cut',
    apply: (bytes, rng) => {
      const whole = isPacked(bytes) ? bytes : packed(bytes);
      return whole.slice(0, 2 + rng.int(whole.length - 2));
    },
  },
  {
    name: 'gzip with a sum that lies',
    apply: (bytes, rng) => {
      const made = (isPacked(bytes) ? bytes : packed(bytes)).slice();
      const at = made.length - 8 + rng.int(8);
      made[at] = (made[at] as number) ^ 0x55;
      return made;
    },
  },
  { name: 'gzip in gzip', apply: (bytes) => packed(isPacked(bytes) ? bytes : packed(bytes)) },
  {
    name: 'a gzip bomb',
    apply: (bytes, rng) =>
      inText(packed(bytes), (text) => text + rng.pick(['\n', ' ', '[', '"', '{"a":0}\n']).repeat(2 ** 19)),
  },
];

/** What a reader without streams makes of a file; null where not all of it can be read. */
function reference(bytes: Bytes): unknown[] | null {
  try {
    const plain = isPacked(bytes) ? new Uint8Array(gunzipSync(bytes)) : bytes;
    const text = new TextDecoder('utf-8', { fatal: true }).decode(plain);
    if (/^[ \t\r\n]*\[/.test(text)) return parseJson(text) as unknown[];
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => parseJson(line.replace(/^\ufeff/, '')));
  } catch {
    return null;
  }
}

/** Equality of JSON values that may be nested deeper than the stack. */
function same(a: unknown, b: unknown): boolean {
  const open: [unknown, unknown][] = [[a, b]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [one, other] = next;
    if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
      if (!Object.is(one, other)) return false;
      continue;
    }
    const entries = Object.entries(one);
    if (Array.isArray(one) !== Array.isArray(other) || entries.length !== Object.keys(other).length) return false;
    for (const [key, value] of entries) {
      if (!Object.hasOwn(other, key)) return false;
      open.push([value, (other as Record<string, unknown>)[key]]);
    }
  }
  return true;
}

async function read(bytes: Bytes): Promise<string | null> {
  const rows: Row[] = [];
  for await (const row of new RowReader(new Blob([bytes]), {
    maxUnpackedBytes: 2 ** 18,
    maxRowBytes: 2 ** 17,
  }).rows())
    rows.push(row);
  const problems = rows.flatMap(({ problem }) => problem ?? []);
  const places = rows.map(({ line }) => line);
  if (places.some((line, i) => !Number.isInteger(line) || line < 1 || line < (places[i - 1] ?? 1)))
    return `the rows are numbered ${places.join(', ')}`;
  if (problems.some((problem) => problem.length < 10)) return `a problem in no words: ${problems.join('; ')}`;
  if (problems.length > 0) throw new Reported(problems[0]);
  const expected = reference(bytes);
  if (expected === null) return 'rows were read as if nothing were wrong';
  const values = rows.flatMap((row) => (row.problem === undefined ? [row.value] : []));
  return same(values, expected) ? null : 'the rows are not those of the file';
}

test('malformed files of rows', async () => {
  const seeds = [bytesOf(LINES), bytesOf(ARRAY), packed(bytesOf(LINES)), packed(bytesOf(ARRAY))];
  await runCampaign({ reader: 'rows', seeds, mutations: [...BYTE_MUTATIONS, ...OWN], files: 260, read });
});
