/** The findings of a study as a list, each with its verdict in front. */
import { html, type TemplateResult } from 'lit';
import type { Reading } from '../reading.ts';
import './reading-list.css';

const VERDICTS: Readonly<Record<Reading['verdict'], string>> = { better: 'Shown', worse: 'Shown', 'not shown': 'Not shown', note: 'Note' };

export function readingList(readings: readonly Reading[]): TemplateResult {
  return html`<ul class="readings">${readings.map(({ verdict, text }) => html`<li data-verdict=${verdict}><span class="verdict">${VERDICTS[verdict]}</span><span>${text}</span></li>`)}</ul>`;
}
