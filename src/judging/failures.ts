import { LabError } from '../core/errors.ts';

/** A call that brought no text, and what to do about it. */
export interface Failure {
  error: LabError;
  /** Whether the same call may go better later. */
  retry: boolean;
  /** The endpoint asks for fewer calls. */
  throttled: boolean;
  /** Seconds the endpoint asks to wait, if it says. */
  waitSeconds: number | null;
}

interface Kind {
  code: string;
  what: string;
  hint: string;
  retry?: boolean;
  throttled?: boolean;
  /** Every further call would fail the same way, so judging had better stop and ask. */
  everyCall?: boolean;
}

/** HTTP statuses as chat-completions endpoints use them. */
const STATUSES: Readonly<Record<number, Kind>> = {
  400: { code: 'judging.bad-request', what: 'refused the request', hint: 'Read what it said: the model may not take this temperature or this many tokens, or the dialogue may be too long for it. Change the judge settings and retry.' },
  401: { code: 'judging.unauthorised', what: 'did not accept the key', hint: 'Enter a valid key for this endpoint and retry; what is graded so far is kept.', everyCall: true },
  402: { code: 'judging.no-credit', what: 'wants to be paid first', hint: 'Add credit to the account and retry; what is graded so far is kept.', everyCall: true },
  403: { code: 'judging.forbidden', what: 'does not allow this key to use this model', hint: 'Choose another model or key and retry; what is graded so far is kept.', everyCall: true },
  404: { code: 'judging.not-found', what: 'does not know this address or model', hint: 'Check the base URL (most end in /v1) and the exact name of the model.', everyCall: true },
  408: { code: 'judging.timeout', what: 'gave up waiting', hint: 'Retry later, or use fewer calls at once.', retry: true },
  409: { code: 'judging.server', what: 'is busy with a conflicting request', hint: 'Retry later.', retry: true },
  413: { code: 'judging.too-long', what: 'finds the dialogue too long', hint: 'Use a judge with a longer context, or fewer new tokens a turn.' },
  422: { code: 'judging.bad-request', what: 'refused the request', hint: 'Read what it said: the model may not take this temperature or this many tokens, or the dialogue may be too long for it. Change the judge settings and retry.' },
  425: { code: 'judging.server', what: 'is not ready', hint: 'Retry later.', retry: true },
  429: { code: 'judging.rate-limited', what: 'asks for fewer calls', hint: 'Use fewer calls at once, or retry later; what is graded so far is kept.', retry: true, throttled: true },
};
const SERVER: Kind = { code: 'judging.server', what: 'failed', hint: 'Retry later; what is graded so far is kept.', retry: true };
const OTHER: Kind = { code: 'judging.http', what: 'answered with a status the lab does not expect', hint: 'Check the base URL: it must be an OpenAI-compatible endpoint.' };
const NO_CREDIT: Kind = STATUSES[402] as Kind;

/** Failures that have no status of their own. */
const EVENTS = {
  network: { code: 'judging.network', what: 'could not be reached', hint: 'Check that the address is right and the server is running, that it allows calls from web pages (CORS), and that this computer is online.', retry: true },
  timeout: { code: 'judging.timeout', what: 'did not answer in time', hint: 'Raise the time limit in the judge settings, or retry later.', retry: true },
  malformed: { code: 'judging.malformed', what: 'answered with something that is not JSON', hint: 'Check the base URL: it must be an OpenAI-compatible endpoint, not a web page.', retry: true },
  shape: { code: 'judging.malformed', what: 'answered with JSON that is no chat completion', hint: 'Check the base URL: it must be an OpenAI-compatible endpoint.' },
  errorBody: { code: 'judging.error-body', what: 'answered 200 with an error inside', hint: 'Read what it said; retry later.' },
  empty: { code: 'judging.empty', what: 'answered with no text', hint: 'Retry; if it keeps happening, raise the token limit (a reasoning model may use it all up before it writes) or choose another model.' },
  refused: { code: 'judging.refused', what: 'declined to judge this answer', hint: 'Read the answer; choose another judge model if it should be gradable.' },
  key: { code: 'judging.bad-key', what: 'cannot be called: the key has characters that no key has', hint: 'Paste the key again, without spaces or line breaks inside.', everyCall: true },
} as const satisfies Record<string, Kind>;

/** An HTTP error. `type` is the body's `error.type` or `error.code`: a 429 for an empty account will not pass by waiting. */
export function statusFailure(judge: string, status: number, said: string, type: string, waitSeconds: number | null): Failure {
  const kind = status === 429 && /insufficient_quota|billing/.test(type) ? NO_CREDIT : (STATUSES[status] ?? (status >= 500 ? SERVER : OTHER));
  return failure(judge, kind, `HTTP ${status}${said ? `: ${said}` : ''}`, { status }, waitSeconds);
}

export function eventFailure(judge: string, event: keyof typeof EVENTS, said = ''): Failure {
  return failure(judge, EVENTS[event], said, {}, null);
}

function failure(judge: string, kind: Kind, detail: string, data: Record<string, unknown>, waitSeconds: number | null): Failure {
  const error = new LabError(kind.code, `The judge ${judge} ${kind.what}${detail ? ` (${detail})` : ''}.`, kind.hint, { ...data, everyCall: kind.everyCall ?? false });
  return { error, retry: kind.retry ?? false, throttled: kind.throttled ?? false, waitSeconds };
}
