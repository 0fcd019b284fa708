/** What went wrong (or right), over the page so that nothing moves: read out at once, focusable, dismissable, to be retried. */
import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icon } from '../kit/icons.ts';
import type { Notice } from '../store.ts';
import { View } from '../view.ts';

@customElement('pinch-notices')
export class Notices extends View {
  protected override render(): TemplateResult {
    return html`<div role="alert" aria-live="assertive">${this.store.notices.map((notice) => this.notice(notice))}</div>`;
  }

  private notice({ id, tone, title, message, hint, action }: Notice): TemplateResult {
    const act = (): void => {
      this.store.dismiss(id);
      action?.run();
    };
    return html`<wa-callout class="notice" variant=${tone === 'bad' ? 'danger' : 'success'} appearance="filled-outlined" tabindex="0" role="group" aria-label=${title} @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && this.store.dismiss(id)}>
      ${icon(tone === 'bad' ? 'warning' : 'check', 'icon')}
      <div class="stack-tight">
        <h2>${title}</h2>
        ${message && html`<p class="words">${message}</p>`}
        ${hint && html`<p class="words"><strong>What to do:</strong> ${hint}</p>`}
        <div class="row">
          ${action && html`<wa-button size="s" appearance="outlined" @click=${act}>${icon('retry', 'start')}${action.label}</wa-button>`}
          <wa-button size="s" appearance="plain" @click=${() => this.store.dismiss(id)}>Dismiss</wa-button>
        </div>
      </div>
    </wa-callout>`;
  }
}
