/** Grades what tune.py answered, by the rules, and prints mix x language means over seeds. node tools/run-ts.mjs tools/world/grade-study.ts FILE... */
import { readFileSync } from 'node:fs';
import type { Answer, Question } from '../../src/records/question.ts';
import { loadTokenizer } from '../../src/engine/text/tokenizer.ts';
import { createRuleJudge, WORLD_LANGUAGES, worldBenchmark } from '../../src/world/index.ts';

interface Run {
  settings: unknown;
  answers: { mix: string; seed: number; question_id: string; turns: [number[], number[]] }[];
}

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const tokenizer = loadTokenizer(json('public/world/tokenizer.json'), json('public/world/tokenizer_config.json'));
const judge = createRuleJudge();
const questions = new Map<string, Question>(WORLD_LANGUAGES.flatMap((code) => worldBenchmark(code)).map((q) => [q.question_id, q]));
const show = process.argv.includes('--show');

class Mean {
  sum = 0;
  n = 0;
  add(x: number): void {
    this.sum += x;
    this.n++;
  }
  toString(): string {
    return this.n ? (this.sum / this.n).toFixed(2) : '-';
  }
}

for (const file of process.argv.slice(2).filter((a) => !a.startsWith('--'))) {
  const run = json(file) as Run;
  console.log(`\n${file} ${JSON.stringify(run.settings)}`);
  const cells = new Map<string, Mean>();
  const mean = (key: string): Mean => cells.get(key) ?? (cells.set(key, new Mean()), cells.get(key) as Mean);
  const languages = new Set<string>();
  const mixes = new Set<string>();
  for (const { mix, seed, question_id, turns } of run.answers) {
    const question = questions.get(question_id) as Question;
    const text = turns.map((ids) => tokenizer.decode(ids.at(-1) === tokenizer.eos.id ? ids.slice(0, -1) : ids).trim());
    const answer: Answer = { answer_id: '', question_id, model_id: mix, turns: text, finish: ['stop', 'stop'], tokens: [0, 0], tstamp: 0 };
    languages.add(question.language);
    mixes.add(mix);
    for (const turn of [1, 2] as const) {
      const judgment = await judge.grade({ question, answer, turn, repeat: 0 });
      if (judgment.state !== 'graded') continue;
      mean(`${mix}|${question.language}`).add(judgment.score);
      mean(`${mix}|all`).add(judgment.score);
      if (mix.toLowerCase() === question.language) mean(`category|${question.category}|${turn}`).add(judgment.score);
      if (show && seed === 0 && question.language === 'en' && (mix === 'EN' || mix === 'base')) console.log(`${mix} ${question_id} ${question.category} t${turn}: ${judgment.score} | ${question.turns[turn - 1]} -> ${text[turn - 1]} [${question.reference[turn - 1]}]`);
    }
  }
  const columns = [...languages];
  console.log(['mix'.padEnd(20), ...columns, 'all'].join('\t'));
  for (const mix of mixes) console.log([mix.padEnd(20), ...columns.map((l) => String(mean(`${mix}|${l}`))), String(mean(`${mix}|all`))].join('\t'));
  const own = [...cells.keys()].filter((key) => key.startsWith('category'));
  console.log('own language, by category and turn:', own.map((key) => `${key.slice(9)} ${cells.get(key)}`).join(', '));
}
