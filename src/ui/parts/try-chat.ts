/** One question to a model, tuned or not, to get a feeling for it. */
import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import '../kit/forms.ts';
import { icon } from '../kit/icons.ts';
import { count, decimal } from '../numbers.ts';
import { words } from '../store.ts';
import { View } from '../view.ts';
import { choice } from './choice.ts';
import type { ModelSummary } from '../../records/model.ts';

@customElement('pinch-try-chat')
export class TryChat extends View {
  @property({ attribute: false }) models: readonly ModelSummary[] = [];
  @state() private model = '';
  /** `study cell`, or empty for the untuned model. */
  @state() private tuned = '';
  @state() private answer: { text: string; tokens: number; seconds: number } | null = null;
  @state() private failure = '';
  @state() private busy = false;

  protected override render(): TemplateResult {
    const model = this.model || (this.models[0]?.id ?? '');
    const adapters = (this.store.studies ?? []).filter(({ status }) => status === 'done').flatMap((study) => study.cells.filter((cell) => cell.model === model && cell.mix !== 'base').map((cell) => [`${study.id} ${cell.id}`, `${cell.mix} (${study.name})`] as const));
    return html`<form class="stack" @submit=${(event: SubmitEvent) => this.send(event, model)}>
      <div class="columns" style=${styleMap({ '--column': '14rem' })}>
        ${choice('Model', model, this.models.map(({ id, name }) => [id, name]), (value) => ((this.model = value), (this.tuned = '')))}
        ${choice('Tuned on', this.tuned, [['', 'nothing (as it came)'], ...adapters], (value) => (this.tuned = value))}
      </div>
      <wa-textarea name="message" label="Your message" rows="2" required></wa-textarea>
      <div class="row"><wa-button type="submit" variant="brand" ?loading=${this.busy}>${icon('chat', 'start')}Ask</wa-button></div>
      <div role="status" class="stack-tight">
        ${this.answer ? html`<p class="words answer-words">${this.answer.text}</p><p class="tiny quiet num">${count(this.answer.tokens)} tokens in ${decimal(this.answer.seconds, 1)} s: ${decimal(this.answer.tokens / this.answer.seconds, 1)} a second</p>` : ''}
        ${this.failure ? html`<p class="words bad-words">${icon('warning')}${this.failure}</p>` : ''}
      </div>
    </form>`;
  }

  private async send(event: SubmitEvent, model: string): Promise<void> {
    event.preventDefault();
    const content = String(new FormData(event.target as HTMLFormElement).get('message') ?? '').trim();
    if (!content || this.busy) return;
    this.busy = true;
    this.answer = null;
    this.failure = '';
    const [study, cell] = this.tuned.split(' ', 2);
    try {
      this.answer = await this.lab.models.chat({ model, ...(study && cell ? { study, cell } : {}), messages: [{ role: 'user', content }], max_new_tokens: 128 });
    } catch (thrown) {
      const { message, hint } = words(thrown);
      this.failure = `${message} ${hint}`;
    }
    this.busy = false;
  }
}
