/** What a person should know of a model besides, e.g. where its tokenizer and config.json contradict each other. */
import { html, type TemplateResult } from 'lit';
import { icon } from '../kit/icons.ts';

export function modelNotes(notes: readonly string[] = []): TemplateResult | '' {
  return notes.length === 0 ? '' : html`<wa-callout variant="warning" appearance="filled-outlined" size="s">${icon('warning', 'icon')}<ul>${notes.map((note) => html`<li class="words">${note}</li>`)}</ul></wa-callout>`;
}
