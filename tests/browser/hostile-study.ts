/** A study, a dataset and a benchmark whose every free text would run a script if it became markup. */
import { LabError } from '../../src/core/errors.ts';
import type { Judgment } from '../../src/records/judgment.ts';
import type { Answer, Question } from '../../src/records/question.ts';
import { expand } from '../../src/studies/cell.ts';
import { writeBundle } from '../../src/studies/bundle.ts';
import { newStudy } from '../../src/studies/create.ts';
import { parseManifest } from '../../src/records/manifest.ts';
import type { StudyContent } from '../../src/studies/study-content.ts';

/** `pwned` is a function that the test puts into the page. */
export const hostile = (where: string): string => `<img src=x onerror="pwned('${where}')"><script>pwned('${where}')</script><svg onload="pwned('${where}')"> [${where}]`;

const question: Question = {
  question_id: '81_EN', number: '81', language: 'en', category: 'math',
  turns: [hostile('question 1'), hostile('question 2')], reference: [hostile('reference 1'), hostile('reference 2')],
};

/** A bundle with one cell that is done and one that failed. */
export async function hostileBundle(): Promise<Buffer> {
  const manifest = parseManifest({
    schema: 1, name: hostile('study name'), models: [hostile('model')], datasets: [hostile('dataset')], mixes: ['EN', 'DE'],
    benchmark: { id: hostile('benchmark'), languages: ['en'] },
    judge: { kind: 'openai', base_url: 'http://localhost:9/v1', model: hostile('judge model') },
    system_prompt: hostile('system prompt'),
  });
  const inventory = { models: manifest.models, datasets: manifest.datasets, questions: [question] };
  const { state } = newStudy('hostile', manifest, inventory, 1_790_000_000);
  const [done, failed] = expand(manifest).map(({ id }) => id) as [string, string];
  const error = new LabError('judging.server', hostile('error message'), hostile('error hint')).toRecord();
  const note = hostile('note');
  state.cells = state.cells.map((cell) => ({ ...cell, note, answered: { done: 1, total: 1 }, ...(cell.id === done ? { stage: 'done' as const, judged: { done: 1, failed: 1, total: 2 } } : { stage: 'failed' as const, error }) }));
  state.status = 'done';
  const answer: Answer = { answer_id: 'a', question_id: '81_EN', model_id: done, turns: [hostile('answer 1'), hostile('answer 2')], finish: ['stop', 'length'], tokens: [5, 5], tstamp: 1 };
  const base = {
    judge_id: `openai:${hostile('judge id')}`, prompt_hash: 'p', answer_hash: 'a', repeat: 0, question_id: '81_EN', model_id: done, language: 'en', category: 'math' as const,
    judge: [hostile('judge'), hostile('prompt name')] as [string, string], user_prompt: hostile('prompt sent'), judgment: hostile('judge’s words'), attempts: 1, tstamp: 1,
  };
  const judgments: Judgment[] = [{ ...base, turn: 1, state: 'graded', score: 7 }, { ...base, turn: 2, state: 'failed', error }];
  const content: StudyContent = { state, questions: [question], losses: [], answers: [answer, { ...answer, answer_id: 'b', model_id: failed }], judgments, adapters: new Map() };
  return Buffer.from(await writeBundle(content).arrayBuffer());
}

/** Chat records, the last of them without an answer, so that its line is reported; under a name that is hostile too. */
export function hostileDataset(): { name: string; mimeType: string; buffer: Buffer } {
  const lines = [0, 1].map((i) => JSON.stringify({ id: hostile(`record id ${i}`), messages: [{ role: 'user', content: hostile('user') }, { role: 'assistant', content: hostile('assistant') }] }));
  const bad = JSON.stringify({ id: 'x', messages: [{ role: hostile('role'), content: 'x' }] });
  return { name: 'train_<img src=x onerror=pwned(1)>_en.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from([...lines, bad].join('\n')) };
}
