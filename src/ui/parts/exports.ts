/** Ways out of the browser for a study: the whole of it, its answers and grades in FastChat's layout, adapters in PEFT's. */
import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { isTuned } from '../names.ts';
import { icon } from '../kit/icons.ts';
import { View } from '../view.ts';
import { choice } from './choice.ts';
import type { StudyState } from '../../records/study.ts';

@customElement('pinch-exports')
export class Exports extends View {
  @property({ attribute: false }) study!: StudyState;
  @state() private cell = '';
  @state() private busy = '';

  protected override render(): TemplateResult {
    const { id, name } = this.study;
    const file = name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').toLowerCase();
    const full = this.study.manifest.tuning === 'full';
    const tuned = this.study.cells.filter(isTuned);
    const cell = tuned.find((one) => one.id === this.cell)?.id ?? tuned[0]?.id ?? '';
    const button = (label: string, name_: string, make: () => Promise<Blob>): TemplateResult => html`<wa-button appearance="outlined" ?loading=${this.busy === label} @click=${() => void this.save(label, name_, make)}>${icon('download', 'start')}${label}</wa-button>`;
    return html`<div class="stack">
      <div class="row">
        ${button('Whole study', `${file}.pinch.zip`, () => this.lab.studies.exportBundle(id))}
        ${button('Answers (JSONL)', `${file}-answers.jsonl`, () => this.lab.studies.exportAnswers(id))}
        ${button('Judgments (JSONL)', `${file}-judgments.jsonl`, () => this.lab.studies.exportJudgments(id))}
      </div>
      ${tuned.length === 0 ? '' : html`<div class="row export-adapter">${choice(full ? 'Model of' : 'Adapter of', cell, tuned.map((one) => [one.id, `${one.mix}${this.study.manifest.seeds.length > 1 ? `, seed ${one.seed}` : ''}`]), (value) => (this.cell = value))}${full ? '' : button('Adapter (PEFT)', `${file}-${cell.replaceAll('/', '-')}.zip`, () => this.lab.studies.exportAdapter(id, cell))}
        ${button('Model (safetensors)', `${cell.replaceAll('/', '-')}.zip`, () => this.lab.studies.exportModel(id, cell, 'safetensors'))}
        ${button('Model (ONNX)', `${cell.replaceAll('/', '-')}-onnx.zip`, () => this.lab.studies.exportModel(id, cell, 'onnx'))}
        ${button('Model (ONNX, 4 bits)', `${cell.replaceAll('/', '-')}-onnx-q4.zip`, () => this.lab.studies.exportModel(id, cell, 'onnx-q4'))}</div>
      <p class="small quiet">${full ? 'The tuned model, for transformers (safetensors) and transformers.js (ONNX).' : 'The adapter alone, for PEFT; or folded into its base, for transformers (safetensors) and transformers.js (ONNX).'}</p>`}
      <p class="small quiet">A key is never part of an export.</p>
    </div>`;
  }

  private async save(label: string, name: string, make: () => Promise<Blob>): Promise<void> {
    this.busy = label;
    await this.store.attempt(`${label} was not exported`, async () => {
      const url = URL.createObjectURL(await make());
      const link = document.createElement('a');
      link.href = url;
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    });
    this.busy = '';
  }
}
