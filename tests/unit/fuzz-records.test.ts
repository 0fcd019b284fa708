/** Malformed records of chat data: none is read as if nothing were wrong, and no text of one disappears without a word. */
import { test } from '@playwright/test';
import { readRecord } from '../../src/data/datasets/record.ts';
import { LAYOUT_NAMES, type LayoutName } from '../../src/data/datasets/index.ts';
import { Reported, runCampaign } from '../fuzz/campaign.ts';
import { JSON_MUTATIONS, type Mutation } from '../fuzz/mutate.ts';

type Fields = Record<string, unknown>;

/** Good records with everything that a layout may hold. */
const SEEDS: readonly Fields[] = [
  {
    id: 'r1',
    conversations: ['Ask one', 'Tell one', 'Ask two', 'Tell two'],
    source: 'wiki',
    system: 'Be kind',
    score: 3,
  },
  {
    id: 'r2',
    conversations: [
      { from: 'human', value: 'Ask one', id: 'm1' },
      { from: 'gpt', value: 'Tell one', train: false },
      { from: 'human', value: 'Ask two' },
      { from: 'gpt', value: 'Tell two' },
    ],
    lang: 'de',
  },
  {
    id: 3,
    messages: [
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'Ask one', weight: 1 },
      { role: 'assistant', content: [{ type: 'text', text: 'Tell one' }], weight: 1 },
    ],
    meta: { split: 'train', n: [1] },
  },
  { id: 'r4', instruction: 'Ask one', input: 'the thing', output: 'Tell one', language: 'German', category: 'qa' },
  {
    instruction: 'Ask two',
    input: '',
    output: 'Tell two',
    history: [['Ask one', 'Tell one']],
    system: 'Be kind',
    source: 'wiki',
  },
];

const any = (rng: { pick<T>(of: readonly T[]): T }): string =>
  rng.pick([
    'tools',
    'rejected',
    'history',
    'weight',
    'train',
    'train_detail',
    'reasoning_content',
    'images',
    'mask',
    'system',
    'messages',
    'output',
    'language',
    'new',
    '__proto__',
    'constructor',
  ]);
const deep = (): unknown => Array.from({ length: 50_000 }).reduce((inner: unknown) => [inner], 'Deep');
const turnsOf = (record: Fields): Fields[] =>
  [record['messages'], record['conversations']]
    .flatMap((turns) => (Array.isArray(turns) ? turns : []))
    .filter((turn): turn is Fields => typeof turn === 'object' && turn !== null);
const changed = (value: unknown, change: (record: Fields) => void): unknown => {
  const made = structuredClone(value) as Fields;
  change(made);
  return made;
};
const set = (place: Fields | undefined, field: string, value: unknown): void =>
  void (
    place && Object.defineProperty(place, field, { value, enumerable: true, configurable: true, writable: true })
  );
const VALUES: readonly unknown[] = [
  'Stranger',
  ['Stranger'],
  { say: 'Stranger' },
  [['Stranger', 'Answer']],
  0,
  0.5,
  Number.NaN,
  Infinity,
  true,
  false,
  '\ud800',
  -1,
  [0, 1],
  1n,
];

const OWN: readonly Mutation<unknown>[] = [
  {
    name: 'a field more',
    apply: (value, rng) => changed(value, (record) => set(record, any(rng), rng.pick(VALUES))),
  },
  {
    name: 'a field of a turn more',
    apply: (value, rng) => changed(value, (record) => set(turnsOf(record)[rng.int(3)], any(rng), rng.pick(VALUES))),
  },
  {
    name: 'a field nested deep',
    apply: (value, rng) =>
      changed(value, (record) =>
        set(record, rng.pick(['messages', 'output', 'extra', 'history', 'system', 'id']), deep()),
      ),
  },
  {
    name: 'a turn nested deep',
    apply: (value, rng) =>
      changed(value, (record) => set(turnsOf(record)[0], rng.pick(['content', 'value', 'name', 'weight']), deep())),
  },
  {
    name: 'turns in another order',
    apply: (value, rng) =>
      changed(value, (record) => {
        for (const turns of [record['messages'], record['conversations']])
          if (Array.isArray(turns)) rng.shuffle(turns);
      }),
  },
  {
    name: 'another speaker',
    apply: (value, rng) =>
      changed(value, (record) =>
        set(
          turnsOf(record)[rng.int(2)],
          rng.pick(['from', 'role']),
          rng.pick(['tool', 'Human', 'developer', 'GPT', '', 7, null, '__proto__']),
        ),
      ),
  },
];

/** Texts of a record with the fields they stand under; without recursion, as some are nested deeper than the stack. */
function* texts(record: unknown): Generator<{ path: string[]; text: string }> {
  const open: { path: string[]; value: unknown }[] = [{ path: [], value: record }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { path, value } = next;
    if (typeof value === 'string') yield { path, text: value };
    else if (typeof value === 'object' && value !== null)
      for (const [key, child] of Object.entries(value))
        open.push({ path: path.length < 6 ? [...path, key] : path, value: child });
  }
}

/** Words that name a side or a kind and are no text of the chat. */
const NAMES = /^(system|user|human|assistant|gpt|chatgpt|text)$/i;

function soundness(record: unknown, layout: LayoutName): string | null {
  const read = readRecord(record, layout);
  if (read.problem !== undefined) {
    if (read.problem.length < 10 || /undefined|\[object/.test(read.problem))
      return `a reason in no words: ${read.problem}`;
    throw new Reported(read.problem);
  }
  const { messages, unused, id, language, source } = read;
  const turns = messages.filter(({ role }) => role !== 'system');
  if (
    turns.some(({ role }, i) => role !== (i % 2 ? 'assistant' : 'user')) ||
    turns.length % 2 === 1 ||
    turns.length === 0
  )
    return 'the turns are no chat';
  if (!turns.some(({ role, train }) => role === 'assistant' && train !== false)) return 'nothing of it is learned';
  for (const { path, text } of texts(record)) {
    const noted = unused.some((field) => field === path[0] || field === `${path[0]}[].${path[2]}`);
    const kept = [...messages.map(({ content }) => content), id, source].some((said) => said?.includes(text));
    const ofLanguage = language !== null && path[0]?.startsWith('lang');
    if (text.trim() !== '' && !noted && !kept && !ofLanguage && !NAMES.test(text))
      return `"${text.slice(0, 40)}" of ${path.join('.')} is gone without a word`;
  }
  return null;
}

for (const [i, layout] of LAYOUT_NAMES.entries()) {
  test(`malformed ${layout} records`, async () => {
    const seed = SEEDS.find((record) => readRecord(record, layout).problem === undefined);
    if (!seed) throw new Error(`No good ${layout} record at ${i}`);
    await runCampaign({
      reader: `${layout} records`,
      seeds: [seed],
      mutations: [...JSON_MUTATIONS, ...OWN],
      files: 240,
      read: (record) => soundness(record, layout),
    });
  });
}
