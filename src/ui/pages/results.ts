/** Results: a finished study's figures, each down to the conversations behind it, and the ways out of the browser. */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { isWhole } from '../../app/learned.ts';
import { filesMeant, type PlacedFile } from '../../app/folder.ts';
import { frame } from '../figures/frame.ts';
import { improvements, improvementsTable } from '../figures/improvements.ts';
import { turns, turnsTable, type TurnPair } from '../figures/turns.ts';
import { icon } from '../kit/icons.ts';
import { manifestDiff } from '../manifest-diff.ts';
import { sortMixes } from '../names.ts';
import { count, moment, plural } from '../numbers.ts';
import { choice } from '../parts/choice.ts';
import '../parts/compare-mixes.ts';
import { copyLink } from '../parts/copy-link.ts';
import '../parts/drop-zone.ts';
import type { FilesEvent } from '../parts/drop-zone.ts';
import '../parts/exports.ts';
import '../parts/heat-map.ts';
import { mixName } from '../figures/heatmap.ts';
import { learned } from '../parts/learned.ts';
import { readingList } from '../parts/reading-list.ts';
import '../parts/radar-panel.ts';
import '../parts/sized.ts';
import { readings } from '../reading.ts';
import { href, type Route } from '../route.ts';
import { STATUS } from '../stages.ts';
import { words } from '../store.ts';
import { View } from '../view.ts';
import './results.css';
import type { StudyResults } from '../../records/results.ts';
import type { StudyState } from '../../records/study.ts';

@customElement('pinch-results')
export class Results extends View {
  @property({ attribute: false }) route!: Route;
  @state() private pair = '';
  @state() private other = '';

  private readonly results = new Task(this, {
    task: ([id]) => (id ? this.lab.studies.results(id) : Promise.resolve(null)),
    // A running study's figures are read again only when it changes its state, not with every answer.
    args: () => [this.study?.id, this.study?.status] as const,
  });

  private get study(): StudyState | null {
    const { store } = this;
    return this.route.id ? store.study(this.route.id) : (store.studies?.find(({ status }) => status === 'done') ?? store.studies?.[0] ?? null);
  }

  protected override render(): TemplateResult {
    const { study, store } = this;
    const results = this.results.value?.study === study?.id ? this.results.value : null;
    return html`<div class="page stack-wide">
      <header class="page-head"><p class="tag">Results</p><h1 tabindex="-1">What came out</h1>
        ${store.studies && store.studies.length > 1 ? html`<div class="row"><div class="which">${choice('Study', study?.id ?? '', store.studies.map(({ id, name, status, created }) => [id, `${name} · ${STATUS[status].name} · ${moment(created)}`]), (id) => (location.hash = href('results', id)))}</div></div>` : ''}
      </header>
      ${this.body(study, results ?? null)}
      <section class="panel stack" aria-labelledby="reopen"><h2 id="reopen">Open an exported study</h2><pinch-drop-zone single label="Drop a study file here, or choose it" hint="A .zip exported from Pinch Lab; it opens with the same figures." accept=".zip" @pinch-files=${(event: FilesEvent) => this.reopen(event.detail)}></pinch-drop-zone></section>
    </div>`;
  }

  private body(study: StudyState | null, results: StudyResults | null): TemplateResult {
    if (this.store.studies === null) return html`<div class="hold" style=${styleMap({ '--hold': '40rem' })} aria-busy="true"></div>`;
    if (!study) return html`<section class="panel stack"><p>${this.route.id ? 'There is no such study in this browser.' : 'No study has been run in this browser yet.'}</p><div class="row"><wa-button variant="brand" href=${href('home')}>${icon('play', 'start')}Run the nine-mix study</wa-button></div></section>`;
    if (this.results.status === 3) return html`<section class="panel stack" role="alert"><p class="words"><strong>The figures of this study could not be computed.</strong> ${words(this.results.error).message}</p><p class="words">${words(this.results.error).hint}</p><div class="row"><wa-button appearance="outlined" @click=${() => void this.results.run()}>${icon('retry', 'start')}Try again</wa-button></div></section>`;
    if (!results) return html`<div class="hold" style=${styleMap({ '--hold': '40rem' })} aria-busy="true"></div>`;
    const pairs = [...new Set(results.heatmap.map(({ model, dataset }) => `${model}\n${dataset}`))];
    const pair = pairs.includes(this.pair) ? this.pair : (pairs[0] ?? '');
    const [model = '', dataset = ''] = pair.split('\n');
    if (pairs.length === 0 || results.heatmap.every(({ raw }) => raw.n === 0)) return html`<section class="panel stack"><p>This study has no grades yet.</p><div class="row"><wa-button appearance="outlined" href=${href('train', study.id)}>See where it stands</wa-button></div></section>`;
    return html`
      ${this.facts(study, results)}
      ${pairs.length > 1 ? choice('Model and dataset', pair, pairs.map((name) => [name, name.replace('\n', ' tuned on ')] as const), (value) => (this.pair = value)) : ''}
      ${this.figures(study, results, model, dataset)}
    `;
  }

  private facts(study: StudyState, { judge, questionsPerCategory }: StudyResults): TemplateResult {
    const { manifest } = study;
    return html`<dl class="facts facts-wide num">
      <dt>Study</dt><dd>${study.name} <span class="chip" data-tone=${STATUS[study.status].tone}>${STATUS[study.status].name}</span></dd>
      <dt>Judge</dt><dd>${judge}</dd>
      <dt>Benchmark</dt><dd>${manifest.benchmark.id}, ${questionsPerCategory === null ? 'all questions' : `a part: ${plural(questionsPerCategory, 'question')} a category`}, ${manifest.benchmark.languages.map((code) => code.toUpperCase()).join(', ')}</dd>
      <dt>Tuned</dt><dd>${manifest.mixes.every((mix) => mix.startsWith('imported:')) ? `nothing: answers of ${plural(manifest.mixes.length, 'model')} were imported` : html`${manifest.models.join(', ')} on ${manifest.datasets.join(', ')}, ${plural(manifest.mixes.length, 'mix', 'mixes')}, ${plural(manifest.seeds.length, 'seed')}`}</dd>
    </dl>
    <div class="row">${copyLink(this.store, manifest)}<wa-button appearance="plain" href=${href('train', study.id)}>${icon('train', 'start')}Curves and cells</wa-button></div>`;
  }

  private figures(study: StudyState, results: StudyResults, model: string, dataset: string): TemplateResult {
    const { store } = this;
    const same = <T extends { model: string; dataset: string }>(rows: readonly T[]): T[] => rows.filter((row) => row.model === model && row.dataset === dataset);
    const gains = same(results.improvements);
    const found = readings({ heatmap: same(results.heatmap), improvements: gains });
    const pairs = turnPairs(same(results.turns));
    const ns = gains.map(({ points }) => points.n);
    return html`
      <h2 class="only-read">Figures</h2>
      <section class="panel" aria-label="Heat map"><pinch-heat-map .store=${store} .study=${study} .results=${results} .modelId=${model} .datasetId=${dataset}></pinch-heat-map></section>
      ${this.unlearned(study, model, dataset)}
      ${found.length > 0 ? html`<section class="panel stack" aria-labelledby="found"><h2 id="found">What it shows</h2>${readingList(found)}</section>` : ''}
      <div class="two">
        <section class="panel" aria-label="Gains">${gains.length === 0 ? html`<p class="quiet">Gains need at least one multilingual and one one-language mix in the study.</p>` : frame({
          title: 'Gain of multilingual over one-language mixes',
          drawing: html`<pinch-sized .draw=${(width: number) => improvements(gains, { width })}></pinch-sized>`,
          caption: `(multilingual − monolingual) × 10, over all languages, paired by question; n = ${count(Math.min(...ns))}${Math.max(...ns) > Math.min(...ns) ? ` to ${count(Math.max(...ns))}` : ''}. Whiskers: 95 % bootstrap interval by question. Hollow bars: the interval holds zero, nothing shown. Judged by ${results.judge}.`,
          table: improvementsTable(gains),
        })}</section>
        <div class="stack two-side">
          <section class="panel" aria-label="Radar"><pinch-radar-panel .store=${store} .study=${study} .results=${results} .modelId=${model} .datasetId=${dataset}></pinch-radar-panel></section>
          <section class="panel" aria-label="Turns">${frame({
            title: 'First turn and second turn',
            drawing: html`<pinch-sized .draw=${(width: number) => turns(pairs, { width })}></pinch-sized>`,
            caption: html`Mean score over all languages: filled, the first turn; hollow, the second, which leans on the first. Lines are 95 % intervals. Judged by ${results.judge}.`,
            table: turnsTable(pairs),
          })}</section>
        </div>
      </div>
      <section class="panel stack" aria-labelledby="compare"><h2 id="compare">Compare two mixes</h2><pinch-compare-mixes .store=${store} .study=${study} .results=${results} .modelId=${model} .datasetId=${dataset}></pinch-compare-mixes></section>
      ${this.against(study)}
      <section class="panel stack" aria-labelledby="export"><h2 id="export">Take it with you</h2><pinch-exports .store=${store} .study=${study}></pinch-exports></section>
    `;
  }

  /** Which mixes were not learned whole; figures of mixes that lost unequal parts are not comparable by their names alone. */
  private unlearned({ cells, manifest }: StudyState, model: string, dataset: string): TemplateResult | '' {
    const lost = cells.filter((cell) => cell.model === model && cell.dataset === dataset && cell.data && !isWhole(cell.data));
    if (lost.length === 0) return '';
    return html`<section class="panel stack" aria-labelledby="unlearned"><h2 id="unlearned">Not everything was learned</h2>
      <dl class="data-plan">${lost.map(({ mix, seed, data }) => html`<dt>${mixName(mix)}${manifest.seeds.length > 1 ? `, seed ${seed}` : ''}</dt><dd>${learned(data, manifest.training.max_length)}</dd>`)}</dl></section>`;
  }

  /** How this study was set up differently from another. */
  private against(study: StudyState): TemplateResult {
    const others = (this.store.studies ?? []).filter(({ id }) => id !== study.id);
    if (others.length === 0) return html``;
    const other = others.find(({ id }) => id === this.other) ?? (others[0] as StudyState);
    const rows = manifestDiff(study.manifest, other.manifest);
    return html`<section class="panel stack" aria-labelledby="against"><h2 id="against">Set up differently from another study</h2>
      ${choice('The other study', other.id, others.map(({ id, name, created }) => [id, `${name} · ${moment(created)}`]), (id) => (this.other = id))}
      ${rows.length === 0 ? html`<p>The two manifests are the same.</p>` : html`<div class="scroll-x" tabindex="0" role="region" aria-label="Differences of the manifests"><table class="table small"><thead><tr><th scope="col">Field</th><th scope="col">This study</th><th scope="col">The other</th></tr></thead><tbody>${rows.map(({ field, a, b }) => html`<tr><th scope="row"><code>${field.split(/(?<=[._])/).map((part) => html`${part}<wbr />`)}</code></th><td class="words">${a}</td><td class="words">${b}</td></tr>`)}</tbody></table></div>`}
    </section>`;
  }

  private reopen(placed: Promise<PlacedFile[]>): void {
    void this.store.attempt('The study was not opened', async () => {
      const { files } = filesMeant(await placed, { accept: ['.zip'] });
      const study = await this.lab.studies.importBundle(files[0] as File);
      this.store.put(study);
      location.hash = href('results', study.id);
    });
  }
}

function turnPairs(rows: StudyResults['turns']): TurnPair[] {
  const nothing = { mean: 0, low: 0, high: 0, n: 0 };
  const of = (mix: string, turn: 1 | 2) => rows.find((row) => row.mix === mix && row.turn === turn)?.raw ?? nothing;
  return sortMixes([...new Set(rows.map(({ mix }) => mix))], (mix) => mix).map((mix) => ({ mix, first: of(mix, 1), second: of(mix, 2) }));
}
