/** Moves through a long list a page at a time. */
import { html, type TemplateResult } from 'lit';
import { icon } from '../kit/icons.ts';
import { count } from '../numbers.ts';

export interface Pager {
  total: number;
  offset: number;
  limit: number;
  /** What is listed, plural. */
  what: string;
  onMove: (offset: number) => void;
}

export function pager({ total, offset, limit, what, onMove }: Pager): TemplateResult {
  if (total <= limit && offset === 0) return html``;
  const last = Math.max(0, Math.floor((total - 1) / limit) * limit);
  const to = (next: number) => () => onMove(Math.min(last, Math.max(0, next)));
  return html`<nav class="pager row" aria-label="Pages of ${what}">
    <wa-button size="s" appearance="outlined" ?disabled=${offset === 0} @click=${to(offset - limit)}>${icon('left', 'start')}Before</wa-button>
    <span class="small num" aria-live="polite">${count(Math.min(total, offset + 1))} to ${count(Math.min(total, offset + limit))} of ${count(total)}</span>
    <wa-button size="s" appearance="outlined" ?disabled=${offset >= last} @click=${to(offset + limit)}>Next${icon('right', 'end')}</wa-button>
    ${last > 4 * limit ? html`<label class="row small">Go to <input class="goto num" type="number" min="1" max=${total} .value=${String(offset + 1)} @change=${(event: Event) => onMove(Math.min(last, Math.max(0, Math.floor((Number((event.target as HTMLInputElement).value) - 1) / limit) * limit)))} /></label>` : ''}
  </nav>`;
}
