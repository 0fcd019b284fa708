/** The records of a dataset, each in the chosen languages side by side. */
import { Task } from '@lit/task';
import { html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Conversation } from '../../records/conversation.ts';
import type { LanguageCode } from '../../core/languages.ts';
import { icon } from '../kit/icons.ts';
import { languageColor, languageName, languageTag } from '../names.ts';
import { View } from '../view.ts';
import { inspectTokens } from './inspector-door.ts';
import { pager } from './pager.ts';
import './records.css';
import type { DatasetSummary } from '../../records/dataset.ts';

const LIMIT = 3;

@customElement('pinch-record-browser')
export class RecordBrowser extends View {
  @property({ attribute: false }) source!: DatasetSummary;
  @state() private languages: LanguageCode[] = [];
  @state() private offset = 0;

  private readonly page = new Task(this, {
    task: ([id, languages, offset]) => this.lab.datasets.records(id, { languages, offset, limit: LIMIT }),
    args: () => [this.source.id, this.languages, this.offset] as const,
  });

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('source')) {
      this.languages = this.source.languages.slice(0, 2);
      this.offset = 0;
    }
  }

  protected override render(): TemplateResult {
    const value = this.page.value;
    return html`<div class="stack">
      <fieldset class="row"><legend class="only-read">Languages shown</legend>
        ${this.source.languages.map((code) => html`<label class="chip toggle"><input type="checkbox" .checked=${this.languages.includes(code)} @change=${() => this.toggle(code)} /><span class="swatch" style=${styleMap({ '--swatch': languageColor(code) })}></span>${languageName(code)}</label>`)}
      </fieldset>
      <div class="stack" aria-busy=${this.page.status === 1} style=${styleMap({ 'min-block-size': '12rem' })}>
        ${this.page.render({
          pending: () => (value ? this.rows(value.rows) : html`<div class="hold" style=${styleMap({ '--hold': '12rem' })}></div>`),
          complete: ({ rows }) => this.rows(rows),
          error: (error) => html`<p class="words">The records could not be read: ${error instanceof Error ? error.message : String(error)}</p>`,
        })}
      </div>
      ${value ? pager({ total: value.total, offset: this.offset, limit: LIMIT, what: 'records', onMove: (offset) => (this.offset = offset) }) : ''}
    </div>`;
  }

  private rows(rows: readonly Record<LanguageCode, Conversation>[]): TemplateResult {
    if (this.languages.length === 0) return html`<p class="quiet">Choose at least one language.</p>`;
    return html`${rows.map((row) => {
      const id = Object.values(row)[0]?.id ?? '';
      return html`<article class="record" aria-label="Record ${id}"><h3 class="tag">${id}</h3><div class="columns" style=${styleMap({ '--column': '17rem' })}>${this.languages.map((code) => this.version(code, row[code]))}</div></article>`;
    })}`;
  }

  private version(code: LanguageCode, version: Conversation | undefined): TemplateResult {
    if (!version) return html`<div class="version"><span class="tag">${languageTag(code)}</span><p class="quiet">Not in ${languageName(code)}.</p></div>`;
    return html`<div class="version" style=${styleMap({ '--swatch': languageColor(code) })}>
      <div class="row spread"><span class="tag">${languageTag(code)}</span><button type="button" class="text-button small" @click=${() => this.inspect(version)}>${icon('tokens')}Tokens<span class="only-read"> of record ${version.id} in ${languageName(code)}</span></button></div>
      ${messages(version)}
    </div>`;
  }

  private inspect(conversation: Conversation): void {
    void this.store.attempt('The tokens could not be shown', () => inspectTokens(this.store, conversation));
  }

  private toggle(code: LanguageCode): void {
    const chosen = new Set(this.languages);
    if (!chosen.delete(code)) chosen.add(code);
    this.languages = this.source.languages.filter((one) => chosen.has(one));
  }
}

/** A conversation's turns as text. */
export function messages({ messages: turns, language }: Conversation): TemplateResult {
  return html`<dl class="turns-list">${turns.map(({ role, content, train }) => html`<dt class="tag" data-role=${role}>${role}${train === false ? ' (read, not learned)' : ''}</dt><dd class="words" lang=${language}>${content}</dd>`)}</dl>`;
}
