/**
 * Answers the benchmark with every cell of a group at once: all first turns, then all second turns. Every answer is stored
 * as it comes, so a run that goes on asks only what is missing. Sampling is seeded by cell seed, question and turn, the
 * same for every mix, so that mixes differ by their adapters and not by their luck.
 */
import { LabError } from '../core/errors.ts';
import { contentHash } from '../core/hash.ts';
import type { Answer, Question } from '../records/question.ts';
import type { GenerationRequest, GenerationResult } from '../engine/generation/index.ts';
import { answerRow, type AnswerRow } from '../storage/index.ts';
import { renderPrompt } from '../engine/text/chat.ts';
import { type Group, initialAdapterOf } from './cell.ts';
import { GroupCommit } from './commit.ts';
import type { RunContext } from './context.ts';
import type { StudyModel } from './engine.ts';
import { Meter } from './meter.ts';
import { questionMessages } from './prompting.ts';
import type { Tuned } from '../records/adapter.ts';

/** A turn's tokens, or why it has none. */
type Ended = Omit<GenerationResult, 'finish'> & { finish: Answer['finish'][number] };

/** One answer that is still to come, or is half there. */
interface Pending {
  cell: string;
  question: Question;
  answer: Answer | null;
}

/** @param cells those of the group that are to answer; tuned ones must have their adapters stored */
export async function answerGroup(context: RunContext, group: Group, model: StudyModel, cells: readonly string[]): Promise<void> {
  const { live, questions, store, signal, guard } = context;
  const pending: Pending[] = [];
  let turnsDone = 0;
  for (const cell of cells) {
    const known = new Map((await store.answers.answers(live.id, { cell }, { partial: true })).map((answer) => [answer.question_id, answer]));
    for (const question of questions) {
      const answer = known.get(question.question_id) ?? null;
      turnsDone += answer?.turns.length ?? 0;
      if ((answer?.turns.length ?? 0) < question.turns.length) pending.push({ cell, question, answer });
    }
    const complete = [...known.values()].filter((answer) => answer.turns.length === 2).length;
    live.updateCell(cell, { stage: 'answering', answered: { done: complete, total: questions.length } });
  }
  if (pending.length === 0) return;

  // Untuned cells answer with the base model, or with the adapter that the study starts from.
  const init = await initialAdapterOf(store, live.id);
  const adapters = group.tuned ? await Promise.all(cells.map((cell) => storedAdapter(context, cell))) : init ? [init] : [];
  const rows = new GroupCommit<AnswerRow>((answers) => store.answers.putAnswers(answers));
  const meter = new Meter(live, 'answering', 'answers');
  const total = cells.length * questions.length * 2;
  const generator = await guard(model.generator(adapters));
  const notes = new Map(cells.map((cell) => [cell, live.cell(cell).note ?? '']));
  // Told of again with fewer, the first number stays what was wanted.
  let most = 0;
  const onFewer = (rows: number, wanted: number): void => {
    most ||= wanted;
    const sentence = `Memory did not suffice for ${most} answers at once: ${rows} at a time.`;
    for (const [cell, before] of notes) live.updateCell(cell, { note: before.includes(sentence) ? before : `${before} ${sentence}`.trim() });
  };
  try {
    for (const turn of [0, 1]) {
      signal.throwIfAborted();
      const asked = pending.filter(({ answer, question }) => (answer?.turns.length ?? 0) === turn && question.turns.length > turn);
      const requests = asked.map((one, i) => request(context, model, one, turn, String(i), group.tuned ? cells.indexOf(one.cell) : 0));
      const onResult = (result: Ended): void => {
        const one = asked[Number(result.id)] as Pending;
        // Templates end a prompt at `Assistant:`, so the space before the answer is generated too; FastChat strips it as well.
        one.answer = extend(one, model.tokenizer.decode(result.tokens).trim(), result);
        rows.push(answerRow(live.id, one.question, one.answer));
        turnsDone++;
        const { answered } = live.cell(one.cell);
        if (one.answer.turns.length === one.question.turns.length) live.updateCell(one.cell, { answered: { ...answered, done: answered.done + 1 } });
        meter.observe(turnsDone, total, result.tokens.length);
      };
      const fitting = requests.filter((one) => one.prompt.length < model.positions);
      // A dialogue that fills the model's context leaves no room for a word: that is no answer.
      for (const one of requests) if (one.prompt.length >= model.positions) onResult({ id: one.id, tokens: [], finish: 'no-room' });
      if (fitting.length > 0) await guard(generator.generate(fitting, { signal, onResult, onFewer }));
      await rows.flush();
    }
  } finally {
    generator.dispose();
    await rows.flush();
  }
}

async function storedAdapter(context: RunContext, cell: string): Promise<Tuned> {
  const adapter = await context.store.studies.adapter(context.live.id, cell);
  if (!adapter) throw new LabError('studies.no-adapter', `The adapter of ${cell} is not in this browser.`, 'Retry the cell to train it again.', { cell });
  return adapter;
}

function request({ manifest, live }: RunContext, model: StudyModel, { cell, question, answer }: Pending, turn: number, id: string, adapter: number): GenerationRequest {
  const { benchmark } = manifest;
  return {
    id,
    adapter,
    prompt: renderPrompt(model.tokenizer, questionMessages(question, answer?.turns ?? [], manifest.system_prompt)),
    maxNewTokens: benchmark.max_new_tokens,
    temperature: benchmark.temperature[question.category] ?? 0,
    topP: benchmark.top_p,
    topK: benchmark.top_k,
    repetitionPenalty: benchmark.repetition_penalty,
    seed: `${live.cell(cell).seed}/${question.question_id}/turn-${turn + 1}`,
  };
}

function extend({ cell, question, answer }: Pending, text: string, { tokens, finish }: Ended): Answer {
  return {
    answer_id: answer?.answer_id ?? contentHash(`${cell}|${question.question_id}`),
    question_id: question.question_id,
    model_id: cell,
    turns: [...(answer?.turns ?? []), text],
    finish: [...(answer?.finish ?? []), finish],
    tokens: [...(answer?.tokens ?? []), tokens.length],
    tstamp: Date.now() / 1000,
  };
}
