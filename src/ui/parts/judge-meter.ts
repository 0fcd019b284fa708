/** A judge run as it goes: graded, failed, calls, and each failure with its reason. A failed judgment is never a score. */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../kit/icons.ts';
import { count, percent } from '../numbers.ts';
import { standing, STATUS } from '../stages.ts';
import { View } from '../view.ts';
import { pager } from './pager.ts';
import type { StudyState } from '../../records/study.ts';

const LIMIT = 10;

@customElement('pinch-judge-meter')
export class JudgeMeter extends View {
  @property({ attribute: false }) study!: StudyState;
  @state() private offset = 0;

  private readonly failures = new Task(this, {
    task: ([id, failed]) => (failed > 0 ? this.lab.studies.judgments(id, { state: 'failed' }) : Promise.resolve([])),
    args: () => [this.study.id, standing(this.study).failed] as const,
    onError: (error) => this.store.report('The failed judgments could not be listed', error, () => void this.failures.run()),
  });

  protected override render(): TemplateResult {
    const { study } = this;
    const at = standing(study);
    const calls = study.cells.reduce<number | null>((sum, { judged }) => (sum === null || judged.calls === undefined ? null : sum + judged.calls), 0);
    const failures = this.failures.value ?? [];
    return html`<div class="stack">
      <div class="row spread"><p><strong>${study.name}</strong> <span class="chip" data-tone=${STATUS[study.status].tone}>${STATUS[study.status].name}</span></p><span class="num">${percent(at.grade.share)}</span></div>
      <wa-progress-bar value=${Math.round(at.grade.share * 1000) / 10} label="Graded"></wa-progress-bar>
      <dl class="gauges num">
        <div><dt>Graded</dt><dd>${count(at.grade.done - at.failed)}</dd></div>
        <div><dt>Failed</dt><dd>${count(at.failed)}</dd></div>
        <div><dt>To grade</dt><dd>${count(Math.max(0, at.grade.total - at.grade.done))}</dd></div>
        ${at.noRoom > 0 ? html`<div><dt title="The dialogue fills the model’s context: no answer, not judged">No room</dt><dd>${count(at.noRoom)}</dd></div>` : ''}
        <div><dt>Calls made</dt><dd>${calls === null ? '–' : count(calls)}</dd></div>
      </dl>
      ${at.failed > 0 ? html`
        <div class="row spread"><h3>Failed judgments</h3><wa-button appearance="outlined" @click=${() => void this.store.command(study.id, 'retry')}>${icon('retry', 'start')}Try them again</wa-button></div>
        <div class="scroll-x" tabindex="0" role="region" aria-label="Failed judgments"><table class="table small">
          <thead><tr><th scope="col">Question</th><th scope="col">Turn</th><th scope="col">Model</th><th scope="col" class="num">Attempts</th><th scope="col">Reason</th></tr></thead>
          <tbody>${failures.slice(this.offset, this.offset + LIMIT).map((judgment) => (judgment.state === 'failed' ? html`<tr><td>${judgment.question_id}</td><td class="num">${judgment.turn}</td><td class="words">${judgment.model_id.split('/').at(-2) ?? judgment.model_id}</td><td class="num">${count(judgment.attempts)}</td><td class="words">${judgment.error.message} <span class="quiet">${judgment.error.hint}</span></td></tr>` : ''))}</tbody>
        </table></div>
        ${pager({ total: failures.length, offset: this.offset, limit: LIMIT, what: 'failed judgments', onMove: (offset) => (this.offset = offset) })}` : html`<p class="small quiet">No judgment has failed.</p>`}
    </div>`;
  }
}
