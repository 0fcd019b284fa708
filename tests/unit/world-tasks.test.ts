import { expect, test } from '@playwright/test';
import { CATEGORIES } from '../../src/records/question.ts';
import { benchmarkTasks, heldOut, WORLD_LANGUAGES, worldBenchmark, worldConversations, type WorldDatasetId, worldDatasets, worldRecords } from '../../src/world/index.ts';
import { detectWorldLanguage, gradeTurn, type QuestionRubric } from '../../src/world/judge/index.ts';
import { planKey } from '../../src/world/tasks/kind.ts';
import { kindOf, KINDS } from '../../src/world/tasks/kinds/index.ts';
import { answersOf, questionsOf, rubricOf } from '../../src/world/tasks/realise.ts';
import { Tongue } from '../../src/world/tasks/tongue.ts';
import { KIND_IDS, type KindId } from '../../src/world/tasks/wording/types.ts';

const STUDY: readonly WorldDatasetId[] = ['lima-x-world', 'bactrian-x-small-world'];

test('the datasets have the studies’ sizes', () => {
  expect(worldDatasets().map((d) => [d.id, d.size])).toEqual([
    ['lima-x-world', 1030],
    ['bactrian-x-world', 64_000],
    ['bactrian-x-small-world', 1030],
  ]);
  for (const id of STUDY) expect(worldConversations(id, 'de')).toHaveLength(1030);
});

test('the same ids are in all eight languages, with the same shape', () => {
  for (const id of STUDY) {
    const english = worldConversations(id, 'en');
    expect(new Set(english.map((c) => c.id)).size).toBe(1030);
    for (const language of WORLD_LANGUAGES) {
      const translated = worldConversations(id, language);
      expect(translated.map((c) => [c.id, c.messages.length])).toEqual(english.map((c) => [c.id, c.messages.length]));
      expect(translated.every((c) => c.language === language && c.messages[0]?.role === 'user')).toBe(true);
    }
  }
  expect(worldConversations('lima-x-world', 'en', { limit: 2 }).map((c) => c.id)).toEqual(['lx-0001', 'lx-0002']);
});

test('in Lima-X the answers of one id say the same in all languages', () => {
  const wrong: string[] = [];
  for (const record of worldRecords('lima-x-world', 300)) {
    for (const language of WORLD_LANGUAGES) {
      const { turns } = rubricOf(record.plan, language);
      const answers = answersOf(record.plan, language);
      const questions = questionsOf(record.plan, record.phrasing, language);
      for (const i of [0, 1] as const) {
        const { score } = gradeTurn({ language, turn: (i + 1) as 1 | 2, rubric: turns[i], question: questions[i], answer: answers[i], firstAnswer: answers[0] });
        if (score !== 10) wrong.push(`${language} ${planKey(record.plan)}: ${answers[i]} (${score})`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('Lima-X has no conversation twice, and is balanced over categories and kinds', () => {
  const texts = worldConversations('lima-x-world', 'en').map((c) => JSON.stringify(c.messages));
  expect(new Set(texts).size).toBe(1030);
  const counts = new Map<string, number>();
  for (const { plan } of worldRecords('lima-x-world')) counts.set(plan.kind, (counts.get(plan.kind) ?? 0) + 1);
  expect([...counts.keys()].toSorted()).toEqual([...KIND_IDS].toSorted());
  for (const n of counts.values()) expect(Math.abs(n - 1030 / 32)).toBeLessThan(1);
  for (const category of CATEGORIES) expect(KINDS.filter((k) => k.category === category).length).toBeGreaterThanOrEqual(3);
});

test('every kind has at least three instructions and two follow-ups in every language, all different', () => {
  for (const language of WORLD_LANGUAGES) {
    const { tasks } = Tongue.of(language).wording;
    for (const id of KIND_IDS) {
      expect(new Set(tasks[id as KindId].ask).size).toBeGreaterThanOrEqual(3);
      expect(new Set(tasks[id as KindId].next).size).toBeGreaterThanOrEqual(2);
    }
  }
});

test('the same seed gives the same data', () => {
  const [first] = worldConversations('bactrian-x-world', 'sv', { limit: 1 });
  expect(worldConversations('bactrian-x-world', 'sv', { limit: 50 })[0]).toEqual(first);
});

test('Bactrian-X’s teachers answer in their own words: instructions are parallel, answers are not all Lima-X’s', () => {
  const records = worldRecords('bactrian-x-world', 2000);
  expect(worldRecords('bactrian-x-world', 5).map((r) => r.id)).toEqual(['bx-00001', 'bx-00002', 'bx-00003', 'bx-00004', 'bx-00005']);
  for (const language of ['en', 'it'] as const) {
    const conversations = worldConversations('bactrian-x-world', language, { limit: 2000 });
    const own = conversations.filter((c, i) => c.messages[1]?.content !== answersOf((records[i] as (typeof records)[number]).plan, language)[0]);
    expect(own.length / 2000).toBeGreaterThan(0.4);
    conversations.slice(0, 100).forEach((c, i) => {
      const { plan, phrasing } = records[i] as (typeof records)[number];
      expect(c.messages[0]?.content).toBe(questionsOf(plan, phrasing, language)[0]);
    });
  }
  const turns = worldConversations('bactrian-x-world', 'en', { limit: 2000 }).filter((c) => c.messages.length === 4).length;
  expect(Math.abs(turns / 2000 - 0.5)).toBeLessThan(0.05);
});

test('a teacher is wrong as often as stated, as the judge finds it', () => {
  const wrongShare = (errorRate: number): number => {
    const records = worldRecords('bactrian-x-world', 3000);
    const wrong = worldConversations('bactrian-x-world', 'en', { limit: 3000, errorRate }).filter((c, i) => {
      const { plan } = records[i] as (typeof records)[number];
      const [question, answer] = [c.messages[0]?.content ?? '', c.messages[1]?.content ?? ''];
      return gradeTurn({ language: 'en', turn: 1, rubric: rubricOf(plan, 'en').turns[0], question, answer }).points.content < 5;
    });
    return wrong.length / 3000;
  };
  expect(wrongShare(0)).toBe(0);
  // Some slips only show on turn 2, so a little fewer than one in twelve.
  expect(wrongShare(0.08)).toBeGreaterThan(0.055);
  expect(wrongShare(0.08)).toBeLessThan(0.095);
  expect(wrongShare(1)).toBeGreaterThan(0.9);
});

test('the benchmark has 80 questions in every language, ten a category, numbered as MT-Bench numbers them', () => {
  for (const language of WORLD_LANGUAGES) {
    const questions = worldBenchmark(language);
    expect(questions).toHaveLength(80);
    for (const category of CATEGORIES) expect(questions.filter((q) => q.category === category)).toHaveLength(10);
    expect(questions.map((q) => q.number)).toEqual(Array.from({ length: 80 }, (_, i) => String(81 + i)));
    expect(questions.every((q) => q.turns.length === 2 && q.reference.length === 2 && q.question_id === `${q.number}_${language.toUpperCase()}`)).toBe(true);
    expect(questions.map((q) => (q.rubric as QuestionRubric).plan)).toEqual(benchmarkTasks().map((t) => planKey(t.plan)));
  }
});

test('nothing the benchmark asks about is asked in any instruction data', () => {
  const held = new Set(benchmarkTasks().flatMap(({ plan }) => kindOf(plan.kind).facts(plan.args)));
  expect(held).toEqual(heldOut());
  // Writing 23, roleplay 18, reasoning 28, math 20, coding 12, extraction 22, stem 17, humanities 20.
  expect(held.size).toBe(160);
  let checked = 0;
  for (const { id, size } of worldDatasets()) {
    for (const { plan } of worldRecords(id, size)) {
      const facts = kindOf(plan.kind).facts(plan.args);
      if (facts.length === 0) throw new Error(`${planKey(plan)} says of no fact that it asks about it`);
      const leaked = facts.find((fact) => held.has(fact));
      if (leaked !== undefined) throw new Error(`${planKey(plan)} asks about ${leaked}, which the benchmark asks about`);
      checked++;
    }
  }
  expect(checked).toBe(1030 + 64_000 + 1030);
});

test('no question of the benchmark, nor any of its turns in context, is word for word in Lima-X', () => {
  for (const language of WORLD_LANGUAGES) {
    const seen = new Set(worldConversations('lima-x-world', language).map((c) => c.messages[0]?.content));
    expect(worldBenchmark(language).filter((q) => seen.has(q.turns[0] as string)).map((q) => q.question_id)).toEqual([]);
  }
});

test('the judge gives every reference answer ten points in all eight languages', () => {
  const wrong: string[] = [];
  for (const language of WORLD_LANGUAGES) {
    for (const question of worldBenchmark(language)) {
      const { turns } = question.rubric as QuestionRubric;
      for (const i of [0, 1] as const) {
        const { score } = gradeTurn({ language, turn: (i + 1) as 1 | 2, rubric: turns[i], question: question.turns[i] as string, answer: question.reference[i] as string, firstAnswer: question.reference[0] });
        if (score !== 10) wrong.push(`${question.question_id} turn ${i + 1}: ${question.reference[i]} (${score})`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('the judge gives a reference answer of another language three points at most, unless both languages can say it', () => {
  const lenient: string[] = [];
  let foreigners = 0;
  let neutral = 0;
  for (const language of WORLD_LANGUAGES) {
    const questions = worldBenchmark(language);
    for (const foreign of WORLD_LANGUAGES.filter((l) => l !== language)) {
      const answers = worldBenchmark(foreign);
      questions.forEach((question, n) => {
        const { turns } = question.rubric as QuestionRubric;
        for (const i of [0, 1] as const) {
          const answer = answers[n]?.reference[i] as string;
          if (detectWorldLanguage(answer).compatible.includes(language)) {
            neutral++;
            continue;
          }
          const { score } = gradeTurn({ language, turn: (i + 1) as 1 | 2, rubric: turns[i], question: question.turns[i] as string, answer, firstAnswer: answers[n]?.reference[0] });
          if (score > 3) lenient.push(`${question.question_id}: ${answer} (${score})`);
          foreigners++;
        }
      });
    }
  }
  // Lists of figures and of names are the same everywhere: six of 80 questions, and a few chance sentences.
  expect(lenient).toEqual([]);
  expect(foreigners).toBeGreaterThan(7700);
  expect(neutral).toBeLessThan(1100);
});
