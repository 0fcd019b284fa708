/** Malformed benchmark files and logs: every line is read and sound, or listed with its reason. */
import { expect, test } from '@playwright/test';
import { parseBenchmark, readAnswers, readJudgments } from '../../src/data/benchmarks/index.ts';
import { CATEGORIES } from '../../src/records/question.ts';
import { Reported, runCampaign } from '../fuzz/campaign.ts';
import { JSON_MUTATIONS } from '../fuzz/mutate.ts';

const QUESTION = { question_id: '81_DE', category: 'math', turns: ['one', 'two'], reference: ['1', '2'] };
const ANSWER = { question_id: '81_DE', answer_id: 'a', model_id: 'm', choices: [{ index: 0, turns: ['eins', 'zwei'] }], tstamp: 3 };
const JUDGMENT = { question_id: '81_DE', model: 'm', judge: ['gpt-4', 'single-v1'], user_prompt: 'p', judgment: 'Rating: [[7]]', score: 7, turn: 1, tstamp: 3 };
const PROMPT = { name: 'single-v1', type: 'single', system_prompt: 's', prompt_template: '{question} {answer}', description: '', category: 'general', output_format: '[[rating]]' };

const asFile = (json: unknown, name: string): File => new File([`${JSON.stringify(json) ?? ''}\n`], name);
/** A line that was listed is a refusal, by whoever lists it. */
function listed(bad: readonly { reason: string }[]): void {
  for (const { reason } of bad) expect(reason).not.toMatch(/undefined|\[object/);
  if (bad.length > 0) throw new Reported('listed');
}

test('malformed questions, references and prompts', async () => {
  for (const [reader, seed, name] of [['benchmark questions', QUESTION, 'mt_bench_DE/question.jsonl'], ['reference answers', ANSWER, 'mt_bench_DE/reference_answer/gpt-4.jsonl'], ['judge prompts', PROMPT, 'mt_bench_DE/judge_prompts.jsonl']] as const) {
    await runCampaign<unknown>({
      reader, seeds: [seed], mutations: JSON_MUTATIONS, files: 240,
      async read(json) {
        const { benchmark, report } = await parseBenchmark([asFile(json, name)]);
        listed(report.bad);
        const { questions, references, prompts } = benchmark;
        if (questions.length + references.length + prompts.length === 0) return report.notes.length > 0 ? null : 'nothing was read, and nothing said';
        const texts = [...questions.flatMap(({ turns, reference }) => [...turns, ...reference]), ...references.flatMap(({ turns }) => turns), ...prompts.map(({ prompt_template }) => prompt_template)];
        if (!texts.every((text) => typeof text === 'string')) return 'a turn that is no text';
        return questions.every(({ category, turns }) => CATEGORIES.includes(category) && turns.length === 2 && turns.every((turn) => turn.trim() !== '')) ? null : 'a question that is none';
      },
    });
  }
});

test('malformed answers and judgments', async () => {
  await runCampaign<unknown>({
    reader: 'model answers', seeds: [ANSWER], mutations: JSON_MUTATIONS, files: 240,
    async read(json) {
      const { answers, bad } = await readAnswers([asFile(json, 'mt_bench_DE/model_answer/m.jsonl')]);
      listed(bad);
      return answers.every(({ turns, model_id, tstamp }) => turns.length === 2 && turns.every((turn) => typeof turn === 'string') && model_id.trim() !== '' && Number.isFinite(tstamp)) && answers.length === 1 ? null : 'an answer that is none';
    },
  });
  const { benchmark } = await parseBenchmark([asFile(QUESTION, 'mt_bench_DE/question.jsonl')]);
  await runCampaign<unknown>({
    reader: 'judgments', seeds: [JUDGMENT], mutations: JSON_MUTATIONS, files: 240,
    async read(json) {
      const { judgments, bad } = await readJudgments([asFile(json, 'mt_bench_DE/model_judgment/gpt-4_single.jsonl')], benchmark.questions);
      listed(bad);
      return judgments.length === 1 && judgments.every((one) => (one.state === 'failed' ? one.error.message !== '' : one.score >= 1 && one.score <= 10) && [1, 2].includes(one.turn)) ? null : 'a judgment that is none';
    },
  });
});
