/** Curves of a study as it trains: one line a mix, the whole history, train and eval. uPlot comes only when one is shown. */
import { html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type uPlot from 'uplot';
import { smoothed, smoothingWindow } from '../losses.ts';
import { isTuned, mixLook } from '../names.ts';
import { decimal, rate } from '../numbers.ts';
import { onMode } from '../theme/mode.ts';
import { View } from '../view.ts';
import { mixName } from '../figures/heatmap.ts';
import './loss-curves.css';
import type { LossPoint } from '../../records/loss.ts';
import type { StudyState } from '../../records/study.ts';

const three = (value: number): string => decimal(value, 3);
const METRICS = {
  loss: { name: 'Loss', read: (point: LossPoint) => point.loss, write: three },
  grad_norm: { name: 'Gradient norm', read: (point: LossPoint) => point.grad_norm, write: rate },
  learning_rate: { name: 'Learning rate', read: (point: LossPoint) => point.learning_rate, write: rate },
  mean_token_accuracy: { name: 'Token accuracy', read: (point: LossPoint) => point.mean_token_accuracy, write: three },
} as const;
type Metric = keyof typeof METRICS;

const HEIGHT = 280;
/** Steps are whole, and so are the marks on their axis. */
const STEP_INCREMENTS = [1, 10, 100, 1000, 10_000, 100_000].flatMap((power) => [power, 2 * power, 5 * power]);

@customElement('pinch-loss-curves')
export class LossCurves extends View {
  @property({ attribute: false }) study!: StudyState;
  /** Offers the other metrics, the log scale and the table. */
  @property({ type: Boolean }) full = false;
  @state() private metric: Metric = 'loss';
  @state() private log = false;
  @state() private smooth = true;
  @state() private without: ReadonlySet<string> = new Set();
  private plot: uPlot | null = null;
  private drawn = '';
  private endMode: (() => void) | null = null;
  private readonly resize = new ResizeObserver(() => this.plot?.setSize({ width: this.place.clientWidth, height: HEIGHT }));

  override connectedCallback(): void {
    super.connectedCallback();
    this.endMode = onMode(() => this.redraw());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.endMode?.();
    this.resize.disconnect();
    this.plot?.destroy();
    this.plot = null;
    this.drawn = '';
  }

  private get place(): HTMLElement {
    return this.querySelector('.curves-plot') as HTMLElement;
  }

  protected override render(): TemplateResult {
    const history = this.store.losses(this.study.id);
    const { name, write } = METRICS[this.metric];
    return html`
      ${this.full ? this.controls() : ''}
      <div class="curves-plot" role="img" aria-label="${name} of each mix by training step; the latest values stand beside the names below.">${history.empty ? html`<p class="curves-empty quiet">The curves begin with the first training step.</p>` : ''}</div>
      <ul class="curves-legend">
        ${this.study.cells.filter(isTuned).map(({ id, mix, seed }) => {
          const last = this.values(history.cells.get(id) ?? []).at(-1);
          return html`<li><button type="button" aria-pressed=${!this.without.has(id)} title="Show or hide ${mix}" @click=${() => this.toggle(id)}>${mixName(mix)}${this.study.manifest.seeds.length > 1 ? html`<span class="tiny quiet">seed ${seed}</span>` : ''}<span class="num">${last === undefined ? '–' : write(last)}</span></button></li>`;
        })}
      </ul>
      <p class="small quiet">${this.window > 1 ? `Lines and numbers are means of the last ${this.window} steps.` : 'Lines are single steps.'}${this.metric === 'loss' && [...history.cells.values()].some((points) => bestOf(points) !== undefined) ? ' Rings are evaluations, the filled one the best of its mix.' : ''}</p>
      ${this.full ? this.table() : ''}
    `;
  }

  private controls(): TemplateResult {
    return html`<div class="row spread curves-controls">
      <div class="segments" role="group" aria-label="What is drawn">
        ${(Object.keys(METRICS) as Metric[]).map((metric) => html`<button type="button" aria-pressed=${metric === this.metric} @click=${() => (this.metric = metric)}>${METRICS[metric].name}</button>`)}
      </div>
      <div class="segments" role="group" aria-label="Drawing"><button type="button" aria-pressed=${this.smooth} @click=${() => (this.smooth = !this.smooth)}>Smooth</button><button type="button" aria-pressed=${this.log} @click=${() => (this.log = !this.log)}>Log scale</button></div>
    </div>`;
  }

  private table(): TemplateResult {
    const history = this.store.losses(this.study.id);
    return html`<details class="fold"><summary>The latest values as a table</summary><div class="scroll-x" tabindex="0" role="region" aria-label="Latest training values"><table class="table small">
      <thead><tr><th scope="col">Mix</th><th scope="col" class="num">Step</th><th scope="col" class="num">loss</th><th scope="col" class="num">eval_loss</th><th scope="col" class="num">grad_norm</th><th scope="col" class="num">learning_rate</th><th scope="col" class="num">mean_token_accuracy</th></tr></thead>
      <tbody>${this.study.cells.map(({ id, mix }) => {
        const points = history.cells.get(id) ?? [];
        const last = points.at(-1);
        const evaluated = points.findLast(({ eval_loss }) => eval_loss !== undefined)?.eval_loss;
        return last ? html`<tr><th scope="row">${mix}</th><td class="num">${last.step}</td><td class="num">${decimal(last.loss, 3)}</td><td class="num">${evaluated === undefined ? '–' : decimal(evaluated, 3)}</td><td class="num">${rate(last.grad_norm)}</td><td class="num">${rate(last.learning_rate)}</td><td class="num">${decimal(last.mean_token_accuracy, 3)}</td></tr>` : '';
      })}</tbody>
    </table></div></details>`;
  }

  private toggle(cell: string): void {
    const next = new Set(this.without);
    if (!next.delete(cell)) next.add(cell);
    this.without = next;
  }

  protected override updated(_changed: PropertyValues): void {
    void this.draw();
  }

  private redraw(): void {
    this.plot?.destroy();
    this.plot = null;
    this.drawn = '';
    void this.draw();
  }

  /** Draws what has changed: new data into the standing plot, anything else as a new plot. */
  private async draw(): Promise<void> {
    const history = this.store.losses(this.study.id);
    if (history.empty) return;
    const shape = [this.study.id, this.metric, this.log, this.window, [...history.cells.keys()].join(), [...this.without].join()].join('|');
    const version = `${shape}|${history.version}`;
    if (version === this.drawn) return;
    const sameShape = this.plot !== null && this.drawn.startsWith(`${shape}|`);
    this.drawn = version;
    const data = this.data();
    if (sameShape) {
      this.plot?.setData(data);
      return;
    }
    const [{ default: Plot }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
    if (!this.isConnected || this.drawn !== version) return;
    this.plot?.destroy();
    this.plot = new Plot(this.options(), data, this.place);
    this.resize.observe(this.place);
  }

  private get window(): number {
    return this.smooth && this.metric !== 'learning_rate' ? smoothingWindow(Math.max(1, ...this.study.cells.map(({ trained }) => trained.total))) : 1;
  }

  private values(points: readonly LossPoint[]): number[] {
    return smoothed(points.map(METRICS[this.metric].read), this.window);
  }

  private get shownCells(): [string, LossPoint[]][] {
    return [...this.store.losses(this.study.id).cells].filter(([id]) => !this.without.has(id));
  }

  /** Steps, then for each mix its train values and, for the loss, its eval values where there are any and the best of them. */
  private data(): uPlot.AlignedData {
    const cells = this.shownCells;
    const steps = [...new Set(cells.flatMap(([, points]) => points.map(({ step }) => step)))].sort((a, b) => a - b);
    const rowOf = new Map(steps.map((step, i) => [step, i]));
    const column = (points: LossPoint[], value: (point: LossPoint, i: number) => number | undefined): (number | null)[] => {
      const out: (number | null)[] = Array.from({ length: steps.length }, () => null);
      points.forEach((point, i) => (out[rowOf.get(point.step) as number] = value(point, i) ?? null));
      return out;
    };
    const columns = cells.flatMap(([, points]) => {
      const values = this.values(points);
      const train = column(points, (_, i) => values[i]);
      const best = bestOf(points);
      return this.metric === 'loss' ? [train, column(points, ({ eval_loss }) => eval_loss), column(points, ({ eval_loss }) => (eval_loss === best ? eval_loss : undefined))] : [train];
    });
    return [steps, ...columns];
  }

  private options(): uPlot.Options {
    const color = resolver(this);
    const mixOf = new Map(this.study.cells.map(({ id, mix }) => [id, mix]));
    const axis = { stroke: color('var(--ink-quiet)'), grid: { stroke: color('var(--line)'), width: 1 }, ticks: { stroke: color('var(--line)'), width: 1 }, font: '12px system-ui' };
    const lines = this.shownCells.flatMap(([id]): uPlot.Series[] => {
      const look = mixLook(mixOf.get(id) ?? id);
      const stroke = color(look.color);
      const train: uPlot.Series = { label: look.name, stroke, width: look.width, ...(look.dashed ? { dash: [6, 4] } : {}), points: { show: false } };
      const evaluated: uPlot.Series = { label: `${look.name} eval`, stroke, width: 0, paths: () => null, points: { show: true, size: 7, width: 1.5, fill: color('var(--surface)') } };
      const best: uPlot.Series = { ...evaluated, label: `${look.name} best eval`, points: { show: true, size: 9, width: 1.5, fill: stroke } };
      return this.metric === 'loss' ? [train, evaluated, best] : [train];
    });
    return {
      width: this.place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { points: { show: false }, drag: { x: true, y: false } },
      scales: { x: { time: false }, y: { distr: this.log ? 3 : 1 } },
      axes: [{ ...axis, incrs: STEP_INCREMENTS, label: 'training step', labelSize: 18, labelFont: '12px system-ui', size: 34 }, { ...axis, size: 56, values: (_plot, values) => values.map((value) => (value === null ? '' : rate(value))) }],
      series: [{ label: 'step' }, ...lines],
    };
  }
}

/** The lowest eval_loss, where there is one to be better than. */
function bestOf(points: readonly LossPoint[]): number | undefined {
  const evaluated = points.flatMap(({ eval_loss }) => (eval_loss === undefined || !Number.isFinite(eval_loss) ? [] : [eval_loss]));
  return evaluated.length > 1 ? Math.min(...evaluated) : undefined;
}

/** Turns CSS colours with variables into what a canvas can paint. */
function resolver(host: HTMLElement): (color: string) => string {
  const probe = document.createElement('span');
  probe.hidden = true;
  host.append(probe);
  const cache = new Map<string, string>();
  queueMicrotask(() => probe.remove());
  return (color) => {
    const known = cache.get(color);
    if (known !== undefined) return known;
    probe.style.color = color;
    const painted = getComputedStyle(probe).color;
    cache.set(color, painted);
    return painted;
  };
}
