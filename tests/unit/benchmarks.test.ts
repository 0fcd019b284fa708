import { expect, test } from '@playwright/test';
import type { Judgment } from '../../src/records/judgment.ts';
import { STUDY_LANGUAGES } from '../../src/core/languages.ts';
import { CATEGORIES, type Answer, type Question } from '../../src/records/question.ts';
import { mergeBenchmarks, parseBenchmark, readAnswers, readJudgments, stratify, summarise, temperatureOf, turnPrompt, writeAnswers, writeJudgments } from '../../src/data/benchmarks/index.ts';

const file = (name: string, ...lines: (string | object)[]): File => new File([lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')], name);
const question = (id: string | number, extra: object = {}): object => ({ question_id: id, category: 'math', turns: ['one', 'two'], ...extra });
const reference = (id: string | number, ...turns: string[]): object => ({ question_id: id, answer_id: 'x', model_id: 'gpt-4', choices: [{ index: 0, turns }], tstamp: 1 });
const prompt = (name: string, template: string): object => ({ name, type: 'single', system_prompt: 'Be fair.', prompt_template: template, description: '', category: 'general', output_format: '[[rating]]' });

test('a folder of questions, references and prompts becomes one benchmark', async () => {
  const { benchmark, report } = await parseBenchmark([
    file('mt_bench_DE/question.jsonl', question('101_DE', { reference: [] }), question('102_DE')),
    file('mt_bench_DE/reference_answer/gpt-4.jsonl', reference('101_DE', 'eins', 'zwei')),
    file('mt_bench_DE/judge_prompts.jsonl', prompt('single-v1', 'Frage {question} Antwort {answer} [[Bewertung]]')),
  ]);
  expect(report).toEqual({ records: 4, bad: [], notes: [] });
  expect(benchmark.questions).toEqual([
    { question_id: '101_DE', number: '101', language: 'de', category: 'math', turns: ['one', 'two'], reference: ['eins', 'zwei'] },
    { question_id: '102_DE', number: '102', language: 'de', category: 'math', turns: ['one', 'two'], reference: [] },
  ]);
  expect(benchmark.prompts).toMatchObject([{ name: 'single-v1', language: 'de', output_format: '[[rating]]' }]);
  expect(summarise(benchmark)).toEqual({ languages: ['de'], counts: { de: 2 }, categories: ['math'], promptLanguages: ['de'], references: { de: 1 } });
});

test('the language is the id’s, then the option’s, then the folder’s', async () => {
  const ids = async (name: string, id: string | number, language?: string): Promise<(string | undefined)[]> => {
    const { benchmark } = await parseBenchmark([file(name, question(id))], { language });
    return [benchmark.questions[0]?.question_id, benchmark.questions[0]?.language];
  };
  expect(await ids('mt_bench_FR/question.jsonl', '81_DE', 'it')).toEqual(['81_DE', 'de']);
  expect(await ids('mt_bench_FR/question.jsonl', 81, 'it')).toEqual(['81_IT', 'it']);
  expect(await ids('mt_bench_FR/question.jsonl', 81)).toEqual(['81_FR', 'fr']);
  expect(await ids('question_es.jsonl', '81')).toEqual(['81_ES', 'es']);
  expect(await ids('question.jsonl', 81)).toEqual([undefined, undefined]);
});

const BAD: [string, string | object, RegExp][] = [
  ['text before the first object', `halb{"name": "single-v1"}`, /^is not valid JSON/],
  ['no language', question(81), /^does not say its language/],
  ['one turn', question('81_DE', { turns: ['one'] }), /^turns has 1 of the two turns/],
  ['an empty turn', question('81_DE', { turns: ['one', ' '] }), /^turns\.1 is empty/],
  ['an unknown category', question('81_DE', { category: 'cooking' }), /^category is "cooking", none of writing/],
  ['no category', { question_id: '81_DE', turns: ['a', 'b'] }, /^category is missing/],
  ['a template that lacks the answer', { ...prompt('single-v1', 'Grade {question}') }, /lacks \{answer\}/],
  ['an unknown prompt', prompt('single-v7', '{question} {answer}'), /^name is "single-v7"/],
  ['something else', { id: 1, text: 'a' }, /^has the fields "id", "text", which make no question/],
  ['a number', '7', /^is a number/],
  ['a question told before', question('101_DE'), /^repeats the question 101_DE, which x\.jsonl, line 1, has already/],
];
for (const [title, line, reason] of BAD) {
  test(`a benchmark line with ${title} is refused and the others are kept`, async () => {
    const { benchmark, report } = await parseBenchmark([file('x.jsonl', question('101_DE'), line, question('102_DE'))]);
    expect(benchmark.questions.map(({ question_id }) => question_id)).toEqual(['101_DE', '102_DE']);
    expect(report.bad).toHaveLength(1);
    expect(report.bad[0]).toMatchObject({ file: 'x.jsonl', line: 2 });
    expect(report.bad[0]?.reason).toMatch(reason);
  });
}

test('of two files with the same prompt the first is kept, and judgments are left to studies', async () => {
  const { benchmark, report } = await parseBenchmark([
    file('mt_bench_DE/judge_prompts_v2.jsonl', prompt('single-v1', 'new {question} {answer}')),
    file('mt_bench_DE/judge_prompts.jsonl', prompt('single-v1', 'old {question} {answer}')),
    file('mt_bench_DE/judgment.jsonl', { question_id: '81_DE', judge: ['a', 'b'], judgment: '[[5]]' }),
  ]);
  expect(benchmark.prompts.map(({ prompt_template }) => prompt_template)).toEqual(['old {question} {answer}']);
  expect(report.bad[0]?.reason).toBe('repeats the prompt single-v1 in de, which mt_bench_DE/judge_prompts.jsonl, line 1, has already; the first is kept');
  expect(report.notes).toEqual(["mt_bench_DE/judgment.jsonl: skipped 1 line, each a judgment, which belongs to a study's results and not to a benchmark."]);
});

test('imports add up, in whatever order they come', async () => {
  const questions = (await parseBenchmark([file('de.jsonl', question('101_DE', { reference: ['own', 'own'] }), question('102_DE'))])).benchmark;
  const references = await parseBenchmark([file('de.jsonl', reference('101_DE', 'eins', 'zwei'))], { into: 'references' });
  expect(references.report.notes).toEqual(['1 reference answer waits for questions that the benchmark does not have yet.']);
  const corrected = (await parseBenchmark([file('de.jsonl', question('102_DE', { turns: ['new', 'new'] }))])).benchmark;
  for (const order of [[questions, references.benchmark, corrected], [references.benchmark, questions, corrected]] as const) {
    const whole = order.reduce(mergeBenchmarks);
    expect(whole.questions.map(({ question_id, turns, reference: known }) => [question_id, turns[0], known])).toEqual([['101_DE', 'one', ['eins', 'zwei']], ['102_DE', 'new', []]]);
  }
});

const Q: Question = { question_id: '81_DE', number: '81', language: 'de', category: 'writing', turns: ['Erste?', 'Zweite?'], reference: [] };

test('the second turn’s prompt holds the first turn and its answer', () => {
  expect(turnPrompt(Q, [], 'Satz.')).toEqual([{ role: 'system', content: 'Satz.' }, { role: 'user', content: 'Erste?' }]);
  expect(turnPrompt(Q, ['Antwort'], null)).toEqual([{ role: 'user', content: 'Erste?' }, { role: 'assistant', content: 'Antwort' }, { role: 'user', content: 'Zweite?' }]);
  expect(() => turnPrompt(Q, ['a', 'b'], null)).toThrow('81_DE has 2 turns');
});

test('categories that the table does not name are greedy', () => {
  const table = { writing: 0.7, stem: 0.1 };
  expect(CATEGORIES.map((category) => temperatureOf(category, table))).toEqual([0.7, 0, 0, 0, 0, 0, 0.1, 0]);
});

/** 80 numbers, ten a category, in five languages. */
const EIGHTY: Question[] = STUDY_LANGUAGES.flatMap((language) => Array.from({ length: 80 }, (_, i): Question => ({ ...Q, question_id: `${81 + i}_${language.toUpperCase()}`, number: `${81 + i}`, language, category: CATEGORIES[Math.floor(i / 10)] ?? 'writing' })));

test('a part of the benchmark is the same numbers in every language', () => {
  const part = stratify(EIGHTY, 2, 7);
  expect(part).toHaveLength(80);
  const numbers = (language: string): string[] => part.filter((question) => question.language === language).map(({ number }) => number);
  for (const language of STUDY_LANGUAGES) expect(numbers(language)).toEqual(numbers('en'));
  for (const category of CATEGORIES) expect(part.filter((question) => question.category === category && question.language === 'it')).toHaveLength(2);
  expect(stratify(EIGHTY.toReversed(), 2, 7).toReversed()).toEqual(part);
  expect(stratify(EIGHTY, 2, 8)).not.toEqual(part);
  expect(stratify(EIGHTY, null, 7)).toEqual(EIGHTY);
  expect(stratify(EIGHTY, 99, 7)).toEqual(EIGHTY);
  const three = new Set(stratify(EIGHTY, 3, 7).map(({ question_id }) => question_id));
  expect(part.every(({ question_id }) => three.has(question_id))).toBe(true);
});

test('a number that one language lacks is not drawn', () => {
  const gap = EIGHTY.filter(({ question_id }) => question_id !== '85_FR');
  expect(stratify(gap, 10, 1).some(({ number }) => number === '85')).toBe(false);
  expect(stratify(gap, 10, 1)).toHaveLength(395);
});

const answer: Answer = { answer_id: 'a1', question_id: '81_DE', model_id: 'cell/DE/0', turns: ['Eins {x}', 'Zwei\n[[5]]'], finish: ['stop', 'length'], tokens: [3, 9], tstamp: 12.5 };

test('answers are FastChat records and read back as they were', async () => {
  const text = writeAnswers([answer]);
  expect(JSON.parse(text)).toMatchObject({ question_id: '81_DE', answer_id: 'a1', model_id: 'cell/DE/0', choices: [{ index: 0, turns: ['Eins {x}', 'Zwei\n[[5]]'] }], tstamp: 12.5 });
  expect(await readAnswers([new File([text], 'a.jsonl')])).toEqual({ answers: [answer], bad: [], dropped: [] });
});

test('of several answers the latest good one counts, and an error mark is no answer', async () => {
  const record = (model: string, tstamp: number, ...turns: string[]): object => ({ question_id: 81, answer_id: `${tstamp}`, model_id: model, choices: [{ index: 0, turns }], tstamp });
  const { answers, bad, dropped } = await readAnswers(
    [file('log.jsonl', record('m', 3, 'later', 'b'), '', record('m', 2, 'earlier', 'b'), record('m', 9, '$ERROR$', 'b'), record('gone', 1, 'a', '$ERROR$'), { question_id: 81, model: 'm', judge: ['a', 'b'], judgment: '' })],
    { language: 'de' },
  );
  expect(answers).toMatchObject([{ model_id: 'm', question_id: '81_DE', turns: ['later', 'b'], finish: [], tokens: [] }]);
  expect(dropped).toEqual([
    { file: 'log.jsonl', line: 3, reason: 'is superseded by line 1, which is later' },
    { file: 'log.jsonl', line: 4, reason: 'failed, and line 1 succeeded' },
  ]);
  expect(bad).toEqual([
    { file: 'log.jsonl', line: 6, reason: 'is a judgment, not an answer' },
    { file: 'log.jsonl', line: 5, reason: 'is $ERROR$: the model gave no answer' },
  ]);
});

const judged = (score: number, tstamp: number, extra: object = {}): object => ({ question_id: '81_DE', model: 'm', judge: ['gpt-4', 'single-v1'], user_prompt: 'p', judgment: `So: [[${score}]]`, score, turn: 1, tstamp, ...extra });

test('of several judgments the latest good one counts, and it is said what was dropped', async () => {
  const { judgments, bad, dropped } = await readJudgments(
    [file('single.jsonl', judged(-1, 1, { judgment: '$ERROR$' }), judged(8, 3), '', judged(9, 2), judged(-1, 4), judged(5, 1, { turn: 2 }), judged(7, 1, { question_id: '99_DE' }), '{"oops')],
    [Q],
  );
  expect(judgments.map(({ turn, state }) => [turn, state])).toEqual([[1, 'graded'], [2, 'graded']]);
  expect(judgments[0]).toMatchObject({ score: 8, language: 'de', category: 'writing', model_id: 'm', judge: ['gpt-4', 'single-v1'] });
  expect(dropped).toEqual([
    { file: 'single.jsonl', line: 1, reason: 'failed, and line 2 succeeded' },
    { file: 'single.jsonl', line: 4, reason: 'is superseded by line 2, which is later' },
    { file: 'single.jsonl', line: 5, reason: 'failed, and line 2 succeeded' },
  ]);
  expect(bad.map(({ line, reason }) => [line, reason.slice(0, 40)])).toEqual([[7, 'is about question 99_DE, which the bench'], [8, expect.stringMatching(/^is not valid JSON/)]]);
});

test('a failed judgment of a log is failed and carries no score', async () => {
  const failures = [judged(-1, 1), judged(7, 1, { judgment: '$ERROR$' }), judged(7, 1, { judgment: ' ' }), judged(0, 1), judged(11, 1)];
  for (const record of failures) {
    const { judgments } = await readJudgments([file('s.jsonl', record)], [Q]);
    expect(judgments[0]).toMatchObject({ state: 'failed', error: { code: 'judging.imported-failure' } });
    expect(judgments[0]).not.toHaveProperty('score');
  }
});

test('judgments are written as FastChat does, failures as -1, and repeats stay apart', async () => {
  const { judgments } = await readJudgments([file('s.jsonl', judged(8, 3), judged(-1, 3, { turn: 2, judgment: '$ERROR$' }))], [Q]);
  const [first, second] = judgments as [Judgment, Judgment];
  const text = writeJudgments([first, { ...first, repeat: 1 }, second]);
  const rows = text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows[0]).toEqual(judged(8, 3));
  expect(rows[1]).toEqual(judged(8, 3, { repeat: 1 }));
  expect(rows[2]).toMatchObject({ score: -1, judgment: '$ERROR$', turn: 2 });
  const back = await readJudgments([new File([text], 's.jsonl')], [Q]);
  expect(back.judgments.map(({ repeat, turn, state }) => [repeat, turn, state])).toEqual([[0, 1, 'graded'], [1, 1, 'graded'], [0, 2, 'failed']]);
  expect(back.dropped).toEqual([]);
});

test('references come from reference_answer alone, or where a person says so; answers elsewhere are models’', async () => {
  const model = file('mt_bench_DE/model_answer/aaa.jsonl', { ...reference('101_DE', 'falsch', 'falsch'), model_id: 'aaa' });
  const judge = file('mt_bench_DE/reference_answer/gpt-4.jsonl', reference('101_DE', 'eins', 'zwei'));
  const { benchmark, report } = await parseBenchmark([model, judge, file('mt_bench_DE/question.jsonl', question('101_DE'))]);
  expect(benchmark.questions[0]?.reference).toEqual(['eins', 'zwei']);
  expect(benchmark.references.map(({ model_id }) => model_id)).toEqual(['gpt-4']);
  expect(report.notes).toEqual([expect.stringMatching(/model_answer\/aaa\.jsonl: skipped 1 line, each an answer, which belongs to a study's results .* References are read from a folder reference_answer/)]);
  const alone = await parseBenchmark([file('answers.jsonl', reference('101_DE', 'eins', 'zwei'))]);
  expect([alone.benchmark.references, alone.report.records]).toEqual([[], 0]);
  const said = await parseBenchmark([file('answers.jsonl', reference('101_DE', 'eins', 'zwei'))], { into: 'references' });
  expect(said.benchmark.references).toHaveLength(1);
});

test('of several models’ references those of the one that is named are used, else gpt-4’s, else those of the model with most', async () => {
  const of = (model_id: string, ...ids: string[]): File => file(`reference_answer/${model_id}.jsonl`, ...ids.map((id) => ({ ...reference(id, `${model_id} eins`, `${model_id} zwei`), model_id })));
  const used = async (files: File[], referencesBy?: string): Promise<string[]> => [...new Set((await parseBenchmark(files, { referencesBy })).benchmark.references.map(({ model_id }) => model_id))];
  const [few, many, gpt4] = [of('few', '101_DE'), of('many', '101_DE', '102_DE'), of('gpt-4', '101_DE')];
  expect(await used([few, many])).toEqual(['many']);
  expect(await used([few, many, gpt4])).toEqual(['gpt-4']);
  expect(await used([few, many, gpt4], 'few')).toEqual(['few']);
  expect(await used([few], 'nobody')).toEqual([]);
  const { report } = await parseBenchmark([few, many]);
  expect(report.notes).toContainEqual('Reference answers of 2 models are there (many: 2, few: 1); those of many are used.');
});

test('a reference that failed or is empty is missing, and the latest good line counts', async () => {
  const lines = (...all: [string, string[], number][]): File => file('reference_answer/gpt-4.jsonl', ...all.map(([id, turns, tstamp]) => ({ ...reference(id, ...turns), tstamp })));
  const { benchmark, report } = await parseBenchmark([lines(
    ['101_DE', ['$ERROR$', '$ERROR$'], 1], ['101_DE', ['eins', 'zwei'], 2], ['101_DE', ['uno', 'due'], 3], ['101_DE', ['$ERROR$', 'x'], 4],
    ['102_DE', ['$ERROR$', '$ERROR$'], 1],
    ['103_DE', ['eins', '  '], 1],
  )]);
  expect(benchmark.references.map(({ question_id, turns }) => [question_id, turns])).toEqual([['101_DE', ['uno', 'due']], ['103_DE', ['eins', '']]]);
  expect(report.bad.map(({ line, reason }) => [line, reason])).toEqual([
    [1, 'failed, and line 3 succeeded'], [2, 'is superseded by line 3, which is later'], [4, 'failed, and line 3 succeeded'],
    [5, 'is no reference answer: it is empty, or the call that was to make it failed'], [6, 'is a reference answer for one turn only; the other turn has none'],
  ]);
});

test('references for questions that the benchmark has already wait for nothing', async () => {
  const { benchmark } = await parseBenchmark([file('de.jsonl', question('101_DE'))]);
  const { report } = await parseBenchmark([file('reference_answer/gpt-4.jsonl', reference('101_DE', 'eins', 'zwei'))], { known: benchmark.questions });
  expect(report.notes).toEqual([]);
});

test('a question’s own reference is read as far as it is text, and the rest is missing and noted', async () => {
  const own: [unknown, string[], RegExp | null][] = [
    [['1', '2'], ['1', '2'], null],
    ["['1','2']", ['1', '2'], null],
    ['["a \\"b\\"", "c"]', ['a "b"', 'c'], null],
    [['1', null], ['1', ''], /of 1 question \(101_DE\) 1 of the 2 turns of its reference is missing/],
    ["['1', None]", ['1', ''], /1 of the 2 turns/],
    [[null, '2'], ['', '2'], /1 of the 2 turns/],
    [[7, '$ERROR$'], [], /its reference says nothing/],
    ['two', [], /its reference is a text and no list/],
    [{ a: 1 }, [], /of the kind "object" and no list/],
    [null, [], null],
    [[], [], null],
  ];
  for (const [reference, known, note] of own) {
    const { benchmark, report } = await parseBenchmark([file('x.jsonl', question('101_DE', { reference }))]);
    expect([benchmark.questions[0]?.reference, report.bad], JSON.stringify(reference)).toEqual([known, []]);
    expect(report.notes).toEqual(note ? [expect.stringMatching(note)] : []);
  }
});
