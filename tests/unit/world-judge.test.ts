import { expect, test } from '@playwright/test';
import type { Answer, Question } from '../../src/records/question.ts';
import { createRuleJudge, detectWorldLanguage, gradeTurn, RUBRIC_PARTS, RUBRIC_TEXT, type QuestionRubric, type TurnRubric } from '../../src/world/judge/index.ts';

/** "Ada lives in Rome. Boris lives in Paris. Where does Ada live?", written by hand. */
const WHERE: TurnRubric = {
  accepted: ['Ada lives in Rome.'],
  content: [
    { type: 'subject', name: 'person', forms: ['Ada'], rivals: ['Boris', 'Carla'] },
    { type: 'value', name: 'city', forms: ['Rome'], rivals: ['Paris', 'Berlin', 'London'] },
  ],
  form: { shape: 'sentences', sentences: 1, maxWords: 11, wording: [] },
};
const WHERE_QUESTION = 'Ada lives in Rome. Boris lives in Paris. Where does Ada live?';

function where(answer: string, language = 'en'): ReturnType<typeof gradeTurn> {
  return gradeTurn({ language, turn: 1, rubric: WHERE, question: WHERE_QUESTION, answer });
}

const GRADES: [what: string, answer: string, score: number][] = [
  ['the exact answer', 'Ada lives in Rome.', 10],
  ['a bare value', 'Rome', 10],
  ['other case and no full stop', 'ada lives in ROME', 10],
  ['a pronoun for the name', 'She lives in Rome.', 10],
  ['a wrong value', 'Ada lives in Paris.', 4],
  ['the right value of somebody else', 'Boris lives in Rome.', 4],
  ['two values that contradict each other', 'Ada lives in Rome and Paris.', 4],
  ['a sentence about something else', 'The lion eats meat.', 4],
  ['nothing', '', 1],
  ['only punctuation', ' ... ', 1],
  ['the question again', WHERE_QUESTION, 2],
  ['one word over and over', 'Rome Rome Rome Rome Rome Rome', 2],
  ['the right answer and then a story', 'Ada lives in Rome. She works as a baker. The sun shines in summer and the dog eats meat. The lion is bigger than the cat.', 5],
  ['a story without the answer', 'The sun shines in summer and the dog eats meat. The lion is bigger than the cat. A table is made of wood.', 3],
];

for (const [what, answer, score] of GRADES) {
  test(`the judge gives ${score} for ${what}`, () => {
    expect(where(answer).score).toBe(score);
  });
}

test('an answer in another language earns at most three, whatever it says', () => {
  const german: TurnRubric = { ...WHERE, accepted: ['Ada wohnt in Paris.'], content: [{ type: 'value', name: 'city', forms: ['Paris'], rivals: ['Rom'] }] };
  const grade = (answer: string): number => gradeTurn({ language: 'de', turn: 1, rubric: german, question: 'Wo wohnt Ada?', answer }).score;
  expect(grade('Ada wohnt in Paris.')).toBe(10);
  expect(grade('Paris.')).toBe(10);
  expect(grade('Ada lives in Paris.')).toBe(3);
  expect(grade('Ada vive a Parigi.')).toBe(2);
  expect(gradeTurn({ language: 'de', turn: 1, rubric: german, question: 'Wo wohnt Ada?', answer: 'Ada lives in Paris.' }).text).toContain('not in German but in English');
});

test('on turn 2, repeating the first answer does not meet the follow-up', () => {
  const rubric: TurnRubric = {
    accepted: ['Ada works as a baker, lives in Rome and likes cheese.'],
    content: [
      { type: 'value', name: 'city', forms: ['Rome'], rivals: ['Paris'] },
      { type: 'value', name: 'food', forms: ['cheese'], rivals: ['bread'] },
    ],
    form: { shape: 'sentences', sentences: 1, maxWords: 20, wording: [] },
  };
  const firstAnswer = 'Ada works as a baker and lives in Rome. She likes cheese.';
  const grade = (answer: string): ReturnType<typeof gradeTurn> => gradeTurn({ language: 'en', turn: 2, rubric, question: 'Now in one sentence.', answer, firstAnswer });
  expect(grade('Ada works as a baker, lives in Rome and likes cheese.').score).toBe(10);
  // Start 1, language 2, content 3, half of the form; nothing for the follow-up.
  expect(grade(firstAnswer).score).toBe(7);
  expect(grade(firstAnswer).points.followUp).toBe(0);
  // One of two values: 1 + 2 + 2 (of 3, rounded) + 2 + 2.
  expect(grade('Ada works as a baker and lives in Rome.').score).toBe(9);
  expect(grade('The horse eats grass.').score).toBe(4);
});

test('numbers count in figures and in words, and the last one is the result', () => {
  const numbers = Array.from({ length: 41 }, (_, n) => n);
  const rubric: TurnRubric = {
    accepted: ['Three plus four is seven.'],
    content: [{ type: 'result', name: 'number', forms: ['7', 'seven'], rivals: [...numbers.filter((n) => n !== 7).map(String), 'three', 'four', 'eight', 'six'] }],
    form: { shape: 'sentences', sentences: 1, maxWords: 13, wording: [] },
  };
  const grade = (answer: string): number => gradeTurn({ language: 'en', turn: 1, rubric, question: 'What is three plus four?', answer }).score;
  for (const right of ['Three plus four is seven.', '7', 'Seven.', '3 + 4 = 7', 'The result is 7']) expect(grade(right)).toBe(10);
  for (const wrong of ['Three plus four is eight.', '3 + 4 = 6', 'Three plus seven is four.']) expect(grade(wrong)).toBe(4);
});

test('a list is exact in items and order; without brackets it loses half of the form', () => {
  const rubric: TurnRubric = { accepted: ['[3, 4, 5]'], content: [{ type: 'items', name: 'list', items: [['3', 'three'], ['4', 'four'], ['5', 'five']] }], form: { shape: 'list', maxWords: 10, wording: [] } };
  const grade = (answer: string): number => gradeTurn({ language: 'en', turn: 1, rubric, question: 'Write the list of the numbers from 3 to 5.', answer }).score;
  expect(grade('[3, 4, 5]')).toBe(10);
  expect(grade('[3,4,5]')).toBe(10);
  expect(grade('3, 4, 5')).toBe(9);
  expect(grade('three, four, five')).toBe(9);
  expect(grade('[5, 4, 3]')).toBe(4);
  expect(grade('[3, 4, 5, 6]')).toBe(4);
  expect(grade('Sure! [3, 4, 5]')).toBe(9);
});

test('a comparison may be said either way round', () => {
  const rubric: TurnRubric = {
    accepted: ['A horse is bigger than a cat.'],
    content: [{ type: 'winner', name: 'bigger animal', winner: ['horse', 'horses'], loser: ['cat', 'cats'], inverse: ['smaller'] }],
    form: { shape: 'sentences', sentences: 1, maxWords: 16, wording: [] },
  };
  const grade = (answer: string): number => gradeTurn({ language: 'en', turn: 1, rubric, question: 'Which animal is bigger, a cat or a horse?', answer }).score;
  for (const right of ['A horse is bigger than a cat.', 'The horse.', 'A cat is smaller than a horse.']) expect(grade(right)).toBe(10);
  for (const wrong of ['A cat is bigger than a horse.', 'The cat.', 'A horse is smaller than a cat.']) expect(grade(wrong)).toBe(4);
});

test('every grade comes with its reasons and ends as LLM judges end', () => {
  const { text, score } = where('Ada lives in Paris.');
  expect(text).toContain('Right language: 2 of 2. The answer is in English.');
  expect(text).toContain('Right content: 0 of 5. The city should be Rome, the answer says Paris.');
  expect(text.endsWith(`Rating: [[${score}]]`)).toBe(true);
});

test('the parts of the printed rubric add up to ten on either turn', () => {
  for (const turn of [1, 2] as const) expect(RUBRIC_PARTS.reduce((sum, part) => sum + part.points[turn], 0)).toBe(10);
  for (const part of RUBRIC_PARTS) expect(RUBRIC_TEXT).toContain(part.text);
});

const SENTENCES: [language: string, sentence: string][] = [
  ['en', 'The cat lives in the house.'],
  ['de', 'Die Katze lebt im Haus.'],
  ['fr', 'Le chat vit dans la maison.'],
  ['it', 'Il gatto vive nella casa.'],
  ['es', 'El gato vive en la casa.'],
  ['pt', 'O gato vive na casa.'],
  ['nl', 'De kat leeft in het huis.'],
  ['sv', 'Katten bor i huset.'],
];

for (const [language, sentence] of SENTENCES) {
  test(`"${sentence}" is detected as ${language}`, () => {
    expect(detectWorldLanguage(sentence).language).toBe(language);
  });
}

test('names, figures and lists belong to every language', () => {
  for (const text of ['Ada', 'Ada, Boris', '[1, 2, 3]', '14', 'Oxford']) {
    expect(detectWorldLanguage(text)).toMatchObject({ language: null, telling: 0 });
    expect(detectWorldLanguage(text).compatible).toHaveLength(8);
  }
});

const RUBRIC: QuestionRubric = { schema: 1, language: 'en', plan: 'where()', facts: [], turns: [WHERE, WHERE] };
const QUESTION: Question = { question_id: '131_EN', number: '131', language: 'en', category: 'extraction', turns: [WHERE_QUESTION, 'Where does Ada live?'], reference: ['Ada lives in Rome.', 'Ada lives in Rome.'], rubric: RUBRIC };
const ANSWER: Answer = { answer_id: 'a', question_id: '131_EN', model_id: 'm', turns: ['Ada lives in Rome.', 'Rome.'], finish: ['stop', 'stop'], tokens: [6, 3], tstamp: 0 };

test('the judge grades through the interface that LLM judges have', async () => {
  const judge = createRuleJudge(() => 1234);
  const judgment = await judge.grade({ question: QUESTION, answer: ANSWER, turn: 1, repeat: 0 });
  expect(judgment).toMatchObject({ state: 'graded', score: 10, judge_id: 'rules-1', turn: 1, repeat: 0, tstamp: 1234, question_id: '131_EN', model_id: 'm', language: 'en', category: 'extraction' });
  expect(judge.key({ question: QUESTION, answer: ANSWER, turn: 1, repeat: 0 })).toMatchObject({ prompt_hash: judgment.prompt_hash, answer_hash: judgment.answer_hash });
  expect(judge.label).toContain('not an LLM');
});

test('keys differ by turn, by answer and by question, and by nothing else', () => {
  const judge = createRuleJudge();
  const key = (question: Question, answer: Answer, turn: 1 | 2): string => JSON.stringify(judge.key({ question, answer, turn, repeat: 0 }));
  const first = key(QUESTION, ANSWER, 1);
  expect(key(QUESTION, { ...ANSWER, model_id: 'other', tstamp: 9 }, 1)).toBe(first);
  expect(key(QUESTION, ANSWER, 2)).not.toBe(first);
  expect(key(QUESTION, { ...ANSWER, turns: ['Paris.', 'Rome.'] }, 1)).not.toBe(first);
  expect(key({ ...QUESTION, turns: ['Where?', 'Where?'] }, ANSWER, 1)).not.toBe(first);
});

test('a question that is not of the world is refused, with the reason', async () => {
  const { rubric: _, ...real } = QUESTION;
  const judgment = await createRuleJudge().grade({ question: real, answer: ANSWER, turn: 1, repeat: 0 });
  expect(judgment.state).toBe('failed');
  expect(judgment).not.toHaveProperty('score');
  expect(judgment).toMatchObject({ error: { code: 'world.no-rubric' } });
});

test('an aborted judge throws instead of failing', async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(async () => createRuleJudge().grade({ question: QUESTION, answer: ANSWER, turn: 1, repeat: 0 }, stop.signal)).rejects.toThrow();
});
