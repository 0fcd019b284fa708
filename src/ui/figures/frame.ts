/** What surrounds every figure: a title, the drawing, a caption that says what was measured, and the same numbers as a table. */
import { html, type TemplateResult } from 'lit';
import './figures.css';

export interface Frame {
  title: string;
  /** What is measured, by which judge, over how many. */
  caption: string | TemplateResult;
  drawing: TemplateResult;
  /** The text alternative; left out where the drawing is itself a table. */
  table?: TemplateResult;
  /** Controls that belong to the figure, beside its title. */
  controls?: TemplateResult;
}

export function frame({ title, caption, drawing, table, controls }: Frame): TemplateResult {
  return html`<figure class="figure">
    <div class="figure-head">
      <h3>${title}</h3>
      ${controls}
    </div>
    <div class="figure-drawing">${drawing}</div>
    <figcaption>${caption}</figcaption>
    ${table && html`<details class="fold"><summary>The same numbers as a table</summary><div class="scroll-x" tabindex="0" role="region" aria-label="${title}, as a table">${table}</div></details>`}
  </figure>`;
}
