/**
 * What a server's refusal means, and when to ask again: after a cut connection, when it is busy, or after a fault of its own;
 * a few times, with growing pauses or after the wait that it asks for.
 */
import { LabError } from '../core/errors.ts';
import { retryAfter } from '../core/retry-after.ts';

/** Waits between tries, seconds. */
const BACK_OFF = [0.5, 1, 2, 4];
/** A server that asks for a longer wait than this is told to the person instead, seconds. */
const LONGEST_WAIT = 30;

/** A server's wish to be asked again later; what is said once patience has run out. */
class Wait extends Error {
  constructor(
    /** Null where it does not say how long. */
    readonly seconds: number | null,
    readonly refusal: LabError,
  ) {
    super(refusal.message);
  }
}

/**
 * What to throw for an answer that is not ok: within `patiently`, 429 and 5xx are asked for again.
 * @param page where a person can look at the repository
 */
export function refused(response: Response, what: string, page: string, hasToken: boolean): Error {
  const refusal = refusalOf(response, what, page, hasToken);
  if (response.status !== 429 && response.status < 500) return refusal;
  return new Wait(retryAfter(response.headers.get('retry-after')), refusal);
}

/** @throws LabError whatever `work` throws as one, at once; `models.busy` or `models.download` after the last try; the signal's reason when aborted */
export async function patiently<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (thrown) {
      signal?.throwIfAborted();
      if (thrown instanceof LabError) throw thrown;
      const pause = (thrown instanceof Wait ? thrown.seconds : null) ?? BACK_OFF[attempt];
      if (pause === undefined || attempt >= BACK_OFF.length || pause > LONGEST_WAIT) {
        if (thrown instanceof Wait) throw thrown.refusal;
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        throw new LabError('models.download', `The download stopped: ${reason}.`, 'What has been fetched is kept, and the next try goes on from there. Check the connection; a server must allow other sites to read its files (CORS), as the Hugging Face Hub does.', { tries: attempt + 1 }, { cause: thrown });
      }
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 1000 * pause);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
      signal?.throwIfAborted();
    }
  }
}

function refusalOf({ status }: Response, what: string, page: string, hasToken: boolean): LabError {
  const data = { status, what };
  if (status === 401 || status === 403) {
    return new LabError('models.gated', `${what} is not open to everybody: the server answered ${status}.`, hasToken ? `The token may not read it. Accept its licence at ${page}, and give a token with read access.` : `Accept its licence at ${page}, then give a read token from your Hugging Face settings. (A name that does not exist is answered like this too.)`, data);
  }
  if (status === 404) return new LabError('models.not-found', `${what} is not there: the server answered 404.`, `Check the name and the revision at ${page}.`, data);
  if (status === 429) return new LabError('models.busy', `The server asks to wait before it sends ${what} (429).`, 'What has been fetched is kept. Try again in a few minutes; a token raises the Hub\'s limits.', data);
  return new LabError('models.download', `${what} could not be fetched: the server answered ${status}.`, 'What has been fetched is kept. Try again later.', data);
}
