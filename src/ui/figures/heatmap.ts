/**
 * Mix by language: the mean score of each cell. Drawn as a real table, because each cell is also the door to the
 * conversations behind it: a screen reader hears rows and columns, and a keyboard reaches every number.
 */
import { html, type TemplateResult } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import type { LanguageCode } from '../../core/languages.ts';
import { languageName, languageTag, mixLook } from '../names.ts';
import { count, decimal, interval, percent, plural } from '../numbers.ts';
import { heatColor, SCORE_HIGH, SCORE_LOW } from './heat.ts';
import type { Estimate } from '../../records/estimate.ts';
import type { LanguageVerdicts } from '../../records/results.ts';

export interface HeatCell {
  mix: string;
  language: LanguageCode | 'all';
  score: Estimate;
  /** Share of answers in the asked language, of those that can be told. */
  rightLanguage: Estimate;
  verdicts: LanguageVerdicts;
  /** Languages that a cross-lingual mean lacks. */
  without: readonly LanguageCode[];
  /** Judgments that failed: they are in no mean. */
  failed: number;
  /** Turns that are no answers, because the dialogue fills the model's context. */
  noRoom: number;
}

export interface HeatmapData {
  mixes: readonly string[];
  languages: readonly (LanguageCode | 'all')[];
  cells: readonly HeatCell[];
}

export interface HeatmapOptions {
  /** The cell whose numbers the readout shows. */
  pointed?: HeatCell | null;
  onPoint?: (cell: HeatCell | null) => void;
  onOpen?: (cell: HeatCell) => void;
}

/** One sentence with all a cell knows. */
export function cellSentence(cell: HeatCell): string {
  const where = cell.language === 'all' ? 'over all languages' : `in ${languageName(cell.language)}`;
  const failed = `${cell.failed > 0 ? `; ${count(cell.failed)} failed and not counted` : ''}${cell.noRoom > 0 ? `; ${count(cell.noRoom)} without room for an answer` : ''}`;
  if (cell.score.n === 0) return `${cell.mix} ${where}: no score yet${failed}`;
  const parts = [`${cell.mix} ${where}${without(cell)}: ${decimal(cell.score.mean)} (95 % interval ${interval(cell.score)}, n = ${count(cell.score.n)})`, ...rightLanguage(cell)];
  return `${parts.join('; ')}${failed}`;
}

/** ` but German, which has no score`: a mean of fewer languages than the others is not to be compared with them. */
function without({ without: codes }: HeatCell): string {
  return codes.length === 0 ? '' : ` but ${codes.map(languageName).join(', ')}, which ${codes.length === 1 ? 'has' : 'have'} no score`;
}

/** The share in the asked language with what it is of. No answer looked at, nothing said. */
function rightLanguage({ rightLanguage: share, verdicts: { right, wrong, untold } }: HeatCell): string[] {
  if (right + wrong + untold === 0) return [];
  if (right + wrong === 0) return [`the language of its ${plural(untold, 'answer')} cannot be told`];
  return [`${percent(share.mean)} in the right language (${count(right)} right, ${count(wrong)} wrong, ${count(untold)} untold)`];
}

export function heatmap(data: HeatmapData, options: HeatmapOptions = {}): TemplateResult {
  const find = new Map(data.cells.map((cell) => [`${cell.mix} ${cell.language}`, cell]));
  return html`<div class="heatmap">
    <table>
      <caption class="only-read">Mean score, 1 to 10, of each mix (rows) in each language (columns)</caption>
      <thead>
        <tr>
          <th scope="col" class="corner"><span class="only-read">Mix</span></th>
          ${data.languages.map((code) => html`<th scope="col" class=${code === 'all' ? 'mean' : ''}><abbr title=${languageName(code)}>${languageTag(code)}</abbr></th>`)}
        </tr>
      </thead>
      <tbody>
        ${data.mixes.map((mix) => html`<tr>
          <th scope="row">${mixName(mix)}</th>
          ${data.languages.map((code) => html`<td class=${code === 'all' ? 'mean' : ''}>${cellButton(find.get(`${mix} ${code}`), options)}</td>`)}
        </tr>`)}
      </tbody>
    </table>
    <p class="readout" aria-hidden="true">${options.pointed ? cellSentence(options.pointed) : 'Point at a cell for its interval; open it to read the conversations behind it.'}</p>
    ${legend()}
  </div>`;
}

function cellButton(cell: HeatCell | undefined, { onPoint, onOpen }: HeatmapOptions): TemplateResult {
  if (!cell || cell.score.n === 0) return html`<span class="cell empty" title="No score yet">–</span>`;
  const { background, ink } = heatColor(cell.score.mean);
  return html`<button
    type="button"
    class="cell num"
    style=${styleMap({ background, color: ink })}
    aria-label="${cellSentence(cell)}. Open the conversations."
    data-cell="${cell.mix}/${cell.language}"
    @pointerenter=${() => onPoint?.(cell)}
    @pointerleave=${() => onPoint?.(null)}
    @focus=${() => onPoint?.(cell)}
    @blur=${() => onPoint?.(null)}
    @click=${() => onOpen?.(cell)}
  >${decimal(cell.score.mean)}${cell.failed > 0 ? html`<sup>*</sup>` : ''}${cell.noRoom > 0 ? html`<sup>‡</sup>` : ''}${cell.without.length > 0 ? html`<sup>†</sup>` : ''}</button>`;
}

/** A mix's name with the mark it wears in every figure, breaking only before `sampled`. */
export function mixName(mix: string): TemplateResult {
  const look = mixLook(mix);
  const [first, second] = look.lines;
  return html`<span class="mix-name"><span class="mix-mark" style=${styleMap({ '--mark': look.color })} ?data-dashed=${look.dashed}></span><span>${first}${second === undefined ? '' : html`<wbr><span class="mix-suffix">-${second}</span>`}</span></span>`;
}

function legend(): TemplateResult {
  const steps = Array.from({ length: 19 }, (_, i) => SCORE_LOW + (i * (SCORE_HIGH - SCORE_LOW)) / 18);
  return html`<div class="heat-legend" aria-hidden="true"><span>${SCORE_LOW}</span><span class="ramp">${steps.map((score) => html`<i style=${styleMap({ background: heatColor(score).background })}></i>`)}</span><span>${SCORE_HIGH}</span><span class="quiet">mean score</span></div>`;
}

/** The numbers behind the drawing, a row a cell. */
export function heatmapTable(data: HeatmapData): TemplateResult {
  return html`<table class="table">
    <thead><tr><th scope="col">Mix</th><th scope="col">Language</th><th scope="col" class="num">Mean</th><th scope="col" class="num">95 % interval</th><th scope="col" class="num">n</th><th scope="col" class="num">Right language</th><th scope="col" class="num">Right</th><th scope="col" class="num">Wrong</th><th scope="col" class="num">Untold</th><th scope="col" class="num">Failed</th><th scope="col" class="num">No room</th></tr></thead>
    <tbody>${data.cells.map(tableRow)}</tbody>
  </table>`;
}

function tableRow(cell: HeatCell): TemplateResult {
  const { score, rightLanguage: share, verdicts } = cell;
  const numbers = [
    score.n ? decimal(score.mean) : '–',
    score.n ? interval(score) : '–',
    count(score.n),
    share.n ? percent(share.mean) : '–',
    ...[verdicts.right, verdicts.wrong, verdicts.untold, cell.failed, cell.noRoom].map(count),
  ];
  return html`<tr><th scope="row">${cell.mix}</th><td>${languageName(cell.language)}${without(cell)}</td>${numbers.map((number) => html`<td class="num">${number}</td>`)}</tr>`;
}
