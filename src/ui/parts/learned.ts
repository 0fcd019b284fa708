/** What of a composition's records is learned: a sentence, and which records met with what. */
import { html, type TemplateResult } from 'lit';
import { isWhole, lossInWords, type Named, type TrainingData } from '../../app/learned.ts';
import { count } from '../numbers.ts';

/** Nothing where everything is learned. */
export function learned(data: TrainingData | undefined, maxLength: number): TemplateResult | '' {
  if (!data || isWhole(data)) return '';
  const lists: [string, Named][] = [['Cut', data.cut], ['Nothing left to learn', data.left_out], ['Refused by the template', data.refused]];
  return html`<div class="stack-tight learned"><p class="words small">${lossInWords(data, maxLength)}</p>
    <details class="fold"><summary class="small">Which records</summary><dl class="small">${lists.filter(([, { n }]) => n > 0).map(([title, { n, ids }]) => html`<dt>${title}</dt><dd class="words">${ids.join(', ')}${n > ids.length ? ` and ${count(n - ids.length)} more` : ''}</dd>`)}</dl></details></div>`;
}
