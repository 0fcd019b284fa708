/** What stays on every page: the bar with the way around, what is running, the device, and the room for what went wrong. */
import { html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { UPDATE_EVENT } from '../app/offline.ts';
import { icon } from './kit/icons.ts';
import { bytes } from './numbers.ts';
import './parts/device-badge.ts';
import './parts/notices.ts';
import './parts/running-chip.ts';
import { WakeLock } from './parts/wake-lock.ts';
import { href, PAGE_TITLES, PAGES, parseRoute, type PageName, type Route } from './route.ts';
import './theme/shell.css';
import { mode, onMode, setMode } from './theme/mode.ts';
import { View } from './view.ts';

/** Each page is fetched when it is first opened. */
const LOAD: Readonly<Record<PageName, () => Promise<unknown>>> = {
  home: () => import('./pages/home.ts'),
  data: () => import('./pages/data.ts'),
  mixes: () => import('./pages/mixes.ts'),
  train: () => import('./pages/train.ts'),
  judge: () => import('./pages/judge.ts'),
  results: () => import('./pages/results.ts'),
};

@customElement('pinch-shell')
export class Shell extends View {
  @state() private route: Route = parseRoute(location.hash);
  /** Pages whose code has arrived. */
  @state() private loaded: ReadonlySet<PageName> = new Set();
  @state() private used: number | null = null;
  private readonly wake = new WakeLock();
  /** The study that ran when this was last drawn. */
  private ran: string | null = null;
  private endMode: (() => void) | null = null;

  private readonly onHash = (): void => {
    if (location.hash === '#main') return; // the skip link, not a page
    const before = this.route.page;
    this.route = parseRoute(location.hash);
    void this.open(before !== this.route.page);
    this.measureStorage();
  };

  private readonly onUpdate = (event: Event): void => {
    const { apply } = (event as CustomEvent<{ apply: () => void }>).detail;
    this.store.confirm('A newer version of Pinch Lab is ready', 'Loading it keeps everything that is stored; a running study goes on where it is.', { label: 'Load it', run: apply });
  };

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.onHash);
    addEventListener(UPDATE_EVENT, this.onUpdate);
    this.endMode = onMode(() => this.requestUpdate());
    void this.open(false);
    this.measureStorage();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.onHash);
    removeEventListener(UPDATE_EVENT, this.onUpdate);
    this.endMode?.();
    this.wake.hold(false);
  }

  protected override updated(_changed: PropertyValues): void {
    const running = this.store.running?.id ?? null;
    this.wake.hold(running !== null);
    if (running !== this.ran) this.measureStorage();
    this.ran = running;
  }

  private measureStorage(): void {
    void this.lab.storage().then(({ usage }) => (this.used = usage), () => (this.used = null));
  }

  /** Loads the page of the current route; after a change of page its heading gets the focus. */
  private async open(moveFocus: boolean): Promise<void> {
    const { page } = this.route;
    document.title = page === 'home' ? 'Pinch Lab' : `${PAGE_TITLES[page]} · Pinch Lab`;
    await this.store.attempt(`The ${PAGE_TITLES[page]} page could not be loaded`, async () => {
      if (!this.loaded.has(page)) {
        await LOAD[page]();
        this.loaded = new Set([...this.loaded, page]);
      }
      if (!moveFocus || this.route.page !== page) return;
      await this.updateComplete;
      scrollTo({ top: 0, behavior: 'instant' });
      this.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
    });
  }

  protected override render(): TemplateResult {
    const { page } = this.route;
    return html`
      <a class="skip" href="#main" @click=${this.skip}>Skip to the content</a>
      <header class="bar">
        <div class="bar-inner">
          <a class="brand" href=${href('home')}>${mark()}<span>Pinch Lab</span></a>
          <nav aria-label="Pages">
            ${PAGES.map((name) => html`<a href=${href(name)} aria-current=${name === page ? 'page' : nothing}>${icon(name)}<span>${PAGE_TITLES[name]}</span></a>`)}
          </nav>
          <div class="bar-side">
            <pinch-running-chip .store=${this.store}></pinch-running-chip>
            <pinch-device-badge .store=${this.store}></pinch-device-badge>
            ${this.modeButton()}
          </div>
        </div>
        <div class="ruler" aria-hidden="true"></div>
      </header>
      <main id="main" tabindex="-1">${this.loaded.has(page) ? this.page() : waiting(page)}</main>
      <footer class="foot">
        <p>Pinch Lab ${this.store.lab.version}. Everything you make here stays in this browser${this.used === null ? '' : html`: <span class="num">${bytes(this.used)}</span> so far`}.</p>
      </footer>
      <pinch-notices .store=${this.store}></pinch-notices>
    `;
  }

  private page(): TemplateResult {
    const { store, route } = this;
    switch (route.page) {
      case 'home':
        return html`<pinch-home .store=${store}></pinch-home>`;
      case 'data':
        return html`<pinch-data .store=${store}></pinch-data>`;
      case 'mixes':
        return html`<pinch-mixes .store=${store}></pinch-mixes>`;
      case 'train':
        return html`<pinch-train .store=${store} .route=${route}></pinch-train>`;
      case 'judge':
        return html`<pinch-judge .store=${store} .route=${route}></pinch-judge>`;
      case 'results':
        return html`<pinch-results .store=${store} .route=${route}></pinch-results>`;
    }
  }

  private modeButton(): TemplateResult {
    const other = mode() === 'dark' ? 'light' : 'dark';
    return html`<button type="button" class="icon-button" aria-label="Switch to ${other} colours" title="Switch to ${other} colours" @click=${() => setMode(other)}>${icon(other === 'dark' ? 'moon' : 'sun')}</button>`;
  }

  private skip(event: Event): void {
    event.preventDefault();
    this.querySelector<HTMLElement>('main')?.focus();
  }
}

/** Nine mixes, one of them with a pinch of saffron. */
function mark(): TemplateResult {
  const at = [5, 12, 19];
  const dots = at.flatMap((y) => at.map((x) => (x === 19 && y === 5 ? svg`<circle cx=${x} cy=${y} r="3.4" fill="var(--accent)"></circle>` : svg`<circle cx=${x} cy=${y} r="2.4" fill="currentColor"></circle>`)));
  return html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true">${dots}</svg>`;
}

function waiting(page: PageName): TemplateResult {
  return html`<div class="page" aria-busy="true"><h1 tabindex="-1">${PAGE_TITLES[page]}</h1><div class="hold" style=${styleMap({ '--hold': '60vh', 'margin-block-start': '2rem' })}></div></div>`;
}
