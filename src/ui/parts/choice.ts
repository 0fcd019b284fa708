/** One of a few: the browser's own select, which every phone and screen reader knows how to open. */
import { html, type TemplateResult } from 'lit';

/** @param options value and name of each */
export function choice(label: string, value: string, options: readonly (readonly [string, string])[], onChange: (value: string) => void): TemplateResult {
  return html`<label class="choice"><span>${label}</span><select .value=${value} @change=${(event: Event) => onChange((event.target as HTMLSelectElement).value)}>
    ${options.map(([key, name]) => html`<option value=${key} ?selected=${key === value}>${name}</option>`)}
  </select></label>`;
}
