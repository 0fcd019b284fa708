/** Records a language, as bars on one scale shared by all mixes, so that their sizes can be compared by eye. */
import { html, type TemplateResult } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import type { LanguageCode } from '../../core/languages.ts';
import { languageColor, languageName, languageTag } from '../names.ts';
import { count } from '../numbers.ts';

export interface CountsData {
  languages: readonly LanguageCode[];
  counts: Readonly<Record<LanguageCode, number>>;
  /** The longest bar's count, over all mixes shown together. */
  most: number;
}

export function counts({ languages, counts: by, most }: CountsData): TemplateResult {
  return html`<dl class="counts">
    ${languages.map((code) => {
      const n = by[code] ?? 0;
      return html`<div ?data-none=${n === 0}>
        <dt><abbr title=${languageName(code)}>${languageTag(code)}</abbr></dt>
        <dd><span class="track"><span class="fill" style=${styleMap({ inlineSize: `${most > 0 ? (100 * n) / most : 0}%`, background: languageColor(code) })}></span></span><span class="num">${count(n)}</span></dd>
      </div>`;
    })}
  </dl>`;
}
