import { Tally } from './tally.ts';
import type { BadLine, ImportReport } from '../../records/import-report.ts';

/** Names that a note spells out. */
const SPELLED = 20;

/** What an import has to say. Every list in it is bounded, because a wrong file of a gigabyte is all bad lines. */
export class Findings {
  private readonly bad: BadLine[] = [];
  private readonly notes: string[] = [];
  private readonly reasons = new Tally();
  private readonly fields = new Tally();
  private readonly languages = new Tally();
  private leftOut = 0;
  private unlisted = 0;

  constructor(private readonly listed = 1000) {}

  /** @param records that are left out for this reason, where one line speaks for several */
  refuse(file: string, line: number, reason: string, records = 1): void {
    if (this.bad.length < this.listed) this.bad.push({ file, line, reason });
    else this.unlisted += records;
    this.leftOut += records;
    this.reasons.add(kindOf(reason), records);
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** What of a record that was kept says nothing: fields, and a language that the lab does not know. */
  passedOver({ unused, unknownLanguage }: { unused: readonly string[]; unknownLanguage: string | null }): void {
    for (const field of unused) this.fields.add(field);
    if (unknownLanguage !== null) this.languages.add(`"${unknownLanguage}"`);
  }

  report(records: number): Omit<ImportReport<never>, 'imported'> {
    const notes = [...this.notes];
    if (this.fields.size > 0)
      notes.push(`Fields not used, because they say nothing to training: ${spelled(this.fields)}.`);
    if (this.languages.size > 0)
      notes.push(
        `What a record says of its language names none the lab knows: ${spelled(this.languages)}. The file's language was taken, or the one chosen.`,
      );
    if (this.unlisted > 0) notes.push(`${this.unlisted.toLocaleString('en')} more bad lines are not listed.`);
    const reasons = this.reasons.entries().map(([reason, count]) => ({ reason, count }));
    if (this.reasons.rest > 0) reasons.push({ reason: 'other reasons', count: this.reasons.rest });
    return { records, bad: this.bad, notes, left_out: this.leftOut, reasons };
  }
}

/** `score (in 3 records), model (in 1 record)`. */
function spelled(tally: Tally): string {
  const names = tally.entries();
  const words = names
    .slice(0, SPELLED)
    .map(([name, n]) => `${name.slice(0, 80)} (in ${n.toLocaleString('en')} ${n === 1 ? 'record' : 'records'})`);
  return (
    words.join(', ') +
    (names.length > SPELLED ? `, and ${tally.rest > 0 ? 'many' : names.length - SPELLED} others` : '')
  );
}

/** A reason without what is the record's own: what stands in quotes, numbers, and the details after a colon. */
function kindOf(reason: string): string {
  const [kind] = reason.replaceAll(/"[^"]*"/g, '"…"').split(': ') as [string];
  return kind.replaceAll(/\d+/g, 'n').slice(0, 200);
}
