/** The engine's side of the service worker: requests to judges that outlive the page, and what became of them. */
import { isRelayRefusal, type RelayMessage } from '../../../workers/protocol.ts';
import { type PostReply, type PostRequest, postDirectly } from '../../judging/index.ts';
import { claim, claimed, forget, INBOX_CHANNEL, type KeptCall, look } from '../../storage/inbox.ts';
import type { CallRelay, Fate } from '../../studies/call-desk.ts';
import { LONGEST_RELAYED_SECONDS } from '../relay.ts';

/** How long the service worker may take to begin. Then the call is made from here, unless it has begun after all. */
const PATIENCE_MS = 3000;
/** How often the inbox is looked at although nobody has said that there is anything. */
const LOOK_MS = 1000;
/** What a service worker may take beyond a call's time limit. A call that is older was lost with it. */
const GRACE_SECONDS = 20;

export class ServiceWorkerRelay implements CallRelay {
  /** Woken whenever something of the call has changed. */
  private readonly waiting = new Map<string, () => void>();
  private readonly refused = new Set<string>();

  constructor() {
    new BroadcastChannel(INBOX_CHANNEL).addEventListener('message', ({ data }: MessageEvent<string>) => this.waiting.get(data)?.());
    globalThis.addEventListener('message', ({ data }) => {
      if (!isRelayRefusal(data)) return;
      this.refused.add(data.relayRefused);
      this.waiting.get(data.relayRefused)?.();
    });
  }

  async post(id: string, request: PostRequest, timeoutSeconds: number, signal: AbortSignal): Promise<PostReply> {
    const begun = timeoutSeconds <= LONGEST_RELAYED_SECONDS && (await this.begins(id, request, timeoutSeconds, signal));
    if (begun || !(await claim(id, 'direct'))) return this.reply(id, timeoutSeconds, signal);
    return postDirectly(request, signal);
  }

  async reply(id: string, timeoutSeconds: number, signal: AbortSignal): Promise<PostReply> {
    for (;;) {
      signal.throwIfAborted();
      const call = await look(id);
      if (call?.state === 'replied' && call.reply) return call.reply;
      if (call?.state === 'failed') throw new TypeError(call.problem ?? 'the request failed');
      if (!call || late(call, timeoutSeconds)) throw new TypeError('the service worker stopped before the reply came');
      await this.change(id, LOOK_MS, signal);
    }
  }

  async fate(id: string, timeoutSeconds: number): Promise<Fate> {
    // Claimed now, it cannot be sent any more by a service worker that hears of it late.
    if (await claim(id, 'direct')) return 'never-sent';
    const call = await look(id);
    return !call || call.state === 'direct' || late(call, timeoutSeconds) ? 'lost' : 'kept';
  }

  claimed(): Promise<string[]> {
    return claimed();
  }

  forget(ids: readonly string[]): Promise<void> {
    return forget(ids);
  }

  /** @returns whether the service worker has taken the call */
  private async begins(id: string, request: PostRequest, timeoutSeconds: number, signal: AbortSignal): Promise<boolean> {
    globalThis.postMessage({ relay: { id, request, timeoutSeconds } } satisfies RelayMessage);
    const until = Date.now() + PATIENCE_MS;
    while (!this.refused.delete(id) && Date.now() < until) {
      if ((await look(id)) !== undefined) return true;
      await this.change(id, Math.min(LOOK_MS, PATIENCE_MS), signal);
    }
    return false;
  }

  private change(id: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((woken) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.waiting.delete(id);
        woken();
      };
      const timer = setTimeout(wake, milliseconds);
      signal.addEventListener('abort', wake, { once: true });
      this.waiting.set(id, wake);
    });
  }
}

function late({ state, at }: KeptCall, timeoutSeconds: number): boolean {
  return state === 'taken' && Date.now() / 1000 - at > timeoutSeconds + GRACE_SECONDS;
}
