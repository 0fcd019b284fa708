/** Judge: who grades, what that will cost, what the judge is asked, and how a run of it is going. */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { LONGEST_RELAYED_SECONDS, outlivesReload } from '../../app/relay.ts';
import type { JudgeConfig, Manifest } from '../../records/manifest.ts';
import '../kit/forms.ts';
import { icon } from '../kit/icons.ts';
import { count, money, plural } from '../numbers.ts';
import { choice } from '../parts/choice.ts';
import '../parts/judge-key.ts';
import '../parts/judge-meter.ts';
import '../parts/judge-prompts.ts';
import { problemsOf } from '../parts/manifest-json.ts';
import { href, type Route } from '../route.ts';
import { words } from '../store.ts';
import { View } from '../view.ts';
import './judge.css';
import './train.css';
import type { StudyState } from '../../records/study.ts';

type Api = Extract<JudgeConfig, { kind: 'openai' }>;

/** An endpoint's fields as they are typed: they may not be valid yet. */
type Typed = Partial<Record<keyof Api, string>>;

interface NumberField {
  name: Exclude<keyof Api, 'kind' | 'base_url' | 'model'>;
  label: string;
  help: string;
  /** An empty field means null: no cap, no price, no temperature. */
  nullable?: boolean;
  min: number;
  step: number | 'any';
}

const NUMBERS: readonly NumberField[] = [
  { name: 'repeats', label: 'Repeats', help: 'The same answer graded this often; the median counts.', min: 1, step: 1 },
  { name: 'concurrency', label: 'At once', help: 'Calls under way together at most.', min: 1, step: 1 },
  { name: 'max_calls', label: 'Call cap', help: 'Judging pauses before it would make more. Empty: no cap.', nullable: true, min: 1, step: 1 },
  { name: 'price_in', label: 'Price in', help: 'US dollars a million prompt tokens.', nullable: true, min: 0, step: 'any' },
  { name: 'price_out', label: 'Price out', help: 'US dollars a million answer tokens.', nullable: true, min: 0, step: 'any' },
];
const MORE: readonly NumberField[] = [
  { name: 'temperature', label: 'temperature', help: 'The studies judge at 0. Empty: none is sent, for models that take none.', nullable: true, min: 0, step: 'any' },
  { name: 'max_tokens', label: 'max_tokens', help: 'Most tokens of a judgment.', min: 1, step: 1 },
  { name: 'timeout_seconds', label: 'timeout_seconds', help: 'A call without an answer after this counts as failed and is tried again.', min: 1, step: 1 },
  { name: 'max_attempts', label: 'max_attempts', help: 'Tries of one call before it is listed as failed.', min: 1, step: 1 },
];

/** What becomes of a call that is under way when the page is reloaded. */
function afterReload({ judge }: Manifest): TemplateResult {
  if (judge.kind !== 'openai') return html``;
  return outlivesReload(judge.timeout_seconds)
    ? html`<p class="small quiet">Calls outlive a reload: the lab’s service worker makes them and keeps each reply until it is stored.</p>`
    : html`<p class="small quiet">A call that is under way at a reload is lost here: it counts, and its prompt is asked again. Calls outlive a reload where the page has its service worker and timeout_seconds is ${LONGEST_RELAYED_SECONDS} at most.</p>`;
}

@customElement('pinch-judge')
export class Judge extends View {
  @property({ attribute: false }) route!: Route;
  @state() private kind: JudgeConfig['kind'] | null = null;
  @state() private typed: Typed = {};
  @state() private problems: readonly string[] = [];
  @state() private probed: { ok: boolean; detail: string } | null = null;
  @state() private probing = false;
  @state() private watched = '';

  private readonly rubric = new Task(this, { task: () => this.lab.judges.rubric(), args: () => [] });
  private readonly estimate = new Task(this, {
    task: async ([draft]) => (draft ? this.lab.studies.estimateJudging(draft) : null),
    args: () => [this.store.draft] as const,
  });

  protected override render(): TemplateResult {
    const { draft } = this.store;
    return html`<div class="page stack-wide">
      <header class="page-head"><p class="tag">Judge</p><h1 tabindex="-1">Who grades, and by what</h1><p class="lead">A grade from 1 to 10 for each turn, with reasons. The rules can grade the embedded benchmark exactly and cost nothing; for other benchmarks an LLM grades through any endpoint that speaks OpenAI’s chat protocol.</p></header>
      ${draft ? this.choose(draft) : html`<div class="hold" style=${styleMap({ '--hold': '30rem' })}></div>`}
      ${this.run()}
    </div>`;
  }

  private choose(draft: Manifest): TemplateResult {
    const kind = this.kind ?? draft.judge.kind;
    return html`<section class="panel stack" aria-labelledby="which">
      <h2 id="which">Judge of the next study</h2>
      <fieldset class="kinds"><legend class="only-read">Kind of judge</legend>
        ${this.option(draft, kind, 'rules', 'Rules', 'Exact, free, offline. Only for the embedded benchmark; not an LLM, and always labelled so.')}
        ${this.option(draft, kind, 'openai', 'An LLM behind an API', 'Any OpenAI-compatible endpoint: a service, or a server of your own.')}
      </fieldset>
      ${kind === 'openai' ? this.endpoint(draft) : ''}
      ${this.cost(draft, kind)}
    </section>
    <section class="panel stack" aria-labelledby="asked"><h2 id="asked">${kind === 'openai' ? 'What the judge is asked' : 'What the rules give points for'}</h2>
      ${kind === 'openai' ? html`<p class="small quiet">Both turns go to the judge in one prompt, in the language of the answer; math, reasoning and coding bring a reference answer.</p><pinch-judge-prompts .store=${this.store} .benchmark=${draft.benchmark.id}></pinch-judge-prompts>` : html`<pre class="rubric">${this.rubric.value ?? (this.rubric.status === 3 ? words(this.rubric.error).message : '…')}</pre>`}
    </section>`;
  }

  private option(draft: Manifest, now: string, kind: JudgeConfig['kind'], title: string, text: string): TemplateResult {
    const choose = (): void => {
      this.kind = kind;
      this.probed = null;
      if (kind === 'rules') void this.take(draft, { kind: 'rules', repeats: 1 });
      else void this.take(draft, this.parsed(draft));
    };
    return html`<label class="kind"><input type="radio" name="kind" value=${kind} .checked=${now === kind} @change=${choose} /><span><strong>${title}</strong><br /><span class="small quiet">${text}</span></span></label>`;
  }


  private endpoint(draft: Manifest): TemplateResult {
    const text = (name: keyof Api) => this.textOf(draft, name);
    const set = (name: keyof Api) => (event: Event) => {
      this.typed = { ...this.typed, [name]: (event.target as HTMLInputElement).value ?? '' };
      this.probed = null;
      void this.take(draft, this.parsed(draft));
    };
    const number = ({ name, label, help, min, step, nullable }: NumberField): TemplateResult => html`<wa-number-input label=${label} hint=${help} min=${min} step=${step} without-steppers placeholder=${nullable ? 'none' : ''} .value=${text(name)} @change=${set(name)}></wa-number-input>`;
    return html`
      <div class="columns" style=${styleMap({ '--column': '18rem' })}>
        <wa-input label="Base URL" type="url" inputmode="url" placeholder="https://api.example.com/v1" hint="What comes before /chat/completions." .value=${text('base_url')} @change=${set('base_url')}></wa-input>
        <wa-input label="Model" placeholder="the name the endpoint knows it by" autocapitalize="off" spellcheck="false" .value=${text('model')} @change=${set('model')}></wa-input>
      </div>
      <pinch-judge-key .store=${this.store} .baseUrl=${URL.canParse(text('base_url')) ? text('base_url') : ''}></pinch-judge-key>
      <div class="row"><wa-button appearance="outlined" ?loading=${this.probing} ?disabled=${this.problems.length > 0 || draft.judge.kind !== 'openai'} @click=${() => void this.probe(draft)}>${icon('train', 'start')}Try the judge</wa-button>
        <p class="small" role="status">${this.probed ? html`<span class="chip" data-tone=${this.probed.ok ? 'good' : 'bad'}>${icon(this.probed.ok ? 'check' : 'warning')}${this.probed.ok ? 'Works' : 'Does not work'}</span> <span class="words">${this.probed.detail}</span>` : html`<span class="quiet">Sends one tiny call and reads its rating.</span>`}</p></div>
      <div class="fields plain-fields">${NUMBERS.map(number)}</div>
      <details class="fold fold-boxed"><summary><strong>More</strong> <span class="small quiet">${MORE.length} fields</span></summary><div class="fields">${MORE.map(number)}</div></details>
      ${afterReload(draft)}
      ${this.problems.length > 0 ? html`<ul class="problems" role="status">${this.problems.map((problem) => html`<li class="words">${problem}</li>`)}</ul>` : ''}`;
  }

  private textOf(draft: Manifest, name: keyof Api): string {
    const typed = this.typed[name];
    if (typed !== undefined) return typed;
    if (draft.judge.kind !== 'openai') return '';
    const value = draft.judge[name];
    return value === null || value === undefined ? '' : String(value);
  }

  /** What the fields say, for the manifest's schema to judge: an empty field is null where it may be, else left out, which is its default. */
  private parsed(draft: Manifest): unknown {
    const out: Record<string, unknown> = { kind: 'openai', base_url: this.textOf(draft, 'base_url'), model: this.textOf(draft, 'model') };
    const begun = draft.judge.kind === 'openai';
    for (const { name, nullable } of [...NUMBERS, ...MORE]) {
      const text = this.textOf(draft, name);
      if (text !== '') out[name] = Number(text);
      else if (nullable && (begun || this.typed[name] !== undefined)) out[name] = null;
    }
    return out;
  }

  /** Puts a judge into the draft if it is a sound one; says what is wrong otherwise, once something has been typed. */
  private async take(draft: Manifest, judge: unknown): Promise<void> {
    try {
      const checked = await this.lab.studies.validate({ ...draft, judge: judge as JudgeConfig });
      this.problems = [];
      this.store.setDraft({ ...(this.store.draft ?? draft), judge: checked.judge });
    } catch (thrown) {
      this.problems = Object.keys(this.typed).length > 0 ? problemsOf(thrown).map((problem) => problem.replace(/^judge\./, '')) : [];
    }
  }

  private async probe(draft: Manifest): Promise<void> {
    this.probing = true;
    this.probed = (await this.store.attempt('The judge could not be tried', () => this.lab.judges.probe(draft.judge))) ?? null;
    this.probing = false;
  }

  private cost(draft: Manifest, kind: JudgeConfig['kind']): TemplateResult {
    const estimate = this.estimate.value;
    const sound = kind === draft.judge.kind;
    if (kind === 'rules') return html`<p class="small quiet">Rules make no calls and cost nothing. They give the same answer the same grade every time, so there is nothing to set.</p>`;
    return html`<dl class="gauges num cost">
      <div><dt>Calls for the study as set up</dt><dd>${estimate && sound ? count(estimate.calls) : '–'}</dd></div>
      <div><dt>Tokens in</dt><dd>${estimate && sound ? count(estimate.tokensIn) : '–'}</dd></div>
      <div><dt>Tokens out</dt><dd>${estimate && sound ? count(estimate.tokensOut) : '–'}</dd></div>
      <div><dt>Cost</dt><dd>${estimate?.dollars == null || !sound ? 'no price given' : money(estimate.dollars)}</dd></div>
    </dl>
    <p class="small quiet">${plural(draft.mixes.length, 'mix', 'mixes')}, as on <a href=${href('train')}>Train</a>. Token counts are estimates.</p>`;
  }

  private run(): TemplateResult {
    const studies = this.store.studies ?? [];
    const chosen: StudyState | null = this.store.study(this.watched || this.route.id) ?? this.store.running ?? studies[0] ?? null;
    if (!chosen) return html``;
    return html`<section class="panel stack" aria-labelledby="run"><div class="panel-head"><h2 id="run">A run of the judge</h2>${studies.length > 1 ? choice('Study', chosen.id, studies.map(({ id, name }) => [id, name]), (id) => (this.watched = id)) : ''}</div><pinch-judge-meter .store=${this.store} .study=${chosen}></pinch-judge-meter></section>`;
  }
}
