/** Brings files in: conversations, a benchmark, or a model. Shows progress, then what was kept and what was not. */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { filesMeant, type PlacedFile } from '../../app/folder.ts';
import { LANGUAGE_CODES, languageName } from '../names.ts';
import type { Progress } from '../../core/progress.ts';
import '../kit/forms.ts';
import { icon } from '../kit/icons.ts';
import { bytes, count, plural } from '../numbers.ts';
import { tooLarge, words } from '../store.ts';
import { View } from '../view.ts';
import { importReport } from './bad-lines.ts';
import { choice } from './choice.ts';
import './drop-zone.ts';
import type { FilesEvent } from './drop-zone.ts';
import './fetch-model.ts';
import type { AdapterSummary } from '../../records/adapter.ts';
import type { ImportReport } from '../../records/import-report.ts';
import type { ModelSummary } from '../../records/model.ts';

const KINDS = {
  dataset: { name: 'Conversations', what: 'files or a folder', hint: 'LIMA, Bactrian-X, messages, ShareGPT or Alpaca as JSON or JSONL, one file a language or several', accept: ['.json', '.jsonl', '.gz'], marker: null },
  benchmark: { name: 'Benchmark', what: 'files or a folder', hint: 'MT-Bench-X questions, reference answers (in a folder reference_answer) and judge prompts (JSONL), in any combination', accept: ['.json', '.jsonl'], marker: null },
  answers: { name: 'Answers', what: 'files or a folder', hint: 'FastChat’s model_answer files, one a model, and model_judgment files where there are any (JSONL): they become a study', accept: ['.json', '.jsonl'], marker: null },
  adapter: { name: 'Adapter', what: 'an adapter’s files or folder', hint: 'adapter_config.json and adapter_model.safetensors as PEFT writes them, or a zip of both', accept: ['.json', '.safetensors', '.zip'], marker: 'adapter_config.json' },
  model: { name: 'Model', what: 'a model’s files or folder', hint: 'config.json, model.safetensors (or its parts and their index), tokenizer.json and, where there are, tokenizer_config.json and chat_template.jinja', accept: ['.json', '.safetensors', '.jinja'], marker: 'config.json' },
} as const;
type Kind = keyof typeof KINDS;

interface Unfit {
  message: string;
  hint: string;
  anyway(): void;
}

@customElement('pinch-import-panel')
export class ImportPanel extends View {
  @state() private kind: Kind = 'dataset';
  @state() private name = '';
  @state() private language = '';
  /** The answers among a benchmark's files are references, wherever they lie. */
  @state() private references = false;
  /** The benchmark that imported answers are to; empty for the first one that was imported. */
  @state() private benchmark = '';
  /** Whether the judge of the Judge page grades answers that come without judgments. */
  @state() private judged = false;
  private readonly benchmarks = new Task(this, { task: () => this.lab.benchmarks.list(), args: () => [this.kind === 'answers'] });
  @state() private progress: Progress | null = null;
  @state() private busy = false;
  @state() private report: ImportReport<{ name: string }> | null = null;
  @state() private offset = 0;
  @state() private unfit: Unfit | null = null;

  protected override render(): TemplateResult {
    const { kind, busy } = this;
    const { what, hint, accept } = KINDS[kind];
    return html`<div class="stack">
      <div class="segments" role="group" aria-label="What to import" style=${styleMap({ 'justify-self': 'start' })}>
        ${(Object.keys(KINDS) as Kind[]).map((one) => html`<button type="button" aria-pressed=${one === kind} ?disabled=${busy} @click=${() => this.choose(one)}>${KINDS[one].name}</button>`)}
      </div>
      ${kind === 'model' || kind === 'adapter' ? '' : html`<div class="columns" style=${styleMap({ '--column': '14rem' })}>
        <label class="choice"><span>Name (optional)</span><input class="field" type="text" .value=${this.name} @input=${(event: Event) => (this.name = (event.target as HTMLInputElement).value)} /></label>
        ${choice('Language', this.language, [['', 'From the records or file names'], ...LANGUAGE_CODES.map((code) => [code, languageName(code)] as const)], (value) => (this.language = value))}
        ${kind === 'benchmark' ? choice('Answers among the files', this.references ? 'all' : 'folder', [['folder', 'References where a folder reference_answer holds them'], ['all', 'All of them are reference answers']], (value) => (this.references = value === 'all')) : ''}
        ${kind === 'answers' ? this.answersTo() : ''}
      </div>`}
      <pinch-drop-zone label="Drop ${what} here, or choose files" hint=${hint} accept=${accept.join()} folders ?disabled=${busy} @pinch-files=${(event: FilesEvent) => this.take(event.detail)}></pinch-drop-zone>
      ${this.unfit ? this.refusal(this.unfit) : ''}
      ${kind === 'model' ? html`<p class="label-like">Or fetch one</p><pinch-fetch-model .store=${this.store} @pinch-fetched=${(event: CustomEvent<ModelSummary>) => this.fetched(event.detail)}></pinch-fetch-model>` : ''}
      ${busy ? this.meter() : ''}
      ${this.report ? importReport(this.report, this.offset, (offset) => (this.offset = offset)) : ''}
    </div>`;
  }

  /** Which questions imported answers are to, and who grades them. */
  private answersTo(): TemplateResult {
    const list = this.benchmarks.value ?? [];
    const judge = this.store.draft?.judge;
    const named = judge?.kind === 'openai' ? judge.model : 'the rules';
    return html`${choice('Answers to', this.chosenBenchmark(), list.map(({ id, name }) => [id, name] as const), (value) => (this.benchmark = value))}
      ${choice('Without judgments', this.judged ? 'judge' : 'none', [['none', 'Nobody grades them'], ['judge', `Graded by ${named}, once the study is started`]], (value) => (this.judged = value === 'judge'))}`;
  }

  private chosenBenchmark(): string {
    const list = this.benchmarks.value ?? [];
    return this.benchmark || (list.find(({ origin }) => origin === 'files') ?? list[0])?.id || '';
  }

  private async answers(files: File[], options: { name?: string; language?: string }): Promise<ImportReport<{ name: string }>> {
    await this.benchmarks.taskComplete;
    const judge = this.judged ? this.store.draft?.judge : undefined;
    return this.lab.studies.importAnswers(files, { ...options, benchmark: this.chosenBenchmark(), ...(judge ? { judge } : {}) });
  }

  private meter(): TemplateResult {
    const { progress } = this;
    const size = (n: number): string => (progress?.unit === 'bytes' ? bytes(n) : count(n));
    return html`<div class="stack-tight" role="status">
      <wa-progress-bar label="Import" value=${progress && progress.total > 0 ? (100 * progress.done) / progress.total : 0} ?indeterminate=${!progress || progress.total === 0}></wa-progress-bar>
      <p class="small num">${progress ? `${progress.phase}: ${size(progress.done)}${progress.total > 0 ? ` of ${size(progress.total)}` : ''} ${progress.unit === 'bytes' ? '' : progress.unit}` : 'Reading the files…'}</p>
    </div>`;
  }

  /** A model that was judged not to fit: the verdict, and the way past it. */
  private refusal({ message, hint, anyway }: Unfit): TemplateResult {
    return html`<div class="stack-tight" role="group" tabindex="-1" data-unfit aria-label="It does not fit">
      <wa-callout variant="danger" appearance="filled-outlined">${icon('warning', 'icon')}<div class="stack-tight"><p class="words"><strong>${message}</strong></p><p class="words">What to do: ${hint}</p></div></wa-callout>
      <div class="row"><wa-button appearance="outlined" @click=${anyway}>${icon('upload', 'start')}Import it anyway</wa-button></div>
    </div>`;
  }

  private choose(kind: Kind): void {
    this.kind = kind;
    this.report = null;
    this.unfit = null;
  }

  private fetched(model: ModelSummary): void {
    this.report = asReport(model);
    this.dispatchEvent(new Event('pinch-imported'));
  }

  private take(placed: Promise<PlacedFile[]>, anyway = false): void {
    const options = { ...(this.name ? { name: this.name } : {}), ...(this.language ? { language: this.language } : {}) };
    const { adapters, datasets, benchmarks, models } = this.lab;
    const { marker, accept } = KINDS[this.kind];
    const bring: Record<Kind, (files: File[], folder: string | null) => Promise<ImportReport<{ name: string }>>> = {
      dataset: (files, folder) => datasets.importFiles(files, { ...(folder ? { name: folder } : {}), ...options }, this.onProgress),
      benchmark: (files) => benchmarks.importFiles(files, { ...options, ...(this.references ? { into: 'references' as const } : {}) }),
      answers: (files) => this.answers(files, options),
      adapter: async (files, folder) => adapterReport(await adapters.importFiles(files, this.name || folder || undefined)),
      model: async (files, folder) => asReport(await models.importFiles(files, this.onProgress, undefined, { anyway, ...(folder ? { name: folder } : {}) })),
    };
    const work = bring[this.kind];
    void this.work(async () => {
      const { files, folder } = filesMeant(await placed, marker ? { marker } : { accept });
      return work(files, folder);
    }, () => this.take(placed, true));
  }

  private readonly onProgress = (progress: Progress): void => {
    this.progress = progress;
  };

  /** @param anyway the same for a model that does not fit */
  private async work(bring: () => Promise<ImportReport<{ name: string }>>, anyway: () => void): Promise<void> {
    this.busy = true;
    this.report = null;
    this.unfit = null;
    this.progress = null;
    this.offset = 0;
    await this.store.attempt('The files were not imported', async () => {
      try {
        this.report = await bring();
        this.dispatchEvent(new Event('pinch-imported'));
      } catch (thrown) {
        if (!tooLarge(thrown)) throw thrown;
        this.unfit = { ...words(thrown), anyway };
      }
    });
    this.busy = false;
    await this.updateComplete;
    if (this.unfit) this.querySelector<HTMLElement>('[data-unfit]')?.focus();
  }
}

const adapterReport = ({ id, r, modules, parameters }: AdapterSummary): ImportReport<{ name: string }> => ({ imported: { name: id }, records: 0, bad: [], notes: [`Rank ${r} on ${modules.join(', ')}, ${plural(parameters, 'parameter')}. Choose it under “Start from” on the Train page.`] });
const asReport = (model: ModelSummary): ImportReport<{ name: string }> => ({ imported: model, records: 0, bad: [], notes: [`${plural(model.parameters, 'parameter')} (${model.architecture}), ${bytes(model.bytes)}.`, ...(model.notes ?? [])] });
