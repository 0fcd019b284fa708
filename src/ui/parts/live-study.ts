/** One study at work: where it stands, its curves, its cells, and the verbs it answers to. */
import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../kit/icons.ts';
import { count, duration, percent, rate } from '../numbers.ts';
import { href } from '../route.ts';
import { DOING, standing, STATUS } from '../stages.ts';
import { View } from '../view.ts';
import { cellTable } from './cell-table.ts';
import { copyLink } from './copy-link.ts';
import './loss-curves.ts';
import { studyControls } from './study-controls.ts';
import type { StudyState } from '../../records/study.ts';

@customElement('pinch-live-study')
export class LiveStudy extends View {
  @property({ attribute: false }) study!: StudyState;

  protected override render(): TemplateResult {
    const { study, store } = this;
    const { name, tone } = STATUS[study.status];
    const at = standing(study);
    const failed = at.failed > 0 || study.cells.some(({ stage }) => stage === 'failed');
    return html`<div class="stack-wide">
      <section class="panel stack" aria-label="Where the study stands" tabindex="-1" data-holds-focus>
        <div class="row spread"><p><span class="chip" data-tone=${tone}>${name}</span> ${study.status === 'running' ? html`<strong>${DOING[at.current]}</strong>` : ''}</p><span class="num">${percent(at.share)}</span></div>
        <wa-progress-bar value=${Math.round(at.share * 1000) / 10} label="The whole study"></wa-progress-bar>
        ${this.numbers(study)}
        ${study.error ? html`<wa-callout variant="danger" appearance="filled-outlined" role="alert">${icon('warning', 'icon')}<div class="stack-tight"><p class="words"><strong>${study.error.message}</strong></p><p class="words">What to do: ${study.error.hint}</p></div></wa-callout>` : ''}
        <div class="row">${studyControls(store, study)}
          ${failed && study.status === 'done' ? html`<wa-button appearance="outlined" @click=${() => void store.command(study.id, 'retry')}>${icon('retry', 'start')}Retry what failed</wa-button>` : ''}
          ${study.status === 'done' ? html`<wa-button variant="brand" href=${href('results', study.id)}>${icon('results', 'start')}Results</wa-button>` : ''}
          ${at.failed > 0 ? html`<wa-button appearance="plain" href=${href('judge', study.id)}>${icon('judge', 'start')}${count(at.failed)} failed judgments</wa-button>` : ''}
          ${copyLink(store, study.manifest)}
        </div>
      </section>
      <section class="panel stack" aria-labelledby="live-curves"><h2 id="live-curves">Curves</h2><pinch-loss-curves full .store=${store} .study=${study}></pinch-loss-curves></section>
      <section class="panel stack" aria-labelledby="live-cells"><h2 id="live-cells">Cells</h2>${cellTable(study)}</section>
      <details class="fold fold-boxed"><summary><strong>Manifest of this study</strong></summary><pre class="small">${JSON.stringify(study.manifest, null, 2)}</pre></details>
    </div>`;
  }

  private numbers({ seconds, progress, tokensPerSecond, id }: StudyState): TemplateResult {
    const last = [...this.store.losses(id).cells.values()].flatMap((points) => points.at(-1) ?? []);
    const norm = last.length > 0 ? last.reduce((sum, point) => sum + point.grad_norm, 0) / last.length : null;
    const facts: [string, string][] = [
      ['Left in this stage', progress?.secondsLeft == null ? '–' : duration(progress.secondsLeft)],
      ['Tokens/s training', tokensPerSecond.training === null ? '–' : count(tokensPerSecond.training)],
      ['Tokens/s answering', tokensPerSecond.generation === null ? '–' : count(tokensPerSecond.generation)],
      ['Learning rate', last[0] ? rate(last[0].learning_rate) : '–'],
      ['Gradient norm, mean', norm === null ? '–' : rate(norm)],
      ['Time so far', duration(seconds.training + seconds.answering + seconds.judging)],
    ];
    return html`<dl class="gauges num">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
  }
}
