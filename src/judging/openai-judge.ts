import { LabError } from '../core/errors.ts';
import type { GradeRequest, Judge, Judgment, JudgmentBase, JudgmentKey } from '../core/judgment.ts';
import type { Rng } from '../core/rng.ts';
import type { JudgeConfig } from '../studies/manifest.ts';
import { Concurrency } from './concurrency.ts';
import { callChat, type ChatReply } from './endpoint.ts';
import type { Failure } from './failures.ts';
import type { PromptLibrary } from './library.ts';
import { Meter, type MeterReading } from './meter.ts';
import { pause } from './pause.ts';
import { parseRating } from './rating.ts';
import { type RenderedPrompt, renderSingle } from './render.ts';

export type OpenAiJudgeConfig = Extract<JudgeConfig, { kind: 'openai' }>;

export interface OpenAiJudgeOptions {
  /** Asked before every call, so that no object of ours holds the key. Null for endpoints that want none. */
  key: () => string | null | Promise<string | null>;
  /** Jitter of the waits between attempts. */
  rng: Rng;
  /** Requests made in earlier sessions: they count towards `max_calls`. */
  callsMade?: number;
  /** Seconds of the first wait between attempts and of the longest. */
  backoff?: { first: number; longest: number };
}

/** A longer `Retry-After` than this is a person's decision, not a wait. */
const LONGEST_WAIT_SECONDS = 600;

/**
 * Any OpenAI-compatible chat-completions endpoint as a judge: single grading of both turns, as MT-Bench does it.
 * What fails and may pass is tried again, with exponential back-off and the endpoint's own `Retry-After`; what is not a
 * grade in the end is a failed judgment, never a score.
 */
export class OpenAiJudge implements Judge {
  readonly kind = 'llm';
  readonly id: string;
  readonly label: string;
  private readonly meter: Meter;
  private readonly calls: Concurrency;
  private readonly rng: Rng;
  private readonly backoff: { first: number; longest: number };
  /** No call starts before this time (milliseconds): one 429 holds all of them back. */
  private notBefore = 0;
  /** Newer models want the token limit under another name; the first refusal tells. */
  private limitField = 'max_tokens';
  /** Private to the language, so that neither a clone nor JSON of this object can carry a way to the key. */
  readonly #key: OpenAiJudgeOptions['key'];

  constructor(
    private readonly config: OpenAiJudgeConfig,
    private readonly prompts: PromptLibrary,
    options: OpenAiJudgeOptions,
  ) {
    const { host } = new URL(config.base_url);
    this.id = `openai:${config.model}@${host}:single${config.temperature === 0 ? '' : `:t${config.temperature}`}`;
    this.label = `${config.model} (${host})`;
    this.#key = options.key;
    this.rng = options.rng;
    this.meter = new Meter(config.price_in, config.price_out, options.callsMade ?? 0);
    this.calls = new Concurrency(config.concurrency);
    this.backoff = options.backoff ?? { first: 1, longest: 60 };
  }

  get concurrency(): number {
    return this.calls.limit;
  }

  /** Calls, tokens and dollars so far. */
  get spent(): MeterReading {
    return this.meter.read();
  }

  /** Seconds until the endpoint wants to be asked again; 0 when it may be asked now. */
  get waiting(): number {
    return Math.max(0, (this.notBefore - Date.now()) / 1000);
  }

  key({ question, answer, turn, repeat }: GradeRequest): JudgmentKey {
    const { prompt_hash, answer_hash } = renderSingle(this.prompts, question, answer.turns, turn);
    return { judge_id: this.id, prompt_hash, answer_hash, turn, repeat };
  }

  /** Throws only the signal's reason, and `judging.max-calls` when one more call would pass the cap. */
  async grade(request: GradeRequest, signal?: AbortSignal): Promise<Judgment> {
    const { question, answer, turn, repeat } = request;
    const rendered = renderSingle(this.prompts, question, answer.turns, turn);
    const base = {
      judge_id: this.id,
      prompt_hash: rendered.prompt_hash,
      answer_hash: rendered.answer_hash,
      turn,
      repeat,
      question_id: question.question_id,
      model_id: answer.model_id,
      language: question.language,
      category: question.category,
      judge: [this.config.model, rendered.prompt.name] as [string, string],
      user_prompt: rendered.user,
    };
    if (rendered.missing) return failed(base, missingReference(request), '', 0);
    for (let attempt = 1; ; attempt++) {
      const reply = await this.attempt(rendered, signal);
      if ('text' in reply) return graded(base, reply, attempt, this.label);
      const tooLong = reply.waitSeconds !== null && reply.waitSeconds > LONGEST_WAIT_SECONDS;
      if (!reply.retry || tooLong || attempt >= this.config.max_attempts) return failed(base, lastWord(reply, attempt, tooLong), '', attempt);
      await pause(reply.waitSeconds ?? this.backoffSeconds(attempt), signal);
    }
  }

  private async attempt(rendered: RenderedPrompt, signal?: AbortSignal): Promise<ChatReply | Failure> {
    signal?.throwIfAborted();
    while (this.waiting > 0) await pause(this.waiting, signal);
    const { max_calls, timeout_seconds } = this.config;
    if (max_calls !== null && this.meter.read().calls >= max_calls) throw capReached(max_calls);
    this.meter.call();
    const call = this.calls.begin();
    const key = (await this.#key())?.trim() || null;
    const reply = await callChat({ base_url: this.config.base_url, body: this.body(rendered), key, timeoutSeconds: timeout_seconds, judge: this.label }, signal);
    if ('text' in reply) {
      this.calls.succeeded();
      this.meter.reply(rendered.system + rendered.user, reply.text, reply.usage);
      return reply;
    }
    if (reply.throttled) {
      this.calls.throttled(call);
      if (reply.waitSeconds !== null && reply.waitSeconds <= LONGEST_WAIT_SECONDS) this.notBefore = Math.max(this.notBefore, Date.now() + reply.waitSeconds * 1000);
    }
    if (reply.error.code === 'judging.bad-request' && this.limitField === 'max_tokens' && reply.error.message.includes('max_completion_tokens')) {
      this.limitField = 'max_completion_tokens';
      return this.attempt(rendered, signal);
    }
    return reply;
  }

  private body({ system, user }: RenderedPrompt): Record<string, unknown> {
    const { model, temperature, max_tokens } = this.config;
    const messages = [{ role: 'system', content: system }, { role: 'user', content: user }];
    return { model, messages: system.trim() === '' ? messages.slice(1) : messages, temperature, [this.limitField]: max_tokens };
  }

  /** Doubles each time; half of it is chance, so that calls which failed together do not come back together. */
  private backoffSeconds(attempt: number): number {
    const { first, longest } = this.backoff;
    return Math.min(longest, first * 2 ** (attempt - 1)) * (0.5 + 0.5 * this.rng.float());
  }
}

type Named = Omit<JudgmentBase, 'judgment' | 'attempts' | 'tstamp'>;

function graded(base: Named, { text, finish }: ChatReply, attempts: number, judge: string): Judgment {
  const rating = parseRating(text);
  if ('score' in rating) return { ...base, judgment: text, attempts, tstamp: Date.now() / 1000, state: 'graded', score: rating.score };
  const cut = finish === 'length';
  const hint = cut ? 'Raise the token limit in the judge settings: it stopped the judge before the rating.' : 'Read its words; if it often ends like this, choose another judge model or prompt.';
  return failed(base, new LabError('judging.no-rating', `The judge ${judge} gave no grade: ${rating.problem}${cut ? ', and it was cut off at the token limit' : ''}.`, hint), text, attempts);
}

function failed(base: Named, error: LabError, judgment: string, attempts: number): Judgment {
  return { ...base, judgment, attempts, tstamp: Date.now() / 1000, state: 'failed', error: error.toRecord() };
}

/** The error a person reads; `exhausted` tells the scheduler that waiting did not help. */
function lastWord({ error, retry, waitSeconds }: Failure, attempts: number, tooLong: boolean): LabError {
  if (!retry) return error;
  const tail = tooLong ? ` It asks to wait ${Math.round((waitSeconds as number) / 60)} minutes.` : ` Tried ${attempts} ${attempts === 1 ? 'time' : 'times'}.`;
  return new LabError(error.code, error.message + tail, error.hint, { ...error.data, exhausted: true, ...(tooLong ? { everyCall: true } : {}) });
}

function missingReference({ question, turn }: GradeRequest): LabError {
  return new LabError(
    'judging.no-reference',
    `Question ${question.question_id} (${question.category}, turn ${turn}) cannot be graded: its category needs a reference answer and the benchmark has none for it.`,
    'Import the reference_answer files of this language, then retry the failed judgments.',
    { question_id: question.question_id, turn },
  );
}

function capReached(max_calls: number): LabError {
  return new LabError('judging.max-calls', `Judging paused: the limit of ${max_calls} calls is reached.`, 'Everything graded so far is kept. Raise the limit to go on.', { max_calls });
}
