/** Data: what the lab holds (datasets, benchmarks, models), what is in it, and the way in for more. */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { LanguageCode } from '../../core/languages.ts';
import { icon } from '../kit/icons.ts';
import { languageColor, languageName, languageTag } from '../names.ts';
import { bytes, count, plural, short } from '../numbers.ts';
import { ask } from '../parts/ask.ts';
import '../parts/import-panel.ts';
import { modelNotes } from '../parts/model-notes.ts';
import '../parts/question-browser.ts';
import '../parts/record-browser.ts';
import '../parts/try-chat.ts';
import { View } from '../view.ts';
import './data.css';
import type { AdapterSummary } from '../../records/adapter.ts';
import type { BenchmarkSummary } from '../../records/benchmark.ts';
import type { DatasetSummary } from '../../records/dataset.ts';
import type { ModelSummary } from '../../records/model.ts';

@customElement('pinch-data')
export class Data extends View {
  /** `dataset lima-x-world` or `benchmark …`: whose contents lie open. */
  @state() private open = '';
  private readonly held = new Task(this, {
    task: async () => {
      const [datasets, benchmarks, models, adapters, storage] = await Promise.all([this.lab.datasets.list(), this.lab.benchmarks.list(), this.lab.models.list(), this.lab.adapters.list(), this.lab.storage()]);
      return { datasets, benchmarks, models, adapters, storage };
    },
    args: () => [],
    onComplete: ({ datasets }) => (this.open ||= datasets[0] ? `dataset ${datasets[0].id}` : ''),
    onError: (error) => this.store.report('The stored data could not be listed', error, () => void this.held.run()),
  });

  protected override render(): TemplateResult {
    const held = this.held.value;
    return html`<div class="page stack-wide">
      <header class="page-head"><p class="tag">Data</p><h1 tabindex="-1">What is taught, what is asked, who learns</h1><p class="lead">Conversations to tune on, benchmarks to answer, and models to tune. The embedded ones are there from the start; your own files stay in this browser.</p></header>
      <section aria-labelledby="datasets" class="stack"><h2 id="datasets">Datasets</h2><div class="columns" style=${styleMap({ '--column': '22rem' })}>${held ? held.datasets.map((dataset) => this.datasetCard(dataset)) : hold()}</div></section>
      ${this.opened(held?.datasets ?? [], held?.benchmarks ?? [])}
      <section aria-labelledby="benchmarks" class="stack"><h2 id="benchmarks">Benchmarks</h2><div class="columns" style=${styleMap({ '--column': '22rem' })}>${held ? held.benchmarks.map((benchmark) => this.benchmarkCard(benchmark)) : hold()}</div></section>
      <section aria-labelledby="import" class="panel stack"><h2 id="import">Bring your own</h2><pinch-import-panel .store=${this.store} @pinch-imported=${() => void this.held.run()}></pinch-import-panel></section>
      <section aria-labelledby="models" class="stack"><h2 id="models">Models</h2><div class="columns" style=${styleMap({ '--column': '22rem' })}>${held ? held.models.map((model) => this.modelCard(model)) : hold()}${held?.adapters.map((adapter) => this.adapterCard(adapter)) ?? ''}</div></section>
      <section aria-labelledby="try" class="panel stack"><h2 id="try">Try a model</h2><pinch-try-chat .store=${this.store} .models=${held?.models ?? []}></pinch-try-chat></section>
      <section aria-labelledby="storage" class="stack"><h2 id="storage">Storage</h2>
        <p class="num">${held ? html`${bytes(held.storage.usage)} used of ${bytes(held.storage.quota)} this browser allows. ${held.storage.persisted ? 'The browser has promised to keep it.' : 'The browser may clear it when space runs short; export what matters.'}` : '…'}</p>
        <div class="row"><wa-button variant="danger" appearance="outlined" @click=${this.clear}>${icon('trash', 'start')}Delete everything stored here</wa-button></div>
      </section>
    </div>`;
  }

  private datasetCard(dataset: DatasetSummary): TemplateResult {
    const total = Object.values(dataset.counts).reduce((sum, n) => sum + n, 0);
    return html`<article class="panel holding">
      <header><h3>${dataset.name}</h3>${origin(dataset.origin)}</header>
      <p class="small">${dataset.description}</p>
      ${languages(dataset.languages, dataset.counts)}
      <p class="small quiet num">${plural(total, 'conversation')} · layout ${dataset.layout} · ${dataset.parallel > 0 ? `${plural(dataset.parallel, 'id')} in every language` : 'not parallel'}</p>
      <div class="row">${this.opener('dataset', dataset.id, `Browse records`, dataset.name)}${this.remover('dataset', dataset)}</div>
    </article>`;
  }

  private benchmarkCard(benchmark: BenchmarkSummary): TemplateResult {
    const references = Object.values(benchmark.references).reduce((sum, n) => sum + n, 0);
    return html`<article class="panel holding">
      <header><h3>${benchmark.name}</h3>${origin(benchmark.origin)}</header>
      ${languages(benchmark.languages, benchmark.counts)}
      <p class="small quiet num">${plural(benchmark.categories.length, 'category', 'categories')} · ${plural(references, 'reference answer')} · ${benchmark.promptLanguages.length > 0 ? `judge prompts in ${benchmark.promptLanguages.map(languageTag).join(', ')}` : 'no judge prompts of its own'}</p>
      <div class="row">${this.opener('benchmark', benchmark.id, 'Browse questions', benchmark.name)}${this.remover('benchmark', benchmark)}</div>
    </article>`;
  }

  private modelCard(model: ModelSummary): TemplateResult {
    return html`<article class="panel holding">
      <header><h3>${model.name}</h3>${origin(model.origin)}</header>
      <dl class="facts small num"><dt>Architecture</dt><dd>${model.architecture}</dd><dt>Parameters</dt><dd>${short(model.parameters)}</dd><dt>Vocabulary</dt><dd>${count(model.vocabSize)} tokens</dd><dt>Size</dt><dd>${bytes(model.bytes)}</dd>${model.source ? html`<dt>From</dt><dd class="words">${model.source.replace(/@([0-9a-f]{12})[0-9a-f]+$/, '@$1')}</dd>` : ''}</dl>
      ${modelNotes(model.notes)}
      <div class="row">${this.remover('model', model)}</div>
    </article>`;
  }

  private adapterCard(adapter: AdapterSummary): TemplateResult {
    return html`<article class="panel holding">
      <header><h3>${adapter.id}</h3><span class="chip">adapter</span></header>
      <dl class="facts small num"><dt>Rank</dt><dd>${adapter.r}</dd><dt>Modules</dt><dd class="words">${adapter.modules.join(', ')}</dd><dt>Parameters</dt><dd>${short(adapter.parameters)}</dd><dt>Size</dt><dd>${bytes(adapter.bytes)}</dd></dl>
      <div class="row">${this.remover('adapter', { id: adapter.id, name: adapter.id, origin: 'files' })}</div>
    </article>`;
  }

  private opener(kind: 'dataset' | 'benchmark', id: string, label: string, name: string): TemplateResult {
    const key = `${kind} ${id}`;
    return html`<wa-button size="s" appearance="outlined" aria-expanded=${this.open === key} @click=${() => (this.open = this.open === key ? '' : key)}>${icon('eye', 'start')}${this.open === key ? 'Close' : label}<span class="only-read"> of ${name}</span></wa-button>`;
  }

  private opened(datasets: readonly DatasetSummary[], benchmarks: readonly BenchmarkSummary[]): TemplateResult {
    const dataset = datasets.find(({ id }) => this.open === `dataset ${id}`);
    const benchmark = benchmarks.find(({ id }) => this.open === `benchmark ${id}`);
    if (!dataset && !benchmark) return html``;
    return html`<section class="panel stack" aria-labelledby="opened">
      <h2 id="opened">${dataset ? `Records of ${dataset.name}` : `Questions of ${benchmark?.name}`}</h2>
      ${dataset ? html`<pinch-record-browser .store=${this.store} .source=${dataset}></pinch-record-browser>` : html`<pinch-question-browser .store=${this.store} .source=${benchmark}></pinch-question-browser>`}
    </section>`;
  }

  private remover(kind: 'dataset' | 'benchmark' | 'model' | 'adapter', { id, name, origin: from }: { id: string; name: string; origin: string }): TemplateResult {
    if (from === 'embedded') return html``;
    const remove = async (): Promise<void> => {
      if (!(await ask(`Remove ${name}?`, `It is deleted from this browser. Studies that used it keep their results; to run it again you import the files again.`, 'Remove it'))) return;
      const room = { dataset: this.lab.datasets, benchmark: this.lab.benchmarks, model: this.lab.models, adapter: this.lab.adapters }[kind];
      await this.store.attempt(`${name} was not removed`, async () => {
        await room.remove(id);
        await this.held.run();
      });
    };
    return html`<wa-button size="s" appearance="plain" variant="danger" @click=${remove}>${icon('trash', 'start')}Remove<span class="only-read"> ${name}</span></wa-button>`;
  }

  private readonly clear = async (): Promise<void> => {
    if (!(await ask('Delete everything?', 'All studies, imported files, models and kept keys in this browser are deleted. Exported files are not touched. This cannot be undone.', 'Delete everything'))) return;
    await this.store.attempt('The storage was not cleared', async () => {
      await this.lab.clear();
      localStorage.removeItem('pinch-draft');
      location.hash = '';
      location.reload();
    });
  };
}

const origin = (from: 'embedded' | 'files' | 'url'): TemplateResult => html`<span class="chip">${{ embedded: 'embedded', files: 'your files', url: 'fetched' }[from]}</span>`;

const languages = (codes: readonly LanguageCode[], counts: Readonly<Record<LanguageCode, number>>): TemplateResult =>
  html`<ul class="languages">${codes.map((code) => html`<li class="num" title=${languageName(code)}><span class="swatch" style=${styleMap({ '--swatch': languageColor(code) })}></span><span class="only-read">${languageName(code)}: </span><span aria-hidden="true">${languageTag(code)}</span> ${count(counts[code] ?? 0)}</li>`)}</ul>`;

const hold = (): TemplateResult => html`<div class="hold" style=${styleMap({ '--hold': '13rem' })} aria-busy="true"></div>`;
