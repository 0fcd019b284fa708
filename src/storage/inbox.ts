/**
 * What became of requests that the service worker makes for the lab, in a database of its own: the service worker has none of the
 * lab's migrations, and what lies here lies only until its judgment is stored. Nobody sends a request without claiming it here
 * first, so that no request is ever sent by two.
 */

export interface KeptReply {
  status: number;
  retryAfter: string | null;
  /** Without the key, in any spelling. */
  text: string;
}

export interface KeptCall {
  id: string;
  /** Who claimed it when, and how it ended: the page sends it by itself, the service worker is at it, it was replied to, it failed. */
  state: 'direct' | 'taken' | 'replied' | 'failed';
  /** Unix time, seconds. */
  at: number;
  reply?: KeptReply;
  /** Why it failed. */
  problem?: string;
}

/** The BroadcastChannel on which the service worker says that something of a call has changed: its id. */
export const INBOX_CHANNEL = 'pinch-lab/inbox';

const NAME = 'pinch-lab-inbox';
const STORE = 'calls';

/** @returns whether the call is now this claimant's; false when somebody has claimed it before */
export async function claim(id: string, state: 'direct' | 'taken'): Promise<boolean> {
  return inbox('readwrite', async (store) => {
    if ((await settled(store.get(id))) !== undefined) return false;
    await settled(store.add({ id, state, at: Date.now() / 1000 } satisfies KeptCall));
    return true;
  });
}

/** Writes how a claimed call ended, unless nobody waits for it any more. */
export async function keep(call: KeptCall): Promise<void> {
  await inbox('readwrite', async (store) => {
    if ((await settled(store.get(call.id))) !== undefined) await settled(store.put(call));
  });
}

export async function look(id: string): Promise<KeptCall | undefined> {
  return inbox('readonly', (store) => settled(store.get(id) as IDBRequest<KeptCall | undefined>));
}

/** Ids of all calls that lie here. */
export async function claimed(): Promise<string[]> {
  return inbox('readonly', async (store) => (await settled(store.getAllKeys())) as string[]);
}

export async function forget(ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await inbox('readwrite', (store) => Promise.all(ids.map((id) => settled(store.delete(id)))));
}

export async function clearInbox(): Promise<void> {
  await inbox('readwrite', (store) => settled(store.clear()));
}

async function inbox<T>(mode: IDBTransactionMode, body: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const opening = indexedDB.open(NAME, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE, { keyPath: 'id' }));
  const db = await settled(opening);
  try {
    const transaction = db.transaction(STORE, mode);
    const committed = new Promise<void>((done, failed) => {
      transaction.addEventListener('complete', () => done());
      transaction.addEventListener('abort', () => failed(transaction.error as Error));
    });
    const result = await body(transaction.objectStore(STORE));
    await committed;
    return result;
  } finally {
    db.close();
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, failed) => {
    request.addEventListener('success', () => done(request.result));
    request.addEventListener('error', () => failed(request.error as Error));
  });
}
