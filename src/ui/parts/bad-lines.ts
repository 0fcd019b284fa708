/** What an import brought: what was kept, what was noticed, and each line that could not be used with its reason. */
import { html, type TemplateResult } from 'lit';
import { icon } from '../kit/icons.ts';
import { count, plural } from '../numbers.ts';
import { pager } from './pager.ts';
import type { ImportReport } from '../../records/import-report.ts';

const LIMIT = 20;

/** @param onMove asked to show the bad lines from another offset */
export function importReport(report: ImportReport<{ name: string }>, offset: number, onMove: (offset: number) => void): TemplateResult {
  const { imported, records, bad, notes, left_out = bad.length, reasons = [] } = report;
  return html`<section class="stack" aria-label="Import report">
    <p role="status"><span class="chip" data-tone=${imported ? 'good' : 'bad'}>${icon(imported ? 'check' : 'warning')}${imported ? 'Imported' : 'Nothing imported'}</span> ${imported ? html`<strong>${imported.name}</strong>: ` : ''}<span class="num">${plural(records, 'record')} kept, ${plural(left_out, 'line')} left out</span>.</p>
    ${notes.length > 0 ? html`<ul>${notes.map((note) => html`<li class="words">${note}</li>`)}</ul>` : ''}
    ${reasons.length > 1 ? byReason(reasons) : ''}
    ${bad.length > 0 ? html`<div class="scroll-x" tabindex="0" role="region" aria-label="Lines left out"><table class="table small bad-lines">
      <caption class="only-read">Lines that were left out, with the reason</caption>
      <thead><tr><th scope="col">File</th><th scope="col" class="num">Line</th><th scope="col">Reason</th></tr></thead>
      <tbody>${bad.slice(offset, offset + LIMIT).map(({ file, line, reason }) => html`<tr><td class="words">${file}</td><td class="num">${count(line)}</td><td class="words">${reason}</td></tr>`)}</tbody>
    </table></div>${pager({ total: bad.length, offset, limit: LIMIT, what: 'lines left out', onMove })}` : ''}
  </section>`;
}

/** How many lines each kind of reason has cost; with one reason alone, the list says it. */
function byReason(reasons: NonNullable<ImportReport<never>['reasons']>): TemplateResult {
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label="Reasons"><table class="table small">
    <caption class="only-read">How many lines were left out for each reason</caption>
    <thead><tr><th scope="col">Left out because a line</th><th scope="col" class="num">Lines</th></tr></thead>
    <tbody>${reasons.map((one) => html`<tr><td class="words">${one.reason}</td><td class="num">${count(one.count)}</td></tr>`)}</tbody>
  </table></div>`;
}
