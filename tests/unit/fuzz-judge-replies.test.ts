/** Bodies of chat completions, damaged: a verdict that is in the text that was sent, or a failure that says what to do. */
import { test } from '@playwright/test';
import { readCompletion } from '../../src/judging/completion.ts';
import { parseRating } from '../../src/judging/rating.ts';
import { Reported, runCampaign } from '../fuzz/campaign.ts';
import { BYTE_MUTATIONS, type Bytes, JSON_MUTATIONS, type Mutation } from '../fuzz/mutate.ts';
import { callChat } from '../../src/judging/endpoint.ts';

const usage = { prompt_tokens: 100, completion_tokens: 20 };
/** As OpenAI, Mistral's reasoning models, OpenRouter, vLLM and gateways write them. */
const BODIES: readonly unknown[] = [
  { id: 'c', object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: 'Fine. Rating: [[7]]' }, finish_reason: 'stop' }], usage },
  { choices: [{ message: { role: 'assistant', content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Maybe [[2]].' }] }, { type: 'text', text: 'Rating: [[7]]' }] }, finish_reason: 'stop' }], usage },
  { provider: 'X', choices: [{ message: { role: 'assistant', content: '<think>[[2]]</think>Rating: [[7]]', reasoning: 'Maybe [[2]].', refusal: null }, finish_reason: 'stop', native_finish_reason: 'STOP', error: null }], usage, error: null },
  { choices: [{ message: { role: 'assistant', content: 'Rating: [[7]]', reasoning_content: '[[2]]', tool_calls: [] }, finish_reason: 'stop', stop_reason: null }], usage: { ...usage, prompt_tokens_details: null } },
];

/** The only number that any of the bodies says in its own voice. */
const SAID = 7;

function judge(body: unknown): string | null {
  const reply = readCompletion('fuzz', body, null);
  if (!('text' in reply)) throw reply.error;
  if (reply.finish === 'length') throw new Reported('cut off');
  if (reply.usage && !(reply.usage.tokensIn >= 0 && reply.usage.tokensOut >= 0)) return 'its count of tokens is no count';
  const rating = parseRating(reply.text, 'en');
  if (!('score' in rating)) throw new Reported(rating.problem);
  return rating.score === SAID ? null : `the score is ${rating.score}`;
}

test('damaged documents of replies give the right verdict or a clear failure', async () => {
  await runCampaign({ reader: 'judge replies', seeds: BODIES, mutations: JSON_MUTATIONS, files: 300, read: judge });
});

const ANSWERS: readonly Mutation<Bytes>[] = [
  ...BYTE_MUTATIONS,
  { name: 'a stream of events', apply: (bytes) => new TextEncoder().encode(`data: ${new TextDecoder().decode(bytes)}\n\ndata: [DONE]\n\n`) },
  { name: 'a web page', apply: () => new TextEncoder().encode('<!doctype html><title>502</title><h1>Bad gateway [[9]]</h1>') },
  { name: 'nested deep', apply: () => new TextEncoder().encode('['.repeat(200_000)) },
  { name: 'two documents', apply: (bytes) => new TextEncoder().encode(new TextDecoder().decode(bytes).repeat(2)) },
];

test('damaged bytes of replies give the right verdict or a clear failure', async () => {
  const seeds = BODIES.map((body) => new TextEncoder().encode(JSON.stringify(body)));
  await runCampaign<Bytes>({
    reader: 'judge replies, as bytes', seeds, mutations: ANSWERS, files: 300,
    async read(bytes) {
      const text = new TextDecoder().decode(bytes);
      const reply = await callChat({ base_url: 'http://judge.example/v1', body: {}, key: null, timeoutSeconds: 5, judge: 'fuzz', post: async () => ({ status: 200, retryAfter: null, text }) });
      if (!('text' in reply)) throw reply.error;
      const rating = parseRating(reply.text, 'en');
      // A bit in the digit itself is another reply; that it is a grade is all that can be asked.
      return 'score' in rating ? (rating.score >= 1 && rating.score <= 10 ? null : 'it is no grade') : Promise.reject(new Reported(rating.problem));
    },
  });
});
