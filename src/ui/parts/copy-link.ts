/** Puts a study's link on the clipboard and says so. */
import { html, type TemplateResult } from 'lit';
import { writeStudyHash } from '../../app/address.ts';
import type { Manifest } from '../../records/manifest.ts';
import { icon } from '../kit/icons.ts';
import type { Store } from '../store.ts';

export function copyLink(store: Store, manifest: Manifest): TemplateResult {
  const copy = (): void => void store.attempt('The link was not copied', async () => {
    await navigator.clipboard.writeText(`${location.origin}${location.pathname}${writeStudyHash(manifest)}`);
    store.confirm('Link copied', 'Whoever opens it gets this manifest filled in on the Train page.');
  });
  return html`<wa-button appearance="plain" @click=${copy}>${icon('link', 'start')}Copy study link</wa-button>`;
}
