/** What each field of a training record does: used, refused by name, or noted. docs/formats.md prints the same as a table. */
import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import type { Message } from '../../src/records/conversation.ts';
import {
  LAYOUT_NAMES,
  type LayoutName,
  parseDataset,
  type ParsedDataset,
  writeDataset,
} from '../../src/data/datasets/index.ts';
import { readRecord } from '../../src/data/datasets/record.ts';

const jsonl = (...records: unknown[]): File =>
  new File([records.map((record) => `${JSON.stringify(record)}\n`).join('')], 'en.jsonl');
const read = (...records: unknown[]): Promise<ParsedDataset> => parseDataset([jsonl(...records)]);

const user = { role: 'user', content: 'Q' };
const answer = { role: 'assistant', content: 'A' };
const more = [
  { role: 'user', content: 'Q2' },
  { role: 'assistant', content: 'A2' },
];
/** A record of two exchanges whose first answer has some further fields. */
const answering = (fields: object): object => ({ messages: [user, { ...answer, ...fields }, ...more] });
/** The same in ShareGPT's words. */
const replying = (fields: object): object => ({
  conversations: [
    { from: 'human', value: 'Q' },
    { from: 'gpt', value: 'A', ...fields },
    { from: 'human', value: 'Q2' },
    { from: 'gpt', value: 'A2' },
  ],
});
const BOTH: Message[] = [
  { role: 'user', content: 'Q' },
  { role: 'assistant', content: 'A' },
  { role: 'user', content: 'Q2' },
  { role: 'assistant', content: 'A2' },
];
const SECOND_ONLY: Message[] = BOTH.map((message, i) => (i === 1 ? { ...message, train: false } : message));

/** One good record a layout: question Q, answer A. */
const GOOD: Record<LayoutName, object> = {
  lima: { conversations: ['Q', 'A'] },
  sharegpt: {
    conversations: [
      { from: 'human', value: 'Q' },
      { from: 'gpt', value: 'A' },
    ],
  },
  messages: { messages: [user, answer] },
  bactrian: { id: '1', instruction: 'Q', input: '', output: 'A' },
  alpaca: { instruction: 'Q', input: '', output: 'A' },
};

async function expectMessages(record: unknown, messages: Message[]): Promise<ParsedDataset> {
  const parsed = await read(record);
  expect(parsed.report.bad, JSON.stringify(record)).toEqual([]);
  expect(parsed.records['en']?.[0]?.messages, JSON.stringify(record)).toEqual(messages);
  return parsed;
}

/** Refused beside a record that is good, so that the layout is known. */
async function expectRefused(layout: LayoutName, record: unknown, reason: RegExp): Promise<void> {
  const { report, records } = await read(GOOD[layout], record);
  expect(
    report.bad.map(({ line }) => line),
    JSON.stringify(record),
  ).toEqual([2]);
  expect(report.bad[0]?.reason, JSON.stringify(record)).toMatch(reason);
  expect(records['en']).toHaveLength(1);
}

test('a turn that says it is not learned carries no loss, in every spelling', async () => {
  const spellings = [
    { weight: 0 },
    { train: false },
    { training: false },
    { loss: false },
    { trainable: false },
    { learn: false },
    { loss_mask: 0 },
    { masked: true },
    { Weight: 0 },
    { train: 0 },
    { weight: 0, train: false },
    { weight: 0, train: null },
  ];
  for (const fields of spellings) {
    await expectMessages(answering(fields), SECOND_ONLY);
    await expectMessages(replying(fields), SECOND_ONLY);
  }
  const learned = [
    { weight: 1 },
    { train: true },
    { training: true },
    { loss: true },
    { masked: false },
    { weight: null },
    { train: null, weight: 1 },
    { train_detail: null },
  ];
  for (const fields of learned) await expectMessages(answering(fields), BOTH);
});

test('a weight of another kind, or a mask over parts of a turn, refuses the record by name', async () => {
  const cases: [object, RegExp][] = [
    [{ weight: 0.5 }, /^messages\.1\.weight is neither 0 nor 1/],
    [{ weight: '0' }, /^messages\.1\.weight is neither 0 nor 1/],
    [{ weight: -1 }, /^messages\.1\.weight/],
    [{ train: 'false' }, /^messages\.1\.train /],
    [{ loss: 0.3 }, /^messages\.1\.loss /],
    [{ train_detail: [{ begin_offset: 0, end_offset: 2, train: false }] }, /^messages\.1\.train_detail marks parts/],
    [{ train_detail: [] }, /^messages\.1\.train_detail marks parts/],
    [{ training_detail: [{ begin_offset: 0 }] }, /^messages\.1\.training_detail marks parts/],
    [{ mask: true }, /^messages\.1\.mask marks parts/],
    [{ loss_scale: 0 }, /^messages\.1\.loss_scale marks parts/],
    [{ weight: 1, train: false }, /^messages\.1\.train says the opposite/],
  ];
  for (const [fields, reason] of cases) await expectRefused('messages', answering(fields), reason);
});

test('a weight on a user’s turn says nothing, and a wish to learn one refuses the record', async () => {
  for (const fields of [{ weight: 0 }, { weight: 0.5 }, { train: false }, { masked: true }]) {
    await expectMessages({ messages: [{ ...user, ...fields }, answer, ...more] }, BOTH);
  }
  await expectRefused(
    'messages',
    { messages: [{ ...user, train: true }, answer] },
    /^messages\.0\.train asks to learn a turn of the user/,
  );
  await expectRefused(
    'sharegpt',
    {
      conversations: [
        { from: 'system', value: 'S', loss: true },
        { from: 'human', value: 'Q' },
        { from: 'gpt', value: 'A' },
      ],
    },
    /^conversations\.0\.loss asks to learn a turn of the system/,
  );
});

test('a record of which nothing is learned is left out by name', async () => {
  await expectRefused('messages', { messages: [user, { ...answer, weight: 0 }] }, /^has nothing to learn/);
  await expectRefused(
    'sharegpt',
    {
      conversations: [
        { from: 'human', value: 'Q' },
        { from: 'gpt', value: 'A', train: false },
      ],
    },
    /^has nothing to learn/,
  );
});

test('Alpaca’s history comes before its instruction, and its answers are learned', async () => {
  const record = {
    instruction: 'And its river?',
    input: '',
    output: 'The Seine.',
    history: [
      ['Capital of France?', 'Paris.'],
      ['Sure?', 'Yes.'],
    ],
  };
  await expectMessages(record, [
    { role: 'user', content: 'Capital of France?' },
    { role: 'assistant', content: 'Paris.' },
    { role: 'user', content: 'Sure?' },
    { role: 'assistant', content: 'Yes.' },
    { role: 'user', content: 'And its river?' },
    { role: 'assistant', content: 'The Seine.' },
  ]);
  for (const history of [null, [], undefined])
    await expectMessages({ ...record, history }, [
      { role: 'user', content: 'And its river?' },
      { role: 'assistant', content: 'The Seine.' },
    ]);
  for (const [history, reason] of [
    ['before', /^history is a string, not a list/],
    [['Q', 'A'], /^history\.0 is not a pair/],
    [[['Q']], /^history\.0 is not a pair/],
    [[['Q', 5]], /^history\.0\.1 is not text/],
    [[['Q', ' ']], /^message 2 \(assistant\) is empty/],
  ] as const) {
    await expectRefused('alpaca', { ...record, history }, reason);
  }
});

test('a system message beside the turns is the chat’s, in every layout', async () => {
  const turns: Message[] = [
    { role: 'user', content: 'Q' },
    { role: 'assistant', content: 'A' },
  ];
  for (const layout of LAYOUT_NAMES) {
    for (const field of ['system', 'system_prompt', 'system_message']) {
      const { layout: found } = await expectMessages({ ...GOOD[layout], [field]: 'Be brief.' }, [
        { role: 'system', content: 'Be brief.' },
        ...turns,
      ]);
      expect(found).toBe(layout);
      await expectMessages({ ...GOOD[layout], [field]: null }, turns);
      await expectMessages({ ...GOOD[layout], [field]: ' ' }, turns);
    }
    await expectRefused(layout, { ...GOOD[layout], system: ['Be brief.'] }, /^system is not text/);
  }
  const within = { messages: [{ role: 'system', content: 'Be brief.' }, user, answer] };
  await expectMessages({ ...within, system: 'Be brief. ' }, [{ role: 'system', content: 'Be brief.' }, ...turns]);
  await expectRefused('messages', { ...within, system: 'Be long.' }, /^system is another system message/);
  await expectRefused('alpaca', { ...GOOD.alpaca, System: 'Be brief.' }, /^System is read as system alone/);
  await expectRefused('alpaca', { ...GOOD.alpaca, History: [['x', 'y']] }, /^History is read as history alone/);
  await expectRefused(
    'lima',
    { ...GOOD.lima, system: 'a', system_prompt: 'b' },
    /^system_prompt is another system message/,
  );
});

test('speakers are known whatever their capitals, and turns by either layout’s field names', async () => {
  const turns: Message[] = [
    { role: 'system', content: 'S' },
    { role: 'user', content: 'Q' },
    { role: 'assistant', content: 'A' },
  ];
  const named =
    (speaker: string, text: string) =>
    (names: string[]): object[] =>
      names.map((name, i) => ({ [speaker]: name, [text]: turns[i]?.content }));
  await expectMessages({ conversations: named('from', 'value')(['System', 'Human', 'GPT']) }, turns);
  await expectMessages({ conversations: named('role', 'content')(['system', 'user', 'assistant']) }, turns);
  await expectMessages({ conversations: named('from', 'content')(['system', 'USER', 'ChatGPT']) }, turns);
  await expectMessages({ messages: named('from', 'value')(['system', 'human', 'gpt']) }, turns);
  await expectMessages({ messages: named('role', 'content')(['SYSTEM', 'User', 'Assistant']) }, turns);
  await expectMessages(
    {
      messages: [
        { from: 'human', role: 'user', value: 'Q', content: 'Q' },
        { ...answer, from: null, value: '' },
      ],
    },
    turns.slice(1),
  );
  await expectRefused(
    'messages',
    { messages: [{ ...user, from: 'gpt' }, answer] },
    /^messages\.0 has both role and from, and they differ/,
  );
  await expectRefused(
    'messages',
    { messages: [{ ...user, value: 'other' }, answer] },
    /^messages\.0 has both content and value, and they differ/,
  );
  await expectRefused(
    'messages',
    { messages: [{ role: null, content: 'Q' }, answer] },
    /^messages\.0\.role is not text/,
  );
});

/** Fields that change what a record says, with a value that does and the values that say nothing. */
const OF_RECORDS: Record<string, unknown> = {
  tools: [{ name: 'weather' }],
  functions: [{}, {}],
  available_tools: ['x'],
  function_call: 'auto',
  tool_calls: [{ id: '1' }],
  images: ['a.jpg'],
  image: 'a.jpg',
  videos: ['a'],
  video: 'a',
  audios: ['a'],
  audio: { id: 'a' },
  objects: { bbox: [1] },
  reasoning_content: 'Hm.',
  thinking: 'Hm.',
  chosen: 'A',
  rejected: [{ role: 'assistant', content: 'B' }],
  rejected_response: 'B',
  preferred_output: ['A'],
  non_preferred_output: ['B'],
  kto_tag: false,
  label: false,
  labels: [-100, 5],
  loss_mask: [0, 1],
  mask: [1],
  input_ids: [1],
  train_detail: [{ train: true }],
  documents: [{ text: 'D' }],
  context: 'Long ago',
  demonstrations: ['x'],
  instances: [{ input: '', output: 'B' }],
  chat_template: '{{ x }}',
  chat_template_kwargs: { enable_thinking: true },
  weight: 0,
  loss_weight: 0.5,
  loss_scale: 2,
  train: false,
  training: 0,
  loss: false,
};

test('a field of a record that changes what it says leaves the record out by name, in every layout', async () => {
  const changing = Object.entries(OF_RECORDS).flatMap(([field, value]) =>
    [field, field.toUpperCase()].map((name) => ({ [name]: value })),
  );
  for (const layout of LAYOUT_NAMES) {
    const { report } = await read(GOOD[layout], ...changing.map((fields) => ({ ...GOOD[layout], ...fields })));
    expect(
      report.bad.map(({ reason }) => reason.split(' ')[0]),
      layout,
    ).toEqual(changing.map((fields) => Object.keys(fields)[0]));
  }
});

test('such a field with nothing in it, or with what is so anyway, says nothing', () => {
  const nothing = [null, [], {}, '', '  '].map((empty) =>
    Object.fromEntries(Object.keys(OF_RECORDS).map((field) => [field, empty])),
  );
  for (const fields of [
    ...nothing,
    { weight: 1, train: true, label: true, kto_tag: true, tools: false, thinking: false },
  ]) {
    for (const layout of LAYOUT_NAMES) {
      expect(readRecord({ ...GOOD[layout], ...fields }, layout), layout).toMatchObject({
        messages: BOTH.slice(0, 2),
        unused: [],
      });
    }
  }
});

test('a field of a turn that changes what it says leaves the record out by name', async () => {
  const fields: Record<string, unknown> = {
    tool_calls: [{ function: { name: 'f' } }],
    function_call: { name: 'f' },
    tool_call_id: '1',
    reasoning_content: 'Hm.',
    reasoning: 'Hm.',
    thinking: 'Hm.',
    channel: 'analysis',
    images: ['a.jpg'],
    audio: { id: 'a' },
    refusal: 'No.',
    prefix: true,
    deleted: true,
    chosen: 'A',
    anything_else: 0,
    Foo: false,
  };
  for (const [field, value] of Object.entries(fields)) {
    await expectRefused('messages', answering({ [field]: value }), new RegExp(`^messages\\.1\\.${field} `));
    await expectRefused('sharegpt', replying({ [field]: value }), new RegExp(`^conversations\\.1\\.${field} `));
    for (const empty of [null, [], {}, '']) await expectMessages(answering({ [field]: empty }), BOTH);
  }
  await expectMessages(answering({ prefix: false, deleted: false, tool_calls: [] }), BOTH);
  await expectRefused(
    'messages',
    { messages: [user, { role: 'assistant', content: null, tool_calls: [{}, {}] }] },
    /^messages\.1\.tool_calls /,
  );
  await expectRefused(
    'messages',
    { messages: [{ role: 'system', name: 'example_user', content: 'Q' }, user, answer] },
    /^messages\.0\.name /,
  );
});

test('a text in parts is their text, and parts of another kind refuse the record', async () => {
  const parts = (...content: unknown[]): object => ({ messages: [user, { role: 'assistant', content }, ...more] });
  await expectMessages(parts({ type: 'text', text: 'A' }), BOTH);
  await expectMessages(
    parts({ type: 'text', text: 'Pa' }, { type: 'text', text: 'ris' }),
    BOTH.map((message, i) => (i === 1 ? { ...message, content: 'Paris' } : message)),
  );
  await expectRefused(
    'messages',
    parts({ type: 'text', text: 'A' }, { type: 'image_url', image_url: {} }),
    /^messages\.1\.content\.1 is a part of type "image_url"/,
  );
  await expectRefused(
    'messages',
    parts({ type: 'thinking', thinking: 'Hm.' }),
    /^messages\.1\.content\.0 is a part of type "thinking"/,
  );
  await expectRefused('messages', parts('A'), /^messages\.1\.content\.0 is a string/);
  await expectRefused('messages', parts({ type: 'text', text: 'A', weight: 0 }), /^messages\.1\.content\.0\.weight /);
});

test('a chat in two fields is refused unless both say the same', async () => {
  await expectRefused(
    'messages',
    { ...GOOD.messages, output: 'B' },
    /^output says something that none of the turns does/,
  );
  await expectRefused('messages', { ...GOOD.messages, history: [['x', 'y']] }, /^history says something/);
  await expectRefused('sharegpt', { ...GOOD.sharegpt, messages: [user, answer] }, /^messages says something/);
  const { report } = await read({ ...GOOD.sharegpt, instruction: 'Q', output: 'A', input: '' });
  expect(report).toMatchObject({ records: 1, bad: [] });
});

test('LIMA’s turns are user and assistant by turns, and an odd count has no answer', async () => {
  await expectRefused('lima', { conversations: ['Q', 'A', 'Q2'] }, /^ends with the user/);
  await expectRefused('lima', { conversations: [] }, /^has no messages/);
});

test('an instruction without a text is its input, and neither is an empty message', async () => {
  await expectMessages({ instruction: '', input: 'Q', output: 'A' }, [
    { role: 'user', content: 'Q' },
    { role: 'assistant', content: 'A' },
  ]);
  await expectRefused('alpaca', { instruction: '', input: ' ', output: 'A' }, /^message 1 \(user\) is empty/);
  await expectRefused('alpaca', { instruction: 'Q', output: null }, /^output is not text/);
  await expectRefused('alpaca', { instruction: 'Q', input: 5, output: 'A' }, /^input is not text/);
});

test('fields that say nothing to training are counted in one note', async () => {
  const { report } = await read(
    { ...GOOD.messages, score: 5, model: 'gpt-4' },
    {
      messages: [
        { ...user, timestamp: 5 },
        { ...answer, content: 'B', name: 'Ada', timestamp: 6 },
      ],
      score: 4,
    },
    { messages: [user], score: 1 },
  );
  expect(report.records).toBe(2);
  expect(report.notes).toContain(
    'Fields not used, because they say nothing to training: score (in 2 records), model (in 1 record), messages[].timestamp (in 1 record), messages[].name (in 1 record).',
  );
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`field_${i}`, i]));
  expect((await read({ ...GOOD.lima, ...many })).report.notes.join(' ')).toMatch(
    /field_19 \(in 1 record\), and many others\./,
  );
});

test('what is written keeps which answers are learned, or says that the layout cannot', async () => {
  const conversation = { id: 'r1', language: 'en', messages: SECOND_ONLY };
  expect(JSON.parse(await (await writeDataset([conversation], 'messages')).text())).toMatchObject({
    messages: [{}, { content: 'A', weight: 0 }, {}, {}],
  });
  expect(JSON.parse(await (await writeDataset([conversation], 'sharegpt')).text())).toMatchObject({
    conversations: [{}, { value: 'A', train: false }, {}, {}],
  });
  for (const layout of ['messages', 'sharegpt'] as const) {
    const { records, report } = await parseDataset([
      new File([await writeDataset([conversation], layout)], 'en.jsonl'),
    ]);
    expect(report.bad).toEqual([]);
    expect(records['en']).toEqual([conversation]);
  }
  for (const layout of ['lima', 'bactrian', 'alpaca'] as const)
    await expect(writeDataset([conversation], layout)).rejects.toMatchObject({
      code: 'datasets.not-writable',
      data: { id: 'r1' },
    });
});

test('two records that differ only in what is learned of them are two', async () => {
  const { records, report } = await read({ messages: BOTH }, answering({ weight: 0 }));
  expect(report.bad).toEqual([]);
  expect(records['en']?.map(({ messages }) => messages)).toEqual([BOTH, SECOND_ONLY]);
});

test('Alpaca has no place for an id, and every layout keeps the source', async () => {
  const plain = { language: 'en', messages: BOTH.slice(0, 2), source: 'wiki' };
  await expect(writeDataset([{ id: 'r1', ...plain }], 'alpaca')).rejects.toMatchObject({
    code: 'datasets.not-writable',
  });
  for (const layout of LAYOUT_NAMES)
    expect(JSON.parse(await (await writeDataset([{ id: '#1', ...plain }], layout)).text()), layout).toMatchObject({
      source: 'wiki',
    });
});

test('any field beside a chat is used, refused by name or noted: none passes without a word', () => {
  const known = [
    'id',
    'language',
    'lang',
    'source',
    'conversations',
    'messages',
    'instruction',
    'input',
    'output',
    'weight',
    'train',
    'tools',
  ];
  const odd = [
    'system',
    'history',
    'chosen',
    'score',
    'label',
    '__proto__',
    'constructor',
    'name',
    'masked',
    'from',
    'value',
    'train_detail',
  ];
  const field = fc.oneof(fc.constantFrom(...known, ...odd), fc.string({ minLength: 1, maxLength: 12 }));
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(null, '', [], {}, 0, 1, 0.5, true, false, 'Q', 'A', 'en', 'human'),
  );
  const counts = { used: 0, refused: 0, noted: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...LAYOUT_NAMES), fc.boolean(), field, value, (layout, inTurn, name, added) => {
      const record = structuredClone(GOOD[layout]) as Record<string, unknown>;
      const turns = record[layout === 'messages' ? 'messages' : 'conversations'] as Record<string, unknown>[];
      const place =
        inTurn && (layout === 'messages' || layout === 'sharegpt') ? (turns[1] as Record<string, unknown>) : record;
      fc.pre(!Object.hasOwn(place, name) && !saysNothing(place === record, name, added));
      Object.defineProperty(place, name, { value: added, enumerable: true });
      const [plain, read] = [readRecord(GOOD[layout], layout), readRecord(record, layout)];
      if (read.problem !== undefined) return void counts.refused++;
      if (read.unused.some((one) => one.endsWith(name)) || read.unknownLanguage !== null) return void counts.noted++;
      // Neither refused nor noted: then something of what was read has to come from it.
      expect(read, `${JSON.stringify(name)}: ${JSON.stringify(added)}`).not.toEqual(plain);
      counts.used++;
    }),
    { seed: 1, numRuns: 3000 },
  );
  expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).toBeGreaterThan(30);
});

/** What docs/formats.md says may pass: empty values, and values that are so anyway. Written out here, not asked of the code. */
function saysNothing(ofRecord: boolean, name: string, value: unknown): boolean {
  if (
    value === null ||
    (typeof value === 'string' && value.trim() === '') ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  ) {
    return ofRecord || name !== 'train_detail' || !Array.isArray(value);
  }
  if (ofRecord) {
    const learned = ['weight', 'train'].includes(name) && (value === 1 || value === true);
    return learned || (['label', 'chosen', 'tools'].includes(name) && typeof value === 'boolean');
  }
  const asIs: [string, unknown][] = [
    ['weight', 1],
    ['weight', true],
    ['train', 1],
    ['train', true],
    ['masked', 0],
    ['masked', false],
  ];
  const repeated: [string, unknown][] = [
    ['value', 'A'],
    ['tools', false],
    ['chosen', false],
  ];
  return [...asIs, ...repeated].some(([field, same]) => field === name && same === value);
}
