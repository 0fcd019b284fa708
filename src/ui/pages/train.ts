/** Train: a manifest written with its essentials first, and the studies made from such manifests. */
import { Task } from '@lit/task';
import { html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { readStudyHash } from '../../app/address.ts';
import type { Manifest, ManifestInput } from '../../records/manifest.ts';
import { mixName } from '../figures/heatmap.ts';
import '../figures/figures.css';
import '../kit/forms.ts';
import { icon } from '../kit/icons.ts';
import { languageColor, languageName } from '../names.ts';
import { count, money, plural } from '../numbers.ts';
import { choice } from '../parts/choice.ts';
import { copyLink } from '../parts/copy-link.ts';
import '../parts/data-plan.ts';
import '../parts/live-study.ts';
import { manifestFields } from '../parts/manifest-fields.ts';
import '../parts/manifest-json.ts';
import { problemsOf } from '../parts/manifest-json.ts';
import { studyList } from '../parts/study-list.ts';
import { href, type Route } from '../route.ts';
import { PRESETS, presetOf, withPreset } from './train-presets.ts';
import { View } from '../view.ts';
import '../parts/records.css';
import './train.css';
import type { ModelSummary } from '../../records/model.ts';

/** The manifest's `tuning`, for reading. */
const TUNING: [Manifest['tuning'], string][] = [['lora', 'LoRA adapters, all mixes at once'], ['full', 'all weights, one mix at a time']];
/** The manifest's `storage`, for reading. */
const STORAGE: [string, string][] = [['auto', 'the checkpoint has them'], ['float32', 'float32'], ['float16', 'float16: half the memory'], ['int8', 'int8: a quarter'], ['int4', 'int4: an eighth (QLoRA)']];

/** Modules that the model has: those chosen, or where it has none of them all but a router. */
function fitting({ lora }: Manifest, model: ModelSummary | undefined): Manifest['lora']['target_modules'] {
  const has = model?.modules ?? lora.target_modules;
  return lora.target_modules.some((name) => has.includes(name)) ? lora.target_modules : (has.filter((name) => name !== 'gate') as Manifest['lora']['target_modules']);
}

/** Settings that others have reported, each with its source. */
function presets(draft: Manifest, change: (manifest: Manifest) => void): TemplateResult {
  const chosen = presetOf(draft);
  return html`<div class="stack-tight"><p class="label-like" id="presets">Settings as in</p>
    <div class="row" role="group" aria-labelledby="presets">${PRESETS.map((preset) => html`<button type="button" class="chip toggle" aria-pressed=${preset === chosen} @click=${() => change(withPreset(draft, preset))}>${preset.name}</button>`)}</div>
    ${chosen ? html`<p class="small quiet"><a href=${chosen.url} rel="noreferrer" target="_blank">${chosen.source}</a>. ${chosen.note}</p>` : ''}
  </div>`;
}

@customElement('pinch-train')
export class Train extends View {
  @property({ attribute: false }) route!: Route;
  @state() private starting = false;

  private readonly held = new Task(this, {
    task: async () => {
      const [models, adapters, datasets, benchmarks] = await Promise.all([this.lab.models.list(), this.lab.adapters.list(), this.lab.datasets.list(), this.lab.benchmarks.list()]);
      return { models, adapters, datasets, benchmarks };
    },
    args: () => [],
    onError: (error) => this.store.report('The stored data could not be listed', error, () => void this.held.run()),
  });
  private readonly check = new Task(this, {
    task: async ([draft]) => {
      if (!draft) return { problems: [] as readonly string[], estimate: null };
      try {
        await this.lab.studies.validate(draft);
        return { problems: [], estimate: await this.lab.studies.estimateJudging(draft) };
      } catch (thrown) {
        return { problems: problemsOf(thrown), estimate: null };
      }
    },
    args: () => [this.store.draft] as const,
  });

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('route') && this.route.link) void this.fill(this.route.link);
  }

  /** Takes the manifest out of a study link, and the long code out of the address. */
  private async fill(link: string): Promise<void> {
    history.replaceState(null, '', href('train'));
    await this.store.attempt('The study link could not be read', async () => {
      const manifest = await this.lab.studies.validate(readStudyHash(link) as ManifestInput);
      this.store.setDraft(manifest);
      this.store.confirm('Filled in from the link', `“${manifest.name}” is ready to start.`);
    });
  }

  protected override render(): TemplateResult {
    return this.route.id ? this.one(this.route.id) : this.build();
  }

  private one(id: string): TemplateResult {
    const study = this.store.study(id);
    return html`<div class="page stack-wide">
      <header class="page-head"><p class="tag"><a href=${href('train')}>Train</a></p><h1 tabindex="-1">${study?.name ?? 'Study'}</h1></header>
      ${study ? html`<pinch-live-study .store=${this.store} .study=${study}></pinch-live-study>` : this.store.studies === null ? html`<div class="hold" style=${styleMap({ '--hold': '30rem' })}></div>` : html`<p>There is no such study in this browser. <a href=${href('train')}>Here are those there are.</a></p>`}
    </div>`;
  }

  private build(): TemplateResult {
    const { draft } = this.store;
    return html`<div class="page stack-wide">
      <header class="page-head"><p class="tag">Train</p><h1 tabindex="-1">Set up a study</h1><p class="lead">What is tuned on what, what it is asked, and who grades. The essentials are here; everything else has a sound default and lies folded below.</p></header>
      ${draft ? this.form(draft) : html`<div class="hold" style=${styleMap({ '--hold': '40rem' })}></div>`}
      <section class="panel stack" aria-labelledby="studies"><h2 id="studies">Studies in this browser</h2>${studyList(this.store)}</section>
    </div>`;
  }

  private form(draft: Manifest): TemplateResult {
    const held = this.held.value;
    const set = (patch: Partial<Manifest>): void => this.store.setDraft({ ...draft, ...patch });
    const change = (manifest: Manifest): void => this.store.setDraft(manifest);
    const bySteps = draft.training.max_steps > 0;
    const benchmark = held?.benchmarks.find(({ id }) => id === draft.benchmark.id);
    const number = (event: Event): number | null => {
      const text = (event.target as HTMLInputElement).value;
      return text === '' || !Number.isFinite(Number(text)) ? null : Number(text);
    };
    return html`<section class="panel stack" aria-label="Essentials">
      <wa-input label="Name" .value=${draft.name} @change=${(event: Event) => set({ name: (event.target as HTMLInputElement).value })}></wa-input>
      <div class="columns" style=${styleMap({ '--column': '15rem' })}>
        ${choice('Model', draft.models[0] ?? '', (held?.models ?? []).map(({ id, name }) => [id, name]), (id) => set({ models: [id], lora: { ...draft.lora, target_modules: fitting(draft, held?.models.find((model) => model.id === id)) } }))}
        ${draft.tuning === 'lora' && ((held?.adapters.length ?? 0) > 0 || draft.init_adapter !== null) ? choice('Start from', draft.init_adapter ?? '', [['', 'a fresh adapter'], ...(held?.adapters ?? []).map(({ id, r }) => [id, `${id} (r ${r})`] as const)], (id) => set({ init_adapter: id === '' ? null : id })) : ''}
        ${choice('Tune', draft.tuning, TUNING, (tuning) => set(tuning === 'full' ? { tuning, init_adapter: null, storage: draft.storage.startsWith('int') ? 'auto' : draft.storage } : { tuning: 'lora' }))}
        ${choice('Weights kept as', draft.storage, draft.tuning === 'full' ? STORAGE.filter(([kind]) => !kind.startsWith('int')) : STORAGE, (storage) => set({ storage: storage as Manifest['storage'] }))}
        ${choice('Dataset', draft.datasets[0] ?? '', (held?.datasets ?? []).map(({ id, name }) => [id, name]), (id) => set({ datasets: [id] }))}
        ${choice('Benchmark', draft.benchmark.id, (held?.benchmarks ?? []).map(({ id, name }) => [id, name]), (id) => set({ benchmark: { ...draft.benchmark, id } }))}
      </div>
      <div class="stack-tight"><p class="label-like">Mixes <a class="small" href=${href('mixes')}>choose and inspect them</a></p><ul class="chips">${draft.mixes.map((mix) => html`<li class="chip">${mixName(mix)}</li>`)}</ul></div>
      <div class="columns" style=${styleMap({ '--column': '15rem' })}>
        <div class="stack-tight"><p class="label-like" id="long">How long</p>
          <div class="row"><div class="segments" role="group" aria-labelledby="long">
            <button type="button" aria-pressed=${bySteps} @click=${() => bySteps || set({ training: { ...draft.training, max_steps: 60 } })}>Steps</button>
            <button type="button" aria-pressed=${!bySteps} @click=${() => bySteps && set({ training: { ...draft.training, max_steps: -1 } })}>Epochs</button>
          </div><input class="field num short" type="number" min=${bySteps ? 1 : 0.01} step=${bySteps ? 1 : 'any'} aria-label=${bySteps ? 'max_steps' : 'num_train_epochs'} .value=${String(bySteps ? draft.training.max_steps : draft.training.num_train_epochs)} @change=${(event: Event) => {
            const value = number(event);
            if (value !== null && value > 0) set({ training: { ...draft.training, ...(bySteps ? { max_steps: Math.round(value) } : { num_train_epochs: value }) } });
          }} /></div></div>
        <wa-number-input label="Records" hint="Empty: all of them." min="1" placeholder="all" .value=${draft.records === null ? '' : String(draft.records)} @change=${(event: Event) => set({ records: number(event) })}></wa-number-input>
        <wa-number-input label="Questions a category" hint="Empty: the whole benchmark." min="1" placeholder="all" .value=${draft.benchmark.questions_per_category === null ? '' : String(draft.benchmark.questions_per_category)} @change=${(event: Event) => set({ benchmark: { ...draft.benchmark, questions_per_category: number(event) } })}></wa-number-input>
      </div>
      <fieldset class="stack-tight"><legend>Asked in</legend><div class="row">${(benchmark?.languages ?? draft.benchmark.languages).map((code) => html`<label class="chip toggle"><input type="checkbox" .checked=${draft.benchmark.languages.includes(code)} @change=${() => {
        const all = benchmark?.languages ?? draft.benchmark.languages;
        const languages = all.filter((one) => (one === code ? !draft.benchmark.languages.includes(one) : draft.benchmark.languages.includes(one)));
        set({ benchmark: { ...draft.benchmark, languages } });
      }} /><span class="swatch" style=${styleMap({ '--swatch': languageColor(code) })}></span>${languageName(code)}</label>`)}</div></fieldset>
      <p class="row"><span class="label-like">Judge</span><span class="chip">${icon('judge')}${draft.judge.kind === 'rules' ? 'Rules' : draft.judge.model}</span><a class="small" href=${href('judge')}>choose the judge</a></p>
      ${presets(draft, change)}
      <div class="stack-tight">
        ${(draft.tuning === 'full' ? (['training', 'study', 'benchmark'] as const) : (['lora', 'training', 'study', 'benchmark'] as const)).map((section) => manifestFields(draft, section, change))}
        <details class="fold fold-boxed"><summary><strong>Whole manifest</strong> <span class="small quiet">JSON</span></summary><pinch-manifest-json .store=${this.store}></pinch-manifest-json></details>
      </div>
      ${this.check.value?.problems.length === 0 ? html`<pinch-data-plan .store=${this.store} .draft=${draft}></pinch-data-plan>` : ''}
      ${this.start(draft)}
    </section>`;
  }

  private start(draft: Manifest): TemplateResult {
    const { problems = [], estimate = null } = this.check.value ?? {};
    return html`<div class="stack-tight start" role="status">
      ${problems.length > 0 ? html`<wa-callout variant="danger" appearance="filled-outlined">${icon('warning', 'icon')}<ul class="problems">${problems.map((problem) => html`<li class="words">${problem}</li>`)}</ul></wa-callout>` : html`<p class="small quiet num">${estimate ? html`${plural(draft.mixes.length * draft.models.length * draft.datasets.length * draft.seeds.length, 'cell')}${draft.judge.kind === 'rules' ? '; graded by rules, at no cost' : html`; ${plural(estimate.calls, 'call')} to the judge: about ${count(estimate.tokensIn)} tokens in and ${count(estimate.tokensOut)} out${estimate.dollars === null ? '; no price given' : `, ${money(estimate.dollars)}`}`}.` : html`&nbsp;`}</p>`}
    </div>
    <div class="row"><wa-button class="cta" variant="brand" size="l" ?loading=${this.starting} ?disabled=${problems.length > 0} @click=${() => void this.begin(draft)}>${icon('play', 'start')}Start the study</wa-button>${copyLink(this.store, draft)}<wa-button appearance="plain" @click=${() => this.store.resetDraft()}>${icon('retry', 'start')}Start over from the home study</wa-button></div>`;
  }

  private async begin(draft: Manifest): Promise<void> {
    this.starting = true;
    const study = await this.store.begin(draft);
    this.starting = false;
    if (study) location.hash = href('train', study.id);
  }
}
