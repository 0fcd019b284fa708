/**
 * API keys by base URL: in this worker's memory, or in this browser's storage where the person asked for it. They go into
 * the Authorization header of that endpoint and nowhere else: no export, log, link or event ever sees one.
 */
import type { Store } from '../../storage/index.ts';

const SETTING = 'api-key ';

export class KeyRing {
  private readonly memory = new Map<string, string>();

  constructor(private readonly store: Store) {}

  async set(baseUrl: string, key: string, remember: boolean): Promise<void> {
    const name = normal(baseUrl);
    this.memory.set(name, key.trim());
    // Asking not to keep a key also forgets one that was kept before.
    if (remember) await this.store.settings.put(SETTING + name, key.trim());
    else await this.store.settings.remove(SETTING + name);
  }

  async forget(baseUrl: string): Promise<void> {
    this.memory.delete(normal(baseUrl));
    await this.store.settings.remove(SETTING + normal(baseUrl));
  }

  async state(baseUrl: string): Promise<'none' | 'memory' | 'stored'> {
    if ((await this.store.settings.get(SETTING + normal(baseUrl))) !== undefined) return 'stored';
    return this.memory.has(normal(baseUrl)) ? 'memory' : 'none';
  }

  /** Null where none is held; some endpoints want none. */
  async get(baseUrl: string): Promise<string | null> {
    const stored = await this.store.settings.get(SETTING + normal(baseUrl));
    return this.memory.get(normal(baseUrl)) ?? (typeof stored === 'string' ? stored : null);
  }
}

function normal(baseUrl: string): string {
  return baseUrl.trim().replace(/\/+$/, '');
}
