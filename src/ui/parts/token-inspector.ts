/** A conversation as training sees it: its tokens, and which of them carry loss. A wrong mask is the silent killer of tuning. */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Conversation } from '../../records/conversation.ts';
import '../kit/overlays.ts';
import { languageName } from '../names.ts';
import { count, percent } from '../numbers.ts';
import { View } from '../view.ts';
import { choice } from './choice.ts';
import './records.css';

@customElement('pinch-token-inspector')
export class TokenInspector extends View {
  @property({ attribute: false }) conversation!: Conversation;
  @state() private model = '';

  private readonly models = new Task(this, {
    task: async () => {
      const models = await this.lab.models.list();
      this.model ||= models[0]?.id ?? '';
      return models;
    },
    args: () => [],
  });
  private readonly tokens = new Task(this, {
    task: async ([model, conversation, system_prompt, max_length]) => (model ? this.lab.models.inspect({ model, conversation, ...(system_prompt === undefined ? {} : { system_prompt }), ...(max_length === undefined ? {} : { max_length }) }) : []),
    // With the system message that the study being set up would put before it, and cut where it would cut.
    args: () => [this.model, this.conversation, this.store.draft?.system_prompt, this.store.draft?.training.max_length] as const,
  });

  protected override firstUpdated(): void {
    void this.open();
  }

  /** Once the part is there, so that it slides in. */
  private async open(): Promise<void> {
    const dialog = this.querySelector('wa-dialog');
    await dialog?.updateComplete;
    if (dialog) dialog.open = true;
  }

  protected override render(): TemplateResult {
    const { id, language } = this.conversation;
    const tokens = this.tokens.value ?? [];
    const loss = tokens.filter((token) => token.loss && !token.cut).length;
    const cut = tokens.filter((token) => token.cut);
    const lost = cut.filter((token) => token.loss).length;
    const examples = [...new Set(tokens.map((token) => token.example))];
    return html`<wa-dialog label="Tokens of ${id} in ${languageName(language)}" light-dismiss style=${styleMap({ '--width': 'min(46rem, 96vw)' })} @wa-after-hide=${(event: Event) => event.target === event.currentTarget && this.dispatchEvent(new Event('pinch-closed'))}>
      <div class="stack">
        ${choice('Tokenizer of', this.model, (this.models.value ?? []).map((model) => [model.id, model.name]), (value) => (this.model = value))}
        <p class="small quiet num">${tokens.length > 0 ? html`${count(tokens.length)} tokens, ${count(loss)} of them (${percent(loss / tokens.length)}) carry loss: <span class="token" data-loss>marked like this</span>. The others are read but not learned.` : 'Reading the tokens…'}</p>
        ${examples.length > 1 ? html`<p class="small">The chat template changes earlier answers when later turns are added, so each answer is an example of its own: ${count(examples.length)} of this record.</p>` : ''}
        ${cut.length > 0 ? html`<p class="small">${count(cut.length)} tokens lie beyond max_length ${count(this.store.draft?.training.max_length ?? 0)}, ${count(lost)} of them with loss; they are <span class="token" data-cut>struck out</span> and not read at all.${loss === 0 ? ' Nothing is left to learn, so the record is left out.' : ''}</p>` : ''}
        ${this.tokens.status === 3 ? html`<p class="words">They could not be read: ${this.tokens.error instanceof Error ? this.tokens.error.message : String(this.tokens.error)}</p>` : ''}
        ${examples.map((example) => html`${examples.length > 1 ? html`<p class="tag">Example ${example + 1}</p>` : ''}<p class="tokens" lang=${language}>${tokens.filter((token) => token.example === example).map((token) => html`<span class="token" ?data-loss=${token.loss} ?data-cut=${token.cut} title="token ${token.id}, ${token.cut ? 'beyond max_length' : token.loss ? 'carries loss' : 'no loss'}">${visible(token.text)}</span>`)}</p>`)}
      </div>
    </wa-dialog>`;
  }
}

/** Line ends would be invisible; everything else is shown as it is. */
const visible = (text: string): string => text.replaceAll('\n', '⏎');
