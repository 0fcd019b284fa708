/** Mixes: a parallel dataset's nine compositions, each with its exact counts before anything is trained. */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { LanguageCode } from '../../core/languages.ts';
import type { Manifest } from '../../records/manifest.ts';
import { counts } from '../figures/counts.ts';
import '../figures/figures.css';
import { mixName } from '../figures/heatmap.ts';
import '../kit/forms.ts';
import { icon } from '../kit/icons.ts';
import { KIND_NAMES, languageColor, languageName, mixLook } from '../names.ts';
import { count, plural } from '../numbers.ts';
import { choice } from '../parts/choice.ts';
import { learned } from '../parts/learned.ts';
import '../parts/mix-records.ts';
import { href } from '../route.ts';
import { View } from '../view.ts';
import './mixes.css';
import type { MixPlan } from '../../records/mix.ts';

@customElement('pinch-mixes')
export class Mixes extends View {
  /** The languages the compositions are made of; null means those of the mixes picked so far. */
  @state() private chosen: LanguageCode[] | null = null;
  @state() private opened = '';

  private readonly datasets = new Task(this, {
    task: () => this.lab.datasets.list(),
    args: () => [],
    onError: (error) => this.store.report('The datasets could not be listed', error, () => void this.datasets.run()),
  });
  private readonly plans = new Task(this, {
    task: async ([dataset, languages, seed, records, eval_fraction]) => (dataset && languages ? this.lab.mixes.plans({ dataset, languages: languages.split(','), seed, records, eval_fraction }) : null),
    args: () => {
      const draft = this.store.draft;
      return [draft?.datasets[0], draft ? this.languages(draft).join() : '', draft?.seeds[0], draft?.records ?? null, draft?.training.eval_fraction] as const;
    },
    onError: (error) => this.store.report('The mixes could not be composed', error, () => void this.plans.run()),
  });

  /** What of each mix would be learned with the model and the length that are set up; null until it is counted. */
  private readonly learnt = new Task(this, {
    task: async ([asked]) => (asked ? new Map((await this.lab.studies.plan(JSON.parse(asked) as Manifest)).map(({ mix, data }) => [mix, data])) : null),
    args: () => {
      const { draft } = this.store;
      const mixes = this.plans.value?.map(({ name }) => name) ?? [];
      if (!draft || mixes.length === 0) return [''] as const;
      const { models, datasets, records, seeds, training, system_prompt, benchmark } = draft;
      return [JSON.stringify({ schema: 1, name: 'plan', models: models.slice(0, 1), datasets: datasets.slice(0, 1), records, seeds: seeds.slice(0, 1), training, system_prompt, benchmark, mixes })] as const;
    },
  });

  private languages(draft: Manifest): LanguageCode[] {
    if (this.chosen) return this.chosen;
    const offered = this.datasets.value?.find(({ id }) => id === draft.datasets[0])?.languages ?? draft.benchmark.languages;
    const named = new Set(draft.mixes.flatMap((mix) => mixLook(mix).languages));
    return offered.filter((code) => named.has(code));
  }

  protected override render(): TemplateResult {
    const draft = this.store.draft;
    return html`<div class="page stack-wide">
      <header class="page-head"><p class="tag">Mixes</p><h1 tabindex="-1">The same records, nine ways</h1><p class="lead">Each mix holds the same conversations in other languages. Pick the ones to train; every count below is of the records that will really be used.</p></header>
      ${draft ? this.settings(draft) : html`<div class="hold" style=${styleMap({ '--hold': '10rem' })}></div>`}
      ${draft ? this.nine(draft) : ''}
      ${draft && this.opened ? html`<section class="panel stack" aria-labelledby="mix-records"><h2 id="mix-records">Records of ${this.opened}</h2><pinch-mix-records .store=${this.store} .mix=${this.opened} .manifest=${draft}></pinch-mix-records></section>` : ''}
    </div>`;
  }

  private settings(draft: Manifest): TemplateResult {
    const datasets = this.datasets.value ?? [];
    const parallel = datasets.filter((dataset) => dataset.parallel > 0);
    const offered = datasets.find(({ id }) => id === draft.datasets[0])?.languages ?? [];
    const own = this.languages(draft);
    const set = (patch: Partial<Manifest>): void => this.store.setDraft({ ...draft, ...patch });
    return html`<section class="panel stack" aria-label="What the mixes are made of">
      <div class="columns" style=${styleMap({ '--column': '14rem' })}>
        ${choice('Dataset (parallel ones)', draft.datasets[0] ?? '', parallel.map(({ id, name }) => [id, name]), (id) => {
          this.chosen = null;
          this.opened = '';
          set({ datasets: [id] });
        })}
        <wa-number-input label="Records" min="1" step="1" placeholder="all" .value=${draft.records === null ? '' : String(draft.records)} hint="How many record ids the mixes draw on; empty means all." @change=${(event: Event) => set({ records: whole(event, 1) })}></wa-number-input>
        <wa-number-input label="Seed" min="0" step="1" .value=${String(draft.seeds[0] ?? 0)} hint="Decides which records, and who gets which in sampled mixes." @change=${(event: Event) => set({ seeds: [whole(event, 0) ?? 0, ...draft.seeds.slice(1)] })}></wa-number-input>
      </div>
      <fieldset class="stack-tight"><legend>Languages of the mixes</legend><div class="row languages-choice">
        ${offered.map((code) => html`<label class="chip toggle"><input type="checkbox" .checked=${own.includes(code)} @change=${() => this.toggle(draft, offered, code)} /><span class="swatch" style=${styleMap({ '--swatch': languageColor(code) })}></span>${languageName(code)}</label>`)}
      </div></fieldset>
    </section>`;
  }

  private nine(draft: Manifest): TemplateResult {
    const plans = this.plans.value ?? null;
    if (!plans) return html`<div class="hold" style=${styleMap({ '--hold': '40rem' })}></div>`;
    const most = Math.max(1, ...plans.flatMap((plan) => Object.values(plan.counts)));
    const picked = draft.mixes.filter((mix) => mix === 'base' || plans.some(({ name }) => name === mix));
    const pick = (mixes: string[]): void => this.store.setDraft({ ...draft, mixes });
    return html`<section class="stack" aria-labelledby="nine">
      <div class="panel-head"><h2 id="nine">${plural(plans.length, 'composition')}</h2>
        <div class="row"><wa-button size="s" appearance="plain" @click=${() => pick(plans.map(({ name }) => name))}>Pick all</wa-button><wa-checkbox .checked=${draft.mixes.includes('base')} @change=${() => this.pick(draft, 'base')}>Also ask the untuned model</wa-checkbox></div></div>
      <div class="columns mix-cards" style=${styleMap({ '--column': '18rem' })}>${plans.map((plan) => this.card(draft, plan, most))}</div>
      <div class="row spread panel next"><p><strong class="num">${plural(picked.length, 'mix', 'mixes')} picked</strong>${picked.length === 0 ? ': pick at least one to train.' : '.'}</p><wa-button variant="brand" href=${href('train')} ?disabled=${picked.length === 0}>Go on to Train${icon('right', 'end')}</wa-button></div>
    </section>`;
  }

  private card(draft: Manifest, plan: MixPlan, most: number): TemplateResult {
    const picked = draft.mixes.includes(plan.name);
    return html`<article class="panel mix-card" ?data-picked=${picked}>
      <header><h3>${mixName(plan.name)}</h3><wa-checkbox .checked=${picked} @change=${() => this.pick(draft, plan.name)}><span class="only-read">Train ${plan.name}: </span>Train</wa-checkbox></header>
      <p class="tiny quiet">${KIND_NAMES[plan.kind]}</p>
      ${counts({ languages: this.languages(draft), counts: plan.counts, most })}
      <p class="small">${plan.description}</p>
      <dl class="mix-facts num"><div><dt>Conversations</dt><dd>${count(plan.total)}</dd></div><div><dt>Distinct ids</dt><dd>${count(plan.distinct)}</dd></div><div><dt>Held out</dt><dd>${count(plan.validation)}</dd></div></dl>
      ${learned(this.learnt.value?.get(plan.name), draft.training.max_length)}
      <wa-button size="s" appearance="outlined" aria-expanded=${this.opened === plan.name} @click=${() => (this.opened = this.opened === plan.name ? '' : plan.name)}>${icon('eye', 'start')}${this.opened === plan.name ? 'Close records' : 'See its records'}<span class="only-read"> (${plan.name})</span></wa-button>
    </article>`;
  }

  private pick(draft: Manifest, mix: string): void {
    const mixes = draft.mixes.includes(mix) ? draft.mixes.filter((name) => name !== mix) : [...draft.mixes, mix];
    this.store.setDraft({ ...draft, mixes });
  }

  /** Other languages make other compositions: all of them are picked anew, the untuned model stays as it was. */
  private toggle(draft: Manifest, offered: readonly LanguageCode[], code: LanguageCode): void {
    const next = new Set(this.languages(draft));
    if (!next.delete(code)) next.add(code);
    if (next.size === 0) return;
    this.chosen = offered.filter((one) => next.has(one));
    this.opened = '';
    void this.plans.taskComplete.catch(() => null);
    void this.updateComplete.then(() => this.plans.taskComplete).then((plans) => {
      if (plans) this.store.setDraft({ ...(this.store.draft ?? draft), mixes: [...plans.map(({ name }) => name), ...(draft.mixes.includes('base') ? ['base'] : [])] });
    }, () => null);
  }
}

/** The whole number in a field, at least `least`; null where it is empty or no number. */
function whole(event: Event, least: number): number | null {
  const text = (event.target as HTMLInputElement).value ?? '';
  const value = Math.round(Number(text));
  return text === '' || !Number.isFinite(value) ? null : Math.max(least, value);
}
