/** Turns what IndexedDB throws into errors a person can act on. */
import { LabError } from '../core/errors.ts';

/** Browser exception name to the lab's error. A name that is missing here becomes `storage.failed`. */
const FAILURES: Record<string, (cause: unknown) => LabError> = {
  VersionError: (cause) =>
    new LabError('storage.newer', 'This browser holds data of a newer version of the lab than the one on this page.', 'Reload the page (hold Shift) to get the newer version. Nothing has been changed.', {}, { cause }),
  // The connection was closed: another tab upgrades the database, or the browser dropped it.
  InvalidStateError: (cause) =>
    new LabError('storage.superseded', 'This tab can no longer save: another tab opened a newer version of the lab, or the site data was cleared.', 'Reload this tab. Whatever was saved and not cleared is kept.', {}, { cause }),
  DataCloneError: (cause) => new LabError('storage.not-clonable', `A value could not be stored: ${text(cause)}`, 'This is a fault of the lab; the study bundle and the message help to find it.', {}, { cause }),
  // Chromium does not count Blobs towards the quota beforehand; a disk that is full shows only here.
  DataError: (cause) =>
    new LabError('storage.write', `The browser could not write a file to its storage: ${text(cause)}. Nothing that was stored before is lost.`, 'The disk is probably full: delete imported models, datasets or studies that you no longer need, or free space on the disk.', {}, { cause }),
  NotReadableError: (cause) =>
    new LabError('storage.file-gone', `A file could not be read while it was being stored: ${text(cause)}`, 'It was moved, changed or withdrawn during the import. Choose it again.', {}, { cause }),
};

/**
 * @param needed bytes the failed operation wanted to add, where it knows
 * @returns the reason itself when it is an abort or already a LabError
 */
export async function explain(thrown: unknown, needed?: number): Promise<unknown> {
  if (thrown instanceof LabError) return thrown;
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  if (name === 'AbortError') return thrown;
  if (name === 'QuotaExceededError') return quotaError(thrown, needed);
  const known = FAILURES[name];
  if (known) return known(thrown);
  return new LabError('storage.failed', `The browser's storage failed: ${text(thrown)}`, 'Reload the page. If it happens again, free some disk space; what was stored before is kept.', { name }, { cause: thrown });
}

async function quotaError(cause: unknown, needed?: number): Promise<LabError> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  // Browsers may report a round figure instead of what the disk has room for; then the disk is what is full.
  const share = usage + (needed ?? 0) > quota ? `its share of ${megabytes(quota)} is used up` : 'the disk has no more room for it';
  const wanted = needed === undefined ? '' : ` ${megabytes(needed)} more were needed.`;
  return new LabError(
    'storage.quota',
    `The browser cannot store more for the lab: ${share}. The lab uses ${megabytes(usage)}.${wanted} Nothing that was stored before is lost.`,
    'Delete imported models, datasets or finished studies that you no longer need (export a study first to keep it), or free space on the disk.',
    { usage, quota, ...(needed === undefined ? {} : { needed }) },
    { cause },
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

function text(thrown: unknown): string {
  return thrown instanceof Error || thrown instanceof DOMException ? thrown.message : String(thrown);
}
