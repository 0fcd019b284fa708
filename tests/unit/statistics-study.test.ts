import { expect, test } from '@playwright/test';
import { type Answer, CATEGORIES, type Question } from '../../src/records/question.ts';
import { Rng } from '../../src/core/rng.ts';
import { type Cell, studyResults, type StudyRecords } from '../../src/statistics/index.ts';
import { answer, cell, judgment, question } from '../fixtures/study-records.ts';
import { fullStudy } from '../fixtures/full-study.ts';
import type { LanguageVerdict } from '../../src/records/results.ts';

function results(records: Partial<StudyRecords>): ReturnType<typeof studyResults> {
  return studyResults({ study: 's', judge: 'rules', questionsPerCategory: null, cells: [], questions: [], answers: [], judgments: [], languageOf: () => 'untold', ...records });
}

const EN = cell('EN', 'monolingual');
const BOTH = cell('ENDE', 'union');
const QUESTIONS = [question(81, 'en'), question(82, 'en'), question(81, 'de'), question(82, 'de')];
const [E81, E82, D81, D82] = QUESTIONS as [Question, Question, Question, Question];

/** EN scores 6, 8 | 7, 9 in English and 2, 2 | 3, 3 in German; ENDE 7, 7 | 7, 7 and 5, 6 | 6, 7. Turns of 81 | 82. */
const GRADES: [Cell, Question, number, number][] = [
  [EN, E81, 6, 8],
  [EN, E82, 7, 9],
  [EN, D81, 2, 2],
  [EN, D82, 3, 3],
  [BOTH, E81, 7, 7],
  [BOTH, E82, 7, 7],
  [BOTH, D81, 5, 6],
  [BOTH, D82, 6, 7],
];
const JUDGMENTS = GRADES.flatMap(([of, about, first, second]) => [judgment(of, about, 1, first), judgment(of, about, 2, second)]);
const STUDY = { cells: [EN, BOTH], questions: QUESTIONS, judgments: JUDGMENTS };

test('heat map, turns, categories and improvement of a small study are those worked out by hand', () => {
  const { heatmap, turns, radar, improvements } = results(STUDY);
  const at = (mix: string, language: string) => heatmap.find((entry) => entry.mix === mix && entry.language === language);
  expect(at('EN', 'en')?.raw).toMatchObject({ mean: 7.5, n: 4 });
  expect(at('EN', 'de')?.raw).toMatchObject({ mean: 2.5, n: 4 });
  expect(at('EN', 'all')?.raw).toMatchObject({ mean: 5, n: 8 });
  expect(at('ENDE', 'de')?.raw).toMatchObject({ mean: 6, n: 4 });
  expect(at('ENDE', 'all')?.raw).toMatchObject({ mean: 6.5, n: 8 });
  // Question 81 alone means 4.5 and question 82 alone 5.5: the ends of the interval of EN's cross-lingual mean.
  expect(at('EN', 'all')?.raw).toMatchObject({ low: 4.5, high: 5.5 });
  expect(turns.map(({ mix, turn, raw }) => [mix, turn, raw.mean, raw.n])).toEqual([['EN', 1, 4.5, 4], ['EN', 2, 5.5, 4], ['ENDE', 1, 6.25, 4], ['ENDE', 2, 6.75, 4]]);
  expect(radar.filter(({ language }) => language === 'all').map(({ mix, category, raw }) => [mix, category, raw.mean])).toEqual([['EN', 'writing', 5], ['ENDE', 'writing', 6.5]]);
  // Differences in German 3, 4, 3, 4 and in English 1, -1, 0, -2: (3.5 - 0.5) / 2 = 1.5 points of ten.
  expect(improvements).toMatchObject([{ multilingual: 'ENDE', monolingual: 'EN', points: { mean: 15, n: 8 } }]);
  // By question: 81 (3.5 + 0) / 2 = 1.75, 82 (3.5 - 1) / 2 = 1.25.
  expect(improvements[0]?.points).toMatchObject({ low: 12.5, high: 17.5 });
});

test('a failed judgment is counted and scores nothing', () => {
  const { heatmap, improvements } = results({ ...STUDY, judgments: [...JUDGMENTS.filter(({ question_id, model_id, turn }) => !(question_id === '81_DE' && model_id === EN.id && turn === 1)), judgment(EN, D81, 1, null)] });
  const german = heatmap.find(({ mix, language }) => mix === 'EN' && language === 'de');
  expect(german).toMatchObject({ raw: { n: 3, mean: 8 / 3 }, failed: 1 });
  expect(heatmap.find(({ mix, language }) => mix === 'EN' && language === 'all')).toMatchObject({ failed: 1, raw: { mean: (7.5 + 8 / 3) / 2, n: 7 } });
  expect(improvements[0]?.points.n).toBe(7);
});

test('a turn without room for an answer has no score and no language, though a log should have graded it', () => {
  const none: Answer = { ...answer(EN, D81), finish: ['stop', 'no-room'] };
  const { heatmap, turns } = results({ ...STUDY, answers: [none], languageOf: () => 'right' });
  expect(heatmap.find(({ mix, language }) => mix === 'EN' && language === 'de')).toMatchObject({ raw: { n: 3, mean: 8 / 3 }, noRoom: 1, failed: 0, verdicts: { right: 1, wrong: 0, untold: 0 } });
  expect(heatmap.find(({ mix, language }) => mix === 'EN' && language === 'en')).toMatchObject({ raw: { n: 4 }, noRoom: 0 });
  expect(turns.find(({ mix, turn }) => mix === 'EN' && turn === 2)?.raw.n).toBe(3);
});

test('a cell where everything failed has no score, only failures', () => {
  const { heatmap, radar, turns, improvements } = results({ cells: [EN, BOTH], questions: [E81], judgments: [judgment(EN, E81, 1, null), judgment(EN, E81, 2, null)] });
  expect(heatmap.find(({ mix, language }) => mix === 'EN' && language === 'en')).toMatchObject({ raw: { n: 0, mean: NaN }, failed: 2 });
  expect([radar, turns, improvements]).toEqual([[], [], []]);
});

test('repeats count by their median and failed repeats not at all', () => {
  const { heatmap } = results({ cells: [EN], questions: [E81], judgments: [judgment(EN, E81, 1, 4), judgment(EN, E81, 1, 10, 1), judgment(EN, E81, 1, 5, 2), judgment(EN, E81, 1, null, 3)] });
  expect(heatmap[0]).toMatchObject({ raw: { mean: 5, n: 1 }, failed: 1 });
});

test('an answer in the wrong language counts 1 when gated, and one that cannot be told counts as it is and is counted apart', () => {
  const detected: Record<string, LanguageVerdict[]> = { '81_DE': ['wrong', 'right'], '82_DE': ['untold', 'wrong'], '81_EN': ['right', 'right'], '82_EN': ['right', 'wrong'] };
  const { heatmap } = results({ ...STUDY, answers: QUESTIONS.map((about) => answer(BOTH, about)), languageOf: ({ question_id }, turn) => detected[question_id]?.[turn - 1] ?? 'untold' });
  const at = (mix: string, language: string) => heatmap.find((entry) => entry.mix === mix && entry.language === language);
  // Grades 5, 6, 6, 7 become 1, 6, 6, 1; one of three that can be told is right.
  expect(at('ENDE', 'de')).toMatchObject({ raw: { mean: 6 }, gated: { mean: 3.5, n: 4 }, rightLanguage: { mean: 1 / 3, n: 3 }, verdicts: { right: 1, wrong: 2, untold: 1 } });
  expect(at('ENDE', 'all')).toMatchObject({ gated: { mean: (3.5 + 5.5) / 2 }, rightLanguage: { mean: (1 / 3 + 3 / 4) / 2, n: 7 }, verdicts: { right: 4, wrong: 3, untold: 1 } });
  expect(at('EN', 'de')).toMatchObject({ gated: { mean: 2.5 }, rightLanguage: { n: 0 }, verdicts: { right: 0, wrong: 0, untold: 0 } });
});

test('where no answer’s language can be told, the gate changes nothing and no share is claimed', () => {
  const polish = [question(81, 'pl'), question(82, 'pl')];
  const { heatmap } = results({ cells: [EN], questions: polish, answers: polish.map((about) => answer(EN, about)), judgments: polish.flatMap((about) => [judgment(EN, about, 1, 9), judgment(EN, about, 2, 9)]) });
  expect(heatmap[0]).toMatchObject({ raw: { mean: 9, n: 4 }, gated: { mean: 9, n: 4 }, rightLanguage: { mean: NaN, n: 0 }, verdicts: { right: 0, wrong: 0, untold: 4 } });
});

test('an answer that is stored twice is one answer', () => {
  const { heatmap } = results({ cells: [EN], questions: [E81], answers: [answer(EN, E81), answer(EN, E81)], languageOf: () => 'right' });
  expect(heatmap[0]?.verdicts).toEqual({ right: 2, wrong: 0, untold: 0 });
});

test('a cross-lingual mean that lacks a language says which', () => {
  const english = JUDGMENTS.filter(({ language, model_id }) => language === 'en' || model_id === BOTH.id);
  const { heatmap, improvements, turns, radar } = results({ ...STUDY, judgments: [...english, judgment(EN, D81, 1, null)] });
  const of = (mix: string, language: string) => heatmap.find((entry) => entry.mix === mix && entry.language === language);
  // 7.5 is the mean of English alone, and not to be set against ENDE's 6.5 of both.
  expect(of('EN', 'all')).toMatchObject({ raw: { mean: 7.5, n: 4 }, without: ['de'], failed: 1 });
  expect([of('EN', 'en')?.without, of('EN', 'de')?.without, of('ENDE', 'all')?.without]).toEqual([[], [], []]);
  expect(improvements).toMatchObject([{ points: { mean: -5, n: 4 }, without: ['de'] }]);
  expect(turns.map(({ mix, without }) => [mix, without])).toEqual([['EN', ['de']], ['EN', ['de']], ['ENDE', []], ['ENDE', []]]);
  expect(radar.filter(({ language }) => language === 'all').map(({ mix, without }) => [mix, without])).toEqual([['EN', ['de']], ['ENDE', []]]);
});

test('answers without judgments have no score, and their languages are counted all the same', () => {
  const { heatmap, radar } = results({ cells: [EN], questions: [E81], answers: [answer(EN, E81)], languageOf: () => 'wrong' });
  expect(heatmap[0]).toMatchObject({ raw: { n: 0, mean: NaN }, gated: { n: 0, mean: NaN }, verdicts: { right: 0, wrong: 2, untold: 0 }, failed: 0 });
  expect(radar).toEqual([]);
});

test('seeds of one mix are one row, and improvements pair their means', () => {
  const second = cell('ENDE', 'union', 1);
  const { heatmap, improvements } = results({ cells: [EN, BOTH, second], questions: [E81], judgments: [judgment(EN, E81, 1, 4), judgment(BOTH, E81, 1, 6), judgment(second, E81, 1, 9)] });
  expect(heatmap.filter(({ language }) => language === 'en').map(({ mix, raw }) => [mix, raw.mean, raw.n])).toEqual([['EN', 4, 1], ['ENDE', 7.5, 2]]);
  expect(improvements).toMatchObject([{ points: { mean: 35, n: 1 } }]);
});

test('the order in which records were stored or merged changes no number', () => {
  const rng = new Rng('order');
  const questions = ['en', 'de', 'pl'].flatMap((language) => CATEGORIES.flatMap((category, i) => [question(81 + i, language, category), question(101 + i, language, category)]));
  const cells = [EN, BOTH, cell('ENDE', 'union', 1)];
  const judgments = cells.flatMap((of) => questions.flatMap((about) => ([1, 2] as const).map((turn) => judgment(of, about, turn, rng.float() < 0.1 ? null : 1 + rng.int(10)))));
  const answers = cells.flatMap((of) => questions.map((about) => answer(of, about)));
  const languageOf = ({ question_id }: Answer): LanguageVerdict => (['right', 'wrong', 'untold'] as const)[question_id.charCodeAt(1) % 3] ?? 'untold';
  const stored = { cells, questions, judgments, answers, languageOf };
  const merged = { ...stored, questions: rng.shuffle([...questions]), judgments: rng.shuffle([...judgments]), answers: rng.shuffle([...answers]) };
  const rounded = (of: ReturnType<typeof results>): unknown => JSON.parse(JSON.stringify(of), (_, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(9)) : value));
  expect(rounded(results(merged))).toEqual(rounded(results(stored)));
});

test('improvements are between mixes of one model and dataset, never against the base or another union', () => {
  const elsewhere = { ...cell('DE', 'monolingual'), id: 'other', dataset: 'other' };
  const cells = [EN, BOTH, elsewhere, cell('base', 'base'), cell('ENDE-sampled', 'sampled')];
  const { improvements } = results({ cells, questions: [E81], judgments: cells.map((of) => judgment(of, E81, 1, 5)) });
  expect(improvements.map(({ multilingual, monolingual }) => `${multilingual}-${monolingual}`)).toEqual(['ENDE-EN', 'ENDE-sampled-EN']);
});

test('records of other studies and unknown questions change nothing', () => {
  const stranger = cell('IT', 'monolingual');
  const extra = [judgment(stranger, E81, 1, 1), judgment(EN, question(99, 'fr'), 1, 1)];
  expect(results({ ...STUDY, judgments: [...JUDGMENTS, ...extra], answers: [answer(stranger, E81), answer(EN, question(99, 'fr'))] })).toEqual(results(STUDY));
});

test('a full study of nine mixes, five languages and eighty questions has all its figures', () => {
  const { heatmap, radar, improvements } = studyResults(fullStudy());
  expect([heatmap.length, radar.length, improvements.length]).toEqual([9 * 6, 9 * 6 * 8, 20]);
  expect(heatmap.every(({ raw, language }) => raw.n === (language === 'all' ? 800 : 160))).toBe(true);
});
