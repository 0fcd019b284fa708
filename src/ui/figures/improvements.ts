/**
 * What a multilingual mix gains over each monolingual one: (multilingual - monolingual) x 10, as Weber et al. 2024
 * write it, each bar with its 95 % interval. An interval that holds zero shows nothing either way, and is drawn hollow.
 */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import { languageColor, mixLook } from '../names.ts';
import { count, difference } from '../numbers.ts';
import { aroundZero, linear, ticks } from './scale.ts';
import type { Estimate } from '../../records/estimate.ts';

export interface Improvement {
  multilingual: string;
  monolingual: string;
  points: Estimate;
}

const ROW = 24;
const HEAD = 30;
const AXIS = 34;
const LABEL = 48;
const VALUE = 54;

/** Whether the interval lies on one side of zero. */
export const shown = ({ low, high }: Estimate): boolean => low > 0 || high < 0;

/** @param width of the drawing, px; its height follows from the number of bars alone. */
export function improvements(data: readonly Improvement[], { width }: { width: number }): TemplateResult {
  const names = [...new Set(data.map(({ multilingual }) => multilingual))];
  const groups = names.map((name) => [name, data.filter(({ multilingual }) => multilingual === name)] as const);
  const domain = aroundZero(data.flatMap(({ points }) => [points.low, points.high, points.mean]).filter(Number.isFinite));
  const x = linear(domain, [LABEL, width - VALUE]);
  const height = groups.reduce((sum, [, items]) => sum + HEAD + items.length * ROW, AXIS);
  let y = 0;
  return html`<svg class="bars" width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="img" aria-label="Bars of the gain of ${groups.map(([name]) => name).join(', ')} over each monolingual mix; the numbers are in the table below.">
    ${ticks(domain[0], domain[1], width < 480 ? 4 : 8).map((tick) => svg`<line class=${tick === 0 ? 'zero' : 'grid'} x1=${x(tick)} x2=${x(tick)} y1="0" y2=${height - AXIS + 6}></line><text class="axis" x=${x(tick)} y=${height - 12} text-anchor="middle">${difference(tick, 0)}</text>`)}
    ${groups.map(([name, items]) => {
      const top = y;
      y += HEAD + items.length * ROW;
      return svg`<g transform="translate(0 ${top})"><text class="group" x="0" y=${HEAD - 9}>${name}</text>${items.map((item, i) => bar(item, x, HEAD + i * ROW, width))}</g>`;
    })}
  </svg>`;
}

function bar({ monolingual, points }: Improvement, x: (value: number) => number, top: number, width: number): TemplateResult {
  const middle = top + ROW / 2;
  const left = Math.min(x(0), x(points.mean));
  const color = languageColor(mixLook(monolingual).languages[0] ?? monolingual);
  return svg`<g class="bar" style=${styleMap({ '--series': color })} ?data-shown=${shown(points)}>
    <text class="label" x="0" y=${middle + 4}>vs ${monolingual}</text>
    <rect x=${left} y=${top + 5} width=${Math.max(0.5, Math.abs(x(points.mean) - x(0)))} height=${ROW - 10}></rect>
    ${Number.isFinite(points.low) ? whisker(x(points.low), x(points.high), middle) : nothing}
    <text class="value" x=${width} y=${middle + 4} text-anchor="end">${difference(points.mean, 1)}</text>
  </g>`;
}

function whisker(low: number, high: number, y: number): TemplateResult {
  return svg`<line class="whisker" x1=${low} x2=${high} y1=${y} y2=${y}></line>${[low, high].map((end) => svg`<line class="whisker" x1=${end} x2=${end} y1=${y - 4} y2=${y + 4}></line>`)}`;
}

export function improvementsTable(data: readonly Improvement[]): TemplateResult {
  return html`<table class="table">
    <thead><tr><th scope="col">Multilingual mix</th><th scope="col">against</th><th scope="col" class="num">Gain × 10</th><th scope="col" class="num">95 % interval</th><th scope="col" class="num">n</th><th scope="col">Shown?</th></tr></thead>
    <tbody>${data.map(({ multilingual, monolingual, points }) => html`<tr><th scope="row">${multilingual}</th><td>${monolingual}</td><td class="num">${difference(points.mean, 1)}</td><td class="num">${Number.isFinite(points.low) ? `${difference(points.low, 1)} to ${difference(points.high, 1)}` : 'none'}</td><td class="num">${count(points.n)}</td><td>${shown(points) ? 'yes' : 'not shown'}</td></tr>`)}</tbody>
  </table>`;
}
