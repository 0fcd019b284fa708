/** First turn against second, a line a mix: how much of the score is lost when a question leans on the one before. */
import { html, svg, type TemplateResult } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import { mixLook } from '../names.ts';
import { count, decimal, interval } from '../numbers.ts';
import { SCORE_HIGH, SCORE_LOW } from './heat.ts';
import { linear } from './scale.ts';
import type { Estimate } from '../../records/estimate.ts';

export interface TurnPair {
  mix: string;
  first: Estimate;
  second: Estimate;
}

const ROW = 34;
const AXIS = 30;

/** @param width of the drawing, px */
export function turns(data: readonly TurnPair[], { width }: { width: number }): TemplateResult {
  const label = width < 480 ? 92 : 168;
  const x = linear([SCORE_LOW, SCORE_HIGH], [label + 8, width - 12]);
  const height = data.length * ROW + AXIS;
  return html`<svg class="turns" width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="img" aria-label="Mean score of the first and the second turn for ${count(data.length)} mixes; the numbers are in the table below.">
    ${Array.from({ length: SCORE_HIGH }, (_, i) => i + 1).map((tick) => svg`<line class="grid" x1=${x(tick)} x2=${x(tick)} y1="0" y2=${height - AXIS + 4}></line><text class="axis" x=${x(tick)} y=${height - 10} text-anchor="middle">${tick}</text>`)}
    ${data.map((pair, i) => row(pair, x, i * ROW + ROW / 2, width < 480))}
  </svg>`;
}

function row({ mix, first, second }: TurnPair, x: (value: number) => number, y: number, narrow: boolean): TemplateResult {
  const look = mixLook(mix);
  const [one, two] = look.lines;
  const name = narrow && two !== undefined ? svg`<text class="label" x="0" y=${y - 2}>${one}</text><text class="label" x="0" y=${y + 11}>-${two}</text>` : svg`<text class="label" x="0" y=${y + 4}>${mix}</text>`;
  const mark = (estimate: Estimate, turn: 1 | 2): TemplateResult | string =>
    estimate.n === 0
      ? ''
      : svg`${Number.isFinite(estimate.low) ? svg`<line class="whisker" x1=${x(estimate.low)} x2=${x(estimate.high)} y1=${y + (turn === 1 ? -5 : 5)} y2=${y + (turn === 1 ? -5 : 5)}></line>` : ''}<circle class="turn-${turn}" cx=${x(estimate.mean)} cy=${y + (turn === 1 ? -5 : 5)} r="4.5"></circle>`;
  return svg`<g style=${styleMap({ '--series': look.color })}>${name}${mark(first, 1)}${mark(second, 2)}</g>`;
}

export function turnsTable(data: readonly TurnPair[]): TemplateResult {
  const text = (estimate: Estimate): string => (estimate.n ? `${decimal(estimate.mean)} (${interval(estimate)}; n ${count(estimate.n)})` : '–');
  return html`<table class="table">
    <thead><tr><th scope="col">Mix</th><th scope="col">Turn 1</th><th scope="col">Turn 2</th></tr></thead>
    <tbody>${data.map((pair) => html`<tr><th scope="row">${pair.mix}</th><td class="num">${text(pair.first)}</td><td class="num">${text(pair.second)}</td></tr>`)}</tbody>
  </table>`;
}
