/** The verbs a study answers to in its present state. */
import { html, type TemplateResult } from 'lit';
import type { StudyState } from '../../app/facade.ts';
import { icon } from '../kit/icons.ts';
import type { Store } from '../store.ts';

export function studyControls(store: Store, { id, status, name }: StudyState): TemplateResult {
  const act = (verb: 'start' | 'pause' | 'cancel' | 'retry') => () => void store.command(id, verb);
  const cancel = html`<wa-button appearance="plain" @click=${act('cancel')}>${icon('stop', 'start')}Cancel<span class="only-read"> ${name}</span></wa-button>`;
  switch (status) {
    case 'running':
      return html`<wa-button appearance="outlined" @click=${act('pause')}>${icon('pause', 'start')}Pause<span class="only-read"> ${name}</span></wa-button>${cancel}`;
    case 'pausing':
      return html`<wa-button appearance="outlined" loading disabled>Pausing</wa-button>${cancel}`;
    case 'ready':
      return html`<wa-button class="cta" variant="brand" @click=${act('start')}>${icon('play', 'start')}Start<span class="only-read"> ${name}</span></wa-button>`;
    case 'paused':
      return html`<wa-button class="cta" variant="brand" @click=${act('start')}>${icon('play', 'start')}Continue<span class="only-read"> ${name}</span></wa-button>${cancel}`;
    case 'failed':
      return html`<wa-button variant="brand" @click=${act('retry')}>${icon('retry', 'start')}Try again<span class="only-read"> ${name}</span></wa-button>${cancel}`;
    case 'cancelled':
    case 'done':
      return html``;
  }
}
