/** The exact records of one mix, in training order before shuffling. */
import { Task } from '@lit/task';
import { html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Conversation } from '../../records/conversation.ts';
import type { Manifest } from '../../records/manifest.ts';
import { icon } from '../kit/icons.ts';
import { languageColor, languageName, languageTag } from '../names.ts';
import { View } from '../view.ts';
import { inspectTokens } from './inspector-door.ts';
import { pager } from './pager.ts';
import { messages } from './record-browser.ts';
import './records.css';

const LIMIT = 12;

@customElement('pinch-mix-records')
export class MixRecords extends View {
  @property() mix = '';
  @property({ attribute: false }) manifest!: Manifest;
  @state() private offset = 0;

  private readonly page = new Task(this, {
    task: ([dataset = '', mix, seed, records, offset]) => this.lab.mixes.records({ dataset, mix, seed, records, offset, limit: LIMIT }),
    args: () => [this.manifest.datasets[0], this.mix, this.manifest.seeds[0], this.manifest.records, this.offset] as const,
  });

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('mix')) this.offset = 0;
  }

  protected override render(): TemplateResult {
    const value = this.page.value;
    return html`<div class="stack" aria-busy=${this.page.status === 1}>
      ${this.page.status === 3 ? html`<p class="words">The records could not be read: ${this.page.error instanceof Error ? this.page.error.message : String(this.page.error)}</p>` : ''}
      <div class="columns" style=${styleMap({ '--column': '17rem', 'min-block-size': '14rem' })}>${(value?.rows ?? []).map((row) => this.row(row))}</div>
      ${value ? pager({ total: value.total, offset: this.offset, limit: LIMIT, what: 'records', onMove: (offset) => (this.offset = offset) }) : ''}
    </div>`;
  }

  private row(row: Conversation): TemplateResult {
    return html`<article class="version" style=${styleMap({ '--swatch': languageColor(row.language) })}>
      <div class="row spread"><h3 class="tag">${row.id} · ${languageTag(row.language)}</h3><button type="button" class="text-button" @click=${() => void this.store.attempt('The tokens could not be shown', () => inspectTokens(this.store, row))}>${icon('tokens')}Tokens<span class="only-read"> of record ${row.id} in ${languageName(row.language)}</span></button></div>
      ${messages(row)}
    </article>`;
  }
}
