/** Scores by category on eight spokes, one outline a series; MT-Bench's own figure (Zheng et al. 2023). */
import { html, svg, type TemplateResult } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import type { Category } from '../../records/question.ts';
import { CATEGORY_NAMES } from '../names.ts';
import { count, decimal, interval } from '../numbers.ts';
import { linear } from './scale.ts';
import type { Estimate } from '../../records/estimate.ts';

export interface RadarSeries {
  name: string;
  color: string;
  dashed: boolean;
  scores: Partial<Record<Category, Estimate>>;
}

export interface RadarData {
  categories: readonly Category[];
  series: readonly RadarSeries[];
}

const WIDTH = 380;
const HEIGHT = 320;
const RADIUS = 116;
const RINGS = [2, 4, 6, 8, 10];

/** Where a score lies on spoke `index` of `spokes`, the first pointing up, clockwise; the centre is 0. */
export function spoke(index: number, spokes: number, score: number): [x: number, y: number] {
  const angle = (2 * Math.PI * index) / spokes - Math.PI / 2;
  const radius = linear([0, 10], [0, RADIUS])(score);
  return [WIDTH / 2 + radius * Math.cos(angle), HEIGHT / 2 + radius * Math.sin(angle)];
}

export function radar({ categories, series }: RadarData): TemplateResult {
  const n = categories.length;
  return html`<svg class="radar" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Radar of mean scores in ${n} categories for ${series.map((s) => s.name).join(', ')}; the numbers are in the table below.">
    ${RINGS.map((ring) => svg`<polygon class="grid" points=${points(categories.map((_, i) => spoke(i, n, ring)))}></polygon>`)}
    ${categories.map((_, i) => line(spoke(i, n, 0), spoke(i, n, 10)))}
    ${series.map((s) => outline(s, categories))}
    ${RINGS.map((ring) => svg`<text class="ring" x=${WIDTH / 2 + 4} y=${spoke(0, n, ring)[1] + 4}>${ring}</text>`)}
    ${categories.map((category, i) => label(category, i, n))}
  </svg>`;
}

/** A closed outline, or where categories are missing only the points there are: no line is drawn across a gap. */
function outline(s: RadarSeries, categories: readonly Category[]): TemplateResult[] {
  const at = categories.flatMap((category, i) => {
    const score = s.scores[category];
    return score && score.n > 0 ? [spoke(i, categories.length, score.mean)] : [];
  });
  const style = styleMap({ '--series': s.color });
  const shape = at.length === categories.length ? [svg`<polygon class="series" style=${style} ?data-dashed=${s.dashed} points=${points(at)}></polygon>`] : [];
  return [...shape, ...at.map(([x, y]) => svg`<circle class="dot" style=${style} cx=${x} cy=${y} r="3"></circle>`)];
}

function label(category: Category, index: number, spokes: number): TemplateResult {
  const [x, y] = spoke(index, spokes, 11.2);
  const side = Math.abs(x - WIDTH / 2) < 8 ? 'middle' : x > WIDTH / 2 ? 'start' : 'end';
  return svg`<text class="spoke" x=${x} y=${y + 4} text-anchor=${side}>${CATEGORY_NAMES[category]}</text>`;
}

const line = ([x1, y1]: [number, number], [x2, y2]: [number, number]): TemplateResult => svg`<line class="grid" x1=${x1} y1=${y1} x2=${x2} y2=${y2}></line>`;
const points = (at: readonly [number, number][]): string => at.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');

export function radarTable({ categories, series }: RadarData): TemplateResult {
  return html`<table class="table">
    <thead><tr><th scope="col">Category</th>${series.map((s) => html`<th scope="col">${s.name}</th>`)}</tr></thead>
    <tbody>${categories.map((category) => html`<tr><th scope="row">${CATEGORY_NAMES[category]}</th>${series.map((s) => html`<td class="num">${cellText(s.scores[category])}</td>`)}</tr>`)}</tbody>
  </table>`;
}

const cellText = (score: Estimate | undefined): string => (score && score.n > 0 ? `${decimal(score.mean)} (${interval(score)}; n ${count(score.n)})` : '–');
