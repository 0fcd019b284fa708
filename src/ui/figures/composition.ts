/**
 * Who gets which records. Columns are record ids, rows are languages; a filled square means that the mix holds that
 * record in that language. One language fills a row, a parallel mix fills all its rows, a sampled one a square a column.
 */
import { html, svg, type TemplateResult } from 'lit';
import type { LanguageCode } from '../../core/languages.ts';
import { languageColor, languageName } from '../names.ts';
import { count } from '../numbers.ts';

export interface CompositionData {
  mix: string;
  /** The rows: every language of the dataset part. */
  languages: readonly LanguageCode[];
  /** For each record id drawn, the languages in which the mix holds it. */
  records: readonly { id: string; languages: readonly LanguageCode[] }[];
  /** Conversations in the whole mix. */
  total: number;
}

const CELL = 6;
const GAP = 1.5;

export function composition({ mix, languages, records, total }: CompositionData): TemplateResult {
  const pitch = CELL + GAP;
  const width = records.length * pitch - GAP;
  const height = languages.length * pitch - GAP;
  const taken = languages.map((code) => records.filter((record) => record.languages.includes(code)).length);
  const spoken = languages.map((code, i) => `${languageName(code)} ${taken[i]}`).join(', ');
  return html`<svg class="composition" viewBox="0 0 ${width} ${height}" role="img" aria-label="${mix}: ${count(total)} conversations. Of the first ${records.length} records it holds ${spoken}.">
    ${languages.map((code, row) => records.map((record, column) => {
      const held = record.languages.includes(code);
      return svg`<rect x=${column * pitch} y=${row * pitch} width=${CELL} height=${CELL} rx="1" class=${held ? 'held' : 'free'} fill=${held ? languageColor(code) : 'none'}></rect>`;
    }))}
  </svg>`;
}
