/** One section of the manifest as fields, drawn from the table in pages/train-fields.ts. */
import { html, type TemplateResult } from 'lit';
import type { Manifest } from '../../records/manifest.ts';
import { FIELDS, fieldValue, withField, type Field, type Section } from '../pages/train-fields.ts';
import { plural } from '../numbers.ts';
import { choice } from './choice.ts';

/** What a text of one's own begins as: the sentence most checkpoints were tuned with. */
const FIRST_TEXT = 'You are a helpful assistant.';

/** @param onChange gets the changed manifest */
export function manifestFields(manifest: Manifest, section: Section, onChange: (manifest: Manifest) => void): TemplateResult {
  const { title, from, fields } = FIELDS[section];
  const set = (name: string) => (value: unknown) => onChange(withField(manifest, section, name, value));
  return html`<details class="fold fold-boxed"><summary><strong>${title}</strong> <span class="small quiet">${from} · ${plural(fields.length, 'field')}</span></summary>
    <div class="fields">${fields.map((field) => draw(field, fieldValue(manifest, section, field.name), set(field.name)))}</div>
  </details>`;
}

function draw(field: Field, value: unknown, set: (value: unknown) => void): TemplateResult {
  switch (field.kind) {
    case 'number':
      return html`<wa-number-input label=${field.name} hint=${field.help} min=${field.min ?? ''} max=${field.max ?? ''} step=${field.step ?? 1} without-steppers .value=${value === null ? '' : String(value)} @change=${(event: Event) => {
        const text = (event.target as HTMLInputElement).value;
        if (text === '' && field.optional) set(null);
        else if (text !== '' && Number.isFinite(Number(text))) set(Number(text));
      }}></wa-number-input>`;
    case 'switch':
      return html`<wa-switch hint=${field.help} .checked=${value === true} @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}>${field.name}</wa-switch>`;
    case 'choice':
      return html`<div class="stack-tight">${choice(field.name, String(value), (field.options ?? []).map((option) => [option, option] as const), set)}<p class="hint">${field.help}</p></div>`;
    case 'switch or text': {
      const [on = '', off = '', own = ''] = field.options ?? [];
      const chosen = typeof value === 'string' ? 'text' : String(value);
      return html`<div class="stack-tight">${choice(field.name, chosen, [['true', on], ['false', off], ['text', own]], (to) => set(to === 'text' ? FIRST_TEXT : to === 'true'))}
        ${typeof value === 'string' ? html`<wa-input label=${`${field.name}, the text`} .value=${value} @change=${(event: Event) => set((event.target as HTMLInputElement).value)}></wa-input>` : ''}<p class="hint">${field.help}</p></div>`;
    }
    case 'list': {
      const chosen = value as string[];
      // What was chosen elsewhere and has no box here stays.
      const all = [...new Set([...(field.options ?? []), ...chosen])];
      const flip = (option: string) => () => set(all.filter((one) => (one === option ? !chosen.includes(one) : chosen.includes(one))));
      return html`<fieldset class="stack-tight wide"><legend>${field.name}</legend><div class="row">${(field.options ?? []).map((option) => html`<wa-checkbox .checked=${chosen.includes(option)} @change=${flip(option)}>${option}</wa-checkbox>`)}</div><p class="hint">${field.help}</p></fieldset>`;
    }
  }
}
