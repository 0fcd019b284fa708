/** The manifest being written, kept across reloads. It holds no key: keys are not part of a manifest. */
import type { Lab } from '../app/facade.ts';
import type { Manifest, ManifestInput } from '../records/manifest.ts';

const PLACE = 'pinch-draft';

/** The kept draft, checked against today's schema; null where there is none or it no longer fits. */
export async function readDraft(lab: Lab): Promise<Manifest | null> {
  const text = localStorage.getItem(PLACE);
  if (text === null) return null;
  try {
    return await lab.studies.validate(JSON.parse(text) as ManifestInput);
  } catch {
    clearDraft();
    return null;
  }
}

/** A browser that keeps nothing (private windows, full storage) loses the draft on reload and nothing else. */
export function writeDraft(draft: Manifest): void {
  try {
    localStorage.setItem(PLACE, JSON.stringify(draft));
  } catch {
    clearDraft();
  }
}

export function clearDraft(): void {
  localStorage.removeItem(PLACE);
}
