import type { Judge } from '../records/judgment.ts';
import type { Answer, Question } from '../records/question.ts';

const QUESTION: Question = { question_id: 'probe_EN', number: 'probe', language: 'en', category: 'stem', turns: ['How many legs does a spider have?', 'And two spiders?'], reference: [] };
const ANSWER: Answer = { answer_id: 'probe', question_id: 'probe_EN', model_id: 'probe', turns: ['Eight.', 'Sixteen.'], finish: ['stop', 'stop'], tokens: [2, 2], tstamp: 0 };

/** One tiny grading call: whether the judge answers, and whether a rating can be read in what it says. */
export async function probeJudge(judge: Judge, signal?: AbortSignal): Promise<{ ok: boolean; detail: string; milliseconds: number }> {
  const start = performance.now();
  const judgment = await judge.grade({ question: QUESTION, answer: ANSWER, turn: 1, repeat: 0 }, signal);
  const milliseconds = performance.now() - start;
  if (judgment.state === 'graded') return { ok: true, detail: `${judge.label} answered and gave ${judgment.score} of 10.`, milliseconds };
  return { ok: false, detail: `${judgment.error.message} ${judgment.error.hint}`, milliseconds };
}
