/** The heat map at work: raw or gated scores, the readout under the pointer, and the conversations behind each cell. */
import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { frame } from '../figures/frame.ts';
import { heatmap, heatmapTable, type HeatCell, type HeatmapData } from '../figures/heatmap.ts';
import { sortMixes } from '../names.ts';
import { count, plural } from '../numbers.ts';
import { View } from '../view.ts';
import { openConversations } from './conversations-door.ts';
import type { StudyResults } from '../../records/results.ts';
import type { StudyState } from '../../records/study.ts';

@customElement('pinch-heat-map')
export class HeatMap extends View {
  @property({ attribute: false }) study!: StudyState;
  /** Null draws the empty map, so that its place is taken before there are scores. */
  @property({ attribute: false }) results: StudyResults | null = null;
  @property() modelId = '';
  @property() datasetId = '';
  @state() private gated = false;
  @state() private pointed: HeatCell | null = null;

  private get data(): HeatmapData {
    const { manifest } = this.study;
    const rows = (this.results?.heatmap ?? []).filter(({ model, dataset }) => model === this.modelId && dataset === this.datasetId);
    const mixes = rows.length > 0 ? [...new Set(rows.map(({ mix }) => mix))] : manifest.mixes;
    return {
      mixes: sortMixes(mixes, (mix) => mix),
      languages: [...manifest.benchmark.languages, 'all'],
      cells: rows.map(({ raw, gated, ...cell }) => ({ ...cell, score: this.gated ? gated : raw })),
    };
  }

  protected override render(): TemplateResult {
    const { data, results } = this;
    const failed = data.cells.filter(({ language }) => language === 'all').reduce((sum, cell) => sum + cell.failed, 0);
    const noRoom = data.cells.filter(({ language }) => language === 'all').reduce((sum, cell) => sum + cell.noRoom, 0);
    const untold = data.cells.filter(({ language }) => language === 'all').reduce((sum, cell) => sum + cell.verdicts.untold, 0);
    const partial = data.cells.some(({ without }) => without.length > 0);
    const part = results?.questionsPerCategory;
    return frame({
      title: 'Score of each mix in each language',
      controls: html`<div class="segments" role="group" aria-label="Which score">
        <button type="button" aria-pressed=${!this.gated} @click=${() => (this.gated = false)}>Raw</button>
        <button type="button" aria-pressed=${this.gated} title="An answer in the wrong language counts as 1; one whose language cannot be told, as graded" @click=${() => (this.gated = true)}>Gated</button>
      </div>`,
      drawing: heatmap(data, { pointed: this.pointed, onPoint: (cell) => (this.pointed = cell), onOpen: (cell) => this.open(cell) }),
      caption: results
        ? html`Mean of both turns, 1 to 10, judged by ${results.judge}. ${part ? `A part of the benchmark: ${plural(part, 'question')} a category.` : 'The whole benchmark.'} ${this.gated ? `Gated: an answer in the wrong language counts as 1${untold > 0 ? `; ${plural(untold, 'answer')} whose language cannot be told ${untold === 1 ? 'counts' : 'count'} as graded` : ''}.` : 'Raw: as graded.'} Intervals are 95 % bootstrap, by question.${failed > 0 ? html` <strong>* ${count(failed)} judgments failed and are in no mean.</strong>` : ''}${noRoom > 0 ? html` <strong>‡ ${plural(noRoom, 'turn')} had no room for an answer, the dialogue filling the model’s context: not judged, in no mean.</strong>` : ''}${partial ? html` <strong>† A language has no score: the mean is that of the others.</strong>` : ''}`
        : html`The map fills when all answers have been graded. Mean of both turns, 1 to 10.`,
      table: heatmapTable(data),
    });
  }

  private open(cell: HeatCell): void {
    void this.store.attempt('The conversations could not be opened', () => openConversations(this.store, { study: this.study, model: this.modelId, dataset: this.datasetId, mix: cell.mix, language: cell.language }));
  }
}
