import { expect, test } from '@playwright/test';
import type { GradeRequest, Judge, Judgment } from '../../src/records/judgment.ts';
import { judgmentKeyText } from '../../src/records/judgment.ts';
import type { Answer, Question } from '../../src/records/question.ts';
import { Rng } from '../../src/core/rng.ts';
import { Concurrency } from '../../src/judging/concurrency.ts';
import { retryAfter } from '../../src/core/retry-after.ts';
import { judgeAll, OpenAiJudge, type OpenAiJudgeConfig, type OpenAiJudgeOptions, postDirectly, probeJudge, PromptLibrary, renderSingle } from '../../src/judging/index.ts';
import { type Behaviour, gradeOf, type JudgeServer, type ReceivedCall, startJudgeServer } from '../judge-server.ts';

const SECRET = 'sk-verysecretkey1234567890';
const LIBRARY = new PromptLibrary();
const QUESTION: Question = { question_id: '81_EN', number: '81', language: 'en', category: 'writing', turns: ['Write.', 'Again.'], reference: [] };
const ANSWER: Answer = { answer_id: 'a', question_id: '81_EN', model_id: 'cell', turns: ['Text {answer}.', 'More.'], finish: ['stop', 'stop'], tokens: [2, 2], tstamp: 0 };
const request = (number = 81, turn: 1 | 2 = 1, repeat = 0): GradeRequest => ({
  question: { ...QUESTION, question_id: `${number}_EN`, number: `${number}`, turns: [`Write ${number}.`, 'Again.'] },
  answer: { ...ANSWER, question_id: `${number}_EN` },
  turn,
  repeat,
});
const requests = (n: number): GradeRequest[] => Array.from({ length: n }, (_, i) => request(i));

function judgeAt(url: string, config: Partial<OpenAiJudgeConfig> = {}, options: Partial<OpenAiJudgeOptions> = {}): OpenAiJudge {
  return new OpenAiJudge(
    { kind: 'openai', base_url: url, model: 'gpt-test', temperature: 0, max_tokens: 100, concurrency: 4, repeats: 1, timeout_seconds: 5, max_attempts: 3, max_calls: null, price_in: 10, price_out: 30, ...config },
    LIBRARY,
    { key: () => SECRET, rng: new Rng(1), backoff: { first: 0.01, longest: 0.05 }, ...options },
  );
}

/** Runs against a fresh server, which is closed whatever happens. */
async function against<T>(script: Behaviour[] | ((call: number, received: ReceivedCall) => Behaviour), body: (server: JudgeServer) => Promise<T>): Promise<T> {
  const server = await startJudgeServer(script);
  try {
    return await body(server);
  } finally {
    await server.close();
  }
}

function gradedScore(judgment: Judgment): number {
  if (judgment.state !== 'graded') throw new Error(`${judgment.error.code}: ${judgment.error.message}`);
  return judgment.score;
}

test('a grade comes back with everything that names it', async () => {
  await against(['grade'], async (server) => {
    const judge = judgeAt(server.url);
    const judgment = await judge.grade(request());
    const { user, system } = renderSingle(LIBRARY, request().question, ANSWER.turns, 1);
    expect(judgment).toMatchObject({ state: 'graded', score: gradeOf(user), question_id: '81_EN', model_id: 'cell', language: 'en', category: 'writing', judge: ['gpt-test', 'single-v1'], user_prompt: user, attempts: 1, turn: 1, repeat: 0 });
    expect(judgment).toMatchObject({ ...judge.key(request()) });
    expect(judgment.judgment).toContain(`[[${gradeOf(user)}]]`);
    expect(server.calls[0]?.authorization).toBe(`Bearer ${SECRET}`);
    expect(server.calls[0]?.body).toEqual({ model: 'gpt-test', temperature: 0, max_tokens: 100, messages: [{ role: 'system', content: system }, { role: 'user', content: user }] });
    expect(judge.id).toBe(`openai:gpt-test@${new URL(server.url).host}:single`);
  });
});

test('the meter counts calls, tokens and dollars as the endpoint gives them, and says when it had to estimate', async () => {
  await against([{ status: 500 }, 'grade', 'no-usage'], async (server) => {
    const judge = judgeAt(`${server.url}/`);
    await judge.grade(request());
    expect(judge.spent).toEqual({ calls: 2, tokensIn: 100, tokensOut: 20, estimated: false, dollars: (100 * 10 + 20 * 30) / 1e6 });
    await judge.grade(request(82));
    expect(judge.spent).toMatchObject({ calls: 3, estimated: true });
    expect(judge.spent.tokensIn).toBeGreaterThan(100);
  });
});

const PASSING: [string, Behaviour, string][] = [
  ['a 429', { status: 429 }, 'judging.rate-limited'],
  ['a 500', { status: 500 }, 'judging.server'],
  ['a 503', { status: 503 }, 'judging.server'],
  ['a dropped connection', 'drop', 'judging.network'],
  ['half a JSON', 'malformed', 'judging.malformed'],
  ['a body of events', { raw: 'data: {"choices": [{"delta": {"content": "[[9]]"}}]}\n\ndata: [DONE]\n' }, 'judging.malformed'],
];
for (const [title, behaviour, code] of PASSING) {
  test(`${title} is tried again, and failed when it does not pass`, async () => {
    await against([behaviour, behaviour, { rating: 7 }], async (server) => {
      expect(await judgeAt(server.url).grade(request())).toMatchObject({ state: 'graded', score: 7, attempts: 3 });
    });
    await against([behaviour], async (server) => {
      const judgment = await judgeAt(server.url).grade(request());
      expect(judgment).toMatchObject({ state: 'failed', attempts: 3, error: { code } });
      expect(judgment).not.toHaveProperty('score');
      expect(server.calls).toHaveLength(3);
    });
  });
}

test('a hang is cut off, tried again and then failed', async () => {
  await against(['hang', { rating: 6 }], async (server) => {
    expect(await judgeAt(server.url, { timeout_seconds: 0.2 }).grade(request())).toMatchObject({ state: 'graded', score: 6, attempts: 2 });
  });
  await against(['hang'], async (server) => {
    expect(await judgeAt(server.url, { timeout_seconds: 0.1, max_attempts: 2 }).grade(request())).toMatchObject({ state: 'failed', attempts: 2, error: { code: 'judging.timeout' } });
  });
});

const FINAL: [string, Behaviour, string][] = [
  ['a 400', { status: 400 }, 'judging.bad-request'],
  ['a 401', { status: 401 }, 'judging.unauthorised'],
  ['a 403', { status: 403 }, 'judging.forbidden'],
  ['a 404', { status: 404 }, 'judging.not-found'],
  ['a 418', { status: 418 }, 'judging.http'],
  ['an empty account', { status: 429, code: 'insufficient_quota' }, 'judging.no-credit'],
  ['an error inside a 200', 'error-body', 'judging.error-body'],
  ['a refusal', 'refusal', 'judging.refused'],
  ['an empty text', 'empty', 'judging.empty'],
  ['no choices', 'no-choices', 'judging.malformed'],
  ['text without a rating', 'no-rating', 'judging.no-rating'],
  ['text cut off at the token limit', 'cut-off', 'judging.cut-off'],
  ['text cut off behind a rating', { rating: 9, finish: 'length' }, 'judging.cut-off'],
  ...['max_tokens', 'MAX_TOKENS', 'model_length'].map((finish): [string, Behaviour, string] => [`text that ends by ${finish}`, { rating: 9, finish }, 'judging.cut-off']),
  ...['content_filter', 'SAFETY'].map((finish): [string, Behaviour, string] => [`text that ends by ${finish}`, { rating: 9, finish }, 'judging.refused']),
  ['a refusal beside a text', { raw: JSON.stringify({ choices: [{ message: { content: 'Rating: [[9]]', refusal: 'I decline.' }, finish_reason: 'stop' }] }) }, 'judging.refused'],
  ['text that ends with an error', { rating: 9, finish: 'error' }, 'judging.error-body'],
  ['an error beside half a text', { rating: 9, error: 'the upstream fell over' }, 'judging.error-body'],
  ['two ratings with nothing to choose by', { text: 'It is [[8]] or [[9]].' }, 'judging.ambiguous'],
  ['content that is no text', { content: { rating: 9 } }, 'judging.malformed'],
  ['a rating out of range', { rating: 42 }, 'judging.no-rating'],
];
for (const [title, behaviour, code] of FINAL) {
  test(`${title} is a failed judgment at once, never a score`, async () => {
    await against([behaviour], async (server) => {
      const judgment = await judgeAt(server.url).grade(request());
      expect(judgment).toMatchObject({ state: 'failed', attempts: 1, error: { code, hint: expect.stringMatching(/\w/) } });
      expect(judgment).not.toHaveProperty('score');
      expect(server.calls).toHaveLength(1);
    });
  });
}

test('the judge’s words are kept where there is no rating in them', async () => {
  await against(['no-rating'], async (server) => {
    expect((await judgeAt(server.url).grade(request())).judgment).toBe('A pleasant answer, all in all.');
  });
});

test('an unreachable judge is a network failure that speaks of CORS', async () => {
  const server = await startJudgeServer();
  await server.close();
  const judgment = await judgeAt(server.url).grade(request());
  expect(judgment).toMatchObject({ state: 'failed', attempts: 3, error: { code: 'judging.network', hint: expect.stringContaining('CORS') } });
});

test('Retry-After is waited for, in seconds or as a date, and a very long one is a failure', async () => {
  await against([{ status: 429, retryAfter: '0.4' }, { rating: 5 }], async (server) => {
    await judgeAt(server.url).grade(request());
    expect((server.calls[1]?.at ?? 0) - (server.calls[0]?.at ?? 0)).toBeGreaterThanOrEqual(395);
  });
  await against([{ status: 429, retryAfter: '86400' }], async (server) => {
    expect(await judgeAt(server.url).grade(request())).toMatchObject({ state: 'failed', attempts: 1, error: { message: expect.stringContaining('1440 minutes'), data: { everyCall: true } } });
  });
  const now = Date.parse('2026-01-01T00:00:00Z');
  const read = (value?: string): number | null => retryAfter(value ?? null, now);
  expect([read('7'), read('Thu, 01 Jan 2026 00:00:30 GMT'), read('Thu, 01 Jan 2025 00:00:00 GMT'), read('soon'), read()]).toEqual([7, 30, 0, null, null]);
});

test('one Retry-After holds all calls back', async () => {
  await against((call) => (call === 0 ? { status: 429, retryAfter: '0.3' } : { rating: 5 }), async (server) => {
    const judge = judgeAt(server.url, { concurrency: 1 });
    const first = judge.grade(request(1));
    await expect.poll(() => judge.waiting, { intervals: [5] }).toBeGreaterThan(0);
    await Promise.all([first, judge.grade(request(2))]);
    const [refused, ...later] = server.calls.map(({ at }) => at);
    for (const at of later) expect(at - (refused ?? 0)).toBeGreaterThanOrEqual(295);
  });
});

test('the key is in no error, no record and no copy of the judge', async () => {
  const echo = `Incorrect API key provided: ${SECRET}. Also sk-another-key-of-yours.`;
  await against([{ status: 401, message: echo }], async (server) => {
    const judge = judgeAt(server.url);
    const judgment = await judge.grade(request());
    const told = JSON.stringify([judgment, judge, Object.entries(judge), judge.spent]);
    expect(told).toContain('Incorrect API key');
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain('another-key');
  });
  await against(['grade'], async (server) => {
    const judgment = await judgeAt(server.url, {}, { key: () => `${SECRET} with\nbreak` }).grade(request());
    expect(judgment).toMatchObject({ state: 'failed', error: { code: 'judging.bad-key' } });
    expect(JSON.stringify(judgment)).not.toContain(SECRET);
    expect(server.calls).toHaveLength(0);
  });
  await against([SECRET_ECHO], async (server) => {
    expect(JSON.stringify(await judgeAt(server.url).grade(request()))).not.toContain(SECRET);
  });
});
const SECRET_ECHO: Behaviour = { rating: `5]] ${SECRET} [[5` };

test('an endpoint that wants no key gets none', async () => {
  await against(['grade'], async (server) => {
    await judgeAt(server.url, {}, { key: () => null }).grade(request());
    expect(server.calls[0]?.authorization).toBeUndefined();
  });
});

/** What an endpoint refuses, by what is in a call; whatever is not refused is graded. */
const REFUSING: Record<string, { refuses: (body: ReceivedCall['body']) => boolean; message: string }> = {
  'the token limit by its old name': { refuses: (body) => 'max_tokens' in body, message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead." },
  'a temperature': { refuses: (body) => 'temperature' in body, message: "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported." },
  'a system message': { refuses: (body) => body.messages.some(({ role }) => role === 'system'), message: 'Conversation roles must alternate user/assistant/user/assistant/...; System role not supported' },
};

for (const [what, { refuses, message }] of Object.entries(REFUSING)) {
  test(`an endpoint that refuses ${what} is asked without it, by all calls under way, each of which is counted`, async () => {
    // The first four are under way together, and are all refused.
    await against((_, { body }) => (refuses(body) ? { status: 400, message } : { rating: 6, milliseconds: 20 }), async (server) => {
      const judge = judgeAt(server.url, { concurrency: 4 });
      const kept: Judgment[] = [];
      const result = await judgeAll(requests(16), judge, { have: () => false, save: (judgment) => void kept.push(judgment) });
      expect(result).toMatchObject({ state: 'done', graded: 16, failed: 0 });
      expect(server.calls.length).toBeGreaterThan(16);
      expect(judge.spent.calls).toBe(server.calls.length);
      expect(kept.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(server.calls.length);
    });
  });
}

test('an endpoint that refuses all three gets calls without any of them, and says which of them changes a grade', async () => {
  const refusals = Object.values(REFUSING);
  await against((_, { body }) => {
    const refused = refusals.find(({ refuses }) => refuses(body));
    return refused ? { status: 400, message: refused.message } : { rating: 6 };
  }, async (server) => {
    const judge = judgeAt(server.url);
    const judgment = await judge.grade(request());
    expect(judgment).toMatchObject({ state: 'graded', attempts: 4 });
    const { system, user } = renderSingle(LIBRARY, request().question, ANSWER.turns, 1);
    expect(server.calls.at(-1)?.body).toEqual({ model: 'gpt-test', max_completion_tokens: 100, messages: [{ role: 'user', content: `${system}\n\n${user}` }] });
    expect(judge.notes).toEqual([expect.stringContaining('takes no temperature: it graded at its own instead of 0'), expect.stringContaining('takes no system message')]);
  });
});

test('a manifest that names no temperature sends none, and its judge has a name of its own', async () => {
  await against(['grade'], async (server) => {
    const judge = judgeAt(server.url, { temperature: null });
    await judge.grade(request());
    expect(server.calls[0]?.body).not.toHaveProperty('temperature');
    expect(judge.id).not.toBe(judgeAt(server.url).id);
    expect(judge.notes).toEqual([]);
  });
});

test('a refusal that meets every call stops a run after the first; one of an answer’s length does not, until it has met three in a row', async () => {
  await against([{ status: 400, message: 'The parameter seed is required.' }], async (server) => {
    const result = await judgeAll(requests(12), judgeAt(server.url, { concurrency: 1 }), { have: () => false, save: () => {} });
    expect(result).toMatchObject({ state: 'paused', error: { code: 'judging.bad-request', message: expect.stringContaining('seed is required') } });
    expect(server.calls).toHaveLength(1);
  });
  const long = "This model's maximum context length is 100 tokens.";
  await against([{ status: 400, message: long }, { rating: 5 }, { status: 400, message: 'odd' }, { rating: 5 }], async (server) => {
    expect(await judgeAll(requests(6), judgeAt(server.url, { concurrency: 1 }), { have: () => false, save: () => {} })).toMatchObject({ state: 'done', graded: 4, failed: 2 });
  });
  await against([{ status: 400, message: long }], async (server) => {
    expect(await judgeAll(requests(12), judgeAt(server.url, { concurrency: 1 }), { have: () => false, save: () => {} })).toMatchObject({ state: 'paused' });
    expect(server.calls).toHaveLength(3);
  });
});

test('content in parts counts its text parts alone; thinking is none of it', async () => {
  const parts = (...content: unknown[]): Behaviour => ({ content });
  const cases: [Behaviour, number | null][] = [
    [parts({ type: 'text', text: 'Good. ' }, { type: 'text', text: 'Rating: [[8]]' }), 8],
    [parts({ type: 'thinking', thinking: [{ type: 'text', text: '[[2]]' }] }, { type: 'text', text: 'Rating: [[7]]' }), 7],
    [parts('Rating: [[6]]'), 6],
    [parts({ type: 'thinking', thinking: 'Rating: [[3]]' }), null],
    [parts({ type: 'text' }), null],
  ];
  for (const [script, score] of cases) {
    await against([script], async (server) => {
      const judgment = await judgeAt(server.url).grade(request());
      expect(judgment.state === 'graded' ? judgment.score : null, JSON.stringify(script)).toBe(score);
    });
  }
});

test('every request is counted before it is sent, hidden ones and retries too, and one that is refused a place is not sent', async () => {
  await against((call) => (call === 0 ? { status: 400, message: "Use 'max_completion_tokens' instead of max_tokens." } : call === 1 ? { status: 500 } : { rating: 5 }), async (server) => {
    const order: [number, string, string][] = [];
    const judge = judgeAt(server.url, {}, { book: async ({ key, cell }) => (order.push([server.calls.length, key, cell]), { counted: false, post: postDirectly }) });
    expect(gradedScore(await judge.grade(request()))).toBe(5);
    expect(order).toEqual([0, 1, 2].map((sent) => [sent, judgmentKeyText(judge.key(request())), 'cell']));
    const refusing = judgeAt(server.url, {}, { book: () => Promise.reject(new Error('no more')) });
    await expect(refusing.grade(request())).rejects.toThrow('no more');
    expect(server.calls).toHaveLength(3);
    expect(refusing.spent.calls).toBe(0);
  });
});

test('a question that lacks its reference is failed without a call', async () => {
  await against(['grade'], async (server) => {
    const math = request();
    math.question = { ...math.question, category: 'math' };
    expect(await judgeAt(server.url).grade(math)).toMatchObject({ state: 'failed', attempts: 0, error: { code: 'judging.no-reference', data: { question_id: '81_EN', turn: 1 } } });
    expect(server.calls).toHaveLength(0);
  });
});

test('an abort ends a call, a wait and a run at once', async () => {
  // Each of them would go on for a minute.
  test.setTimeout(30_000);
  for (const script of [['hang'], [{ status: 429, retryAfter: '60' }], [{ status: 500 }]] satisfies Behaviour[][]) {
    await against(script, async (server) => {
      const controller = new AbortController();
      const judge = judgeAt(server.url, { timeout_seconds: 60 }, { backoff: { first: 60, longest: 60 } });
      const run = judgeAll(requests(20), judge, { have: () => false, save: () => undefined, signal: controller.signal });
      await expect.poll(() => server.calls.length, { intervals: [5] }).toBeGreaterThan(0);
      controller.abort();
      await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    });
  }
});

test('a run keeps each judgment as it comes, and a second run asks for nothing twice', async () => {
  await against(['grade'], async (server) => {
    const kept = new Map<string, Judgment>();
    const options = { have: (key: string) => kept.has(key), save: (judgment: Judgment) => void kept.set(judgmentKeyText(judgment), judgment) };
    const judge = judgeAt(server.url);
    const all = [...requests(12), request(0, 2), request(0, 1, 1)];
    expect(await judgeAll(all.slice(0, 5), judge, options)).toEqual({ state: 'done', graded: 5, failed: 0, kept: 0, left: 0 });
    const progress: number[] = [];
    expect(await judgeAll([...all, ...all], judge, { ...options, onProgress: ({ done }) => progress.push(done) })).toMatchObject({ state: 'done', graded: 9, kept: 5 + 14 });
    expect(progress.at(-1)).toBe(28);
    expect(kept.size).toBe(14);
    expect(server.calls).toHaveLength(14);
    for (const judgment of kept.values()) expect(gradedScore(judgment)).toBe(gradeOf(judgment.user_prompt));
  });
});

test('a run interrupted anywhere and resumed asks again only for what was under way', async () => {
  const rng = new Rng('interruptions');
  await against(() => ({ rating: 5, milliseconds: rng.int(10) }), async (server) => {
    const kept = new Set<string>();
    let answered = 0;
    let round = 0;
    for (; kept.size < 40; round++) {
      const controller = new AbortController();
      const until = 1 + rng.int(8);
      let saved = 0;
      const save = (judgment: Judgment): void => {
        kept.add(judgmentKeyText(judgment));
        answered++;
        if (++saved === until) controller.abort();
      };
      await judgeAll(requests(40), judgeAt(server.url), { have: (key) => kept.has(key), save, signal: controller.signal }).catch((error: Error) => expect(error.name).toBe('AbortError'));
      expect(round).toBeLessThan(60);
    }
    expect(answered).toBe(40);
    expect(server.calls.length).toBeLessThanOrEqual(40 + 4 * round);
  });
});

test('a run pauses at its cap of calls, retries counted, with what it has, and goes on with a higher one', async () => {
  await against([{ status: 500 }, 'grade'], async (server) => {
    const kept = new Set<string>();
    const options = { have: (key: string) => kept.has(key), save: (judgment: Judgment) => void kept.add(judgmentKeyText(judgment)) };
    const first = judgeAt(server.url, { max_calls: 6 });
    const result = await judgeAll(requests(10), first, options);
    expect(result).toMatchObject({ state: 'paused', error: { code: 'judging.max-calls' } });
    expect(server.calls).toHaveLength(6);
    expect(result.graded + result.left).toBe(10);
    const second = judgeAt(server.url, { max_calls: 100 }, { callsMade: first.spent.calls });
    expect(await judgeAll(requests(10), second, options)).toMatchObject({ state: 'done', left: 0, failed: 0 });
    expect(second.spent.calls).toBe(server.calls.length);
    expect(kept.size).toBe(10);
  });
});

test('a wrong key stops a run after the calls that were under way, not after all', async () => {
  await against([{ status: 401 }], async (server) => {
    const result = await judgeAll(requests(50), judgeAt(server.url), { have: () => false, save: () => undefined });
    expect(result).toMatchObject({ state: 'paused', graded: 0, error: { code: 'judging.unauthorised' } });
    expect(server.calls.length).toBeLessThanOrEqual(8);
    expect(result.failed + result.left).toBe(50);
  });
});

test('a judge that is down stops a run, and one hard answer does not', async () => {
  await against([{ status: 503 }], async (server) => {
    const result = await judgeAll(requests(50), judgeAt(server.url, { concurrency: 1 }), { have: () => false, save: () => undefined });
    expect(result).toMatchObject({ state: 'paused', failed: 3, left: 47, error: { code: 'judging.server' } });
  });
  const hard = (_: number, { body }: ReceivedCall): Behaviour => (body.messages.at(-1)?.content.includes('Write 3.') ? 'no-rating' : { rating: 5 });
  await against(hard, async (server) => {
    expect(await judgeAll(requests(20), judgeAt(server.url), { have: () => false, save: () => undefined })).toMatchObject({ state: 'done', graded: 19, failed: 1, left: 0 });
  });
});

test('a judgment that cannot be saved stops the run with that error', async () => {
  await against(['grade'], async (server) => {
    let saves = 0;
    const save = (): void => {
      if (++saves >= 3) throw new DOMException('disk full', 'QuotaExceededError');
    };
    await expect(judgeAll(requests(30), judgeAt(server.url), { have: () => false, save })).rejects.toMatchObject({ name: 'QuotaExceededError' });
    expect(server.calls.length).toBeLessThan(12);
  });
});

test('as many calls run at once as are allowed', async () => {
  await against(() => ({ rating: 5, milliseconds: 30 }), async (server) => {
    await judgeAll(requests(24), judgeAt(server.url, { concurrency: 6 }), { have: () => false, save: () => undefined });
    expect(server.mostAtOnce).toBe(6);
  });
});

test('concurrency halves once for a round of complaints and grows back slowly', () => {
  const calls = new Concurrency(8);
  const round = Array.from({ length: 8 }, () => calls.begin());
  for (const call of round) calls.throttled(call);
  expect(calls.limit).toBe(4);
  calls.throttled(calls.begin());
  expect(calls.limit).toBe(2);
  for (let i = 0; i < 3; i++) calls.succeeded();
  expect(calls.limit).toBe(3);
  for (let i = 0; i < 100; i++) calls.succeeded();
  expect(calls.limit).toBe(8);
  for (let i = 0; i < 10; i++) calls.throttled(calls.begin());
  expect(calls.limit).toBe(1);
});

test('a run under rate limits grades everything with fewer calls at once', async () => {
  let open = 0;
  await against(
    () => {
      // Two calls at once are fine; a third is refused.
      if (open >= 2) return { status: 429 };
      open++;
      setTimeout(() => open--, 15);
      return { rating: 5, milliseconds: 10 };
    },
    async (server) => {
      const judge = judgeAt(server.url, { concurrency: 8, max_attempts: 20 });
      expect(await judgeAll(requests(30), judge, { have: () => false, save: () => undefined })).toMatchObject({ graded: 30, failed: 0 });
      expect(judge.concurrency).toBeLessThan(8);
    },
  );
});

test('a judge that never waits still lets messages in', async () => {
  const rules: Judge = {
    id: 'rules',
    kind: 'rules',
    label: 'rules',
    concurrency: 1,
    key: ({ question }) => ({ judge_id: 'rules', prompt_hash: question.question_id, answer_hash: '', turn: 1, repeat: 0 }),
    async grade(asked) {
      const end = performance.now() + 2;
      while (performance.now() < end);
      return { ...this.key(asked), question_id: asked.question.question_id, model_id: 'm', language: 'en', category: 'writing', judge: ['rules', ''], user_prompt: '', judgment: '', attempts: 1, tstamp: 0, state: 'graded', score: 5 };
    },
  };
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  let saved = 0;
  await expect(judgeAll(requests(500), rules, { have: () => false, save: () => void saved++, signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  expect(saved).toBeLessThan(100);
});

test('a probe tells whether the judge can grade', async () => {
  await against([{ rating: 9 }, { status: 401 }], async (server) => {
    expect(await probeJudge(judgeAt(server.url))).toMatchObject({ ok: true, detail: expect.stringContaining('9 of 10') });
    expect(await probeJudge(judgeAt(server.url))).toMatchObject({ ok: false, detail: expect.stringContaining('did not accept the key') });
  });
});
