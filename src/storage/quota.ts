/** How much this site may keep, and whether the browser has promised to keep it. */

/** Bytes, as the browser estimates them. */
export async function storageUse(): Promise<{ usage: number; quota: number; persisted: boolean }> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return { usage, quota, persisted: await navigator.storage.persisted() };
}

/**
 * Asks the browser not to evict the lab's data when the disk runs low. Browsers may ask the person, so this is called
 * when the first study starts and not before. @returns whether it was granted
 */
export async function requestPersistence(): Promise<boolean> {
  // Workers may ask `persisted` everywhere but `persist` only in some browsers.
  if (typeof navigator.storage.persist !== 'function') return false;
  return (await navigator.storage.persisted()) || (await navigator.storage.persist());
}
