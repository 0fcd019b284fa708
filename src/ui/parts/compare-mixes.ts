/** Two mixes of one study side by side: category by category, and down to the conversations. */
import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { LanguageCode } from '../../core/languages.ts';
import { icon } from '../kit/icons.ts';
import { CATEGORIES, CATEGORY_NAMES, languageName, sortMixes } from '../names.ts';
import { count, decimal, difference, interval } from '../numbers.ts';
import { View } from '../view.ts';
import { choice } from './choice.ts';
import { openConversations } from './conversations-door.ts';
import type { StudyResults } from '../../records/results.ts';
import type { StudyState } from '../../records/study.ts';

@customElement('pinch-compare-mixes')
export class CompareMixes extends View {
  @property({ attribute: false }) study!: StudyState;
  @property({ attribute: false }) results!: StudyResults;
  @property() modelId = '';
  @property() datasetId = '';
  @state() private a = '';
  @state() private b = '';
  @state() private language: LanguageCode | 'all' = 'all';

  protected override render(): TemplateResult {
    const rows = this.results.radar.filter(({ model, dataset, language }) => model === this.modelId && dataset === this.datasetId && language === this.language);
    const mixes = sortMixes([...new Set(this.results.heatmap.map(({ mix }) => mix))], (mix) => mix);
    const a = this.a || (mixes.find((mix) => mix === 'ENDEFRITES') ?? mixes.at(-1) ?? '');
    const b = this.b || (mixes.find((mix) => mix !== a) ?? '');
    const of = (mix: string, category: string) => rows.find((row) => row.mix === mix && row.category === category)?.raw;
    const names = mixes.map((mix) => [mix, mix] as const);
    return html`<div class="stack">
      <div class="columns" style=${styleMap({ '--column': '12rem' })}>
        ${choice('This mix', a, names, (value) => (this.a = value))}
        ${choice('Beside', b, names, (value) => (this.b = value))}
        ${choice('Asked in', this.language, [['all', 'All languages'], ...this.study.manifest.benchmark.languages.map((code) => [code, languageName(code)] as const)], (value) => (this.language = value))}
      </div>
      <div class="scroll-x" tabindex="0" role="region" aria-label="Comparison by category"><table class="table small">
        <thead><tr><th scope="col">Category</th><th scope="col" class="num">${a}</th><th scope="col" class="num">${b}</th><th scope="col" class="num">Difference</th><th scope="col" class="num">n each</th></tr></thead>
        <tbody>${CATEGORIES.map((category) => {
          const [x, y] = [of(a, category), of(b, category)];
          if (!x?.n && !y?.n) return '';
          // A category that only one of them has is shown as that, not left out.
          if (!x?.n || !y?.n) return html`<tr><th scope="row">${CATEGORY_NAMES[category]}</th>${[x, y].map((one) => html`<td class="num">${one?.n ? decimal(one.mean) : '–'}</td>`)}<td class="num">–</td><td class="num">${count(x?.n ?? 0)}, ${count(y?.n ?? 0)}</td></tr>`;
          return html`<tr><th scope="row">${CATEGORY_NAMES[category]}</th><td class="num">${decimal(x.mean)} <span class="tiny quiet under">${interval(x, 1)}</span></td><td class="num">${decimal(y.mean)} <span class="tiny quiet under">${interval(y, 1)}</span></td><td class="num">${difference(x.mean - y.mean)}</td><td class="num">${x.n === y.n ? count(x.n) : `${count(x.n)}, ${count(y.n)}`}</td></tr>`;
        })}</tbody>
      </table></div>
      <div class="row"><wa-button appearance="outlined" @click=${() => void this.store.attempt('The conversations could not be opened', () => openConversations(this.store, { study: this.study, model: this.modelId, dataset: this.datasetId, mix: a, language: this.language, other: b }))}>${icon('compare', 'start')}Read their answers side by side</wa-button></div>
      <p class="small quiet">Differences of single categories rest on few questions; their intervals are wide. The paired comparison with intervals is the figure of gains above.</p>
    </div>`;
  }
}
