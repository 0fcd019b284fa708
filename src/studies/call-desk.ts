/** Where a study's requests to its judge are counted: on disk, before they are sent, and never more than the manifest allows. */
import { type BookCall, postDirectly } from '../judging/index.ts';
import type { Store } from '../storage/index.ts';
import type { LiveStudy } from './live.ts';

export class CallDesk {
  /** The latest request of each prompt, by `judgmentKeyText`. Another for the same means that its reply was no judgment. */
  private readonly latest = new Map<string, string>();

  private constructor(
    private readonly store: Store,
    private readonly live: LiveStudy,
  ) {}

  /** Of requests that an earlier page made and never saw answered nobody can tell; they stay counted. */
  static async open(store: Store, live: LiveStudy): Promise<CallDesk> {
    for (const { id } of await store.calls.unsettled(live.id)) await store.calls.close(live.id, id, 'lost');
    return new CallDesk(store, live);
  }

  /** @throws LabError `judging.max-calls` when one more would be one too many */
  readonly book: BookCall = async ({ key, cell }) => {
    const { judge } = this.live.state.manifest;
    const before = this.latest.get(key);
    if (before !== undefined) await this.store.calls.close(this.live.id, before, 'settled');
    this.latest.set(key, await this.store.calls.open(this.live.id, key, cell, judge.kind === 'openai' ? judge.max_calls : null));
    const { judged } = this.live.cell(cell);
    this.live.updateCell(cell, { judged: { ...judged, calls: (judged.calls ?? 0) + 1 } });
    return { counted: false, post: postDirectly };
  };
}
