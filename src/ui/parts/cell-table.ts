/** A study's cells: for each mix, how far it has been tuned, has answered and been graded. */
import { html, type TemplateResult } from 'lit';
import { mixName } from '../figures/heatmap.ts';
import { count } from '../numbers.ts';
import { learned } from './learned.ts';
import './cell-table.css';
import type { CellState, StudyState } from '../../records/study.ts';

const STAGE: Readonly<Record<CellState['stage'], { name: string; tone: string }>> = {
  waiting: { name: 'waiting', tone: 'plain' },
  training: { name: 'tuning', tone: 'running' },
  answering: { name: 'answering', tone: 'running' },
  judging: { name: 'grading', tone: 'running' },
  done: { name: 'done', tone: 'good' },
  failed: { name: 'failed', tone: 'bad' },
};

export function cellTable({ cells, manifest }: StudyState): TemplateResult {
  const several = manifest.models.length > 1 || manifest.datasets.length > 1 || manifest.seeds.length > 1;
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label="Cells of the study"><table class="table small cells">
    <thead><tr><th scope="col">Mix</th>${several ? html`<th scope="col">Model, dataset, seed</th>` : ''}<th scope="col">Stage</th><th scope="col">Steps</th><th scope="col">Answers</th><th scope="col">Grades</th></tr></thead>
    <tbody>${cells.map((cell) => {
      const { name, tone } = STAGE[cell.stage];
      return html`<tr><th scope="row">${mixName(cell.mix)}</th>${several ? html`<td>${cell.model}, ${cell.dataset}, ${cell.seed}</td>` : ''}
        <td><span class="chip" data-tone=${tone}>${name}</span>${cell.error ? html`<p class="words small">${cell.error.message} ${cell.error.hint}</p>` : ''}${cell.note ? html`<p class="words small quiet">${cell.note}</p>` : ''}${learned(cell.data, manifest.training.max_length)}</td>
        <td>${amount(cell.trained, 'steps')}</td><td>${amount(cell.answered, 'answers')}</td><td>${amount(cell.judged, 'grades')}${cell.judged.failed > 0 ? html`<span class="chip" data-tone="bad">${count(cell.judged.failed)} failed</span>` : ''}${cell.judged.no_room ? html`<span class="chip" data-tone="plain">${count(cell.judged.no_room)} without room</span>` : ''}</td></tr>`;
    })}</tbody>
  </table></div>`;
}

function amount({ done, total }: { done: number; total: number }, what: string): TemplateResult {
  return html`<span class="amount"><meter min="0" max=${Math.max(1, total)} value=${done} aria-label="${done} of ${total} ${what}"></meter><span class="num">${count(done)} / ${count(total)}</span></span>`;
}
