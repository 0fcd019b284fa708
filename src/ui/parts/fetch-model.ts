/** Fetches a model from the Hugging Face Hub or a folder on the web: what it is and whether it fits first, then its weights. */
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Progress } from '../../core/progress.ts';
import '../kit/forms.ts';
import { icon } from '../kit/icons.ts';
import { bytes, duration, short } from '../numbers.ts';
import { tooLarge } from '../store.ts';
import { View } from '../view.ts';
import { ask } from './ask.ts';
import { modelNotes } from './model-notes.ts';
import type { ModelSummary, RemoteModel, UnfinishedDownload } from '../../records/model.ts';

const VERDICTS = { fits: { variant: 'success', title: 'Fits this device.' }, 'fits-as-int4': { variant: 'warning', title: 'Fits as int4.' }, 'does-not-fit': { variant: 'danger', title: 'Does not fit this device.' } } as const;

/** Fires `pinch-fetched` with the model's summary. */
@customElement('pinch-fetch-model')
export class FetchModel extends View {
  @state() private address = '';
  @state() private revision = '';
  /** In memory, for as long as the page is open. */
  private token = '';
  @state() private found: RemoteModel | null = null;
  @state() private busy: 'looking' | 'fetching' | null = null;
  @state() private progress: Progress | null = null;
  @state() private waiting: UnfinishedDownload[] = [];
  private controller: AbortController | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.listWaiting();
  }

  protected override render(): TemplateResult {
    const { found, busy } = this;
    return html`<div class="stack">
      <form class="stack-tight" @submit=${this.look} @keydown=${submitOnEnter}>
        <div class="columns" style=${styleMap({ '--column': '14rem' })}>
          <label class="choice"><span>Hub name, or the address of a folder</span><input class="field" name="address" required autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="HuggingFaceTB/SmolLM2-135M-Instruct" .value=${this.address} @input=${(event: Event) => this.rename((event.target as HTMLInputElement).value)} /></label>
          <label class="choice"><span>Revision (optional)</span><input class="field" name="revision" autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="main" .value=${this.revision} @input=${(event: Event) => (this.revision = (event.target as HTMLInputElement).value.trim())} /></label>
          <label class="choice"><span>Access token (gated models only)</span><input class="field" name="token" type="password" autocomplete="off" placeholder="hf_…" @input=${(event: Event) => (this.token = (event.target as HTMLInputElement).value.trim())} /></label>
        </div>
        <div class="row"><wa-button type="submit" appearance="outlined" ?disabled=${busy !== null} ?loading=${busy === 'looking'}>${icon('eye', 'start')}Look at it</wa-button><p class="small quiet">Nothing large is fetched yet. A token goes to huggingface.co alone and is not kept.</p></div>
      </form>
      ${found ? this.card(found) : ''}
      ${busy === 'fetching' ? this.meter() : ''}
      ${this.waiting.length > 0 && busy !== 'fetching' ? this.unfinished() : ''}
    </div>`;
  }

  private card(found: RemoteModel): TemplateResult {
    const { variant, title } = VERDICTS[found.verdict.kind];
    const unfit = found.verdict.kind === 'does-not-fit';
    return html`<div class="stack-tight" role="group" tabindex="-1" data-found aria-label=${`What ${found.name} is`}>
      <dl class="facts small num">
        <dt>Model</dt><dd class="words">${found.address}</dd>
        ${found.revision ? html`<dt>Commit</dt><dd class="words">${found.revision.slice(0, 12)}</dd>` : ''}
        <dt>Architecture</dt><dd>${found.architecture}</dd><dt>Parameters</dt><dd>${short(found.parameters)}</dd>
        <dt>To fetch</dt><dd>${bytes(Math.max(0, found.bytes - found.fetched))}${found.fetched > 0 ? html` <span class="quiet">of ${bytes(found.bytes)}; the rest is here already</span>` : ''}</dd>
      </dl>
      <wa-callout variant=${variant} appearance="filled-outlined"><p><strong>${title}</strong> ${found.verdict.reason}</p></wa-callout>
      ${modelNotes(found.notes)}
      ${this.busy === 'fetching' ? '' : html`<div class="row"><wa-button variant=${unfit ? 'neutral' : 'brand'} appearance=${unfit ? 'outlined' : 'accent'} @click=${() => this.bring(found.address, found.revision, unfit)}>${icon('download', 'start')}${unfit ? 'Fetch it anyway' : 'Fetch it'}</wa-button></div>`}
    </div>`;
  }

  private meter(): TemplateResult {
    const { progress } = this;
    const share = progress && progress.total > 0 ? (100 * progress.done) / progress.total : 0;
    return html`<div class="stack-tight" role="status">
      <wa-progress-bar label="Download" value=${share} ?indeterminate=${!progress || progress.total === 0}></wa-progress-bar>
      <div class="row"><p class="small num grow">${progress ? html`${progress.phase}: ${progress.unit === 'bytes' ? html`${bytes(progress.done)} of ${bytes(progress.total)}` : html`${short(progress.done)} of ${short(progress.total)}`}${progress.secondsLeft === null ? '' : `, ${duration(progress.secondsLeft)} left`}` : 'Asking…'}</p><wa-button size="s" appearance="outlined" @click=${() => this.controller?.abort()}>${icon('pause', 'start')}Stop; what has come is kept</wa-button></div>
    </div>`;
  }

  private unfinished(): TemplateResult {
    return html`<section class="stack-tight" aria-label="Unfinished downloads"><p class="label-like">Unfinished downloads</p>
      ${this.waiting.map(({ address, name, revision, done, total }) => html`<div class="row"><span class="grow words">${address} <span class="small quiet num">${bytes(done)}${total > 0 ? ` of ${bytes(total)}` : ''}</span></span>
        <wa-button size="s" appearance="outlined" @click=${() => this.bring(address, revision)}>${icon('play', 'start')}Go on<span class="only-read"> with ${name}</span></wa-button>
        <wa-button size="s" appearance="plain" variant="danger" @click=${() => this.drop(address, name)}>${icon('trash', 'start')}Delete<span class="only-read"> what there is of ${name}</span></wa-button></div>`)}
    </section>`;
  }

  private rename(address: string): void {
    this.address = address;
    this.found = null;
  }

  private get options(): { revision?: string; token?: string } {
    return { ...(this.revision ? { revision: this.revision } : {}), ...(this.token ? { token: this.token } : {}) };
  }

  private readonly look = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    this.busy = 'looking';
    this.found = null;
    await this.store.attempt('The model could not be looked at', async () => {
      this.found = await this.lab.models.inspectUrl(this.address.trim(), this.options);
    });
    this.busy = null;
  };

  /** @param anyway although its verdict says that it does not fit */
  private async bring(address: string, revision: string | null, anyway = false): Promise<void> {
    this.busy = 'fetching';
    this.progress = null;
    const controller = new AbortController();
    this.controller = controller;
    const options = { ...this.options, ...(revision ? { revision } : {}) };
    let unfit = false;
    await this.store.attempt('The model was not fetched', async () => {
      try {
        const model = await this.lab.models.importUrl(address, (progress) => (this.progress = progress), controller.signal, { ...options, anyway });
        this.found = null;
        this.dispatchEvent(new CustomEvent<ModelSummary>('pinch-fetched', { detail: model }));
      } catch (thrown) {
        if (controller.signal.aborted) return;
        if (!tooLarge(thrown)) throw thrown;
        // A download that is gone on with has not been looked at: its verdict is shown, and what can be done about it.
        this.found = await this.lab.models.inspectUrl(address, options);
        unfit = true;
      }
    });
    this.busy = null;
    await this.listWaiting();
    await this.updateComplete;
    if (unfit) this.querySelector<HTMLElement>('[data-found]')?.focus();
  }

  private async drop(address: string, name: string): Promise<void> {
    if (!(await ask(`Delete what there is of ${name}?`, 'It has to be fetched from the start if you want it later.', 'Delete it'))) return;
    await this.store.attempt('It was not deleted', async () => this.lab.models.discard(address));
    await this.listWaiting();
  }

  private async listWaiting(): Promise<void> {
    await this.store.attempt('Unfinished downloads could not be listed', async () => {
      this.waiting = await this.lab.models.downloads();
    });
  }
}

/** Enter in a field sends the form; a browser does that by itself only for buttons of its own. */
function submitOnEnter(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  (event.currentTarget as HTMLFormElement).requestSubmit();
}
