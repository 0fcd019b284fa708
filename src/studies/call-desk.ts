/** Where a study's requests to its judge are counted: on disk, before they are sent, and never more than the manifest allows. */
import { type BookCall, type PostReply, type PostRequest, postDirectly } from '../judging/index.ts';
import type { Store } from '../storage/index.ts';
import type { LiveStudy } from './live.ts';

/** Of a request that a page has counted and not seen answered: its reply is there or will be, nobody can tell, or it was never sent. */
export type Fate = 'kept' | 'lost' | 'never-sent';

/** Something that makes requests and outlives the page. */
export interface CallRelay {
  /** Throws what `fetch` throws, and the signal's reason; then the request goes on all the same. */
  post(id: string, request: PostRequest, timeoutSeconds: number, signal: AbortSignal): Promise<PostReply>;
  /** The reply to a request that was made before. */
  reply(id: string, timeoutSeconds: number, signal: AbortSignal): Promise<PostReply>;
  fate(id: string, timeoutSeconds: number): Promise<Fate>;
  /** Ids of all calls of which anything is kept. */
  claimed(): Promise<string[]>;
  /** Their replies have been used. */
  forget(ids: readonly string[]): Promise<void>;
}

export class CallDesk {
  /** The latest request of each prompt, by `judgmentKeyText`. Another for the same means that its reply was no judgment. */
  private readonly latest = new Map<string, string>();
  /** Requests of an earlier page whose replies can be had, by the same. */
  private readonly kept = new Map<string, string>();

  private constructor(
    private readonly store: Store,
    private readonly live: LiveStudy,
    private readonly relay: CallRelay | null,
  ) {}

  /**
   * Takes stock of what an earlier page has left: requests whose reply can still be had, those that nobody can tell anything of,
   * which stay counted, and those that never left, which are not.
   */
  static async open(store: Store, live: LiveStudy, relay: CallRelay | null): Promise<CallDesk> {
    const desk = new CallDesk(store, live, relay);
    for (const { id, key, cell } of await store.calls.unsettled(live.id)) {
      const fate = (await relay?.fate(id, desk.timeout)) ?? 'lost';
      if (fate === 'kept') desk.kept.set(key, id);
      else {
        if (fate === 'lost') await store.calls.close(live.id, id, 'lost');
        else if (await store.calls.withdraw(live.id, id)) desk.count(cell, -1);
        await relay?.forget([id]);
      }
    }
    // A page that ended between storing a judgment and letting its reply go has left the reply.
    if (relay) await relay.forget(await store.calls.ended(live.id, await relay.claimed()));
    return desk;
  }

  /** @throws LabError `judging.max-calls` when one more would be one too many */
  readonly book: BookCall = async ({ key, cell }) => {
    const { store, live, relay, timeout } = this;
    const before = this.latest.get(key);
    if (before !== undefined) {
      await store.calls.close(live.id, before, 'settled');
      await relay?.forget([before]);
    }
    const kept = this.kept.get(key);
    if (kept !== undefined && relay) {
      this.kept.delete(key);
      this.latest.set(key, kept);
      return { counted: true, post: (_, signal) => relay.reply(kept, timeout, signal) };
    }
    const { judge } = live.state.manifest;
    const id = await store.calls.open(live.id, key, cell, judge.kind === 'openai' ? judge.max_calls : null);
    this.latest.set(key, id);
    this.count(cell, 1);
    return { counted: false, post: (request, signal) => (relay ? relay.post(id, request, timeout, signal) : postDirectly(request, signal)) };
  };

  /** The judgments of these prompts are stored, and with them their requests settled. */
  async stored(keys: readonly string[]): Promise<void> {
    const ids = keys.flatMap((key) => this.latest.get(key) ?? []);
    for (const key of keys) this.latest.delete(key);
    await this.relay?.forget(ids);
  }

  private get timeout(): number {
    const { judge } = this.live.state.manifest;
    return judge.kind === 'openai' ? judge.timeout_seconds : 0;
  }

  private count(cell: string, by: number): void {
    const { judged } = this.live.cell(cell);
    this.live.updateCell(cell, { judged: { ...judged, calls: Math.max(0, (judged.calls ?? 0) + by) } });
  }
}
