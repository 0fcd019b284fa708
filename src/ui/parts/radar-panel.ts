/** The category radar with its choices: one language (or all), up to four mixes. */
import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { LanguageCode } from '../../core/languages.ts';
import { frame } from '../figures/frame.ts';
import { mixName } from '../figures/heatmap.ts';
import { radar, radarTable, type RadarData } from '../figures/radar.ts';
import { CATEGORIES, languageName, mixLook, sortMixes } from '../names.ts';
import { bestMonolingual } from '../reading.ts';
import { View } from '../view.ts';
import { choice } from './choice.ts';
import type { StudyResults } from '../../records/results.ts';
import type { StudyState } from '../../records/study.ts';

const MOST = 4;

@customElement('pinch-radar-panel')
export class RadarPanel extends View {
  @property({ attribute: false }) study!: StudyState;
  @property({ attribute: false }) results!: StudyResults;
  @property() modelId = '';
  @property() datasetId = '';
  @state() private language: LanguageCode | 'all' = 'all';
  /** Null: the parallel mix and the best one-language mix. */
  @state() private picked: readonly string[] | null = null;

  private get mixes(): string[] {
    return sortMixes([...new Set(this.results.heatmap.map(({ mix }) => mix))], (mix) => mix);
  }

  private get shown(): readonly string[] {
    if (this.picked) return this.picked;
    const best = bestMonolingual(this.results);
    const union = this.mixes.find((mix) => mixLook(mix).kind === 'union');
    return [union, best].filter((mix): mix is string => mix !== undefined && mix !== null);
  }

  protected override render(): TemplateResult {
    const rows = this.results.radar.filter(({ model, dataset, language }) => model === this.modelId && dataset === this.datasetId && language === this.language);
    const data: RadarData = {
      categories: CATEGORIES.filter((category) => rows.some((row) => row.category === category)),
      series: this.shown.map((mix) => {
        const { color, dashed } = mixLook(mix);
        return { name: mix, color, dashed, scores: Object.fromEntries(rows.filter((row) => row.mix === mix).map(({ category, raw }) => [category, raw])) };
      }),
    };
    return frame({
      title: 'Score by category',
      controls: choice('Asked in', this.language, [['all', 'All languages'], ...this.study.manifest.benchmark.languages.map((code) => [code, languageName(code)] as const)], (value) => (this.language = value)),
      drawing: html`${radar(data)}<div class="row picks" role="group" aria-label="Mixes drawn, up to ${MOST}">${this.mixes.map((mix) => html`<button type="button" class="chip toggle" aria-pressed=${this.shown.includes(mix)} ?disabled=${!this.shown.includes(mix) && this.shown.length >= MOST} @click=${() => this.pick(mix)}>${mixName(mix)}</button>`)}</div>`,
      caption: `Mean of both turns, 1 to 10, in each category ${this.language === 'all' ? 'over all languages' : `in ${languageName(this.language)}`}, judged by ${this.results.judge}; the centre is 0.`,
      table: radarTable(data),
    });
  }

  private pick(mix: string): void {
    this.picked = this.shown.includes(mix) ? this.shown.filter((name) => name !== mix) : [...this.shown, mix];
  }
}
