/** Before a study starts: what of its records would be learned, mix by mix. */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isWhole } from '../../app/learned.ts';
import type { Manifest } from '../../records/manifest.ts';
import { mixName } from '../figures/heatmap.ts';
import { count } from '../numbers.ts';
import { View } from '../view.ts';
import { learned } from './learned.ts';

@customElement('pinch-data-plan')
export class DataPlan extends View {
  @property({ attribute: false }) draft!: Manifest;

  private readonly planned = new Task(this, {
    task: async ([asked]) => this.lab.studies.plan(JSON.parse(asked) as Manifest),
    // What the answer depends on, and nothing else: a new name makes no new plan.
    args: () => [JSON.stringify({ ...this.draft, name: 'plan', judge: { kind: 'rules' } })] as const,
  });

  protected override render(): TemplateResult {
    const { max_length } = this.draft.training;
    if (this.planned.status === 3) return html`<p class="small words">What of the records would be learned could not be counted: ${this.planned.error instanceof Error ? this.planned.error.message : String(this.planned.error)}</p>`;
    const cells = this.planned.value;
    if (!cells) return html`<p class="small quiet">Counting what of the records would be learned…</p>`;
    const lost = cells.filter(({ data }) => !isWhole(data));
    const records = cells.reduce((sum, { data }) => sum + data.records, 0);
    if (cells.length === 0) return html`<p class="small quiet">Nothing is tuned.</p>`;
    if (lost.length === 0) return html`<p class="small quiet num">Every record is learned whole: ${count(records)} in ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, none cut at max_length ${max_length}.</p>`;
    return html`<wa-callout variant="warning" appearance="filled-outlined"><p><strong>Not everything is learned.</strong></p>
      <dl class="data-plan">${lost.map(({ mix, seed, data }) => html`<dt>${mixName(mix)}${this.draft.seeds.length > 1 ? `, seed ${seed}` : ''}</dt><dd>${learned(data, max_length)}</dd>`)}</dl></wa-callout>`;
  }
}
