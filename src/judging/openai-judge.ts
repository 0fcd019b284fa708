import { LabError } from '../core/errors.ts';
import { type GradeRequest, type Judge, type Judgment, type JudgmentBase, type JudgmentKey, judgmentKeyText } from '../records/judgment.ts';
import type { LanguageCode } from '../core/languages.ts';
import type { Rng } from '../core/rng.ts';
import type { JudgeConfig } from '../records/manifest.ts';
import { Concurrency } from './concurrency.ts';
import type { ChatReply } from './completion.ts';
import { bodyOf, type Dialect, learn, PLAIN, told } from './dialect.ts';
import { callChat } from './endpoint.ts';
import type { Failure } from './failures.ts';
import type { PromptLibrary } from './library.ts';
import { Meter, type MeterReading } from './meter.ts';
import { pause } from './pause.ts';
import { type BookCall, postDirectly } from './post.ts';
import { type NoVerdict, parseRating } from './rating.ts';
import { type RenderedPrompt, renderSingle } from './render.ts';

export type OpenAiJudgeConfig = Extract<JudgeConfig, { kind: 'openai' }>;

export interface OpenAiJudgeOptions {
  /** Asked before every call, so that no object of ours holds the key. Null for endpoints that want none. */
  key: () => string | null | Promise<string | null>;
  /** Jitter of the waits between attempts. */
  rng: Rng;
  /** Requests made in earlier sessions: they count towards `max_calls`. */
  callsMade?: number;
  /** Awaited before every single request; where left out, the judge counts by itself and sends from this thread. */
  book?: BookCall;
  /** Seconds of the first wait between attempts and of the longest. */
  backoff?: { first: number; longest: number };
}

type About = Parameters<BookCall>[0];

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
  private dialect: Dialect = PLAIN;
  /** Whether any call has brought a text: from then on a refusal is about what was asked, not about how. */
  private answered = false;
  /** The last refusal before that, and how often it came in a row. */
  private refusal = { said: '', times: 0 };
  private readonly book: OpenAiJudgeOptions['book'];
  /** Private to the language, so that neither a clone nor JSON of this object can carry a way to the key. */
  readonly #key: OpenAiJudgeOptions['key'];

  constructor(
    private readonly config: OpenAiJudgeConfig,
    private readonly prompts: PromptLibrary,
    options: OpenAiJudgeOptions,
  ) {
    const { host } = new URL(config.base_url);
    const warmth = config.temperature === 0 ? '' : `:t${config.temperature ?? '-default'}`;
    this.id = `openai:${config.model}@${host}:single${warmth}`;
    this.label = `${config.model} (${host})`;
    this.#key = options.key;
    this.rng = options.rng;
    this.book = options.book;
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

  /** What of the manifest's wishes this endpoint refused, in sentences. */
  get notes(): readonly string[] {
    return told(this.dialect, this.config.temperature);
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
    /** Requests made; tries are those that failed without teaching anything. */
    let requests = 0;
    for (let tries = 1; ; tries++) {
      const { reply, made } = await this.attempt(rendered, { key: judgmentKeyText(base), cell: answer.model_id }, signal);
      requests += made;
      if ('text' in reply) return graded(base, reply, requests, this.label, rendered.prompt.language);
      const tooLong = reply.waitSeconds !== null && reply.waitSeconds > LONGEST_WAIT_SECONDS;
      if (!reply.retry || tooLong || tries >= this.config.max_attempts) return failed(base, lastWord(reply, tries, tooLong), '', requests);
      await pause(reply.waitSeconds ?? this.backoffSeconds(tries), signal);
    }
  }

  /** One call, made again at once, and counted again, where its refusal teaches how to ask. */
  private async attempt(rendered: RenderedPrompt, about: About, signal?: AbortSignal): Promise<{ reply: ChatReply | Failure; made: number }> {
    for (let made = 1; ; made++) {
      const sent = this.dialect;
      const reply = await this.call(rendered, sent, about, signal);
      if ('text' in reply) {
        this.answered = true;
        return { reply, made };
      }
      if (reply.error.code !== 'judging.bad-request') return { reply, made };
      const said = reply.error.message;
      const learned = learn(said, sent);
      // Others under way may have taught it meanwhile: what counts is what this call sent.
      if (!learned) return { reply: this.refused(reply), made };
      this.dialect = merged(this.dialect, sent, learned);
    }
  }

  private async call(rendered: RenderedPrompt, dialect: Dialect, about: About, signal?: AbortSignal): Promise<ChatReply | Failure> {
    signal?.throwIfAborted();
    while (this.waiting > 0) await pause(this.waiting, signal);
    const { base_url, model, temperature, max_tokens, max_calls, timeout_seconds } = this.config;
    if (!this.book && max_calls !== null && this.meter.read().calls >= max_calls) throw capReached(max_calls);
    const { counted, post } = (await this.book?.(about)) ?? { counted: false, post: postDirectly };
    if (!counted) this.meter.call();
    const call = this.calls.begin();
    const key = (await this.#key())?.trim() || null;
    const body = bodyOf({ model, system: rendered.system, user: rendered.user, temperature, max_tokens }, dialect);
    const reply = await callChat({ base_url, body, key, timeoutSeconds: timeout_seconds, judge: this.label, post }, signal);
    if ('text' in reply) {
      this.calls.succeeded();
      this.meter.reply(rendered.system + rendered.user, reply.text, reply.usage);
    } else if (reply.throttled) {
      this.calls.throttled(call);
      if (reply.waitSeconds !== null && reply.waitSeconds <= LONGEST_WAIT_SECONDS) this.notBefore = Math.max(this.notBefore, Date.now() + reply.waitSeconds * 1000);
    }
    return reply;
  }

  /** A refusal before any answer is about what all calls share, unless it speaks of this one's length or content. */
  private refused(reply: Failure): Failure {
    if (this.answered) return reply;
    const said = reply.error.message;
    this.refusal = { said, times: this.refusal.said === said ? this.refusal.times + 1 : 1 };
    if (ABOUT_THIS_CALL.test(said) && this.refusal.times < REFUSALS_IN_A_ROW) return reply;
    const { code, message, hint, data } = reply.error;
    return { ...reply, error: new LabError(code, message, hint, { ...data, everyCall: true }) };
  }

  /** Doubles each time; half of it is chance, so that calls which failed together do not come back together. */
  private backoffSeconds(attempt: number): number {
    const { first, longest } = this.backoff;
    return Math.min(longest, first * 2 ** (attempt - 1)) * (0.5 + 0.5 * this.rng.float());
  }
}

/** What a refusal says that another answer may not meet. */
const ABOUT_THIS_CALL = /context|too long|length|too many tokens|content|filter|policy|safety/i;
/** The same words for so many answers mean that all will meet them. */
const REFUSALS_IN_A_ROW = 3;

/** What others have learned meanwhile, and what this call has. */
function merged(now: Dialect, sent: Dialect, learned: Dialect): Dialect {
  return {
    limit: learned.limit === sent.limit ? now.limit : learned.limit,
    temperature: learned.temperature === sent.temperature ? now.temperature : learned.temperature,
    system: learned.system === sent.system ? now.system : learned.system,
  };
}

type Named = Omit<JudgmentBase, 'judgment' | 'attempts' | 'tstamp'>;

function graded(base: Named, { text, finish }: ChatReply, attempts: number, judge: string, language: LanguageCode): Judgment {
  // What was cut off might have gone on to another rating.
  if (finish === 'length') return failed(base, CUT_OFF(judge), text, attempts);
  const rating = parseRating(text, language);
  if ('score' in rating) return { ...base, judgment: text, attempts, tstamp: Date.now() / 1000, state: 'graded', score: rating.score };
  const { code, hint } = NO_VERDICT[rating.kind];
  return failed(base, new LabError(code, `The judge ${judge} gave no grade: ${rating.problem}.`, hint), text, attempts);
}

const CUT_OFF = (judge: string): LabError => new LabError('judging.cut-off', `The judge ${judge} was cut off at the token limit, so that its last word is not known.`, 'Raise the token limit in the judge settings and retry the failed judgments.');

const NO_VERDICT: Readonly<Record<NoVerdict['kind'], { code: string; hint: string }>> = {
  none: { code: 'judging.no-rating', hint: 'Read its words; if it often ends like this, choose another judge model or prompt.' },
  'out-of-range': { code: 'judging.no-rating', hint: 'Read its words; if it often ends like this, choose another judge model or prompt.' },
  ambiguous: { code: 'judging.ambiguous', hint: 'Read its words, and retry the failed judgments; a judge that often ends like this needs another prompt.' },
};

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
