import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hash32 } from '../src/core/rng.ts';

/** How the server answers one call. */
export type Behaviour =
  | 'grade'
  | 'no-rating'
  | 'malformed'
  | 'hang'
  | 'error-body'
  | 'empty'
  | 'no-choices'
  | 'refusal'
  | 'cut-off'
  | 'no-usage'
  | 'drop'
  | Reply
  /** The whole body. */
  | { raw: string }
  | { status: number; message?: string; code?: string; retryAfter?: string };

/** A completion, by its rating, its text, or its content as it is. */
export interface Reply {
  rating?: number | string;
  text?: string;
  content?: unknown;
  milliseconds?: number;
  finish?: string;
  /** In the choice, beside its text. */
  error?: string;
}

export interface ReceivedCall {
  at: number;
  authorization: string | undefined;
  body: { model: string; temperature: number; messages: { role: string; content: string }[]; [field: string]: unknown };
}

export interface JudgeServer {
  /** The base URL, ending in /v1. */
  url: string;
  /** Every call of the endpoint, in order. */
  calls: ReceivedCall[];
  /** The most calls that were open at once. */
  mostAtOnce: number;
  close(): Promise<void>;
}

/** The grade this server gives to a prompt, 1 to 10, so that a test can know it beforehand. */
export function gradeOf(userPrompt: string): number {
  return 1 + (hash32(userPrompt) % 10);
}

/**
 * A small server that speaks OpenAI's chat completions and misbehaves on request. `script` says what each call gets: a list,
 * whose last entry repeats, or a function of the call's number (from 0) and content. Pages of any origin may call it,
 * cross-origin isolated ones included.
 */
export async function startJudgeServer(script: Behaviour[] | ((call: number, received: ReceivedCall) => Behaviour) = ['grade'], port = 0): Promise<JudgeServer> {
  const calls: ReceivedCall[] = [];
  let open = 0;
  const state: JudgeServer = { url: '', calls, mostAtOnce: 0, close: async () => undefined };

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(crossOrigin(request))) response.setHeader(name, value);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return send(response, 404, { error: { message: `no such path: ${request.url}`, type: 'invalid_request_error' } });
    open++;
    state.mostAtOnce = Math.max(state.mostAtOnce, open);
    response.on('close', () => open--);
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const received: ReceivedCall = { at: performance.now(), authorization: request.headers.authorization, body: JSON.parse(text) as ReceivedCall['body'] };
      const number = calls.push(received) - 1;
      const behaviour = typeof script === 'function' ? script(number, received) : (script[Math.min(number, script.length - 1)] as Behaviour);
      behave(behaviour, received, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  state.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return state;
}

function behave(behaviour: Behaviour, { body }: ReceivedCall, response: ServerResponse): void {
  const prompt = body.messages.at(-1)?.content ?? '';
  const rated = (rating: number | string): string => `It does what was asked, with some slips.\n\nRating: [[${rating}]]`;
  const chat = (content: unknown, finish = 'stop', extra: object = {}, beside: object = {}): void =>
    send(response, 200, {
      id: 'chatcmpl-test',
      object: 'chat.completion',
      model: body.model,
      choices: [{ index: 0, message: { role: 'assistant', content, ...extra }, finish_reason: finish, ...beside }],
      usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
    });
  if (typeof behaviour === 'object' && 'status' in behaviour) {
    const { status, message = `scripted ${status}`, code = 'scripted', retryAfter } = behaviour;
    if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
    return send(response, status, { error: { message, type: 'scripted', code } });
  }
  if (typeof behaviour === 'object' && 'raw' in behaviour) return void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(behaviour.raw);
  if (typeof behaviour === 'object') {
    const { rating, text, content = text ?? rated(rating ?? gradeOf(prompt)), milliseconds = 0, finish, error } = behaviour;
    return void setTimeout(() => chat(content, finish, {}, error === undefined ? {} : { error: { message: error } }), milliseconds);
  }
  const table: Record<Extract<Behaviour, string>, () => void> = {
    grade: () => chat(rated(gradeOf(prompt))),
    'no-rating': () => chat('A pleasant answer, all in all.'),
    malformed: () => void response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"choices": [{"mess'),
    hang: () => undefined,
    'error-body': () => send(response, 200, { error: { message: 'upstream rated this [[9]] and fell over', type: 'upstream' } }),
    empty: () => chat(''),
    'no-choices': () => send(response, 200, { choices: [] }),
    refusal: () => chat(null, 'stop', { refusal: 'I cannot judge this [[8]].' }),
    'cut-off': () => chat('Let me think about it at length', 'length'),
    'no-usage': () => send(response, 200, { choices: [{ message: { role: 'assistant', content: rated(5) }, finish_reason: 'stop' }] }),
    drop: () => void response.destroy(),
  };
  table[behaviour]();
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function crossOrigin(request: IncomingMessage): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': request.headers.origin ?? '*',
    'Access-Control-Allow-Methods': 'POST, OPTIONS',
    'Access-Control-Allow-Headers': 'authorization, content-type',
    'Access-Control-Allow-Private-Network': 'true',
    'Access-Control-Expose-Headers': 'retry-after',
    'Access-Control-Max-Age': '600',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}
