/** Home: the nine-mix study behind one button, and what is happening while it runs. */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { icon } from '../kit/icons.ts';
import { count, duration, percent, plural, short } from '../numbers.ts';
import { readings, type Reading } from '../reading.ts';
import { href } from '../route.ts';
import { DOING, STAGES, standing, type Stage, type Standing } from '../stages.ts';
import '../parts/composition-grid.ts';
import '../parts/heat-map.ts';
import '../parts/loss-curves.ts';
import { readingList } from '../parts/reading-list.ts';
import { studyControls } from '../parts/study-controls.ts';
import { View } from '../view.ts';
import './home.css';
import type { ModelSummary } from '../../records/model.ts';
import type { StudyResults } from '../../records/results.ts';
import type { StudyState } from '../../records/study.ts';

@customElement('pinch-home')
export class Home extends View {
  @state() private starting = false;
  private readonly held = new Task(this, { task: () => Promise.all([this.lab.models.list(), this.lab.benchmarks.list()]), args: () => [] });
  /** Read once the study is done, and again should it change after that. */
  private readonly results = new Task(this, {
    task: async ([id, done]) => (id && done ? this.lab.studies.results(id) : null),
    args: () => [this.store.homeStudy?.id, this.store.homeStudy?.status === 'done', this.store.homeStudy?.updated] as const,
  });

  private get model(): ModelSummary | null {
    return this.held.value?.[0].find(({ id }) => id === this.store.home?.models[0]) ?? null;
  }

  /** Questions in each category of the whole benchmark, and its categories. */
  private get benchmark(): { perCategory: number; categories: number } | null {
    const { id, languages } = this.store.home?.benchmark ?? {};
    const found = this.held.value?.[1].find((one) => one.id === id);
    const questions = found?.counts[languages?.[0] ?? ''];
    return found && questions ? { perCategory: Math.round(questions / found.categories.length), categories: found.categories.length } : null;
  }

  protected override render(): TemplateResult {
    const study = this.store.homeStudy;
    const shown = study && study.status !== 'cancelled' ? study : null;
    return html`<div class="page home">
      <section class="hero">
        <div class="hero-words">
          <p class="tag">Multilingual instruction tuning, in one tab</p>
          <h1 tabindex="-1">Which mix of languages teaches a model best?</h1>
          <p class="lead">Tune a small language model on nine mixes of English, German, French, Italian and Spanish, let it answer a benchmark in all five, and see which mix carries furthest. All of it runs in this tab: no account, no download, no server.</p>
          <div class="panel now" tabindex="-1" data-holds-focus role="group" aria-label="The nine-mix study">${this.now(shown)}</div>
          ${this.others(study)}
        </div>
        <div class="panel hero-picture"><pinch-composition-grid .store=${this.store}></pinch-composition-grid></div>
      </section>
      <section aria-labelledby="steps">
        <h2 id="steps">${shown?.status === 'running' ? 'What is happening now' : 'What the study does'}</h2>
        ${this.steps(shown)}
      </section>
      ${shown && shown.status !== 'ready' ? this.live(shown) : ''}
      ${this.honest()}
    </div>`;
  }

  /** The panel under the headline: the one button, or where the study stands. */
  private now(study: StudyState | null): TemplateResult {
    const { store } = this;
    if (store.studies === null || store.home === null) return html`<div class="hold" style=${styleMap({ '--hold': '7.5rem' })} aria-busy="true"></div>`;
    if (!study) {
      return html`<wa-button class="cta" size="l" variant="brand" ?loading=${this.starting} @click=${this.begin}>${icon('play', 'start')}Run the nine-mix study</wa-button>
        <p class="small quiet">A few minutes on a laptop without a graphics card. You can pause it, reload or close the tab: it goes on where it was.</p>`;
    }
    const at = standing(study);
    switch (study.status) {
      case 'running':
      case 'pausing':
        return html`${this.meter(study, at)}<div class="row">${studyControls(store, study)}</div>`;
      case 'ready':
      case 'paused':
        return html`<p><strong>Your study waits at <span class="num">${percent(at.share)}</span>.</strong> Nothing is lost: it continues from its last stored step.</p>${this.bar(at)}<div class="row">${studyControls(store, study)}</div>`;
      case 'failed':
        return html`<p class="words"><strong>The study stopped at <span class="num">${percent(at.share)}</span>.</strong> ${study.error?.message ?? 'It did not say why.'}</p><p class="words small"><strong>What to do:</strong> ${study.error?.hint || 'Try again: it goes on from what is stored.'}</p><div class="row">${studyControls(store, study)}</div>`;
      case 'done':
      case 'cancelled': {
        const [first] = this.read;
        const took = study.seconds.training + study.seconds.answering + study.seconds.judging;
        return html`<p class="found">${first ? first.brief : 'The study is done; its scores are being read.'}</p>
          <div class="row"><wa-button variant="brand" href=${href('results', study.id)}>${icon('results', 'start')}See all results</wa-button>
          <wa-button appearance="outlined" ?loading=${this.starting} @click=${this.begin}>${icon('retry', 'start')}Run it again</wa-button>
          <span class="small quiet num">Took ${duration(took)}.</span></div>`;
      }
    }
  }

  private meter(study: StudyState, at: Standing): TemplateResult {
    const { progress, tokensPerSecond } = study;
    const speed = tokensPerSecond.training ?? tokensPerSecond.generation;
    const stretch = at.current === 'compare' ? at.grade : at[at.current];
    return html`<div class="row spread meter-head"><strong>${DOING[at.current]}<span class="quiet"> · step ${STAGES.indexOf(at.current) + 1} of 4</span></strong><span class="num">${percent(at.share)}</span></div>
      ${this.bar(at)}
      <dl class="meter num">
        <div><dt>This step</dt><dd>${count(stretch.done)} / ${count(stretch.total)}</dd></div>
        <div><dt>Left in it</dt><dd>${progress?.secondsLeft == null ? '…' : duration(progress.secondsLeft)}</dd></div>
        <div><dt>Tokens/s</dt><dd>${speed === null ? '…' : count(speed)}</dd></div>
      </dl>`;
  }

  private bar(at: Standing): TemplateResult {
    return html`<wa-progress-bar value=${Math.round(at.share * 1000) / 10} label="The whole study"></wa-progress-bar>`;
  }

  /** Studies that were interrupted elsewhere are offered too. */
  private others(home: StudyState | null): TemplateResult {
    const waiting = (this.store.studies ?? []).filter(({ id, status }) => id !== home?.id && (status === 'paused' || status === 'failed'));
    return html`${waiting.slice(0, 3).map((study) => html`<p class="small row">${icon('clock')}<span>“${study.name}” stopped at <span class="num">${percent(standing(study).share)}</span>.</span><a href=${href('train', study.id)}>Continue it</a></p>`)}`;
  }

  private steps(study: StudyState | null): TemplateResult {
    const at = study ? standing(study) : null;
    return html`<ol class="steps">${STAGES.map((stage, i) => {
      const where = !study || !at ? 'ahead' : study.status === 'done' || STAGES.indexOf(at.current) > i ? 'past' : at.current === stage ? 'now' : 'ahead';
      const stretch = at && stage !== 'compare' ? at[stage] : null;
      return html`<li class="step" data-where=${where} aria-current=${where === 'now' ? 'step' : 'false'}>
        <span class="step-mark" aria-hidden="true">${where === 'past' ? icon('check') : i + 1}</span>
        <h3>${TITLES[stage]}${where === 'past' ? html`<span class="only-read"> (done)</span>` : ''}</h3>
        <p>${this.sentence(stage)}</p>
        ${stage === 'compare' ? '' : html`<p class="step-count num small quiet">${stretch && stretch.total > 0 ? `${count(stretch.done)} of ${count(stretch.total)} ${UNITS[stage]}` : html`&nbsp;`}</p>`}
      </li>`;
    })}</ol>`;
  }

  /** One sentence a stage, with the figures of the study at hand. */
  private sentence(stage: Stage): string {
    const manifest = this.store.home;
    if (!manifest) return '…';
    const tuned = manifest.mixes.filter((mix) => mix !== 'base').length;
    const { benchmark } = this;
    const asked = benchmark ? `${plural((manifest.benchmark.questions_per_category ?? benchmark.perCategory) * benchmark.categories, 'two-turn question')}` : 'two-turn questions';
    switch (stage) {
      case 'tune':
        return `${tuned} small add-ons (LoRA adapters) to one model${this.model ? ` of ${short(this.model.parameters)} parameters` : ''} learn at once in a single pass, each from its own mix; the model itself stays as it is.`;
      case 'answer':
        return `Each of the ${tuned} tuned models answers ${asked} in each of ${manifest.benchmark.languages.length} languages.`;
      case 'grade':
        return manifest.judge.kind === 'rules' ? 'Printed rules check every answer for language, content, form and follow-up, give 1 to 10, and write down why.' : `${manifest.judge.model} grades every answer from 1 to 10 and says why.`;
      case 'compare':
        return 'Scores are averaged by mix and language; an interval says how far each average could move with other questions.';
    }
  }

  private get read(): Reading[] {
    return this.results.value ? readings(first(this.results.value)) : [];
  }

  private live(study: StudyState): TemplateResult {
    const results = this.results.value ?? null;
    const { models: [model = ''], datasets: [dataset = ''] } = study.manifest;
    return html`<div class="live">
      <section class="panel" aria-labelledby="curves"><h3 id="curves">Loss of the nine mixes as they learn</h3><p class="small quiet">Lower is better; lines are training, circles are held-out conversations.</p><pinch-loss-curves .store=${this.store} .study=${study}></pinch-loss-curves></section>
      <section class="panel scores" aria-label="Scores"><pinch-heat-map .store=${this.store} .study=${study} .results=${results} .modelId=${model} .datasetId=${dataset}></pinch-heat-map></section>
      <section class="panel reading" aria-labelledby="reading"><h2 id="reading">What it shows</h2>
        ${results ? html`${readingList(this.read)}<p><a href=${href('results', study.id)}>All figures, and the conversations behind them</a></p>` : html`<p class="quiet">The reading is computed from the scores when all answers have been graded.</p>`}
      </section>
    </div>`;
  }

  private honest(): TemplateResult {
    const manifest = this.store.home;
    const part = manifest?.benchmark.questions_per_category ?? null;
    return html`<aside class="honest small" aria-label="What this is and is not">
      ${icon('info')}<p><strong>This is a miniature.</strong> The model is tiny and lives in a small made-up world; the judge is a set of rules, not a language model${part === null ? '' : `; and the study answers a part of the benchmark, ${plural(part, 'question')}${this.benchmark ? ` of ${count(this.benchmark.perCategory)}` : ''} in each category`}. It repeats the design of the published studies, not their numbers. Real checkpoints, MT-Bench-X and an LLM judge go through the same code: bring them on <a href=${href('data')}>Data</a> and <a href=${href('judge')}>Judge</a>.</p>
    </aside>`;
  }

  private readonly begin = async (): Promise<void> => {
    if (!this.store.home || this.starting) return;
    this.starting = true;
    await this.store.begin(this.store.home);
    this.starting = false;
  };
}

const TITLES: Readonly<Record<Stage, string>> = { tune: 'Tune', answer: 'Answer', grade: 'Grade', compare: 'Compare' };
const UNITS: Readonly<Record<Exclude<Stage, 'compare'>, string>> = { tune: 'steps', answer: 'answers', grade: 'grades' };

/** The part of the results about the first model and dataset: the home study has one of each. */
function first(results: StudyResults): Pick<StudyResults, 'heatmap' | 'improvements'> {
  const [cell] = results.heatmap;
  const same = <T extends { model: string; dataset: string }>(rows: T[]): T[] => rows.filter(({ model, dataset }) => model === cell?.model && dataset === cell.dataset);
  return { heatmap: same(results.heatmap), improvements: same(results.improvements) };
}
