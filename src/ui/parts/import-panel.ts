/** Brings files in: conversations, a benchmark, or a model. Shows progress, then what was kept and what was not. */
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { AdapterSummary, ImportReport, ModelSummary } from '../../app/facade.ts';
import { LANGUAGE_CODES, languageName } from '../names.ts';
import type { Progress } from '../../core/progress.ts';
import '../kit/forms.ts';
import { bytes, count, plural } from '../numbers.ts';
import { View } from '../view.ts';
import { importReport } from './bad-lines.ts';
import { choice } from './choice.ts';
import './drop-zone.ts';
import './fetch-model.ts';

const KINDS = {
  dataset: { name: 'Conversations', hint: 'LIMA, Bactrian-X, messages, ShareGPT or Alpaca as JSON or JSONL, one file a language or several', accept: '.json,.jsonl,.gz' },
  benchmark: { name: 'Benchmark', hint: 'MT-Bench-X questions, reference answers and judge prompts (JSONL), in any combination', accept: '.json,.jsonl' },
  adapter: { name: 'Adapter', hint: 'adapter_config.json and adapter_model.safetensors as PEFT writes them, or a zip of both', accept: '.json,.safetensors,.zip' },
  model: { name: 'Model', hint: 'config.json, model.safetensors, tokenizer.json and, if there is one, tokenizer_config.json', accept: '.json,.safetensors' },
} as const;
type Kind = keyof typeof KINDS;

@customElement('pinch-import-panel')
export class ImportPanel extends View {
  @state() private kind: Kind = 'dataset';
  @state() private name = '';
  @state() private language = '';
  @state() private progress: Progress | null = null;
  @state() private busy = false;
  @state() private report: ImportReport<{ name: string }> | null = null;
  @state() private offset = 0;

  protected override render(): TemplateResult {
    const { kind, busy } = this;
    return html`<div class="stack">
      <div class="segments" role="group" aria-label="What to import" style="justify-self: start">
        ${(Object.keys(KINDS) as Kind[]).map((one) => html`<button type="button" aria-pressed=${one === kind} ?disabled=${busy} @click=${() => this.choose(one)}>${KINDS[one].name}</button>`)}
      </div>
      ${kind === 'model' || kind === 'adapter' ? '' : html`<div class="columns" style="--column: 14rem">
        <label class="choice"><span>Name (optional)</span><input class="field" type="text" .value=${this.name} @input=${(event: Event) => (this.name = (event.target as HTMLInputElement).value)} /></label>
        ${choice('Language', this.language, [['', 'From the records or file names'], ...LANGUAGE_CODES.map((code) => [code, languageName(code)] as const)], (value) => (this.language = value))}
      </div>`}
      <pinch-drop-zone label="Drop ${kind === 'model' ? 'a model’s files' : kind === 'adapter' ? 'an adapter’s files' : 'files'} here, or choose them" hint=${KINDS[kind].hint} accept=${KINDS[kind].accept} ?disabled=${busy} @pinch-files=${(event: CustomEvent<File[]>) => this.take(event.detail)}></pinch-drop-zone>
      ${kind === 'model' ? html`<p class="label-like">Or fetch one</p><pinch-fetch-model .store=${this.store} @pinch-fetched=${(event: CustomEvent<ModelSummary>) => this.fetched(event.detail)}></pinch-fetch-model>` : ''}
      ${busy ? this.meter() : ''}
      ${this.report ? importReport(this.report, this.offset, (offset) => (this.offset = offset)) : ''}
    </div>`;
  }

  private meter(): TemplateResult {
    const { progress } = this;
    const size = (n: number): string => (progress?.unit === 'bytes' ? bytes(n) : count(n));
    return html`<div class="stack-tight" role="status">
      <wa-progress-bar label="Import" value=${progress && progress.total > 0 ? (100 * progress.done) / progress.total : 0} ?indeterminate=${!progress || progress.total === 0}></wa-progress-bar>
      <p class="small num">${progress ? `${progress.phase}: ${size(progress.done)}${progress.total > 0 ? ` of ${size(progress.total)}` : ''} ${progress.unit === 'bytes' ? '' : progress.unit}` : 'Reading the files…'}</p>
    </div>`;
  }

  private choose(kind: Kind): void {
    this.kind = kind;
    this.report = null;
  }

  private fetched(model: ModelSummary): void {
    this.report = asReport(model);
    this.dispatchEvent(new Event('pinch-imported'));
  }

  private take(files: File[]): void {
    const options = { ...(this.name ? { name: this.name } : {}), ...(this.language ? { language: this.language } : {}) };
    const { adapters, datasets, benchmarks, models } = this.lab;
    const bring: Record<Kind, () => Promise<ImportReport<{ name: string }>>> = {
      dataset: () => datasets.importFiles(files, options, this.onProgress),
      benchmark: () => benchmarks.importFiles(files, options),
      adapter: async () => adapterReport(await adapters.importFiles(files, this.name || undefined)),
      model: async () => asReport(await models.importFiles(files, this.onProgress)),
    };
    void this.work(bring[this.kind]);
  }

  private readonly onProgress = (progress: Progress): void => {
    this.progress = progress;
  };

  private async work(bring: () => Promise<ImportReport<{ name: string }>>): Promise<void> {
    this.busy = true;
    this.report = null;
    this.progress = null;
    this.offset = 0;
    await this.store.attempt('The files were not imported', async () => {
      this.report = await bring();
      this.dispatchEvent(new Event('pinch-imported'));
    });
    this.busy = false;
  }
}

const adapterReport = ({ id, r, modules, parameters }: AdapterSummary): ImportReport<{ name: string }> => ({ imported: { name: id }, records: 0, bad: [], notes: [`Rank ${r} on ${modules.join(', ')}, ${plural(parameters, 'parameter')}. Choose it under “Start from” on the Train page.`] });
const asReport = (model: ModelSummary): ImportReport<{ name: string }> => ({ imported: model, records: 0, bad: [], notes: [`${plural(model.parameters, 'parameter')} (${model.architecture}), ${bytes(model.bytes)}.`] });
