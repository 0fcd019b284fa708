import { expect, test } from '@playwright/test';
import { JUDGE_PROMPTS, type JudgePrompt, type JudgePromptName, singlePromptName } from '../../src/records/judge-prompt.ts';
import type { Question } from '../../src/records/question.ts';
import { BUILT_IN_PROMPTS, estimateCost, fillTemplate, parseRating, PromptLibrary, renderSingle } from '../../src/judging/index.ts';

const WRITING: Question = { question_id: '81_DE', number: '81', language: 'de', category: 'writing', turns: ['Frage eins', 'Frage zwei'], reference: [] };
const MATH: Question = { ...WRITING, question_id: '111_DE', number: '111', category: 'math', reference: ['Lösung eins', 'Lösung zwei'] };

function flat(name: JudgePromptName): JudgePrompt {
  return { ...german(name), system_prompt: '123', prompt_template: '456' };
}
function german(name: JudgePromptName): JudgePrompt {
  return { name, language: 'de', type: 'single', system_prompt: 'Sei gerecht.', prompt_template: `${name}: ${JUDGE_PROMPTS[name].map((field) => `{${field}}`).join(' | ')} [[Bewertung]]`, description: '', category: '', output_format: '' };
}
const GERMAN = new PromptLibrary((['single-v1', 'single-math-v1', 'single-v1-multi-turn', 'single-math-v1-multi-turn'] as const).map(german));

test('each placeholder is filled once, and what is filled in is left alone', () => {
  expect(fillTemplate('{question} / {answer}', { question: '{answer} {0} {{x}} $& $1', answer: '{question}' })).toBe('{answer} {0} {{x}} $& $1 / {question}');
  expect(fillTemplate('{{question}} {question}', { question: 'q' })).toBe('{question} q');
  expect(fillTemplate('a { b } {1} {é}', {})).toBe('a { b } {1} {é}');
  expect(() => fillTemplate('{reference}', { question: 'q' })).toThrow(expect.objectContaining({ code: 'judging.placeholder', data: { name: 'reference' } }));
});

test('the built-in prompts have what MT-Bench’s have', () => {
  expect(BUILT_IN_PROMPTS.map(({ name }) => name)).toEqual(['single-v1', 'single-math-v1', 'single-v1-multi-turn', 'single-math-v1-multi-turn']);
  for (const { name, prompt_template, system_prompt } of BUILT_IN_PROMPTS) {
    for (const field of JUDGE_PROMPTS[name]) expect(prompt_template).toContain(`{${field}}`);
    expect([...prompt_template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).filter((field) => !(JUDGE_PROMPTS[name] as readonly string[]).includes(field ?? ''))).toEqual([]);
    expect(system_prompt + prompt_template).toContain('"Rating: [[5]]"');
    expect(parseRating(prompt_template.replace('[[5]]', ''))).toHaveProperty('problem');
  }
});

test('turn 1 is judged alone and turn 2 with the whole dialogue, with references where the category has them', () => {
  expect(renderSingle(GERMAN, WRITING, ['A1', 'A2'], 1).user).toBe('single-v1: Frage eins | A1 [[Bewertung]]');
  expect(renderSingle(GERMAN, WRITING, ['A1', 'A2'], 2).user).toBe('single-v1-multi-turn: Frage eins | A1 | Frage zwei | A2 [[Bewertung]]');
  expect(renderSingle(GERMAN, MATH, ['A1', 'A2'], 1).user).toBe('single-math-v1: Frage eins | Lösung eins | A1 [[Bewertung]]');
  expect(renderSingle(GERMAN, MATH, ['A1', 'A2'], 2).user).toBe('single-math-v1-multi-turn: Frage eins | Lösung eins | Frage zwei | Lösung zwei | A1 | A2 [[Bewertung]]');
  for (const category of ['math', 'reasoning', 'coding'] as const) expect(singlePromptName(category, 1)).toBe('single-math-v1');
  for (const category of ['writing', 'roleplay', 'extraction', 'stem', 'humanities'] as const) expect(singlePromptName(category, 2)).toBe('single-v1-multi-turn');
});

test('a missing reference is seen for the turn that needs it', () => {
  const missing = (reference: string[], turn: 1 | 2): boolean => renderSingle(GERMAN, { ...MATH, reference }, ['a', 'b'], turn).missing;
  expect([missing([], 1), missing(['x'], 1), missing(['x'], 2), missing(['x', ' '], 2), missing(['x', 'y'], 2)]).toEqual([true, false, true, true, false]);
  expect(renderSingle(GERMAN, WRITING, ['a', 'b'], 2).missing).toBe(false);
});

test('a reference that is an error mark or blank is missing', () => {
  for (const reference of [['$ERROR$', 'b'], [' $ERROR$\n', 'b'], [' ', 'b'], []]) {
    const { missing } = renderSingle(new PromptLibrary(), { ...MATH, reference }, ['a', 'b'], 1);
    expect(missing, JSON.stringify(reference)).toBe(true);
  }
  expect(renderSingle(new PromptLibrary(), { ...MATH, reference: ['4', '$ERROR$'] }, ['a', 'b'], 1).missing).toBe(false);
  expect(renderSingle(new PromptLibrary(), { ...MATH, reference: ['4', '$ERROR$'] }, ['a', 'b'], 2).missing).toBe(true);
});

test('hashes change with what the judge is shown and with nothing else', () => {
  const hashes = (question: Question, answers: string[], turn: 1 | 2, library = GERMAN): string[] => {
    const { prompt_hash, answer_hash } = renderSingle(library, question, answers, turn);
    return [prompt_hash, answer_hash];
  };
  const [prompt, answer] = hashes(MATH, ['a', 'b'], 1);
  expect(hashes(MATH, ['a', 'another second turn'], 1)).toEqual([prompt, answer]);
  expect(hashes(MATH, ['A', 'b'], 1)).toEqual([prompt, expect.not.stringMatching(answer as string)]);
  expect(hashes({ ...MATH, reference: ['x', 'y'] }, ['a', 'b'], 1)[0]).not.toBe(prompt);
  expect(hashes({ ...MATH, turns: ['x', 'y'] }, ['a', 'b'], 1)[0]).not.toBe(prompt);
  expect(hashes(MATH, ['a', 'b'], 1, new PromptLibrary())[0]).not.toBe(prompt);
  expect(hashes(MATH, ['a', 'b'], 2)[0]).not.toBe(prompt);
});

test('the prompt is that of the answer’s language, and English where there is none, which is said', () => {
  const partly = new PromptLibrary([german('single-v1'), { ...german('single-math-v1'), language: 'en' }]);
  const found = (name: JudgePromptName, language: string): string[] => {
    const { prompt, origin } = partly.find(name, language);
    return [prompt.language, origin];
  };
  expect(found('single-v1', 'de')).toEqual(['de', 'imported']);
  expect(found('single-v1', 'fr')).toEqual(['en', 'built-in']);
  expect(found('single-math-v1', 'fr')).toEqual(['en', 'imported']);
  expect(() => partly.find('pair-v2', 'de')).toThrow(expect.objectContaining({ code: 'judging.no-prompt' }));
  expect(GERMAN.substitutions(['de', 'en'])).toEqual([]);
  expect(GERMAN.substitutions(['fr', 'de'])).toEqual(['French answers are graded with English judge prompts: there are none in French.']);
  expect(partly.substitutions(['de'])).toEqual(['German answers are graded with English judge prompts (single-math-v1, single-v1-multi-turn, single-math-v1-multi-turn): there are none in German.']);
  expect(GERMAN.texts(['de', 'fr']).map(({ name, language, origin }) => `${name} ${language} ${origin}`)).toEqual([
    'single-v1 de imported',
    'single-math-v1 de imported',
    'single-v1-multi-turn de imported',
    'single-math-v1-multi-turn de imported',
    'single-v1 en built-in',
    'single-math-v1 en built-in',
    'single-v1-multi-turn en built-in',
    'single-math-v1-multi-turn en built-in',
  ]);
});

test('cost is estimated before anything is answered', () => {
  const prompts = new PromptLibrary((['single-v1', 'single-v1-multi-turn', 'single-math-v1', 'single-math-v1-multi-turn'] as const).map(flat));
  const price = { price_in: 2, price_out: 8 };
  // A prompt is 6 bytes, 2 tokens; turn 1 shows one answer of 100 tokens, turn 2 shows two.
  const cost = estimateCost([WRITING, MATH, { ...MATH, reference: ['only the first'] }], { models: 3, repeats: 2, prompts, answerTokens: 100, judgmentTokens: 50, ...price });
  expect(cost).toEqual({ calls: 5 * 6, tokensIn: (3 * 102 + 2 * 202) * 6, tokensOut: 5 * 50 * 6, dollars: (((3 * 102 + 2 * 202) * 6) * 2 + 5 * 50 * 6 * 8) / 1e6 });
  expect(estimateCost([WRITING], { models: 1, repeats: 1, prompts, answerTokens: 1, price_in: null, price_out: 1 }).dollars).toBeNull();
});
